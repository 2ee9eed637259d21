"""The service is killed again and again in the middle of fifty conversations, and loses nothing.

Every client sends an unanswered message again under its own id. In the end each message stands once
in its conversation with the replies that its sender got, each conversation went on at its step, and
each reset mail that was promised arrived; one that arrived twice is the same mail.
"""

from __future__ import annotations

import asyncio
import random
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

from actions.accounts import AccountRow
from actions.db import Database
from actions.limits import RESETS_PER_ACCOUNT, LimitHit
from actions.outbox import OutboxMail
from actions.resets import ResetToken, hash_token
from actions.sender import LEASE
from actions.settings import load_settings
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

CONVERSATIONS = 50
ACCOUNTS = 60
SEED = 20


class SlowMailbox(Mailbox):
    """Takes its time after a message is in, as servers do: the moment in which a kill repeats it."""

    async def handle_DATA(self, server: Any, session: Any, envelope: Any) -> str:  # noqa: N802
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
    params=[("sqlite", 20), pytest.param(("postgresql", 5), marks=pytest.mark.postgres)],
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

    Every other kill is aimed at the moments after a promised reset mail.

    Returns:
        The seconds that each restart took.
    """
    draw = random.Random(SEED)
    marks = sorted(draw.sample(range(5, int(messages * 0.93)), kills))
    restarts = []
    for number, mark in enumerate(marks):
        await until(lambda mark=mark: progress.acknowledged >= mark)
        if number % 2:
            resets, most = progress.resets, progress.acknowledged + 20
            await until(lambda: progress.resets > resets or progress.acknowledged >= most)
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
                await _check_resets(database, talkers)
                repeats = await _check_mails(database, slow_mailbox, talkers)
    finally:
        service.stop()
    figures = {
        "kills": len(restarts),
        "messages": progress.acknowledged,
        "sent again": progress.retries,
        "resets": progress.resets,
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
            tables = (TranscriptEvent, Turn, ResetToken, OutboxMail, LimitHit)
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
        for done, wanted in zip(talker.acknowledged, calm.acknowledged, strict=True):
            mine = [reply | {"recipient_id": ""} for reply in done.replies]
            theirs = [reply | {"recipient_id": ""} for reply in wanted.replies]
            assert mine == theirs, (talker.script.messages, done.text)
        async with database.read() as session:
            states = [
                dict(
                    await session.scalar(  # type: ignore[arg-type]
                        select(Turn.state)
                        .where(Turn.conversation_id == one.conversation)
                        .order_by(Turn.number.desc())
                        .limit(1)
                    )
                )
                for one in (talker, calm)
            ]
        for state in states:
            state.pop("at")
        assert states[0] == states[1]


def _promised(talkers: list[Talker]) -> set[str]:
    """Return the request keys of the reset mails that were promised."""
    return {
        f"{talker.conversation}:{done.message_id}:reset"
        for talker in talkers
        for done in talker.acknowledged
        if done.promises_mail
    }


async def _check_resets(database: Database, talkers: list[Talker]) -> None:
    """One token, one mail and one count towards the limit for each promise, and no other."""
    promised = _promised(talkers)
    per_conversation = Counter(key.partition(":")[0] for key in promised)
    assert all(per_conversation[talker.conversation] for talker in talkers)
    async with database.read() as session:
        mine = [talker.conversation for talker in talkers]
        tokens = [
            key
            for key in await session.scalars(select(ResetToken.request_key))
            if key.partition(":")[0] in mine
        ]
        mails = [
            key
            for key in await session.scalars(select(OutboxMail.key))
            if key.partition(":")[0] in mine
        ]
        hits = Counter(
            await session.scalars(
                select(LimitHit.key).where(LimitHit.kind == RESETS_PER_ACCOUNT.kind)
            )
        )
        issued = Counter(str(owner) for owner in await session.scalars(select(ResetToken.account_id)))
        live = Counter(
            await session.scalars(
                select(ResetToken.account_id).where(ResetToken.voided_at.is_(None))
            )
        )
        accounts = await session.scalars(select(AccountRow.id))
        assert set(live) <= set(accounts)
    assert Counter(tokens) == Counter(promised)
    assert Counter(mails) == Counter(promised)
    assert hits == issued
    assert set(live.values()) == {1}


async def _check_mails(database: Database, box: Mailbox, talkers: list[Talker]) -> int:
    """Each promised mail arrived; one that arrived again is the same, with the same token.

    Returns:
        How many arrived more than once.
    """

    async def waiting() -> int:
        async with database.read() as session:
            states = await session.scalars(select(OutboxMail.state))
            return sum(state != "sent" for state in states)

    deadline = time.monotonic() + LEASE.total_seconds() + 30
    while await waiting() and time.monotonic() < deadline:
        await asyncio.sleep(0.5)
    assert not await waiting()
    async with database.read() as session:
        rows = {row.message_id: row for row in await session.scalars(select(OutboxMail))}
        hashes = {row.request_key: row.token_hash for row in await session.scalars(select(ResetToken))}
    arrived: dict[str, list[Any]] = {}
    for message in box.messages:
        arrived.setdefault(str(message["Message-ID"]), []).append(message)
    assert set(arrived) == set(rows)
    for message_id, copies in arrived.items():
        row = rows[message_id]
        assert {copy["To"] for copy in copies} == {row.recipient}
        assert len({text_of(copy) for copy in copies}) == 1
        token = link_in(copies[0]).partition("token=")[2]
        assert hash_token(token) == hashes[row.key]
        assert row.text is None
    promised = _promised(talkers)
    assert promised <= {rows[message_id].key for message_id in arrived}
    return sum(len(copies) > 1 for copies in arrived.values())
