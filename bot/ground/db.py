"""The database: engine, typed base, and one unit of work a turn.

SQLite runs in WAL mode. Reads are short transactions of their own; writes are collected while the
turn thinks and committed together in one short write transaction, so that SQLite's single write
lock is never held across thinking, and a failing turn leaves nothing behind.
"""

from __future__ import annotations

import asyncio
import errno
import sqlite3
from collections.abc import AsyncIterator, Awaitable, Callable
from contextlib import AsyncExitStack, asynccontextmanager
from contextvars import ContextVar
from datetime import datetime, timezone
from functools import lru_cache
from pathlib import Path
from typing import Any, TypeVar

from sqlalchemy import DateTime, MetaData, event
from sqlalchemy.engine import Dialect, make_url
from sqlalchemy.ext.asyncio import AsyncEngine, AsyncSession, create_async_engine
from sqlalchemy.orm import DeclarativeBase
from sqlalchemy.types import TypeDecorator

from bot.ground import sqlite_driver
from bot.ground.settings import current_settings

_WRITE = "guichet_write"

Write = Callable[[AsyncSession], Awaitable[None]]
"""A write to run inside the unit's transaction; it must be safe to run again on a retry."""

_W = TypeVar("_W")


class Base(DeclarativeBase):
    """Base of all tables; constraint names are fixed so that migrations can name them."""

    metadata = MetaData(
        naming_convention={
            "ix": "ix_%(column_0_label)s",
            "uq": "uq_%(table_name)s_%(column_0_name)s",
            "fk": "fk_%(table_name)s_%(column_0_name)s",
            "pk": "pk_%(table_name)s",
        }
    )


class Moment(TypeDecorator[datetime]):
    """An instant in UTC; SQLite stores it without its zone, so it is put back on reading."""

    impl = DateTime(timezone=True)
    cache_ok = True

    def process_bind_param(self, value: datetime | None, dialect: Dialect) -> datetime | None:
        """Convert an aware datetime to UTC."""
        return None if value is None else value.astimezone(timezone.utc)

    def process_result_value(self, value: datetime | None, dialect: Dialect) -> datetime | None:
        """Return an aware datetime in UTC."""
        if value is None or value.tzinfo is not None:
            return value
        return value.replace(tzinfo=timezone.utc)


def now() -> datetime:
    """Return the present instant, aware, in UTC."""
    return datetime.now(timezone.utc)


class DatabaseGone(OSError):
    """SQLite's file was taken away: what is written now would be lost with the process."""


class Database:
    """One engine with the read and write transactions that Guichet uses.

    Args:
        url: SQLAlchemy URL with an async driver (`sqlite+aiosqlite` or `postgresql+psycopg`).
    """

    def __init__(self, url: str) -> None:
        parsed = make_url(url)
        self.is_sqlite = parsed.get_backend_name() == "sqlite"
        # What a statement carries is somebody's data, and an error tells it to the log.
        options: dict[str, Any] = {"hide_parameters": True}
        if self.is_sqlite and parsed.database and parsed.database != ":memory:":
            # Its owner's alone, whatever process is first; SQLite makes its log with the same mode.
            path = Path(parsed.database)
            path.parent.mkdir(parents=True, exist_ok=True, mode=0o700)
            if not path.exists():
                path.touch(mode=0o600)
        if not self.is_sqlite:
            options |= {"pool_pre_ping": True, "pool_size": 5, "max_overflow": 10}
        self.engine: AsyncEngine = create_async_engine(url, **options)
        self._writers = asyncio.Lock()
        if self.is_sqlite:
            event.listen(self.engine.sync_engine, "do_connect", _use_our_driver)
            event.listen(self.engine.sync_engine, "connect", _prepare_sqlite)
            event.listen(self.engine.sync_engine, "begin", _begin_sqlite)
        self._file = Path(parsed.database) if self.is_sqlite and parsed.database else None
        self._inode: int | None = None

    def is_in_place(self) -> bool:
        """Tell whether SQLite's file is still the one that was opened.

        A file that was taken away can still be written to, by those who have it open: all of it
        would be lost with them.
        """
        if self._file is None or str(self._file) == ":memory:":
            return True
        try:
            inode = self._file.stat().st_ino
        except OSError:
            # Not made yet, or gone.
            return self._inode is None
        if self._inode is None:
            self._inode = inode
        return inode == self._inode

    @asynccontextmanager
    async def read(self) -> AsyncIterator[AsyncSession]:
        """Open a short read transaction."""
        async with AsyncSession(self.engine, expire_on_commit=False) as session:
            yield session

    @asynccontextmanager
    async def write(self) -> AsyncIterator[AsyncSession]:
        """Open a write transaction that commits at the end of the block, or rolls back.

        SQLite has one writer at a time, and whoever polls for its lock in vain may starve while it
        keeps a connection from readers; so the writers of this process queue before they take one.
        """
        async with AsyncExitStack() as stack:
            if self.is_sqlite:
                await stack.enter_async_context(self._writers)
            if not self.is_in_place():
                raise DatabaseGone(errno.ENOENT, "The database's file is gone")
            session = await stack.enter_async_context(
                AsyncSession(self.engine, expire_on_commit=False)
            )
            await session.connection(execution_options={_WRITE: True})
            yield session
            await session.commit()

    async def dispose(self) -> None:
        """Close all connections; another event loop may use the database afterwards."""
        await self.engine.dispose()
        self._inode = None
        self._writers = asyncio.Lock()


