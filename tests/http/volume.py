"""What tests of limits share: how much was counted, and much that happened before."""

from __future__ import annotations

from datetime import timedelta

from sqlalchemy import func, select

from bot.ground.db import now
from bot.ground.limits import LimitHit
from tests.http.conftest import Site


async def hits(site: Site, kind: str) -> int:
    async with site.database.read() as session:
        query = select(func.count()).select_from(LimitHit).where(LimitHit.kind == kind)
        return await session.scalar(query) or 0


async def use_up(site: Site, kind: str, key: str, count: int) -> None:
    """Have as many events happened under a key, twenty minutes ago."""
    async with site.database.write() as session:
        at = now() - timedelta(minutes=20)
        session.add_all(LimitHit(kind=kind, key=key, at=at) for _ in range(count))


async def only_key(site: Site, kind: str) -> str:
    async with site.database.read() as session:
        (key,) = set(await session.scalars(select(LimitHit.key).where(LimitHit.kind == kind)))
    return str(key)


async def later(site: Site, by: timedelta) -> None:
    """Let time pass for all that was counted."""
    async with site.database.write() as session:
        for hit in await session.scalars(select(LimitHit)):
            hit.at -= by
