"""The unit of work: joined or one's own, together or not at all, and no lock while thinking."""

from __future__ import annotations

import asyncio
import os
import sqlite3
from collections.abc import Callable
from datetime import datetime, timedelta, timezone
from pathlib import Path

import pytest
from sqlalchemy import func, select, text
from sqlalchemy.exc import DBAPIError, OperationalError, SQLAlchemyError
from sqlalchemy.ext.asyncio import AsyncSession

from bot.desk.accounts import AccountRow
from bot.ground.db import Database, UnitOfWork, Write, in_turn, is_locked, now, unit_of_work
from bot.ground.limits import LimitHit


def writing(key: str) -> Write:
    """Return a write that leaves one row."""

    async def write(session: AsyncSession) -> None:
        session.add(LimitHit(kind="test", key=key, at=now()))

    return write


async def failing(session: AsyncSession) -> None:
    await session.execute(text("INSERT INTO nowhere VALUES (1)"))


async def keys(database: Database) -> list[str]:
    async with database.read() as session:
        return list(await session.scalars(select(LimitHit.key).order_by(LimitHit.id)))


async def test_an_own_unit_commits_at_its_end_in_order(database: Database) -> None:
    assert not in_turn()
    async with unit_of_work(database) as unit:
        assert in_turn()
        for key in "abc":
            unit.defer(writing(key))
        assert await keys(database) == []
    assert not in_turn()
    assert await keys(database) == ["a", "b", "c"]


async def test_a_joined_unit_commits_with_the_outer_one(database: Database) -> None:
    async with unit_of_work(database, commit=False) as outer:
        async with unit_of_work(database) as inner:
            assert inner is outer
            inner.defer(writing("inner"))
        assert await keys(database) == []
        outer.defer(writing("outer"))
        await outer.commit()
        assert await keys(database) == ["inner", "outer"]


async def test_without_a_commit_nothing_is_kept(database: Database) -> None:
    async with unit_of_work(database, commit=False) as unit:
        unit.defer(writing("a"))
    assert await keys(database) == []


async def test_tasks_have_units_of_their_own(database: Database) -> None:
    async def turn(key: str) -> UnitOfWork:
        async with unit_of_work(database) as unit:
            unit.defer(writing(key))
            await asyncio.sleep(0.01)
            return unit

    first, second = await asyncio.gather(turn("a"), turn("b"))
    assert first is not second
    assert sorted(await keys(database)) == ["a", "b"]


async def test_discarded_writes_are_forgotten(database: Database) -> None:
    async with unit_of_work(database) as unit:
        unit.defer(writing("gone"))
        unit.discard()
        unit.defer(writing("kept"))
    assert await keys(database) == ["kept"]


async def test_one_failing_write_undoes_all_and_a_second_try_may_succeed(
    database: Database,
) -> None:
    unit = UnitOfWork(database)
    unit.defer(writing("a"))
    unit.defer(failing)
    unit.defer(writing("b"))
    with pytest.raises(SQLAlchemyError):
        await unit.commit()
    assert await keys(database) == []
    async with database.engine.begin() as connection:
        await connection.execute(text("CREATE TABLE nowhere (x INTEGER)"))
    await unit.commit()
    await unit.commit()
    assert await keys(database) == ["a", "b"]


async def test_an_error_in_the_block_keeps_nothing_and_closes_the_unit(
    database: Database,
) -> None:
    with pytest.raises(RuntimeError):
        async with unit_of_work(database) as unit:
            unit.defer(writing("a"))
            raise RuntimeError
    assert not in_turn()
    assert await keys(database) == []
    with pytest.raises(RuntimeError):
        async with database.write() as session:
            session.add(LimitHit(kind="test", key="b", at=now()))
            await session.flush()
            raise RuntimeError
    assert await keys(database) == []
    async with database.write() as session:
        session.add(LimitHit(kind="test", key="c", at=now()))
    assert await keys(database) == ["c"]


async def test_a_cancelled_write_frees_its_transaction(database: Database) -> None:
    entered = asyncio.Event()

    async def hold() -> None:
        async with database.write() as session:
            session.add(LimitHit(kind="test", key="held", at=now()))
            await session.flush()
            entered.set()
            await asyncio.sleep(60)

    task = asyncio.create_task(hold())
    await asyncio.wait_for(entered.wait(), 20)
    task.cancel()
    with pytest.raises(asyncio.CancelledError):
        await task

    async def write() -> None:
        async with database.write() as session:
            session.add(LimitHit(kind="test", key="after", at=now()))

    await asyncio.wait_for(write(), 8)
    assert await keys(database) == ["after"]


