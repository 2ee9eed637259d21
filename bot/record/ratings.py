"""Whether an answer or an article helped, as people say it, with a word of theirs if they like."""

from __future__ import annotations

from datetime import datetime

from sqlalchemy import ForeignKey, Index, String, Text, UniqueConstraint, select
from sqlalchemy.ext.asyncio import AsyncSession
from sqlalchemy.orm import Mapped, mapped_column

from bot.french.redaction import redact_passwords
from bot.ground.db import Base, Database, Moment, now
from bot.record.daily_counts import Counted, Tally, thumb_of
from bot.record.summaries import set_feedback
from bot.record.transcript import Turn

MOST_CHARACTERS = 500
"""Characters of the word that may go with a rating."""


class Rating(Base):
    """One rating.

    Attributes:
        about: The id of the message whose answer is meant, or the intent of an article.
        conversation_id: The conversation of that message; None where an article is meant.
    """

    __tablename__ = "ratings"
    __table_args__ = (
        UniqueConstraint("conversation_id", "about"),
        Index("ix_ratings_portal_at", "portal", "at"),
    )

    id: Mapped[int] = mapped_column(primary_key=True)
    portal: Mapped[str] = mapped_column(String(64))
    about: Mapped[str] = mapped_column(String(128))
    conversation_id: Mapped[str | None] = mapped_column(
        ForeignKey("conversations.id", ondelete="CASCADE")
    )
    helpful: Mapped[bool]
    comment: Mapped[str] = mapped_column(Text, default="")
    at: Mapped[datetime] = mapped_column(Moment)


async def rate_answer(
    session: AsyncSession,
    portal: str,
    conversation_id: str,
    message_id: str,
    *,
    helpful: bool,
    comment: str = "",
) -> bool:
    """Keep what someone thinks of an answer; saying it again replaces what was said before.

    Returns:
        Whether there is such an answer.
    """
    turn = await session.scalar(
        select(Turn.number).where(
            Turn.conversation_id == conversation_id, Turn.message_id == message_id
        )
    )
    if turn is None:
        return False
    rating = await session.scalar(
        select(Rating)
        .where(Rating.conversation_id == conversation_id, Rating.about == message_id)
        .with_for_update()
    )
    tally = Tally()
    if rating is None:
        rating = Rating(portal=portal, about=message_id, conversation_id=conversation_id)
        session.add(rating)
    else:
        tally.add(counted_thumb(rating), -1)
    rating.helpful, rating.comment, rating.at = helpful, _kept(comment), now()
    tally.add(counted_thumb(rating))
    await session.flush()
    await _set_feedback(session, conversation_id)
    await tally.write(session)
    return True


def counted_thumb(rating: Rating) -> Counted:
    """Return what a thumb counts."""
    article = "" if rating.conversation_id else rating.about
    return thumb_of(rating.portal, article, rating.at, helpful=rating.helpful)


async def _set_feedback(session: AsyncSession, conversation_id: str) -> None:
    rows = await session.scalars(
        select(Rating.helpful).where(Rating.conversation_id == conversation_id)
    )
    found = list(rows)
    await set_feedback(
        session, conversation_id, liked=found.count(True), disliked=found.count(False)
    )


async def rate_article(
    database: Database, portal: str, intent: str, *, helpful: bool, comment: str = ""
) -> None:
    """Keep what someone thinks of an article; nothing tells who it was."""
    rating = Rating(portal=portal, about=intent, helpful=helpful, comment=_kept(comment), at=now())
    tally = Tally()
    tally.add(counted_thumb(rating))
    async with database.write() as session:
        session.add(rating)
        await session.flush()
        await tally.write(session)


async def ratings_of(database: Database, conversation_id: str) -> dict[str, bool]:
    """Return which answers of a conversation were found helpful or not, by message id."""
    async with database.read() as session:
        rows = await session.scalars(
            select(Rating).where(Rating.conversation_id == conversation_id)
        )
        return {row.about: row.helpful for row in rows}


def _kept(comment: str) -> str:
    return redact_passwords(comment.strip())[:MOST_CHARACTERS]
