"""SQLite's driver: what a statement brings, and how often its thread is visited for it."""

from __future__ import annotations

from collections.abc import AsyncIterator
from pathlib import Path
from typing import Any

import aiosqlite
import pytest
from sqlalchemy import text
from sqlalchemy.exc import IntegrityError, OperationalError

from bot.ground.db import Database

_ROWS = 1_000


@pytest.fixture
async def numbers(tmp_path: Path) -> AsyncIterator[Database]:
    """A database with a table of a thousand numbers."""
    database = Database(f"sqlite+aiosqlite:///{tmp_path / 'numbers.db'}")
    async with database.write() as session:
        await session.execute(text("CREATE TABLE numbers (n INTEGER PRIMARY KEY)"))
        made = await session.execute(
            text("INSERT INTO numbers VALUES (:n)"), [{"n": n} for n in range(_ROWS)]
        )
        assert made.rowcount == _ROWS  # type: ignore[attr-defined]
    yield database
    await database.dispose()


async def test_a_statement_visits_the_thread_once(
    numbers: Database, monkeypatch: pytest.MonkeyPatch
) -> None:
    visits = []
    execute = aiosqlite.Connection._execute

    async def counted(self: Any, call: Any, *arguments: Any, **named: Any) -> Any:
        visits.append(call)
        return await execute(self, call, *arguments, **named)

    async with numbers.read() as session:
        await session.execute(text("SELECT 1"))
        monkeypatch.setattr(aiosqlite.Connection, "_execute", counted)
        assert (await session.execute(text("SELECT n FROM numbers WHERE n < 9"))).all()
        assert len(visits) == 1


async def test_all_rows_are_read(numbers: Database) -> None:
    async with numbers.read() as session:
        rows = (await session.scalars(text("SELECT n FROM numbers ORDER BY n"))).all()
        assert rows == list(range(_ROWS))
        assert (await session.scalar(text("SELECT n FROM numbers WHERE n < 0"))) is None


@pytest.mark.parametrize("some", [1, 7, 300, 5_000])
async def test_rows_are_streamed_in_order(numbers: Database, some: int) -> None:
    async with numbers.read() as session:
        stream = await session.stream(text("SELECT n FROM numbers ORDER BY n"))
        found = [row.n async for part in stream.partitions(some) for row in part]
    assert found == list(range(_ROWS))


async def test_a_stream_may_be_left_early(numbers: Database) -> None:
    async with numbers.read() as session:
        stream = await session.stream(text("SELECT n FROM numbers ORDER BY n"))
        assert (await stream.fetchone()) == (0,)
        await stream.close()
    # The table is free for whoever changes it.
    async with numbers.write() as session:
        await session.execute(text("DROP TABLE numbers"))


async def test_a_statement_that_fails_leaves_the_connection_in_order(numbers: Database) -> None:
    with pytest.raises(IntegrityError):
        async with numbers.write() as session:
            await session.execute(text("INSERT INTO numbers VALUES (1)"))
    with pytest.raises(OperationalError):
        async with numbers.read() as session:
            await session.execute(text("SELECT nothing FROM nowhere"))
    async with numbers.write() as session:
        done = await session.execute(text("DELETE FROM numbers WHERE n < 10"))
        assert done.rowcount == 10  # type: ignore[attr-defined]
