"""What the console keeps of a turn, written in the turn's own transaction."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import datetime
from typing import Any

from sqlalchemy.ext.asyncio import AsyncSession

from bot.ground.settings import current_settings
from bot.record.articles_said import articles_said
from bot.record.daily_counts import Tally, article_counts, day_of
from bot.record.lost_messages import LostMessage, lost_in
from bot.record.search_index import index_turn
from bot.record.summaries import Summary, count_turn, counted, new_summary, note_addresses


async def note_turn(
    session: AsyncSession,
    conversation_id: str,
    portal: str,
    turn: int,
    events: Sequence[Mapping[str, Any]],
    moment: datetime,
    first_seq: int,
) -> None:
    """Bring summary, search index and counts up to date with a turn.

    Args:
        session: The transaction that writes the turn.
        conversation_id: Which conversation.
        portal: Whose.
        turn: The turn's number, from 1.
        events: The turn's events, in Rasa's shape.
        moment: When the turn is written.
        first_seq: The number of the first event.
    """
    tally = Tally()
    # Locked, so that a review that is written meanwhile is reopened as well.
    summary = await session.get(Summary, conversation_id, with_for_update=True)
    if summary is None:
        if turn > 1:
            # From before the console's tables: `fill_missing` makes all of it at once.
            return
        summary = new_summary(conversation_id, portal, moment)
        session.add(summary)
    else:
        tally.add(counted(summary), -1)
    typed, addresses = count_turn(summary, events, moment)
    await index_turn(session, conversation_id, portal, turn, typed)
    secret_key = current_settings().secret_key
    await note_addresses(session, conversation_id, portal, addresses, secret_key)
    session.add_all(
        LostMessage(
            conversation_id=conversation_id, seq=seq, portal=portal, began_at=summary.started_at
        )
        for seq in lost_in(enumerate(events, start=first_seq))
    )
    tally.add(counted(summary))
    tally.add(article_counts(portal, day_of(moment), "shown", articles_said(portal, events)))
    await session.flush()
    await tally.write(session)
