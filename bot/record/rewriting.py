"""Takes texts out of everything that is kept of a conversation, and puts a mark in their place.

What somebody typed stands in more places than its own event: in what the engine read in it, in
slots, in replies and tickets that quote it, in mails, notes, corrections and the search index.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable
from itertools import groupby
from typing import Any

from sqlalchemy import select
from sqlalchemy.ext.asyncio import AsyncSession

from bot.content.live import current_content
from bot.desk.outbox import OutboxMail
from bot.desk.privacy import Anonymous, mask_addresses
from bot.desk.ticket_tables import Ticket, TicketEntry
from bot.french.announcements import pieces_of
from bot.ground.markdown import escape_markdown
from bot.record.ratings import Rating
from bot.record.review_tables import Correction, Note
from bot.record.search_index import forget_conversations, index_turn
from bot.record.summaries import Summary, opening_of
from bot.record.transcript import Conversation, TranscriptEvent, Turn

Change = Callable[[str], str]

_STRUCTURE = frozenset(
    "event name policy type input_channel sender_id message_id portal payload walk step".split()
)
"""What these keys hold is the engine's, not anybody's words."""

_SHORTEST_QUOTE = 8
"""Characters from which a text is taken out of others that quote it; shorter ones are words."""


def replacing(texts: Iterable[str], mark: str, shortest: int = _SHORTEST_QUOTE) -> Change:
    """Return what puts a mark in place of some texts, whole, quoted, or line by line.

    Args:
        texts: What was typed.
        mark: What stands in its place.
        shortest: Characters from which a text is taken out of others that quote it.
    """
    phrases = current_content().wording.requests
    whole: set[str] = set()
    quoted: dict[str, None] = {}
    for text in texts:
        lines = [" ".join(line.split()) for line in text.splitlines()]
        # What a request tells of a message is a part of it, without what announces that.
        pieces = pieces_of(text, phrases) if shortest >= _SHORTEST_QUOTE else ()
        joined = " ".join(text.split()), "\n".join(lines)
        for part in (text, text.strip(), *joined, *lines, *pieces):
            for spelling in (part, escape_markdown(part), mask_addresses(part)):
                whole.add(spelling)
                if len(spelling) >= shortest:
                    quoted[spelling] = None
    whole.discard("")
    longest_first = sorted(quoted, key=len, reverse=True)

    def change(text: str) -> str:
        if text.strip() in whole:
            return mark
        for part in longest_first:
            text = text.replace(part, mark)
        return text

    return change


def changed(value: Any, change: Change) -> Any:
    """Return a JSON value with every text in it changed, but for what is the engine's own."""
    if isinstance(value, str):
        return change(value)
    if isinstance(value, list):
        return [changed(one, change) for one in value]
    if isinstance(value, dict):
        return {
            key: one if key in _STRUCTURE and isinstance(one, str) else changed(one, change)
            for key, one in value.items()
        }
    return value


async def rewrite(session: AsyncSession, conversation_id: str, change: Change) -> None:
    """Change the texts of a conversation wherever they are kept, and index it anew.

    Args:
        session: The transaction; it is not committed here.
        conversation_id: Which conversation.
        change: Returns what stands in place of a text.
    """
    mine = TranscriptEvent.conversation_id == conversation_id
    for event in await session.scalars(select(TranscriptEvent).where(mine)):
        _set(event, "data", changed(event.data, change))
    for turn in await session.scalars(select(Turn).where(Turn.conversation_id == conversation_id)):
        _set(turn, "replies", changed(turn.replies, change))
        _set(turn, "state", changed(turn.state, change))
    tickets = select(Ticket).where(Ticket.conversation_id == conversation_id)
    entries = (
        select(TicketEntry)
        .join(Ticket, Ticket.id == TicketEntry.ticket_id)
        .where(Ticket.conversation_id == conversation_id)
    )
    mails = select(OutboxMail).where(
        OutboxMail.key.startswith(f"{conversation_id}:", autoescape=True)
        | OutboxMail.key.in_(entries.with_only_columns(TicketEntry.request_key))
    )
    for query, columns in (
        (tickets, ("topic",)),
        (entries, ("text", "details")),
        (mails, ("subject", "text", "error")),
        (select(Note).where(Note.conversation_id == conversation_id), ("text",)),
        (select(Rating).where(Rating.conversation_id == conversation_id), ("comment",)),
    ):
        for row in (await session.scalars(query)).all():
            for column in columns:
                _set(row, column, changed(getattr(row, column), change))
    corrections = select(Correction).where(Correction.conversation_id == conversation_id)
    for correction in await session.scalars(corrections):
        corrected = await session.get(TranscriptEvent, (conversation_id, correction.seq))
        if corrected is not None:
            said = str(corrected.data.get("text") or "")
            _set(correction, "text", Anonymous().text(said))
    await session.flush()
    await _index_anew(session, conversation_id)


def _set(row: Any, column: str, value: Any) -> None:
    if getattr(row, column) != value:
        setattr(row, column, value)


async def _index_anew(session: AsyncSession, conversation_id: str) -> None:
    conversation = await session.get(Conversation, conversation_id)
    summary = await session.get(Summary, conversation_id)
    if conversation is None or summary is None:
        return
    await forget_conversations(session, [conversation_id])
    rows = await session.execute(
        select(TranscriptEvent.turn, TranscriptEvent.data)
        .where(TranscriptEvent.conversation_id == conversation_id, TranscriptEvent.type == "user")
        .order_by(TranscriptEvent.seq)
    )
    first = ""
    for number, events in groupby(rows, key=lambda row: row[0]):
        said = [str(data.get("text") or "") for _, data in events]
        typed = [text for text in said if text and not text.startswith("/")]
        first = first or next(iter(typed), "")
        await index_turn(session, conversation_id, conversation.portal, number, typed)
    summary.opening = opening_of(first)
