"""What staff should know of volume: who looks up much, and which limits were reached.

A row stands for an hour of one matter, so that neither the table nor the log grows with what is
tried: the first event writes a line into the log, and further ones only count.
"""

from __future__ import annotations

import logging
import time
from datetime import datetime, timedelta
from weakref import WeakKeyDictionary

from sqlalchemy import ColumnElement, Index, String, func, select
from sqlalchemy.exc import SQLAlchemyError
from sqlalchemy.ext.asyncio import AsyncSession
from sqlalchemy.orm import Mapped, mapped_column

from bot.ground.db import Base, Database, Moment, now

logger = logging.getLogger(__name__)

TOGETHER = timedelta(hours=1)
"""Events of one matter that are this close belong to one row."""

_MOST_APART = 20
"""Rows of one kind and portal in that time; what comes beyond is counted in one row, unnamed."""


class Alert(Base):
    """Much of one kind under one key.

    Attributes:
        kind: Of the limit that tells of it.
        portal: Whose; empty where it belongs to none.
        key: The opaque name of a network, a conversation, or what all share; empty for many.
        count: How many events there were, as far as they were counted.
    """

    __tablename__ = "alerts"
    __table_args__ = (Index("ix_alerts_portal_last_at", "portal", "last_at"),)

    id: Mapped[int] = mapped_column(primary_key=True)
    kind: Mapped[str] = mapped_column(String(32))
    portal: Mapped[str] = mapped_column(String(64))
    key: Mapped[str] = mapped_column(String(128))
    count: Mapped[int]
    first_at: Mapped[datetime] = mapped_column(Moment)
    last_at: Mapped[datetime] = mapped_column(Moment)


async def note(session: AsyncSession, kind: str, portal: str, key: str, first: int) -> None:
    """Count one more event.

    Args:
        session: The transaction that writes it down.
        kind: Of what.
        portal: Whose, or an empty text.
        key: Whom it comes from, or what it is about.
        first: How many events a new row stands for.
    """
    moment = now()
    same = (Alert.kind == kind, Alert.portal == portal, Alert.last_at > moment - TOGETHER)
    apart = await session.scalar(select(func.count()).select_from(Alert).where(*same)) or 0
    named = await _latest(session, *same, Alert.key == key)
    if named is None and apart >= _MOST_APART:
        key, first = "", 1
        named = await _latest(session, *same, Alert.key == key)
    if named is not None:
        named.count += 1
        named.last_at = moment
        return
    # Of a conversation or a network, so much as tells it from others.
    logger.warning("Much of %s (%d) on portal %r by %r", kind, first, portal, key[:8])
    session.add(
        Alert(kind=kind, portal=portal, key=key, count=first, first_at=moment, last_at=moment)
    )
    await session.flush()


async def note_refusal(database: Database, kind: str, portal: str, key: str, first: int) -> None:
    """Count a refusal in a transaction of its own, a few seconds' worth as one.

    So that the telling is no burden itself, and a fault in it is none to who was refused.
    """
    told, moment = _told.setdefault(database, {}), time.monotonic()
    if moment - told.get((kind, key), -_QUIET_SECONDS) < _QUIET_SECONDS:
        return
    if len(told) >= _MOST_TOLD:
        told.clear()
    told[kind, key] = moment
    try:
        async with database.write() as session:
            await note(session, kind, portal, key, first)
    except SQLAlchemyError:
        logger.exception("Staff could not be told of %s", kind)


_told: WeakKeyDictionary[Database, dict[tuple[str, str], float]] = WeakKeyDictionary()
"""When a refusal under a key was last written down by this process."""

_QUIET_SECONDS = 10.0
_MOST_TOLD = 1000


async def _latest(session: AsyncSession, *conditions: ColumnElement[bool]) -> Alert | None:
    query = select(Alert).where(*conditions).order_by(Alert.id.desc()).limit(1)
    found: Alert | None = await session.scalar(query)
    return found


async def latest(session: AsyncSession, portal: str, since: datetime, most: int) -> list[Alert]:
    """Return a portal's alerts since a moment and those of no portal, the newest first."""
    query = select(Alert).where(Alert.portal.in_((portal, "")), Alert.last_at >= since)
    return list(await session.scalars(query.order_by(Alert.last_at.desc()).limit(most)))
