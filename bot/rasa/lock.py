"""One message of a conversation at a time: first come, first served, across processes too.

Rasa's lock stores poll once a second and their Redis form can hand the same ticket out twice. Here
tasks of one process queue on an asyncio lock; processes sharing a PostgreSQL database queue on an
advisory lock, which the server frees when a process dies.
"""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from typing import Any

from rasa.core.lock_store import LockStore
from sqlalchemy import func, select
from sqlalchemy.ext.asyncio import AsyncEngine, create_async_engine

from bot.ground.db import Database, current_database


class ConversationLocks(LockStore):  # type: ignore[misc]
    """Locks by conversation id.

    Args:
        endpoint_config: Rasa passes one when it builds the store from `endpoints.yml`; unused.
        database: The database whose advisory locks are used where it has them.
        **kwargs: What else Rasa passes.
    """

    def __init__(
        self, endpoint_config: object = None, *, database: Database | None = None, **kwargs: Any
    ) -> None:
        self._database = database or current_database()
        self._locks: dict[str, tuple[asyncio.Lock, int]] = {}
        self._engine: AsyncEngine | None = None

    @asynccontextmanager
    async def lock(
        self, conversation_id: str, lock_lifetime: float = 0, wait_time_in_seconds: float = 0
    ) -> AsyncIterator[None]:
        """Hold a conversation's lock for the block.

        Args:
            conversation_id: Which conversation.
            lock_lifetime: Part of Rasa's signature; the turn's deadline bounds the hold instead.
            wait_time_in_seconds: Part of Rasa's signature; nothing is polled here.
        """
        lock, users = self._locks.get(conversation_id, (asyncio.Lock(), 0))
        self._locks[conversation_id] = (lock, users + 1)
        try:
            async with lock, self._across_processes(conversation_id):
                yield
        finally:
            lock, users = self._locks[conversation_id]
            if users == 1:
                del self._locks[conversation_id]
            else:
                self._locks[conversation_id] = (lock, users - 1)

    @asynccontextmanager
    async def _across_processes(self, conversation_id: str) -> AsyncIterator[None]:
        if self._database.is_sqlite:
            yield
            return
        if self._engine is None:
            # A pool of their own: lock holders must never wait for a connection that only another
            # waiting lock holder could give back.
            self._engine = create_async_engine(
                self._database.engine.url, pool_size=20, max_overflow=40
            )
        async with self._engine.begin() as connection:
            await connection.execute(
                select(func.pg_advisory_xact_lock(func.hashtextextended(conversation_id, 0)))
            )
            yield

    async def dispose(self) -> None:
        """Close the connections of the locks."""
        if self._engine is not None:
            await self._engine.dispose()
