"""Makes summaries and search index for conversations that have none yet, as after an upgrade."""

from __future__ import annotations

from itertools import groupby

from sqlalchemy import delete, select
from sqlalchemy.ext.asyncio import AsyncSession

from bot.ground.db import Database
from bot.record.daily_counts import Counted, Tally
from bot.record.lost_messages import LostMessage, lost_in
from bot.record.search_index import forget_conversations, index_turn
from bot.record.summaries import (
    ConversationAddress,
    Summary,
    count_turn,
    counted,
    new_summary,
    note_addresses,
)
from bot.record.transcript import Conversation, TranscriptEvent, Turn

_CHUNK = 50


async def fill_missing(database: Database, secret_key: str) -> int:
    """Summarise and index every conversation that has no summary.

    Args:
        database: Where conversations stand.
        secret_key: With which addresses are fingerprinted.

    Returns:
        How many conversations were done.
    """
    count, tally = 0, Tally()
    while True:
        async with database.write() as session:
            conversations = (
                await session.scalars(
                    select(Conversation)
                    .outerjoin(Summary, Summary.conversation_id == Conversation.id)
                    .where(Summary.conversation_id.is_(None))
                    .limit(_CHUNK)
                )
            ).all()
            for conversation in conversations:
                tally.add(await _fill(session, conversation, secret_key))
            await tally.write(session)
        if not conversations:
            return count
        count += len(conversations)


async def _fill(session: AsyncSession, conversation: Conversation, secret_key: str) -> Counted:
    key = conversation.id
    await forget_conversations(session, [key])
    await session.execute(
        delete(ConversationAddress).where(ConversationAddress.conversation_id == key)
    )
    summary = new_summary(key, conversation.portal, conversation.created_at)
    session.add(summary)
    lost: list[int] = []
    await session.execute(delete(LostMessage).where(LostMessage.conversation_id == key))
    moments = {
        number: at
        for number, at in await session.execute(
            select(Turn.number, Turn.at).where(Turn.conversation_id == key)
        )
    }
    rows = await session.execute(
        select(TranscriptEvent.turn, TranscriptEvent.seq, TranscriptEvent.data)
        .where(TranscriptEvent.conversation_id == key)
        .order_by(TranscriptEvent.seq)
    )
    for number, events in groupby(rows, key=lambda row: row[0]):
        moment = moments.get(number, conversation.last_at)
        rows_of_turn = list(events)
        typed, addresses = count_turn(summary, [row[2] for row in rows_of_turn], moment)
        await index_turn(session, key, conversation.portal, number, typed)
        await note_addresses(session, key, conversation.portal, addresses, secret_key)
        lost += lost_in((seq, data) for _, seq, data in rows_of_turn)
    await session.flush()
    session.add_all(
        LostMessage(
            conversation_id=key, seq=seq, portal=conversation.portal,
            began_at=conversation.created_at,
        )
        for seq in lost
    )  # fmt: skip
    return counted(summary)
