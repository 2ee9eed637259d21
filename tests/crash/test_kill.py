"""The service is killed again and again in the middle of fifty conversations, and loses nothing.

Every client sends an unanswered message again under its own id. In the end each message stands
once in its conversation with the replies that its sender got, each conversation went on at its
step, each reset and each ticket that was promised was written once, and each mail arrived; one that
arrived twice is the same mail.
"""

from __future__ import annotations

import asyncio
import os
import random
import time
from collections.abc import AsyncIterator, Iterator
from contextlib import asynccontextmanager
from pathlib import Path
from typing import Any

import aiohttp
import pytest

from bot.ground.db import Database
from bot.ground.settings import load_settings
from tests.crash.checks import (
    check_mails,
    check_repeats_answer_the_same,
    check_steps,
    check_transcripts,
    check_written_once,
)
from tests.support.command import run_command
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
from tests.support.mail import Mailbox
from tests.support.service import Service

pytestmark = [pytest.mark.slow, pytest.mark.timeout(900)]

KILLS = int(os.environ.get("GUICHET_CRASH_KILLS", "4"))
"""Each costs a restart of some seconds; `GUICHET_CRASH_KILLS=20` is the thorough run."""

CONVERSATIONS = 50
ACCOUNTS = 60
SEED = 20


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
        run_command(
            "accounts", "import", str(path), "--portal", portal,
            env=service.environment(), check=True,
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


async def _run_undisturbed(
    http: aiohttp.ClientSession, service: Service, all_scripts: list[Script]
) -> list[Talker]:
    progress = Progress()
    talkers = [Talker(script, service, progress, prefix="calm") for script in all_scripts]
    await asyncio.gather(*(talker.run(http) for talker in talkers))
    assert progress.retries == 0
    return talkers


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
                await check_transcripts(http, service, database, talkers)
                await check_repeats_answer_the_same(http, database, talkers)
                undisturbed = await _run_undisturbed(http, service, all_scripts)
                await check_steps(database, talkers, undisturbed)
                await check_written_once(database, talkers)
                repeats = await check_mails(database, slow_mailbox, talkers)
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
