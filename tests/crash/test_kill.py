"""The service is killed again and again in the middle of fifty conversations, and loses nothing.

Every client sends an unanswered message again under its own id. In the end each message stands
once in its conversation with the replies that its sender got, each conversation went on at its
step, each reset and each ticket that was promised was written once, and each mail arrived; one that
arrived twice is the same mail.
"""

from __future__ import annotations

import asyncio
import json
import os
import random
import re
import subprocess
import sys
import time
from collections import Counter
from collections.abc import AsyncIterator, Iterator
from contextlib import asynccontextmanager
from pathlib import Path
from typing import Any

import aiohttp
import pytest
from sqlalchemy import select

from actions.db import Database
from actions.limits import RESETS_PER_ACCOUNT, LimitHit
from actions.outbox import OutboxMail
from actions.resets import ResetToken, hash_token
from actions.sender import LEASE
from actions.settings import load_settings
from actions.tickets import Ticket, TicketEntry
from actions.transcript import Conversation, TranscriptEvent, Turn
from tests.support.conversations import (
    PORTALS,
    Progress,
    Script,
    Talker,
    client,
    scripts,
    until,
    write_accounts,
)
from tests.support.mail import Mailbox, link_in, text_of
from tests.support.service import ROOT, Service

pytestmark = [pytest.mark.slow, pytest.mark.timeout(900)]

KILLS = int(os.environ.get("GUICHET_CRASH_KILLS", "4"))
"""Each costs a restart of some seconds; `GUICHET_CRASH_KILLS=20` is the thorough run."""

CONVERSATIONS = 50
ACCOUNTS = 60
SEED = 20

_REFERENCE = re.compile(r"\bG-\w{4}\b")


class SlowMailbox(Mailbox):
    """Takes its time once a message is in: a kill in that moment has it sent again."""

    async def handle_DATA(self, server: Any, session: Any, envelope: Any) -> str:
        answer = await super().handle_DATA(server, session, envelope)
        await asyncio.sleep(0.02)
        return answer


@pytest.fixture
def slow_mailbox() -> Iterator[SlowMailbox]:
    box = SlowMailbox()
    box.start()
    yield box
    box.stop()


@pytest.fixture(
    params=[("sqlite", KILLS), pytest.param(("postgresql", KILLS), marks=pytest.mark.postgres)],
    ids=lambda value: f"{value[0]}, {value[1]} kills",
)
def ground(request: pytest.FixtureRequest, tmp_path: Path) -> tuple[str, int]:
    """The database's URL and how often the service is killed on it."""
    kind, kills = request.param
    if kind == "sqlite":
        return f"sqlite:///{tmp_path / 'guichet.db'}", kills
    return str(request.getfixturevalue("postgres_url")), kills


def _import_accounts(service: Service, folder: Path, all_scripts: list[Script]) -> None:
    for portal in PORTALS:
        path = write_accounts(folder, all_scripts, portal, ACCOUNTS)
        subprocess.run(
            [sys.executable, "-m", "bot.cli", "accounts", "import", str(path), "--portal", portal],
            cwd=ROOT, env=service.environment(), check=True, capture_output=True,
        )  # fmt: skip


async def _kill_again_and_again(
    service: Service, progress: Progress, kills: int, messages: int
) -> list[float]:
    """Kill and restart the service at moments drawn over the whole run.

    Every other kill is aimed at the moments after a mail was promised.

    Returns:
        The seconds that each restart took.
    """
    draw = random.Random(SEED)
    marks = sorted(draw.sample(range(5, int(messages * 0.93)), kills))
    restarts = []
    for number, mark in enumerate(marks):
        await until(lambda mark=mark: progress.acknowledged >= mark)
        if number % 2:
            promises, most = progress.promises, progress.acknowledged + 20
            await until(
                lambda promises=promises, most=most: (
                    progress.promises > promises or progress.acknowledged >= most
                )
            )
        await asyncio.sleep(draw.uniform(0, 0.04))
        await until(lambda: progress.in_flight > 0)
        await asyncio.to_thread(service.kill)
        started = time.monotonic()
        await asyncio.to_thread(service.start)
        restarts.append(time.monotonic() - started)
    return restarts