async def test_no_lock_is_held_between_defer_and_commit(database: Database) -> None:
    other = Database(database.engine.url.render_as_string(hide_password=False))

    async def write_elsewhere(key: str) -> None:
        async with other.write() as session:
            session.add(LimitHit(kind="test", key=key, at=now()))

    async with unit_of_work(database) as unit:
        unit.defer(writing("turn"))
        await keys(database)
        await asyncio.wait_for(write_elsewhere("meanwhile"), 8)
        assert await keys(database) == ["meanwhile"]
    assert await keys(database) == ["meanwhile", "turn"]
    await other.dispose()


async def test_writers_wait_for_each_other_and_lose_nothing(database: Database) -> None:
    other = Database(database.engine.url.render_as_string(hide_password=False))

    async def increment(one: Database) -> None:
        for _ in range(10):
            async with one.write() as session:
                count = await session.scalar(select(func.count()).select_from(LimitHit))
                session.add(LimitHit(kind="test", key=f"{count}", at=now()))

    await asyncio.gather(increment(database), increment(other))
    found = await keys(database)
    assert len(found) == 20
    if database.is_sqlite:
        # Its write transactions exclude each other from their first statement on.
        assert found == [str(number) for number in range(20)]
    await other.dispose()


async def test_a_second_writer_on_sqlite_is_told_that_the_base_is_locked(
    tmp_path: Path,
) -> None:
    path = tmp_path / "guichet.db"
    database = Database(f"sqlite+aiosqlite:///{path}")
    with sqlite3.connect(path, timeout=0.05, isolation_level=None) as impatient:
        async with database.write():
            with pytest.raises(sqlite3.OperationalError) as caught:
                impatient.execute("BEGIN IMMEDIATE")
    assert is_locked(caught.value)
    assert is_locked(OperationalError("BEGIN", None, caught.value))
    assert not is_locked(RuntimeError("locked"))
    await database.dispose()


async def test_sqlite_runs_as_the_design_says(tmp_path: Path) -> None:
    database = Database(f"sqlite+aiosqlite:///{tmp_path / 'deeper' / 'guichet.db'}")
    async with database.read() as session:

        async def pragma(name: str) -> object:
            return await session.scalar(text(f"PRAGMA {name}"))

        assert await pragma("journal_mode") == "wal"
        assert await pragma("synchronous") == 2
        assert await pragma("foreign_keys") == 1
        assert await pragma("secure_delete") == 1
    await database.dispose()


@pytest.mark.parametrize(
    "moment",
    [
        lambda: datetime(2024, 3, 1, 12, tzinfo=timezone.utc),
        lambda: datetime(2024, 3, 1, 14, tzinfo=timezone(timedelta(hours=2))),
    ],
)
async def test_moments_come_back_aware_and_in_utc(
    database: Database, moment: Callable[[], datetime]
) -> None:
    async with database.write() as session:
        session.add(LimitHit(kind="test", key="a", at=moment()))
        session.add(AccountRow(portal="p", email="e", address="a", status="active"))
    async with database.read() as session:
        at = await session.scalar(select(LimitHit.at))
        assert at == datetime(2024, 3, 1, 12, tzinfo=timezone.utc)
        assert at is not None and at.utcoffset() == timedelta(0)
        assert await session.scalar(select(AccountRow.activated_at)) is None


async def test_foreign_keys_hold(database: Database) -> None:
    with pytest.raises(DBAPIError):
        async with database.write() as session:
            await session.execute(
                text(
                    "INSERT INTO reset_tokens (portal, account_id, login, address, token_hash,"
                    " request_key, created_at, expires_at)"
                    " VALUES ('p', 999, 'l', 'a', 'h', 'k', '2024-01-01', '2024-01-01')"
                )
            )


async def test_a_new_database_file_and_its_log_are_their_owners_alone(tmp_path: Path) -> None:
    before = os.umask(0o022)
    try:
        database = Database(f"sqlite+aiosqlite:///{tmp_path / 'var' / 'guichet.db'}")
        async with database.engine.begin() as connection:
            await connection.exec_driver_sql("CREATE TABLE t (a TEXT)")
            modes = {
                path.name: path.stat().st_mode & 0o777 for path in (tmp_path / "var").iterdir()
            }
        await database.dispose()
    finally:
        os.umask(before)
    assert (tmp_path / "var").stat().st_mode & 0o777 == 0o700
    assert modes == {name: 0o600 for name in ("guichet.db", "guichet.db-wal", "guichet.db-shm")}
