"""An import beside other writers, and what becomes of one that was killed."""

from __future__ import annotations

import asyncio
import os
import signal
import sqlite3
import sys
from collections import Counter
from pathlib import Path

import pytest
from sqlalchemy import func, select

from bot.content.live import Portal, current_content
from bot.desk import accounts_import
from bot.desk.accounts import AccountRow
from bot.desk.accounts_import import ImportResult, finish_imports, import_accounts
from bot.desk.accounts_staging import (
    APPLYING,
    CLEARING,
    DISABLING,
    DONE,
    STAGING,
    AccountImport,
    StagedAccount,
)
from bot.ground.db import Database
from bot.ground.errors import AccountsFileError
from bot.record.erasure import erase

ROWS = 2000
FIRST = "avant"
SECOND = "après"


@pytest.fixture
def portal(database: Database) -> Portal:
    """The portal whose accounts these are."""
    return current_content().portal("resah")


@pytest.fixture
def small_batches(monkeypatch: pytest.MonkeyPatch) -> None:
    """Many batches for few rows."""
    for name in ("_FIRST_BATCH", "_LEAST_BATCH", "_MOST_BATCH"):
        monkeypatch.setattr(accounts_import, name, 20)


def write(path: Path, name: str, numbers: range) -> Path:
    lines = "".join(f"p{number}@ch.example,{name},active\n" for number in numbers)
    path.write_text(f"email,name,status\n{lines}", encoding="utf-8")
    return path


async def names(database: Database, *, status: str = "active") -> Counter[str]:
    query = select(AccountRow.name).where(AccountRow.status == status)
    async with database.read() as session:
        return Counter(await session.scalars(query))


async def state(database: Database) -> list[str]:
    async with database.read() as session:
        return list(await session.scalars(select(AccountImport.state).order_by(AccountImport.id)))


async def staged(database: Database) -> int:
    async with database.read() as session:
        return await session.scalar(select(func.count()).select_from(StagedAccount)) or 0


async def reached(database: Database, wanted: str, work: asyncio.Task[ImportResult]) -> None:
    """Wait until an import is seen in a state."""
    while wanted not in await state(database):
        assert not work.done(), f"never seen in the state {wanted}"


async def stop_at(database: Database, wanted: str, work: asyncio.Task[ImportResult]) -> None:
    """Cancel an import once it is seen in a state."""
    await reached(database, wanted, work)
    work.cancel()
    with pytest.raises(asyncio.CancelledError):
        await work


@pytest.mark.usefixtures("small_batches")
async def test_others_write_and_read_while_a_file_is_imported(
    database: Database, portal: Portal, tmp_path: Path
) -> None:
    if not database.is_sqlite:
        pytest.skip("only SQLite has one writer at a time")
    await import_accounts(database, portal, write(tmp_path / "a.csv", FIRST, range(400)))
    path = write(tmp_path / "b.csv", SECOND, range(100, 500))
    work = asyncio.create_task(import_accounts(database, portal, path, sync=True))
    other = sqlite3.connect(tmp_path / "guichet.db", timeout=0, isolation_level=None)
    written, seen = 0, set[tuple[int, int]]()
    while not work.done():
        try:
            other.execute("INSERT INTO limit_hits (kind, key, at) VALUES ('k', 'a', '2024-01-01')")
            written += 1
        except sqlite3.OperationalError:
            pass
        counted = await names(database)
        seen.add((counted[FIRST], counted[SECOND]))
        # None of the old ones goes before all of the new ones stand.
        assert counted[FIRST] >= 100 or counted[SECOND] == 400
        assert counted.keys() <= {FIRST, SECOND}
        await asyncio.sleep(0)
    other.close()
    assert await work == ImportResult(100, 300, 0, 100)
    # 20 batches to copy, 20 to take over, 25 to disable, 20 to clear.
    assert written > 5
    assert len(seen) > 3
    assert await names(database) == Counter({SECOND: 400})
    assert await names(database, status="disabled") == Counter({FIRST: 100})
    assert (await state(database), await staged(database)) == ([DONE], 0)