@asynccontextmanager
async def _opened(url: str, var_dir: Path) -> AsyncIterator[Database]:
    settings = load_settings({"GUICHET_DATABASE_URL": url, "GUICHET_VAR_DIR": str(var_dir)})
    database = Database(settings.database_url)
    yield database
    await database.dispose()


async def test_nothing_is_lost_or_done_twice(
    model: Path,
    ground: tuple[str, int],
    slow_mailbox: SlowMailbox,
    tmp_path: Path,
    record_property: Any,
) -> None:
    url, kills = ground
    service = Service(
        tmp_path, env={"GUICHET_SMTP_URL": slow_mailbox.url, "GUICHET_DATABASE_URL": url}
    )
    all_scripts = scripts(CONVERSATIONS)
    _import_accounts(service, tmp_path, all_scripts)
    progress = Progress()
    talkers = [Talker(script, service, progress) for script in all_scripts]
    messages = sum(len(script.messages) for script in all_scripts)
    await asyncio.to_thread(service.start)
    try:
        async with client() as http:
            begun = time.monotonic()
            restarts, *_ = await asyncio.gather(
                _kill_again_and_again(service, progress, kills, messages),
                *(talker.run(http) for talker in talkers),
            )
            took = time.monotonic() - begun
            print({"talk": round(took), "restarts": [round(seconds, 1) for seconds in restarts]})
            async with _opened(url, tmp_path) as database:
                await _check_transcripts(http, service, database, talkers)
                await _check_repeats_answer_the_same(http, database, talkers)
                undisturbed = await _run_undisturbed(http, service, all_scripts)
                await _check_steps(database, talkers, undisturbed)
                await _check_written_once(database, talkers)
                repeats = await _check_mails(database, slow_mailbox, talkers)
    finally:
        service.stop()
    figures = {
        "kills": len(restarts),
        "messages": progress.acknowledged,
        "sent again": progress.retries,
        "promised mails": progress.promises,
        "mails delivered twice": repeats,
        "seconds": round(took),
        "slowest restart": round(max(restarts), 1),
    }
    record_property("figures", figures)
    print(figures)
    assert progress.acknowledged == messages
    assert len(restarts) == kills


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


async def _check_transcripts(
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


async def _check_repeats_answer_the_same(
    http: aiohttp.ClientSession, database: Database, talkers: list[Talker]
) -> None:
    """Each message, sent once more, gets the very same answer and writes nothing."""

    async def counts() -> tuple[int, ...]:
        async with database.read() as session:
            tables = (
                TranscriptEvent, Turn, ResetToken, Ticket, TicketEntry, OutboxMail, LimitHit,
            )  # fmt: skip
            return tuple(
                [len((await session.execute(select(table.__table__))).all()) for table in tables]
            )

    before = await counts()

    async def again(talker: Talker) -> None:
        for done in talker.acknowledged:
            assert await talker.send(http, done.text, done.message_id) == done.replies

    await asyncio.gather(*(again(talker) for talker in talkers))
    assert await counts() == before


async def _run_undisturbed(
    http: aiohttp.ClientSession, service: Service, all_scripts: list[Script]
) -> list[Talker]:
    progress = Progress()
    talkers = [Talker(script, service, progress, prefix="calm") for script in all_scripts]
    await asyncio.gather(*(talker.run(http) for talker in talkers))
    assert progress.retries == 0
    return talkers


async def _check_steps(
    database: Database, talkers: list[Talker], undisturbed: list[Talker]
) -> None:
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


async def _check_written_once(database: Database, talkers: list[Talker]) -> None:
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
        assert await keys_of(OutboxMail.key) == sorted(promised)
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


async def _check_mails(database: Database, box: Mailbox, talkers: list[Talker]) -> int:
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
