"""What must hold after the kills: of transcripts, repeats, steps, what was written, and mails."""

from __future__ import annotations

import asyncio
import json
import re
from collections import Counter
from typing import Any

import aiohttp
from sqlalchemy import select

from bot.desk.outbox import OutboxMail
from bot.desk.replies import receipt_key
from bot.desk.resets import ResetToken, hash_token
from bot.desk.sender import LEASE
from bot.desk.ticket_tables import Ticket, TicketEntry
from bot.ground.db import Database
from bot.ground.limits import RESETS_PER_ACCOUNT, LimitHit
from bot.record.transcript import Conversation, TranscriptEvent, Turn
from tests.support.conversations import Talker
from tests.support.mail import Mailbox, link_in, text_of
from tests.support.service import Service

_REFERENCE = re.compile(r"\bG-\w{4}\b")


async def _tracker(http: aiohttp.ClientSession, talker: Talker) -> dict[str, Any]:
    url = f"{talker.service.url}/conversations/{talker.conversation}/tracker"
    async with http.get(url) as response:
        tracker: dict[str, Any] = await response.json()
        return tracker


def _said(events: list[dict[str, Any]]) -> list[tuple[str, list[str]]]:
    """Return each user message's id with the texts that follow it."""
    said: list[tuple[str, list[str]]] = []
    for event in events:
        if event["event"] == "user":
            said.append((event["message_id"], []))
        elif event["event"] == "bot":
            said[-1][1].append(event["text"])
    return said


async def check_transcripts(
    http: aiohttp.ClientSession, service: Service, database: Database, talkers: list[Talker]
) -> None:
    """Each message stands once, in order, with the replies that were received; no gaps."""
    for talker in talkers:
        tracker = await _tracker(http, talker)
        received = [
            (done.message_id, [reply["text"] for reply in done.replies])
            for done in talker.acknowledged
        ]
        assert _said(tracker["events"]) == received
        assert "Lavande38" not in str(tracker)
        async with database.read() as session:
            conversation = await session.get(Conversation, talker.conversation)
            rows = await session.execute(
                select(TranscriptEvent.seq, TranscriptEvent.turn)
                .where(TranscriptEvent.conversation_id == talker.conversation)
                .order_by(TranscriptEvent.seq)
            )
            numbers = rows.all()
            turns = await session.scalars(
                select(Turn.number)
                .where(Turn.conversation_id == talker.conversation)
                .order_by(Turn.number)
            )
            assert list(turns) == list(range(1, len(received) + 1))
        assert conversation is not None
        assert [seq for seq, _ in numbers] == list(range(1, len(numbers) + 1))
        assert [turn for _, turn in numbers] == sorted(turn for _, turn in numbers)
        assert (conversation.last_seq, conversation.turns) == (len(numbers), len(received))


async def check_repeats_answer_the_same(
    http: aiohttp.ClientSession, database: Database, talkers: list[Talker]
) -> None:
    """Each message, sent once more, gets the very same answer and writes nothing."""

    async def counts() -> tuple[int, ...]:
        async with database.read() as session:
            tables = TranscriptEvent, Turn, ResetToken, Ticket, TicketEntry, OutboxMail
            # How fast messages come is counted of repeats too, and forgotten after a minute.
            acts = select(LimitHit.id).where(LimitHit.kind.not_like("message%"))
            asked = (*(select(table.__table__) for table in tables), acts)
            return tuple([len((await session.execute(each)).all()) for each in asked])

    before = await counts()

    async def again(talker: Talker) -> None:
        for done in talker.acknowledged:
            assert await talker.send(http, done.text, done.message_id) == done.replies

    await asyncio.gather(*(again(talker) for talker in talkers))
    assert await counts() == before


async def check_steps(database: Database, talkers: list[Talker], undisturbed: list[Talker]) -> None:
    """Each conversation said, and knows, what it would have without any kill."""
    for talker, calm in zip(talkers, undisturbed, strict=True):
        said = [_without_references(done.replies) for done in talker.acknowledged]
        assert said == [_without_references(done.replies) for done in calm.acknowledged]
        states = [await _last_state(database, one.conversation) for one in (talker, calm)]
        assert states[0] == states[1], talker.script


def _without_references(replies: list[dict[str, Any]]) -> list[tuple[str, object]]:
    return [(_REFERENCE.sub("G-…", reply["text"]), reply.get("buttons")) for reply in replies]