@pytest.mark.usefixtures("small_batches")
@pytest.mark.parametrize("again", ["start", "import"])
@pytest.mark.parametrize("stopped", [STAGING, APPLYING, DISABLING, CLEARING])
async def test_an_interrupted_import_is_ended_or_dropped(
    database: Database, portal: Portal, tmp_path: Path, stopped: str, again: str
) -> None:
    await import_accounts(database, portal, write(tmp_path / "a.csv", FIRST, range(400)))
    path = write(tmp_path / "b.csv", SECOND, range(100, 500))
    work = asyncio.create_task(import_accounts(database, portal, path, sync=True))
    await stop_at(database, stopped, work)
    counted = await names(database)
    if stopped == STAGING:
        assert counted == Counter({FIRST: 400})
    if again == "start":
        assert await finish_imports(database) == (0 if stopped == STAGING else 1)
        if stopped == STAGING:
            # It may still be running; the next import of the portal takes its place.
            assert await names(database) == Counter({FIRST: 400})
            assert await finish_imports(database, "resah") == 1
            assert await staged(database) == 0
            return
    else:
        result = await import_accounts(database, portal, path, sync=True)
        expected = (100, 300, 0, 100) if stopped == STAGING else (0, 0, 400, 0)
        assert result == ImportResult(*expected)
    assert await names(database) == Counter({SECOND: 400})
    assert await names(database, status="disabled") == Counter({FIRST: 100})
    assert await staged(database) == 0
    assert set(await state(database)) == {DONE}


@pytest.mark.usefixtures("small_batches")
async def test_a_later_import_takes_the_place_of_one_at_its_copy(
    database: Database, portal: Portal, tmp_path: Path
) -> None:
    early = write(tmp_path / "a.csv", FIRST, range(400))
    work = asyncio.create_task(import_accounts(database, portal, early))
    await reached(database, STAGING, work)
    late = write(tmp_path / "b.csv", SECOND, range(40))
    assert (await import_accounts(database, portal, late)).added == 40
    with pytest.raises(AccountsFileError, match="un autre import de ce portail a commencé"):
        await work
    assert await names(database) == Counter({SECOND: 40})
    assert await staged(database) == 0


@pytest.mark.usefixtures("small_batches")
async def test_two_may_bring_one_import_to_its_end(
    database: Database, portal: Portal, tmp_path: Path
) -> None:
    path = write(tmp_path / "a.csv", FIRST, range(400))
    work = asyncio.create_task(import_accounts(database, portal, path))
    await reached(database, APPLYING, work)
    assert await finish_imports(database) == 1
    assert await work == ImportResult(400, 0, 0, 0)
    assert await names(database) == Counter({FIRST: 400})


@pytest.mark.usefixtures("small_batches")
async def test_an_erased_address_does_not_come_back_from_the_copy(
    database: Database, portal: Portal, tmp_path: Path
) -> None:
    path = write(tmp_path / "a.csv", FIRST, range(400))
    work = asyncio.create_task(import_accounts(database, portal, path))
    await stop_at(database, APPLYING, work)
    await erase(database, "P399@ch.example", portal="resah", secret_key="k" * 32, var_dir=tmp_path)
    await finish_imports(database)
    assert await names(database) == Counter({FIRST: 399})


_IMPORTER = """
import asyncio, sys
from itertools import count
from pathlib import Path
from bot.content.live import current_content
from bot.desk import accounts_import
from bot.ground.db import current_database

advance, batches = accounts_import.advance, count()

async def until_killed(*arguments):
    await advance(*arguments)
    if next(batches):
        await asyncio.sleep(600)

accounts_import.advance = until_killed
portal = current_content().portal("resah")
path = Path(sys.argv[1])
asyncio.run(accounts_import.import_accounts(current_database(), portal, path, sync=True))
"""
"""Imports until its second batch is written, and never commits that."""


async def test_a_killed_import_leaves_each_account_old_or_new(
    database: Database, portal: Portal, tmp_path: Path
) -> None:
    await import_accounts(database, portal, write(tmp_path / "a.csv", FIRST, range(ROWS)))
    path = write(tmp_path / "b.csv", SECOND, range(500, ROWS + 500))
    process = await asyncio.create_subprocess_exec(
        sys.executable, "-c", _IMPORTER, str(path), env=dict(os.environ)
    )
    while (await names(database))[SECOND] == 0:
        assert process.returncode is None
        await asyncio.sleep(0.01)
    process.send_signal(signal.SIGKILL)
    await process.wait()
    counted = await names(database)
    disabled = await names(database, status="disabled")
    assert disabled[FIRST] == 0 or counted[SECOND] == ROWS
    assert counted.keys() <= {FIRST, SECOND}
    await import_accounts(database, portal, path, sync=True)
    assert await names(database) == Counter({SECOND: ROWS})
    assert await names(database, status="disabled") == Counter({FIRST: 500})
    assert await staged(database) == 0