def _use_our_driver(_dialect: Any, _record: Any, _arguments: Any, options: dict[str, Any]) -> None:
    options["async_creator_fn"] = sqlite_driver.connect


def _prepare_sqlite(connection: Any, _record: Any) -> None:
    # The driver's own implicit BEGIN is deferred and comes too late: transactions are begun by
    # `_begin_sqlite` instead, as SQLAlchemy's documentation of the dialect advises.
    connection.isolation_level = None
    cursor = connection.cursor()
    for pragma in (
        "journal_mode=WAL",
        "synchronous=FULL",
        "foreign_keys=ON",
        "busy_timeout=10000",
        "secure_delete=ON",
    ):
        cursor.execute(f"PRAGMA {pragma}")
    cursor.close()


def _begin_sqlite(connection: Any) -> None:
    immediate = connection.get_execution_options().get(_WRITE, False)
    connection.exec_driver_sql("BEGIN IMMEDIATE" if immediate else "BEGIN")


class UnitOfWork:
    """Everything that one turn writes, committed together or not at all.

    Args:
        database: Where to commit.
    """

    def __init__(self, database: Database) -> None:
        self.database = database
        self._writes: list[Write] = []

    def defer(self, write: Write) -> None:
        """Add a write to run at the commit, in the order of these calls."""
        self._writes.append(write)

    def find(self, kind: type[_W]) -> _W | None:
        """Return the first write of a type that was collected so far, or None."""
        return next((write for write in self._writes if isinstance(write, kind)), None)

    def discard(self) -> None:
        """Forget all writes collected so far."""
        self._writes.clear()

    async def commit(self) -> None:
        """Run the collected writes in one transaction.

        Raises:
            sqlalchemy.exc.SQLAlchemyError: If a write fails; nothing of the unit is kept then.
        """
        if not self._writes:
            return
        async with self.database.write() as session:
            for write in self._writes:
                await write(session)
        self._writes.clear()


_current_unit: ContextVar[UnitOfWork | None] = ContextVar("guichet_unit", default=None)


@asynccontextmanager
async def unit_of_work(database: Database, *, commit: bool = True) -> AsyncIterator[UnitOfWork]:
    """Join the turn's unit of work, or open one of one's own.

    In process the engine opens the unit and actions join it; an action server, which has no turn
    around it, gets a unit of its own that commits when the action ends.

    Args:
        database: Where an own unit commits.
        commit: Whether an own unit commits by itself at the end of the block.
    """
    unit = _current_unit.get()
    if unit is not None:
        yield unit
        return
    unit = UnitOfWork(database)
    token = _current_unit.set(unit)
    try:
        yield unit
        if commit:
            await unit.commit()
    finally:
        _current_unit.reset(token)


def in_turn() -> bool:
    """Tell whether a unit of work of a turn is open around the caller."""
    return _current_unit.get() is not None


@lru_cache(maxsize=1)
def current_database() -> Database:
    """Return the process's database, opened at the first call."""
    return Database(current_settings().database_url)


def is_locked(error: BaseException) -> bool:
    """Tell whether SQLite gave up waiting for its write lock."""
    cause = getattr(error, "orig", error)
    return isinstance(cause, sqlite3.OperationalError) and "locked" in str(cause)
