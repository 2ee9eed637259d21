"""Brings the account store to what an accounts CSV says, all of it or nothing, beside the talks.

SQLite has one writer at a time, so an import writes in short batches and pauses between them. The
file is first copied into the database; from then on it counts as taken, and whoever comes next, the
next import or the next start, ends what was interrupted. An account is at each moment as it was
before or as the file has it, and none is disabled before the whole file has been taken over.
"""

from __future__ import annotations

import asyncio
import time
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import dataclass
from datetime import timedelta
from pathlib import Path

from sqlalchemy import insert, select, update
from sqlalchemy.ext.asyncio import AsyncSession

from bot.content.live import Portal
from bot.desk.accounts_file import Row, read_accounts
from bot.desk.accounts_staging import CLEARING, DONE, STAGING, AccountImport, StagedAccount
from bot.desk.accounts_steps import advance, begin_applying
from bot.ground.db import Database, now
from bot.ground.errors import AccountsFileError

_SHORT_SECONDS = 0.01
_LONG_SECONDS = 0.03
_FIRST_BATCH = 200
_LEAST_BATCH = 200
_MOST_BATCH = 500
_LEAST_PAUSE_SECONDS = 0.005
_ABANDONED = timedelta(hours=1)


@dataclass(frozen=True)
class ImportResult:
    """How many accounts an import touched."""

    added: int
    changed: int
    unchanged: int
    disabled: int


async def import_accounts(
    database: Database, portal: Portal, path: Path, *, sync: bool = False, demo: bool = False
) -> ImportResult:
    """Load an accounts CSV.

    Args:
        database: The account store's database.
        portal: Whose accounts these are; regions are checked against its own.
        path: The file, UTF-8 (a byte order mark is fine), with commas, semicolons or tabs.
        sync: Whether accounts that are no longer in the file are disabled.
        demo: Whether these are demo accounts; loading others removes all demo accounts.

    Raises:
        AccountsFileError: If a row is wrong; it names the lines, and nothing is loaded. Also if
            another import of the portal began meanwhile.
    """
    rows = await asyncio.to_thread(read_accounts, path, portal)
    await finish_imports(database, portal.id)
    batches = _Batches(database)
    async with database.write() as session:
        job = AccountImport(
            portal=portal.id, sync=sync, demo=demo, state=STAGING, total=len(rows), started_at=now()
        )
        session.add(job)
        await session.flush()
        number = job.id
    await _stage(batches, number, rows, path)
    async with batches.next() as session:
        await begin_applying(session, await _locked(session, number, path), batches.size)
    await _run(batches, number)
    async with database.read() as session:
        done = await session.get(AccountImport, number)
    if done is None:
        raise _superseded(path)
    unchanged = done.total - done.added - done.changed
    return ImportResult(done.added, done.changed, unchanged, done.disabled)


async def finish_imports(database: Database, portal_id: str | None = None) -> int:
    """Bring imports that were interrupted to their end; those not wholly copied yet are dropped.

    Args:
        database: The account store's database.
        portal_id: Whose imports, before another one of this portal; of all portals where None, and
            then what may still be at its copy is left alone.

    Returns:
        How many were brought to their end or dropped.
    """
    query = select(AccountImport.id, AccountImport.state)
    unfinished = AccountImport.state != DONE
    if portal_id is None:
        latest = now() - _ABANDONED
        unfinished &= (AccountImport.state != STAGING) | (AccountImport.started_at < latest)
    else:
        query = query.where(AccountImport.portal == portal_id)
    async with database.read() as session:
        found = (await session.execute(query.where(unfinished).order_by(AccountImport.id))).all()
    batches = _Batches(database)
    for number, _ in found:
        async with batches.next() as session:
            # Decided by the statement: its copy may have come to its end meanwhile.
            await session.execute(
                update(AccountImport)
                .where(AccountImport.id == number, AccountImport.state == STAGING)
                .values(state=CLEARING, place=0)
            )
        await _run(batches, number)
    return len(found)


class _Batches:
    """Write transactions, each short: as many rows as lately took a few hundredths of a second."""

    def __init__(self, database: Database) -> None:
        self._database = database
        self._pause = 0.0
        self.size = _FIRST_BATCH

    @asynccontextmanager
    async def next(self) -> AsyncIterator[AsyncSession]:
        """Open the next transaction, after a pause as long as the last one, for other writers."""
        await asyncio.sleep(self._pause)
        async with self._database.write() as session:
            began = time.monotonic()
            yield session
        took = time.monotonic() - began
        if took > _LONG_SECONDS:
            self.size = max(_LEAST_BATCH, self.size // 2)
        elif took < _SHORT_SECONDS:
            self.size = min(_MOST_BATCH, self.size * 2)
        self._pause = max(took, _LEAST_PAUSE_SECONDS)


async def _stage(batches: _Batches, number: int, rows: list[Row], path: Path) -> None:
    start = 0
    while start < len(rows):
        chunk = [
            {"import_id": number, "number": place, **row}
            for place, row in enumerate(rows[start : start + batches.size], start + 1)
        ]
        async with batches.next() as session:
            await _locked(session, number, path)
            await session.execute(insert(StagedAccount), chunk)
        start += len(chunk)


async def _locked(session: AsyncSession, number: int, path: Path) -> AccountImport:
    """Return an import that is at its copy, kept from others until the transaction ends."""
    job = await session.get(AccountImport, number, with_for_update=True)
    if job is None or job.state != STAGING:
        raise _superseded(path)
    return job


def _superseded(path: Path) -> AccountsFileError:
    return AccountsFileError(
        f"{path} n’a pas été chargé : un autre import de ce portail a commencé entre-temps."
        " Relancez celui-ci s’il est le bon."
    )


async def _run(batches: _Batches, number: int) -> None:
    """Advance an import to its end; several processes may do so at once."""
    state = ""
    while state != DONE:
        async with batches.next() as session:
            job = await session.get(AccountImport, number, with_for_update=True)
            if job is None:
                return
            await advance(session, job, batches.size)
            state = job.state
