"""Reads a conversation back as it stood on the screen, for a page that was loaded again."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

from sqlalchemy import Row, delete, select

from bot.content.article_finder import ArticleFinder, finder_of
from bot.content.portals import Portal
from bot.ground.db import Database
from bot.record.daily_counts import Tally
from bot.record.gone import let_conversations_go
from bot.record.ratings import ratings_of
from bot.record.search_index import forget_conversations
from bot.record.transcript import Conversation, TranscriptEvent, Turn, topic_payload

MOST_TURNS = 50
"""Turns of one page."""

_USER = "user"


@dataclass(frozen=True)
class Page:
    """Some turns of a conversation, one after the other.

    Attributes:
        turns: The turns in the API's shape, oldest first.
        before: What to ask for the turns before these by; None where there are none.
    """

    turns: list[dict[str, Any]]
    before: int | None


async def read_history(
    database: Database,
    portal: Portal,
    conversation_id: str,
    *,
    before: int | None = None,
    most: int = MOST_TURNS,
) -> Page:
    """Return a page of a conversation: what is read at once does not grow with its length.

    Args:
        database: Where it stands.
        portal: Its portal.
        conversation_id: Which one; an unknown one has no turns.
        before: Return turns before the one of this number; the latest by default.
        most: How many turns at most.

    Returns:
        For each turn its `number`, the client's `message_id`, the `text` that the person saw as
        theirs (a button's title rather than its payload), the `messages` that answered it, and
        whether they were found `helpful` (null where nobody said so).
    """
    turns = await _turns(database, conversation_id, before, most)
    if not turns:
        return Page([], None)
    first = turns[0].number
    said = await _said(database, conversation_id, first, turns[-1].number)
    titles = {topic_payload(name): one.topic for name, one in portal.articles.items()}
    wanted = {text.strip() for text, _ in said.values() if text.startswith("/")} - set(titles)
    titles = await _titles_before(database, conversation_id, first, wanted) | titles
    ratings = await ratings_of(database, conversation_id)
    finder = finder_of(portal)
    history = []
    offers: dict[str, dict[str, str]] = {}
    for turn in turns:
        text, offered_by = said.get(turn.number, ("", ""))
        title = offers.get(offered_by, {}).get(text) or titles.get(text.strip(), text)
        history.append(
            {
                "number": turn.number,
                "message_id": turn.message_id,
                "text": title,
                "messages": [as_message(reply, finder) for reply in turn.replies],
                "helpful": ratings.get(turn.message_id),
            }
        )
        offers[turn.message_id] = _titles(turn.replies)
        titles |= offers[turn.message_id]
    return Page(history, first if first > 1 else None)


async def number_of(database: Database, conversation_id: str, message_id: str) -> int | None:
    """Return the number of the turn that answered a message, or None where none did."""
    query = select(Turn.number).where(
        Turn.conversation_id == conversation_id, Turn.message_id == message_id
    )
    async with database.read() as session:
        number: int | None = await session.scalar(query)
    return number


async def _turns(
    database: Database, conversation_id: str, before: int | None, most: int
) -> list[Row[tuple[int, str, list[dict[str, Any]]]]]:
    # Without their states, of which there may be several of some size.
    query = select(Turn.number, Turn.message_id, Turn.replies).where(
        Turn.conversation_id == conversation_id
    )
    if before is not None:
        query = query.where(Turn.number < before)
    async with database.read() as session:
        rows = (await session.execute(query.order_by(Turn.number.desc()).limit(most))).all()
    return list(reversed(rows))


async def _said(
    database: Database, conversation_id: str, first: int, last: int
) -> dict[int, tuple[str, str]]:
    """Return for each turn what was said, and for a press which message had offered it."""
    query = (
        select(TranscriptEvent.turn, TranscriptEvent.data)
        .where(
            TranscriptEvent.conversation_id == conversation_id,
            TranscriptEvent.type == _USER,
            TranscriptEvent.turn.between(first, last),
        )
        .order_by(TranscriptEvent.seq)
    )
    said: dict[int, tuple[str, str]] = {}
    async with database.read() as session:
        for turn, data in await session.execute(query):
            # Only the first was typed; the engine may have split a second question off it.
            offered_by = (data.get("metadata") or {}).get("offered_by") or ""
            said.setdefault(turn, (data.get("text") or "", offered_by))
    return said


async def _titles_before(
    database: Database, conversation_id: str, first: int, wanted: set[str]
) -> dict[str, str]:
    """Return the titles of what was pressed on this page but offered before it."""
    found: dict[str, str] = {}
    while wanted - set(found) and first > 1:
        turns = await _turns(database, conversation_id, first, MOST_TURNS)
        if not turns:
            break
        for turn in reversed(turns):
            found = _titles(turn.replies) | found
        first = turns[0].number
    return found


def _titles(replies: list[dict[str, Any]]) -> dict[str, str]:
    return {
        button["payload"]: button["title"]
        for reply in replies
        for button in reply.get("buttons", ())
    }


async def erase(database: Database, conversation_id: str) -> None:
    """Delete a conversation with its turns, events and ratings; one that is unknown is gone."""
    tally = Tally()
    async with database.write() as session:
        await let_conversations_go(session, [conversation_id], tally)
        await forget_conversations(session, [conversation_id])
        await session.execute(delete(Conversation).where(Conversation.id == conversation_id))
        await tally.write(session)


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
