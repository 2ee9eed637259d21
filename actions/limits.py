"""How often something may happen: reset mails, address checks, sessions.

The limits are generous enough for a hospital whose whole staff comes from one network address, and
narrow enough that the assistant cannot be used to list a portal's accounts or flood a mailbox.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime, timedelta

from sqlalchemy import Index, String, delete, func, or_, select
from sqlalchemy.ext.asyncio import AsyncSession
from sqlalchemy.orm import Mapped, mapped_column

from actions.db import Base, Database, Moment, UnitOfWork, now
from actions.errors import LimitReached


@dataclass(frozen=True)
class Limit:
    """At most `most` events of a kind under one key within `window`."""

    kind: str
    most: int
    window: timedelta


RESETS_PER_ACCOUNT = Limit("reset", 5, timedelta(hours=1))
CHECKS_PER_CONVERSATION = Limit("check_conversation", 12, timedelta(hours=1))
CHECKS_PER_NETWORK = Limit("check_network", 400, timedelta(hours=1))
CHECKS_PER_PORTAL = Limit("check_portal", 5000, timedelta(hours=1))
HANDOVERS_PER_CONVERSATION = Limit("handover", 6, timedelta(hours=1))
HANDOVERS_PER_NETWORK = Limit("handover_network", 60, timedelta(hours=1))
HANDOVERS_PER_MAILBOX = Limit("handover_mailbox", 120, timedelta(hours=1))
TICKET_LOOKUPS = Limit("ticket", 8, timedelta(hours=1))
TICKET_CODES_PER_TICKET = Limit("ticket_code", 5, timedelta(hours=1))
TICKET_CODES_PER_MAILBOX = Limit("ticket_code_mailbox", 60, timedelta(hours=1))
RATINGS_PER_NETWORK = Limit("rating_network", 600, timedelta(hours=1))
SESSIONS_PER_NETWORK = Limit("session_network", 600, timedelta(hours=1))

_SKEW = timedelta(minutes=5)
"""How far the clocks of two machines may differ."""


class LimitHit(Base):
    """One event that counts towards a limit."""

    __tablename__ = "limit_hits"
    __table_args__ = (Index("ix_limit_hits_kind_key_at", "kind", "key", "at"),)

    id: Mapped[int] = mapped_column(primary_key=True)
    kind: Mapped[str] = mapped_column(String(32))
    key: Mapped[str] = mapped_column(String(128))
    at: Mapped[datetime] = mapped_column(Moment)


async def spend(database: Database, unit: UnitOfWork, *uses: tuple[Limit, str]) -> None:
    """Count one event towards each of several limits, when all of them allow it.

    The events are counted again in the transaction that writes them, so that of any number of turns
    that pass here at once, only as many are kept as the limits allow.

    Args:
        database: Where past events are counted.
        unit: The unit of work that records the event.
        *uses: Limits with the key under which each counts.

    Raises:
        LimitReached: If one of the limits is exhausted; nothing is counted then. It is
            raised at the unit's commit where others were faster; nothing of the unit is kept then.
    """
    moment = now()
    async with database.read() as session:
        for limit, key in uses:
            if await _count(session, limit, key, moment) >= limit.most:
                raise LimitReached(limit.kind)

    async def record(session: AsyncSession) -> None:
        # In one order, so that two transactions never wait for each other.
        for limit, key in sorted(uses, key=lambda use: (use[0].kind, use[1])):
            if not database.is_sqlite:
                name = func.hashtextextended(f"limit:{limit.kind}:{key}", 0)
                await session.execute(select(func.pg_advisory_xact_lock(name)))
            if await _count(session, limit, key, moment) >= limit.most:
                raise LimitReached(limit.kind)
            session.add(LimitHit(kind=limit.kind, key=key, at=moment))
            await session.flush()
            await session.execute(
                delete(LimitHit).where(
                    LimitHit.kind == limit.kind,
                    LimitHit.key == key,
                    or_(LimitHit.at <= moment - limit.window, LimitHit.at > moment + _SKEW),
                )
            )

    unit.defer(record)


async def _count(session: AsyncSession, limit: Limit, key: str, moment: datetime) -> int:
    """Return how many events count at a moment; those of a clock that was ahead do not."""
    count = await session.scalar(
        select(func.count())
        .select_from(LimitHit)
        .where(
            LimitHit.kind == limit.kind,
            LimitHit.key == key,
            LimitHit.at > moment - limit.window,
            LimitHit.at <= moment + _SKEW,
        )
    )
    return count or 0


async def count(session: AsyncSession, limit: Limit, key: str) -> int:
    """Count one more event, and return how many there were within the window, this one too.

    Nothing is refused: it is for what is only slowed down.

    Args:
        session: The transaction that records the event.
        limit: Whose kind and window count.
        key: Under which it counts.
    """
    moment = now()
    mine = (LimitHit.kind == limit.kind, LimitHit.key == key)
    await session.execute(delete(LimitHit).where(*mine, LimitHit.at <= moment - limit.window))
    session.add(LimitHit(kind=limit.kind, key=key, at=moment))
    await session.flush()
    return await _count(session, limit, key, moment)
