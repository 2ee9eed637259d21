"""Offers a conversation what a page offers: an article that is opened in the chat."""

from __future__ import annotations

from bot.ground.db import Database, now
from bot.record.transcript import Conversation
from bot.web.api.sessions import ChatSession


async def offer(database: Database, session: ChatSession, payload: str) -> None:
    """Have a conversation take a payload, as if one of its own buttons carried it.

    A payload that nothing offered is read as text. The page's buttons stand outside the
    conversation, which may not even exist yet.
    """
    async with database.write() as write:
        conversation = await write.get(Conversation, session.conversation)
        if conversation is None:
            moment = now()
            write.add(
                Conversation(
                    id=session.conversation,
                    portal=session.portal,
                    created_at=moment,
                    last_at=moment,
                    offered=[payload],
                )
            )
        elif payload not in conversation.offered:
            conversation.offered = [*conversation.offered, payload]
