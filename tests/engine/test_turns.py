"""What a turn promises: once, in order, together, and never silent."""

from __future__ import annotations

import asyncio
import time

import pytest
from sqlalchemy import func, select, text

from actions import talks
from bot.desk.outbox import OutboxMail
from bot.desk.resets import ResetToken
from bot.ground.db import Database
from bot.ground.errors import TurnFailed, WrongPortal
from bot.ground.settings import current_settings
from bot.rasa.assistant import Assistant
from bot.rasa.incoming import Incoming
from bot.record.transcript import Conversation, TranscriptEvent, Turn
from tests.conftest import use_settings
from tests.engine.conftest import KNOWN, Talker


async def _count(database: Database, table: type) -> int:
    async with database.read() as session:
        return await session.scalar(select(func.count()).select_from(table)) or 0


async def test_a_repeated_message_answers_the_same_and_does_nothing_twice(
    talker: Talker, database: Database
) -> None:
    await talker.say("mot de passe oublié")
    await talker.say(KNOWN)
    first = await talker.say("oui", message_id="same")
    events = await _count(database, TranscriptEvent)
    again = await talker.say("oui", message_id="same")
    assert again == first
    assert await _count(database, TranscriptEvent) == events
    assert await _count(database, ResetToken) == 1
    assert await _count(database, OutboxMail) == 1


async def test_quick_messages_are_answered_in_order_without_a_pause(
    assistant: Assistant, database: Database
) -> None:
    messages = ["mot de passe oublié", KNOWN, "oui"]
    calm = Talker(assistant, "calm")
    started = time.monotonic()
    for message in messages:
        await calm.say(message)
    usual = time.monotonic() - started
    assert await _count(database, ResetToken) == 1
    started = time.monotonic()
    await asyncio.gather(
        *(
            assistant.handle(Incoming("quick", "resah", message, f"q{number}"))
            for number, message in enumerate(messages)
        )
    )
    # Whoever looks at a lock now and then, as Rasa does, comes a second later each.
    assert time.monotonic() - started < 2 * usual + 1
    async with database.read() as session:
        said = await session.scalars(
            select(TranscriptEvent.data)
            .where(TranscriptEvent.conversation_id == "quick", TranscriptEvent.type == "user")
            .order_by(TranscriptEvent.seq)
        )
        assert [event["text"] for event in said] == messages
    assert await _count(database, ResetToken) == 2


async def test_what_an_action_wrote_is_gone_when_the_turn_is_not_written(
    talker: Talker, database: Database
) -> None:
    await talker.say("mot de passe oublié")
    await talker.say(KNOWN)
    async with database.engine.begin() as connection:
        if database.is_sqlite:
            await connection.execute(
                text(
                    "CREATE TRIGGER full BEFORE INSERT ON events"
                    " BEGIN SELECT RAISE(ABORT, 'disk full'); END"
                )
            )
        else:
            await connection.execute(
                text("ALTER TABLE events ADD CONSTRAINT full_disk CHECK (seq < 0) NOT VALID")
            )
    with pytest.raises(TurnFailed):
        await talker.say("oui", message_id="retried")
    assert await _count(database, ResetToken) == 0
    assert await _count(database, OutboxMail) == 0
    async with database.engine.begin() as connection:
        if database.is_sqlite:
            await connection.execute(text("DROP TRIGGER full"))
        else:
            await connection.execute(text("ALTER TABLE events DROP CONSTRAINT full_disk"))
    assert "C’est fait" in await talker.say("oui", message_id="retried")
    assert await _count(database, OutboxMail) == 1


async def test_a_failing_read_fails_the_turn_and_the_next_one_is_right(
    talker: Talker, database: Database
) -> None:
    await talker.say("mot de passe oublié")
    async with database.engine.begin() as connection:
        await connection.execute(text("ALTER TABLE turns RENAME TO elsewhere"))
    with pytest.raises(TurnFailed):
        await talker.say(KNOWN)
    async with database.engine.begin() as connection:
        await connection.execute(text("ALTER TABLE elsewhere RENAME TO turns"))
    assert "bien reconnue" in await talker.say(KNOWN)


async def test_a_raising_action_apologises_and_leaves_the_walk_where_it_was(
    talker: Talker, database: Database
) -> None:
    await talker.say("mot de passe oublié")
    async with database.engine.begin() as connection:
        await connection.execute(text("ALTER TABLE accounts RENAME TO elsewhere"))
    assert "une erreur de notre côté" in await talker.say(KNOWN)
    async with database.engine.begin() as connection:
        await connection.execute(text("ALTER TABLE elsewhere RENAME TO accounts"))
    assert "bien reconnue" in await talker.say(KNOWN)


