"""The transcript's tables: conversations, their turns, and their numbered events.

This is the one record of what was said: the tracker store writes it once a turn, and everything
else refers to it.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime, timezone
from typing import Any

from sqlalchemy import JSON, Float, ForeignKey, Index, String, UniqueConstraint, select
from sqlalchemy.dialects.postgresql import JSONB
from sqlalchemy.orm import Mapped, mapped_column

from bot.content.live import current_content
from bot.ground.db import Base, Database, Moment

EVENT_VERSION = 1
"""Version of the shape in which events are stored."""

Json = JSON(none_as_null=True).with_variant(JSONB(none_as_null=True), "postgresql")


class Conversation(Base):
    """One conversation; its portal is fixed at its creation.

    Attributes:
        offered: The payloads of the buttons that were offered last, oldest first; only these are
            taken as payloads when they come back.
    """

    __tablename__ = "conversations"
    __table_args__ = (Index("ix_conversations_portal_last", "portal", "last_at"),)

    id: Mapped[str] = mapped_column(String(128), primary_key=True)
    portal: Mapped[str] = mapped_column(String(64))
    created_at: Mapped[datetime] = mapped_column(Moment)
    last_at: Mapped[datetime] = mapped_column(Moment)
    turns: Mapped[int] = mapped_column(default=0)
    last_seq: Mapped[int] = mapped_column(default=0)
    offered: Mapped[list[str]] = mapped_column(Json, default=list)


class Turn(Base):
    """One message and all that followed from it.

    Attributes:
        replies: What was answered, so that a repeated message gets the same.
        state: Slots and loop after the turn; kept for the latest turns only.
    """

    __tablename__ = "turns"
    __table_args__ = (UniqueConstraint("conversation_id", "message_id"),)

    conversation_id: Mapped[str] = mapped_column(
        ForeignKey("conversations.id", ondelete="CASCADE"), primary_key=True
    )
    number: Mapped[int] = mapped_column(primary_key=True)
    message_id: Mapped[str] = mapped_column(String(128))
    last_seq: Mapped[int]
    at: Mapped[datetime] = mapped_column(Moment)
    replies: Mapped[list[dict[str, Any]]] = mapped_column(Json)
    state: Mapped[dict[str, Any] | None] = mapped_column(Json)


class TranscriptEvent(Base):
    """One Rasa event; its number is the fence against two writers."""

    __tablename__ = "events"

    conversation_id: Mapped[str] = mapped_column(
        ForeignKey("conversations.id", ondelete="CASCADE"), primary_key=True
    )
    seq: Mapped[int] = mapped_column(primary_key=True)
    turn: Mapped[int]
    type: Mapped[str] = mapped_column(String(64))
    timestamp: Mapped[float] = mapped_column(Float)
    version: Mapped[int] = mapped_column(default=EVENT_VERSION)
    data: Mapped[dict[str, Any]] = mapped_column(Json)


@dataclass(frozen=True)
class Line:
    """One line of a conversation as people read it."""

    who: str
    text: str
    at: datetime


async def read_lines(database: Database, conversation_id: str) -> list[Line]:
    """Return what was said in a conversation, as the user saw it.

    Args:
        database: Where the transcript stands.
        conversation_id: Which conversation.

    Returns:
        The lines in order, `who` being `user` or `bot`; a button's payload stands as its title.
    """
    query = (
        select(TranscriptEvent.data)
        .where(
            TranscriptEvent.conversation_id == conversation_id,
            TranscriptEvent.type.in_(("user", "bot")),
        )
        .order_by(TranscriptEvent.seq)
    )
    titles: dict[str, str] = {}
    lines = []
    async with database.read() as session:
        for data in await session.scalars(query):
            text = str(data.get("text") or "")
            for button in (data.get("data") or {}).get("buttons") or ():
                titles[button["payload"]] = button["title"]
            moment = datetime.fromtimestamp(float(data["timestamp"]), tz=timezone.utc)
            if text:
                shown = titles.get(text) or _topic_of(text, data) or text
                lines.append(Line(data["event"], shown, moment))
    return lines


def topic_payload(intent: str) -> str:
    """Return what a page sends for an article that it opens in the chat."""
    return f"/{intent}"


def _topic_of(text: str, data: dict[str, Any]) -> str | None:
    """Return the topic of the article that a page opened in the chat, or None for other texts."""
    if not text.startswith("/"):
        return None
    name = (data.get("metadata") or {}).get("portal")
    portal = current_content().portals.get(str(name))
    return portal.topic(text[1:]) if portal else None