async def _last_state(database: Database, conversation: str) -> str:
    """Return slots and loop after a conversation's last turn, but for references.

    What was said is remembered by a hash of each text; as some texts hold a reference, only how
    often each was said is compared.
    """
    async with database.read() as session:
        state = await session.scalar(
            select(Turn.state)
            .where(Turn.conversation_id == conversation)
            .order_by(Turn.number.desc())
            .limit(1)
        )
    assert state is not None
    kept = {name: value for name, value in state.items() if name != "at"}
    memory = kept["slots"]["memory"]
    kept["slots"]["memory"] = memory | {"said": sorted(memory["said"].values())}
    return _REFERENCE.sub("G-…", json.dumps(kept, sort_keys=True))


def _promised(talkers: list[Talker]) -> dict[str, str]:
    """Return the keys of what was promised: `reset` or `handover`, by request key."""
    keys = {}
    for talker in talkers:
        for done in talker.acknowledged:
            for kind, promised in (("reset", done.promises_mail), ("handover", done.reference)):
                if promised:
                    keys[f"{talker.conversation}:{done.message_id}:{kind}"] = kind
    return keys


async def check_written_once(database: Database, talkers: list[Talker]) -> None:
    """One token, one mail and one count towards the limit for each promise, and no other."""
    promised = _promised(talkers)
    resets = [key for key, kind in promised.items() if kind == "reset"]
    hand_overs = [key for key, kind in promised.items() if kind == "handover"]
    own = tuple(f"{talker.conversation}:" for talker in talkers)
    assert len(resets) >= len(talkers) and hand_overs
    async with database.read() as session:

        async def keys_of(column: Any) -> list[str]:
            return sorted(
                key for key in await session.scalars(select(column)) if key.startswith(own)
            )

        assert await keys_of(ResetToken.request_key) == sorted(resets)
        assert await keys_of(TicketEntry.request_key) == sorted(hand_overs)
        mails = await keys_of(OutboxMail.key)
        receipts = [key for key in mails if key.endswith(":receipt")]
        assert sorted(set(mails) - set(receipts)) == sorted(promised)
        # Once each, and of hand-overs alone; an address that had its share gets no more.
        assert len(receipts) == len(set(receipts)) > 0
        assert {receipt_key(key) for key in hand_overs} >= set(receipts)
        references = (await session.execute(select(Ticket.conversation_id, Ticket.reference))).all()
        hits = await session.scalars(
            select(LimitHit.key).where(LimitHit.kind == RESETS_PER_ACCOUNT.kind)
        )
        tokens = (await session.execute(select(ResetToken.account_id, ResetToken.voided_at))).all()
    assert sorted(tuple(row) for row in references if f"{row[0]}:" in own) == sorted(
        (talker.conversation, done.reference)
        for talker in talkers
        for done in talker.acknowledged
        if done.reference
    )
    assert Counter(hits) == Counter(str(account) for account, _ in tokens)
    # Of an account's tokens only the latest can be redeemed.
    live = Counter(account for account, voided in tokens if voided is None)
    assert live == Counter({account for account, _ in tokens})


async def check_mails(database: Database, box: Mailbox, talkers: list[Talker]) -> int:
    """Each promised mail arrived; one that arrived again is the same, with the same token.

    Returns:
        How many arrived more than once.
    """

    async def waiting() -> int:
        async with database.read() as session:
            states = await session.scalars(select(OutboxMail.state))
            return sum(state != "sent" for state in states)

    # What a dying process was sending belongs to it until the lease is over.
    for _ in range(int(LEASE.total_seconds()) + 30):
        if not await waiting():
            break
        await asyncio.sleep(1)
    assert not await waiting()
    async with database.read() as session:
        rows = {row.message_id: row for row in await session.scalars(select(OutboxMail))}
        tokens = await session.scalars(select(ResetToken))
        hashes = {token.request_key: token.token_hash for token in tokens}
    arrived: dict[str, list[Any]] = {}
    for message in box.messages:
        arrived.setdefault(str(message["Message-ID"]), []).append(message)
    assert set(arrived) == set(rows)
    for message_id, copies in arrived.items():
        row = rows[message_id]
        assert {copy["To"] for copy in copies} == {row.recipient}
        assert len({text_of(copy) for copy in copies}) == 1
        if row.kind == "reset":
            token = link_in(copies[0]).partition("token=")[2]
            assert hash_token(token) == hashes[row.key]
            assert row.text is None
    assert set(_promised(talkers)) <= {rows[message_id].key for message_id in arrived}
    return sum(len(copies) > 1 for copies in arrived.values())