async def test_a_slow_action_is_cut_off_and_frees_the_conversation(
    talker: Talker, monkeypatch: pytest.MonkeyPatch
) -> None:
    await talker.say("mot de passe oublié")
    accounts = talks.current_accounts()

    class Slow:
        async def find(self, portal: str, address: str) -> list[object]:
            await asyncio.sleep(60)
            return []

    monkeypatch.setattr(talks, "current_accounts", Slow)
    monkeypatch.setattr(talker.assistant._agent.action_endpoint, "_timeout", 0.2)
    assert "une erreur de notre côté" in await talker.say(KNOWN)
    monkeypatch.setattr(talks, "current_accounts", lambda: accounts)
    assert "bien reconnue" in await talker.say(KNOWN)


async def test_a_turn_past_its_deadline_is_not_kept_and_frees_lock_and_transaction(
    talker: Talker, database: Database, monkeypatch: pytest.MonkeyPatch
) -> None:
    await talker.say("mot de passe oublié")
    accounts = talks.current_accounts()
    turns = await _count(database, Turn)

    class Slow:
        async def find(self, portal: str, address: str) -> list[object]:
            await asyncio.sleep(60)
            return []

    monkeypatch.setattr(talks, "current_accounts", Slow)
    talker.assistant.settings = use_settings(monkeypatch, GUICHET_TURN_DEADLINE="1")
    with pytest.raises(TurnFailed):
        await talker.say(KNOWN)
    assert await _count(database, Turn) == turns
    monkeypatch.setattr(talks, "current_accounts", lambda: accounts)
    assert "bien reconnue" in await talker.say(KNOWN)


async def test_the_first_turn_is_written_once(talker: Talker, database: Database) -> None:
    await talker.say("bonjour")
    assert await _count(database, Conversation) == 1
    assert await _count(database, Turn) == 1


async def test_slash_text_of_a_user_is_text_unless_it_was_offered(talker: Talker) -> None:
    await talker.say("mot de passe oublié")
    for command in ("/restart", " /restart", "/back", "/session_start", "/affirm", "/cancel"):
        await talker.say(command)
        tracker = await talker.assistant.store.retrieve(talker.conversation)
        assert tracker is not None
        assert tracker.latest_message.text == command.strip() or command.startswith(" ")
        assert tracker.get_slot("portal") == "resah", command
    await talker.say(KNOWN)
    assert "C’est fait" in await talker.say("/affirm")


async def test_a_password_is_masked_before_it_is_stored_and_the_user_is_told(
    talker: Talker, database: Database
) -> None:
    reply = await talker.say("mon mot de passe est Soleil2024! et il ne marche pas")
    assert "Ne me donnez jamais votre mot de passe" in reply
    async with database.read() as session:
        stored = await session.scalars(select(TranscriptEvent.data))
        assert "Soleil2024" not in str(list(stored))


async def test_a_conversation_is_not_carried_on_from_another_portal(
    talker: Talker, database: Database
) -> None:
    await talker.say("bonjour")
    talker.portal = "woundwo"
    with pytest.raises(WrongPortal):
        await talker.say("mot de passe oublié")
    conversation = await talker.assistant.store.conversation(talker.conversation)
    assert conversation is not None and (conversation.portal, conversation.turns) == ("resah", 1)


async def test_a_writer_that_lost_the_conversation_is_fenced_off(
    assistant: Assistant, database: Database, model: object
) -> None:
    """Two processes without a common lock: event numbers let only one of them write."""
    other = Assistant(current_settings(), database, model)  # type: ignore[arg-type]
    await Talker(assistant, "shared").say("mot de passe oublié")
    texts = [KNOWN, "non en fait autre@chu-exemple.example"]
    replies = await asyncio.gather(
        assistant.handle(Incoming("shared", "resah", texts[0], "a")),
        other.handle(Incoming("shared", "resah", texts[1], "b")),
    )
    assert all(replies)
    async with database.read() as session:
        rows = await session.scalars(
            select(TranscriptEvent.seq)
            .where(TranscriptEvent.conversation_id == "shared")
            .order_by(TranscriptEvent.seq)
        )
        numbers = list(rows)
    assert numbers == list(range(1, len(numbers) + 1))
    assert await _count(database, Turn) == 3
    await other.close()
