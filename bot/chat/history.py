"""Reads a conversation back as it stood on the screen, for a page that was loaded again."""

from __future__ import annotations

from typing import Any

from sqlalchemy import select

from actions.db import Database
from actions.transcript import TranscriptEvent, Turn

_USER = "user"


async def read_history(database: Database, conversation_id: str) -> list[dict[str, Any]]:
    """Return a conversation's turns, oldest first.

    Args:
        database: Where it stands.
        conversation_id: Which one; an unknown one has no turns.

    Returns:
        For each turn the client's `message_id`, the `text` that the person saw as theirs (a
        button's title rather than its payload), and the `messages` that answered it.
    """
    async with database.read() as session:
        turns = (
            await session.scalars(
                select(Turn).where(Turn.conversation_id == conversation_id).order_by(Turn.number)
            )
        ).all()
        events = (
            await session.scalars(
                select(TranscriptEvent)
                .where(
                    TranscriptEvent.conversation_id == conversation_id,
                    TranscriptEvent.type == _USER,
                )
                .order_by(TranscriptEvent.seq)
            )
        ).all()
    said: dict[int, str] = {}
    for event in events:
        # Only the first was typed; the engine may have split a second question off it.
        said.setdefault(event.turn, event.data.get("text") or "")
    titles: dict[str, str] = {}
    history = []
    for turn in turns:
        text = said.get(turn.number, "")
        history.append(
            {
                "message_id": turn.message_id,
                "text": titles.get(text.strip(), text),
                "messages": [as_message(reply) for reply in turn.replies],
            }
        )
        for reply in turn.replies:
            titles |= {button["payload"]: button["title"] for button in reply.get("buttons", ())}
    return history


def as_message(reply: dict[str, Any]) -> dict[str, Any]:
    """Return a reply in the API's shape, where `buttons` is always there."""
    return {"text": reply.get("text", ""), "buttons": list(reply.get("buttons", ()))}
