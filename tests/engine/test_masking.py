"""What the engine keeps of secrets, and a talk that goes on after a message was blacked out."""

from __future__ import annotations

from rasa.shared.core.events import UserUttered
from sqlalchemy import Text, select
from sqlalchemy import cast as sql_cast

from bot.content.live import current_content
from bot.french.redaction import MASKED
from bot.ground.db import Database
from bot.rasa.turn_record import redact_events
from bot.record.blackout import black_out
from bot.record.summaries import Summary
from bot.record.transcript import TranscriptEvent, Turn
from bot.staff.scope import Scope
from bot.staff.sessions import Staff
from tests.engine.conftest import KNOWN, Talker


async def _kept(database: Database) -> str:
    async with database.read() as session:
        events = await session.scalars(select(sql_cast(TranscriptEvent.data, Text)))
        turns = await session.execute(
            select(sql_cast(Turn.replies, Text), sql_cast(Turn.state, Text))
        )
        return repr([*events, *(tuple(row) for row in turns)])


async def test_a_secret_that_the_message_before_announced_is_not_kept(
    talker: Talker, database: Database
) -> None:
    await talker.say("mon mot de passe c'est")
    await talker.say("tournesol75")
    kept = await _kept(database)
    assert "tournesol75" not in kept
    assert "[mot de passe masqu" in kept


async def test_a_message_is_masked_at_the_edge_and_says_so(
    talker: Talker, database: Database
) -> None:
    await talker.say("mon mot de passe est Soleil2024!")
    async with database.read() as session:
        event = await session.scalar(select(TranscriptEvent).where(TranscriptEvent.type == "user"))
    assert event is not None
    assert event.data["metadata"][MASKED] is True
    assert "Soleil2024" not in str(event.data)


def test_only_what_no_edge_has_masked_is_masked_when_stored() -> None:
    shell, edge = (
        UserUttered("mdp : Azerty12", parse_data={"text": "mdp : Azerty12"}, metadata=metadata)
        for metadata in ({}, {MASKED: True})
    )
    redact_events([shell, edge])
    assert shell.text == shell.parse_data["text"] == "mdp : [mot de passe masqué]"
    assert edge.text == "mdp : Azerty12"


async def test_the_talk_goes_on_after_a_message_was_blacked_out(
    talker: Talker, database: Database
) -> None:
    await talker.say("mot de passe oublié, demandez à Zéphirin Tartempion")
    async with database.write() as session:
        event = await session.scalar(select(TranscriptEvent).where(TranscriptEvent.type == "user"))
        assert event is not None
        summary = await session.get(Summary, event.conversation_id)
        assert summary is not None
        staff = Staff(1, "agent@resah.example", 1, "open", False, {}, {}, "")
        here = Scope(staff, current_content().portal("resah"), "agent", database, "key")
        await black_out(session, here, summary, str(event.seq))
    kept = await _kept(database)
    assert "Tartempion" not in kept
    assert "[message masqu" in kept
    await talker.say(KNOWN)
    assert "C’est fait" in str(await talker.say("oui"))
    assert "Tartempion" not in await _kept(database)
