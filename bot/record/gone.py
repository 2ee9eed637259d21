"""Counts of what is erased: they stay, as counts alone, with nothing left of whom they counted."""

from __future__ import annotations

from collections.abc import Sequence

from sqlalchemy import select
from sqlalchemy.ext.asyncio import AsyncSession

from bot.record.daily_counts import Countable, Tally, counted_of
from bot.record.ratings import Rating, counted_thumb
from bot.record.summaries import Summary
from bot.record.transcript import Conversation


async def let_conversations_go(session: AsyncSession, ids: Sequence[str], tally: Tally) -> None:
    """Keep as gone what conversations counted that are about to be erased.

    Args:
        session: The transaction that erases them; the tally is written at its end.
        ids: Which conversations.
        tally: Takes the changes.
    """
    # Locked in the order of a turn, so that none counts more in between.
    await session.execute(
        select(Conversation.id)
        .where(Conversation.id.in_(ids))
        .order_by(Conversation.id)
        .with_for_update()
    )
    columns = [getattr(Summary, name) for name in Countable._fields]
    rows = await session.execute(select(*columns).where(Summary.conversation_id.in_(ids)))
    for row in rows:
        tally.let_go(counted_of(Countable(*row)))
    await let_ratings_go(session, Rating.conversation_id.in_(ids), tally)


async def let_ratings_go(session: AsyncSession, which: object, tally: Tally) -> None:
    """Keep as gone what thumbs counted that are about to be erased.

    Args:
        session: The transaction that erases them; the tally is written at its end.
        which: A condition on the ratings.
        tally: Takes the changes.
    """
    query = select(Rating).where(which).with_for_update()  # type: ignore[arg-type]
    for rating in await session.scalars(query):
        tally.let_go(counted_thumb(rating))
