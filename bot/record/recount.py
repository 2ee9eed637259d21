"""Counts everything anew from what is held, as after an upgrade; what is gone stays counted.

Articles that were opened or said are counted where they happen and nowhere else, so their counts
are kept.
"""

from __future__ import annotations

from itertools import groupby

from sqlalchemy import delete, func, select, text, update
from sqlalchemy.ext.asyncio import AsyncSession

from bot.ground.db import Database
from bot.record.daily_counts import ALL, MEASURES, Countable, DailyCount, Tally, counted_of
from bot.record.lost_messages import LostMessage, lost_in
from bot.record.ratings import Rating, counted_thumb
from bot.record.summaries import Summary
from bot.record.transcript import TranscriptEvent

_COUNTED_AGAIN = tuple(name for name in MEASURES if name not in {"views", "shown"})
_CHUNK = 200


async def recount(database: Database) -> int:
    """Count all conversations and ratings that are held anew.

    What is said meanwhile waits until it is done, and is counted then.

    Args:
        database: Where they stand.

    Returns:
        How many conversations were counted.
    """
    async with database.write() as session:
        if not database.is_sqlite:
            await session.execute(text("LOCK TABLE daily_counts IN EXCLUSIVE MODE"))
        await session.execute(
            update(DailyCount)
            .where(DailyCount.gone.is_(False))
            .values(dict.fromkeys(_COUNTED_AGAIN, 0))
        )
        tally = Tally()
        count = await _count_conversations(session, tally)
        for rating in await session.scalars(select(Rating)):
            tally.add(counted_thumb(rating))
        await tally.write(session)
        nothing = [getattr(DailyCount, name) == 0 for name in MEASURES]
        await session.execute(delete(DailyCount).where(*nothing))
        await _find_lost(session)
    return count


async def recount_if_never(database: Database) -> int:
    """Count what was said before there were counts; nothing where all that is held is counted."""
    counted = (
        select(func.coalesce(func.sum(DailyCount.conversations), 0))
        .where(DailyCount.kind == ALL, DailyCount.gone.is_(False))
        .scalar_subquery()
    )
    held = select(func.count()).select_from(Summary).scalar_subquery()
    async with database.read() as session:
        # In one statement, so that no turn comes in between.
        if await session.scalar(select(counted == held)):
            return 0
    return await recount(database)


async def _count_conversations(session: AsyncSession, tally: Tally) -> int:
    count = 0
    columns = [getattr(Summary, name) for name in Countable._fields]
    rows = await session.stream(select(*columns))
    async for row in rows:
        tally.add(counted_of(Countable(*row)))
        count += 1
    return count


async def _find_lost(session: AsyncSession) -> None:
    await session.execute(delete(LostMessage))
    query = select(Summary).where(Summary.lost > 0)
    summaries = {one.conversation_id: one for one in await session.scalars(query)}
    keys = sorted(summaries)
    for start in range(0, len(keys), _CHUNK):
        rows = await session.execute(
            select(TranscriptEvent.conversation_id, TranscriptEvent.seq, TranscriptEvent.data)
            .where(
                TranscriptEvent.conversation_id.in_(keys[start : start + _CHUNK]),
                TranscriptEvent.type == "user",
            )
            .order_by(TranscriptEvent.conversation_id, TranscriptEvent.seq)
        )
        for key, events in groupby(rows, key=lambda row: row[0]):
            one = summaries[key]
            session.add_all(
                LostMessage(
                    conversation_id=key, seq=seq, portal=one.portal, began_at=one.started_at
                )
                for seq in lost_in((seq, data) for _, seq, data in events)
            )
        await session.flush()
