"""SQLite's connections: one visit to a connection's thread a statement, where aiosqlite makes four.

Each visit wakes two threads, which took a turn longer than its statements did.
"""

from __future__ import annotations

import sqlite3
from collections import deque
from collections.abc import Iterable, Sequence
from functools import partial
from typing import Any

import aiosqlite

_AT_ONCE = 256
"""Rows that are fetched with the statement; more of them wait until they are asked for."""


class Cursor:
    """One statement and its rows, as SQLAlchemy's dialect of aiosqlite uses them.

    Attributes:
        description: What the columns are called, or None where the statement has no rows.
        rowcount: How many rows it changed.
        lastrowid: Which row it made last.
    """

    def __init__(self, connection: Connection) -> None:
        self.description: Any = None
        self.rowcount = -1
        self.lastrowid: int | None = None
        self._connection = connection
        self._rows: deque[Any] = deque()
        self._cursor: sqlite3.Cursor | None = None

    async def execute(self, statement: str, parameters: Any = ()) -> None:
        """Run a statement and fetch its first rows."""
        await self._connection.visit(self._run, sqlite3.Cursor.execute, statement, parameters)

    async def executemany(self, statement: str, parameters: Iterable[Any]) -> None:
        """Run a statement once for each of several parameters."""
        await self._connection.visit(self._run, sqlite3.Cursor.executemany, statement, parameters)

    async def fetchone(self) -> Any:
        """Return the next row, or None."""
        rows = await self.fetchmany(1)
        return rows[0] if rows else None

    async def fetchmany(self, size: int = 1) -> Sequence[Any]:
        """Return the next rows, as many as are wanted and left."""
        missing = size - len(self._rows)
        if missing > 0 and self._cursor:
            await self._connection.visit(self._fetch, max(missing, _AT_ONCE))
        return [self._rows.popleft() for _ in range(min(size, len(self._rows)))]

    async def fetchall(self) -> Sequence[Any]:
        """Return all rows that are left."""
        if self._cursor:
            await self._connection.visit(self._fetch, None)
        rows = list(self._rows)
        self._rows.clear()
        return rows

    async def close(self) -> None:
        """End the statement; rows that were not fetched are dropped."""
        self._rows.clear()
        if self._cursor:
            await self._connection.visit(self._end)

    def _run(self, how: Any, statement: str, parameters: Any) -> None:
        self._cursor = self._connection.opened.cursor()
        try:
            how(self._cursor, statement, parameters)
            self.description = self._cursor.description
            self.rowcount, self.lastrowid = self._cursor.rowcount, self._cursor.lastrowid
            self._fetch(_AT_ONCE)
        except BaseException:
            self._end()
            raise

    def _fetch(self, size: int | None) -> None:
        assert self._cursor is not None
        wanted = self._cursor.fetchall() if size is None else self._cursor.fetchmany(size)
        self._rows.extend(wanted)
        if size is None or len(wanted) < size:
            self._end()

    def _end(self) -> None:
        if self._cursor:
            self._cursor.close()
        self._cursor = None


class Connection(aiosqlite.Connection):
    """A connection whose statements visit its thread once."""

    @property
    def opened(self) -> sqlite3.Connection:
        """The driver's own connection, for what runs in its thread."""
        return self._conn

    async def cursor(self) -> Cursor:  # type: ignore[override]
        """Return a cursor; the statement itself opens the driver's."""
        return Cursor(self)

    async def visit(self, call: Any, *arguments: Any) -> None:
        """Run a call in the connection's thread."""
        await self._execute(call, *arguments)  # type: ignore[no-untyped-call]


def connect(database: str, **options: Any) -> Connection:
    """Return a connection to a file, to be awaited, with the options of `sqlite3.connect`."""
    connection = Connection(partial(sqlite3.connect, database, **options), iter_chunk_size=_AT_ONCE)
    # It must not keep a process alive that ends.
    connection._thread.daemon = True
    return connection
