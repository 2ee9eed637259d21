"""One row a conversation with what lists and filters ask, written with each turn.

A list of a hundred thousand conversations is read from here, never from their events.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from datetime import datetime
from typing import Any

from sqlalchemy import ForeignKey, Index, String, select, text
from sqlalchemy.ext.asyncio import AsyncSession
from sqlalchemy.orm import Mapped, mapped_column

from bot.desk.privacy import addresses_in, fingerprint, mask_addresses
from bot.ground.db import Base, Moment
from bot.reading.bands import band_of
from bot.record.daily_counts import Countable, Counted, counted_of, hour_of

LOST, DISLIKED, REPEATED, HANDED_OVER = 8, 4, 2, 1
"""What went wrong, the worst first; added up in `trouble`, they order what is to be reviewed."""

_TO_A_PERSON = ("handed_over", "contact_given")
_MOST_OPENING = 160


def _listed(name: str, *columns: str, where: str = "") -> Index:
    condition = text(where) if where else None
    return Index(
        f"ix_summaries_{name}",
        "portal",
        *columns,
        "last_at",
        "conversation_id",
        sqlite_where=condition,
        postgresql_where=condition,
    )


class Summary(Base):
    """What lists show of a conversation.

    Attributes:
        began_hour: The hour of Paris in which it began.
        opening: The first words that the user wrote, addresses masked.
        outcome: How it ended, as the walks name it; empty while it goes on or stopped midway.
        lost: Messages that were not understood.
        unsure: Messages that were understood with low confidence.
        repeated: How often the assistant repeated itself.
        trouble: What went wrong, as a sum of the constants above.
    """

    __tablename__ = "conversation_summaries"
    __table_args__ = (
        _listed("last"),
        _listed("topic", "topic"),
        _listed("region", "region"),
        _listed("outcome", "outcome"),
        _listed("assigned", "assigned_to", where="assigned_to IS NOT NULL"),
        Index("ix_summaries_started", "portal", "started_at", "conversation_id"),
        _listed("lost", where="lost > 0"),
        _listed("unsure", where="unsure > 0"),
        _listed("liked", where="liked > 0"),
        _listed("disliked", where="disliked > 0"),
        _listed("noted", where="notes > 0"),
        _listed("reviewed", where="reviewed_at IS NOT NULL"),
        _listed("unreviewed", where="reviewed_at IS NULL"),
        _listed("trouble", "trouble", where="reviewed_at IS NULL"),
    )

    conversation_id: Mapped[str] = mapped_column(
        String(128), ForeignKey("conversations.id", ondelete="CASCADE"), primary_key=True
    )
    portal: Mapped[str] = mapped_column(String(64))
    started_at: Mapped[datetime] = mapped_column(Moment)
    began_hour: Mapped[int] = mapped_column(server_default="0")
    last_at: Mapped[datetime] = mapped_column(Moment)
    opening: Mapped[str] = mapped_column(String(200), default="")
    topic: Mapped[str] = mapped_column(String(64), default="")
    region: Mapped[str] = mapped_column(String(64), default="")
    outcome: Mapped[str] = mapped_column(String(32), default="")
    messages: Mapped[int] = mapped_column(default=0)
    lost: Mapped[int] = mapped_column(default=0)
    unsure: Mapped[int] = mapped_column(default=0)
    repeated: Mapped[int] = mapped_column(default=0)
    liked: Mapped[int] = mapped_column(default=0)
    disliked: Mapped[int] = mapped_column(default=0)
    trouble: Mapped[int] = mapped_column(default=0)
    notes: Mapped[int] = mapped_column(default=0)
    assigned_to: Mapped[int | None]
    reviewed_at: Mapped[datetime | None] = mapped_column(Moment)
    reviewed_by: Mapped[int | None]

    def weigh(self) -> None:
        """Bring `trouble` up to date with the counters."""
        self.trouble = (
            (LOST if self.lost else 0)
            + (DISLIKED if self.disliked else 0)
            + (REPEATED if self.repeated else 0)
            + (HANDED_OVER if self.outcome in _TO_A_PERSON else 0)
        )


def counted(summary: Summary) -> Counted:
    """Return what a conversation counts, as its summary has it."""
    return counted_of(Countable(*(getattr(summary, name) for name in Countable._fields)))


class ConversationAddress(Base):
    """That an address was named in a conversation, without the address."""

    __tablename__ = "conversation_addresses"
    __table_args__ = (Index("ix_conversation_addresses_key", "portal", "fingerprint"),)

    conversation_id: Mapped[str] = mapped_column(
        String(128), ForeignKey("conversations.id", ondelete="CASCADE"), primary_key=True
    )
    fingerprint: Mapped[str] = mapped_column(String(64), primary_key=True)
    portal: Mapped[str] = mapped_column(String(64))


def new_summary(conversation_id: str, portal: str, moment: datetime) -> Summary:
    """Return the summary of a conversation in which nothing was said yet."""
    return Summary(
        conversation_id=conversation_id, portal=portal, started_at=moment, last_at=moment,
        began_hour=hour_of(moment), opening="", topic="", region="", outcome="", messages=0,
        lost=0, unsure=0, repeated=0, liked=0, disliked=0, trouble=0, notes=0,
    )  # fmt: skip


def count_turn(
    summary: Summary, events: Iterable[Mapping[str, Any]], moment: datetime
) -> tuple[list[str], list[str]]:
    """Bring a summary up to date with one more turn.

    Args:
        summary: Whose.
        events: The turn's events, in Rasa's shape.
        moment: When the turn was written.

    Returns:
        What the user typed, and the addresses in it.
    """
    summary.last_at = max(moment, summary.last_at)
    # What was reviewed is not what it is now; the record keeps who did, and when.
    summary.reviewed_at = summary.reviewed_by = None
    typed: list[str] = []
    addresses: list[str] = []
    counted = False
    for event in events:
        if event["event"] == "user":
            said = str(event.get("text") or "")
            if said and not said.startswith("/"):
                typed.append(said)
                addresses += addresses_in(said)
                _count_understanding(summary, event.get("parse_data") or {})
            # A second question that was split off the message is not another message.
            summary.messages += 0 if counted else 1
            counted = True
        elif event["event"] == "slot" and event.get("name") == "memory":
            memory = event.get("value") or {}
            _take_memory(summary, memory)
            if memory.get("address"):
                addresses.append(str(memory["address"]))
    if typed and not summary.opening:
        summary.opening = opening_of(typed[0])
    summary.weigh()
    return typed, list(dict.fromkeys(addresses))


def opening_of(text: str) -> str:
    """Return what lists show of the first text that a user typed."""
    return mask_addresses(" ".join(text.split()))[:_MOST_OPENING]


def _count_understanding(summary: Summary, parse_data: Mapping[str, Any]) -> None:
    band = band_of(parse_data)
    intent = (parse_data.get("intent") or {}).get("name")
    if band == "lost" or intent == "out_of_scope":
        summary.lost += 1
    elif band == "unsure":
        summary.unsure += 1


def _take_memory(summary: Summary, memory: Mapping[str, Any]) -> None:
    summary.topic = str(memory.get("topic") or summary.topic)[:64]
    summary.region = str(memory.get("region") or summary.region)[:64]
    summary.outcome = str(memory.get("outcome") or summary.outcome)[:32]
    summary.repeated = max(summary.repeated, int(memory.get("repeated") or 0))


async def note_addresses(
    session: AsyncSession, conversation_id: str, portal: str, addresses: list[str], secret: str
) -> None:
    """Remember which addresses a conversation named, by their fingerprints."""
    for address in addresses:
        key = fingerprint(address, secret)
        if await session.get(ConversationAddress, (conversation_id, key)) is None:
            session.add(
                ConversationAddress(conversation_id=conversation_id, fingerprint=key, portal=portal)
            )


async def set_feedback(
    session: AsyncSession, conversation_id: str, *, liked: int, disliked: int
) -> None:
    """Count the thumbs that users gave to the answers of a conversation.

    Args:
        session: The transaction that also writes the thumb.
        conversation_id: Which conversation.
        liked: Thumbs up in all.
        disliked: Thumbs down in all.
    """
    summary = await session.scalar(
        select(Summary).where(Summary.conversation_id == conversation_id)
    )
    if summary is not None:
        summary.liked, summary.disliked = liked, disliked
        summary.weigh()
