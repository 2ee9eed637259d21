"""What the console keeps of a turn, written in the turn's own transaction."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import datetime
from typing import Any

from sqlalchemy.ext.asyncio import AsyncSession

from bot.ground.settings import current_settings
from bot.record.search_index import index_turn
from bot.record.summaries import Summary, count_turn, new_summary, note_addresses


async def note_turn(
    session: AsyncSession,
    conversation_id: str,
    portal: str,
    turn: int,
    events: Sequence[Mapping[str, Any]],
    moment: datetime,
) -> None:
    """Bring summary and search index up to date with a turn.

    Args:
        session: The transaction that writes the turn.
        conversation_id: Which conversation.
        portal: Whose.
        turn: The turn's number, from 1.
        events: The turn's events, in Rasa's shape.
        moment: When the turn is written.
    """
    # Locked, so that a review that is written meanwhile is reopened as well.
    summary = await session.get(Summary, conversation_id, with_for_update=True)
    if summary is None:
        if turn > 1:
            # From before the console's tables: `fill_missing` makes all of it at once.
            return
        summary = new_summary(conversation_id, portal, moment)
        session.add(summary)
    typed, addresses = count_turn(summary, events, moment)
    await index_turn(session, conversation_id, portal, turn, typed)
    secret_key = current_settings().secret_key
    await note_addresses(session, conversation_id, portal, addresses, secret_key)
