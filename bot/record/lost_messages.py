"""Messages that were not understood: where they stand, so that they are listed without a search.

The words stay in the transcript alone, so that whatever masks or erases them there does so here.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from datetime import datetime, timezone
from typing import Any

from sqlalchemy import ForeignKey, Index, Select, String, func, select, tuple_
from sqlalchemy.ext.asyncio import AsyncSession
from sqlalchemy.orm import Mapped, mapped_column

from bot.content.live import Portal
from bot.desk.privacy import addresses_of, mask_addresses
from bot.french.text import fold
from bot.ground.db import Base, Moment
from bot.reading.bands import band_of
from bot.record.periods import Span
from bot.record.transcript import TranscriptEvent

PAGE = 50


class LostMessage(Base):
    """Where a message stands that was not understood.

    Attributes:
        seq: The number of its event.
        began_at: When its conversation began, with which it is counted.
    """

    __tablename__ = "lost_messages"
    __table_args__ = (
        Index("ix_lost_messages_began", "portal", "began_at", "conversation_id", "seq"),
    )

    conversation_id: Mapped[str] = mapped_column(
        String(128), ForeignKey("conversations.id", ondelete="CASCADE"), primary_key=True
    )
    seq: Mapped[int] = mapped_column(primary_key=True)
    portal: Mapped[str] = mapped_column(String(64))
    began_at: Mapped[datetime] = mapped_column(Moment)


@dataclass(frozen=True)
class Asked:
    """A message that was not understood, as staff read it.

    Attributes:
        times: How often it was written, where several were put together.
    """

    text: str
    at: datetime
    conversation_id: str
    times: int = 1


def is_lost(event: Mapping[str, Any]) -> bool:
    """Tell whether an event is a message that somebody typed and that was not understood."""
    if event.get("event") != "user":
        return False
    said, parse_data = str(event.get("text") or ""), event.get("parse_data") or {}
    intent = (parse_data.get("intent") or {}).get("name")
    typed = bool(said) and not said.startswith("/")
    return typed and (band_of(parse_data) == "lost" or intent == "out_of_scope")


def lost_in(events: Iterable[tuple[int, Mapping[str, Any]]]) -> Iterator[int]:
    """Yield the numbers of the events that are messages which were not understood."""
    return (seq for seq, event in events if is_lost(event))


async def list_lost(
    session: AsyncSession, portal: Portal, span: Span, *, page: int = 1, most: int = PAGE
) -> list[Asked]:
    """Return messages that were not understood, those of the latest conversations first.

    Args:
        session: Reads them.
        portal: Whose; the caller has checked that they may be read.
        span: The days on which their conversations began.
        page: Which page, from 1.
        most: Messages of one page.
    """
    wanted = _of(portal.id, span).order_by(
        LostMessage.began_at.desc(), LostMessage.conversation_id.desc(), LostMessage.seq.desc()
    )
    found = wanted.limit(most).offset((page - 1) * most).subquery()
    rows = await session.execute(
        select(found.c.conversation_id, TranscriptEvent.timestamp, TranscriptEvent.data)
        .join(
            TranscriptEvent,
            tuple_(TranscriptEvent.conversation_id, TranscriptEvent.seq)
            == tuple_(found.c.conversation_id, found.c.seq),
        )
        .order_by(found.c.began_at.desc(), found.c.conversation_id.desc(), found.c.seq.desc())
    )
    ours = addresses_of(portal)
    return [
        Asked(mask_addresses(" ".join(str(data.get("text", "")).split()), ours), _at(moment), key)
        for key, moment, data in rows
    ]


async def count_lost(session: AsyncSession, portal: str, span: Span) -> int:
    """Return how many messages were not understood, of those that are still held."""
    return await session.scalar(select(func.count()).select_from(_of(portal, span).subquery())) or 0


def most_asked(messages: Iterable[Asked], most: int) -> list[Asked]:
    """Put messages of the same words together, the most frequent first, then the latest."""
    groups: dict[str, list[Asked]] = {}
    for message in messages:
        groups.setdefault(fold(message.text).strip(" .!?…"), []).append(message)
    grouped = [
        Asked(group[0].text, group[0].at, group[0].conversation_id, len(group))
        for group in groups.values()
    ]
    return sorted(grouped, key=lambda one: (one.times, one.at), reverse=True)[:most]


def _of(portal: str, span: Span) -> Select[Any]:
    return select(LostMessage.conversation_id, LostMessage.seq, LostMessage.began_at).where(
        LostMessage.portal == portal,
        LostMessage.began_at >= span.start,
        LostMessage.began_at < span.stop,
    )


def _at(timestamp: float) -> datetime:
    return datetime.fromtimestamp(timestamp, tz=timezone.utc)
