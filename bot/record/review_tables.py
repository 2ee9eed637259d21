"""What staff add to conversations: notes, tags, reviews and corrections."""

from __future__ import annotations

from datetime import datetime

from sqlalchemy import ForeignKey, Index, String, Text, UniqueConstraint
from sqlalchemy.orm import Mapped, mapped_column

from bot.ground.db import Base, Moment


class Note(Base):
    """A note on a conversation."""

    __tablename__ = "conversation_notes"

    id: Mapped[int] = mapped_column(primary_key=True)
    conversation_id: Mapped[str] = mapped_column(
        String(128), ForeignKey("conversations.id", ondelete="CASCADE"), index=True
    )
    portal: Mapped[str] = mapped_column(String(64))
    author_id: Mapped[int]
    text: Mapped[str] = mapped_column(Text)
    at: Mapped[datetime] = mapped_column(Moment)


class Tag(Base):
    """A word by which staff find a conversation again."""

    __tablename__ = "conversation_tags"
    __table_args__ = (Index("ix_conversation_tags_portal_tag", "portal", "tag"),)

    conversation_id: Mapped[str] = mapped_column(
        String(128), ForeignKey("conversations.id", ondelete="CASCADE"), primary_key=True
    )
    tag: Mapped[str] = mapped_column(String(40), primary_key=True)
    portal: Mapped[str] = mapped_column(String(64))


class Review(Base):
    """That a conversation was reviewed, and how it had gone.

    It outlives the conversation, without anything personal: `conversation_id` is None then.
    """

    __tablename__ = "conversation_reviews"

    id: Mapped[int] = mapped_column(primary_key=True)
    portal: Mapped[str] = mapped_column(String(64))
    conversation_id: Mapped[str | None] = mapped_column(
        String(128), ForeignKey("conversations.id", ondelete="SET NULL"), unique=True
    )
    author_id: Mapped[int]
    at: Mapped[datetime] = mapped_column(Moment)
    topic: Mapped[str] = mapped_column(String(64))
    region: Mapped[str] = mapped_column(String(64))
    outcome: Mapped[str] = mapped_column(String(32))
    trouble: Mapped[int]


class Correction(Base):
    """What a message meant, where it was understood as something else.

    It outlives the conversation too, so its text has every address, number and name that could be
    recognised replaced from the start.
    """

    __tablename__ = "corrections"
    __table_args__ = (UniqueConstraint("conversation_id", "seq"),)

    id: Mapped[int] = mapped_column(primary_key=True)
    portal: Mapped[str] = mapped_column(String(64))
    conversation_id: Mapped[str | None] = mapped_column(
        String(128), ForeignKey("conversations.id", ondelete="SET NULL")
    )
    seq: Mapped[int]
    text: Mapped[str] = mapped_column(Text)
    understood: Mapped[str] = mapped_column(String(64))
    band: Mapped[str] = mapped_column(String(16))
    meant: Mapped[str] = mapped_column(String(64))
    author_id: Mapped[int]
    at: Mapped[datetime] = mapped_column(Moment)
