"""Reads a conversation back as it stood on the screen, for a page that was loaded again."""

from __future__ import annotations

from typing import Any

from sqlalchemy import delete, select

from actions.db import Database
from actions.portals import Portal
from actions.ratings import ratings_of
from actions.transcript import Conversation, TranscriptEvent, Turn, topic_payload
from bot.chat.articles import ArticleFinder, finder_of
from bot.console.search_index import forget_conversations

_USER = "user"


async def read_history(
    database: Database, portal: Portal, conversation_id: str
) -> list[dict[str, Any]]:
    """Return a conversation's turns, oldest first.

    Args:
        database: Where it stands.
        portal: Its portal.
        conversation_id: Which one; an unknown one has no turns.

    Returns:
        For each turn the client's `message_id`, the `text` that the person saw as theirs (a
        button's title rather than its payload), the `messages` that answered it, and whether they
        were found `helpful` (null where nobody said so).
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
    ratings = await ratings_of(database, conversation_id)
    finder = finder_of(portal)
    titles = {topic_payload(name): one.topic for name, one in portal.articles.items()}
    history = []
    for turn in turns:
        text = said.get(turn.number, "")
        history.append(
            {
                "message_id": turn.message_id,
                "text": titles.get(text.strip(), text),
                "messages": [as_message(reply, finder) for reply in turn.replies],
                "helpful": ratings.get(turn.message_id),
            }
        )
        for reply in turn.replies:
            titles |= {button["payload"]: button["title"] for button in reply.get("buttons", ())}
    return history


async def erase(database: Database, conversation_id: str) -> None:
    """Delete a conversation with its turns, events and ratings; one that is unknown is gone."""
    async with database.write() as session:
        await forget_conversations(session, [conversation_id])
        await session.execute(delete(Conversation).where(Conversation.id == conversation_id))


def as_message(reply: dict[str, Any], finder: ArticleFinder) -> dict[str, Any]:
    """Return a reply in the API's shape.

    `buttons` is always there; `article` names the article that the reply comes from, if it does,
    and `solved` that nothing else asks whether it helped.
    """
    text = reply.get("text", "")
    message: dict[str, Any] = {"text": text, "buttons": list(reply.get("buttons", ()))}
    if found := finder.find(text):
        article, whole = found
        message["article"] = {"id": article.intent, "title": article.title}
        message["solved"] = whole and article.group in ANSWERING
    return message


ANSWERING = frozenset({"connexion", "mails", "documents"})
"""Groups whose articles answer a problem that can be solved."""
