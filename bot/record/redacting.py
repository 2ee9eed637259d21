"""Applies the present rules for passwords to conversations that were stored before."""

from __future__ import annotations

from collections import Counter

from sqlalchemy import select
from sqlalchemy.ext.asyncio import AsyncSession

from bot.french.redaction import MARK, redact_passwords, secrets_of
from bot.ground.db import Database
from bot.record.erasure import scrub
from bot.record.ratings import Rating
from bot.record.rewriting import replacing, rewrite
from bot.record.search_index import merge_index
from bot.record.transcript import Conversation, TranscriptEvent
from bot.staff.audit import from_shell, record
from bot.staff.tables import ALL_PORTALS

_CHUNK = 50
_SHORTEST_SECRET = 6


async def redact_stored(database: Database) -> dict[str, int]:
    """Mask what today's rules find in stored conversations and in words on ratings.

    A turn of a conversation that comes in between waits for its own few conversations only.

    Args:
        database: Where conversations are kept.

    Returns:
        How many messages, conversations and ratings were changed, by what staff call them.

    Raises:
        ScrubFailed: If SQLite was too busy to write its file anew; what was masked stays masked.
    """
    messages: Counter[str] = Counter()
    conversations: Counter[str] = Counter()
    last = ""
    while True:
        async with database.write() as session:
            rows = await session.execute(
                select(Conversation.id, Conversation.portal)
                .where(Conversation.id > last)
                .order_by(Conversation.id)
                .limit(_CHUNK)
            )
            found = list(rows)
            for conversation_id, portal in found:
                count = await _redact(session, conversation_id)
                messages[portal] += count
                conversations[portal] += bool(count)
        if not found:
            break
        last = found[-1][0]
    async with database.write() as session:
        comments = await _redact_comments(session)
        for portal, count in messages.items():
            if count:
                record(session, from_shell("redacted", portal=portal, detail=f"{count} messages"))
        if comments:
            record(session, from_shell("redacted", portal=ALL_PORTALS, detail=f"{comments} avis"))
        await merge_index(session)
    if messages.total() or comments:
        await scrub(database)
    return {
        "messages": messages.total(),
        "conversations": conversations.total(),
        "avis": comments,
    }


async def _redact(session: AsyncSession, conversation_id: str) -> int:
    """Mask what is in a conversation; return how many of its messages held something."""
    events = await session.scalars(
        select(TranscriptEvent)
        .where(TranscriptEvent.conversation_id == conversation_id, TranscriptEvent.type == "user")
        .order_by(TranscriptEvent.seq)
    )
    before, count = "", 0
    secrets: dict[str, None] = {}
    for event in events.all():
        text = str(event.data.get("text") or "")
        masked = redact_passwords(text, before)
        if masked != text:
            count += 1
            secrets |= dict.fromkeys(secrets_of(text, before))
            read = {**(event.data.get("parse_data") or {}), "text": masked}
            read["entities"] = _outside(read.get("entities") or [], masked)
            event.data = {**event.data, "text": masked, "parse_data": read}
        before = masked
    if count:
        # Plain words and short numbers are no secret by themselves where others quote them.
        telling = [s for s in secrets if len(s) >= _SHORTEST_SECRET and not s.isalpha()]
        await rewrite(session, conversation_id, replacing(telling, MARK, shortest=1))
    return count


def _outside(entities: list[dict[str, object]], masked: str) -> list[dict[str, object]]:
    """Return the entities whose words still stand in a message; their places may have moved."""
    return [one for one in entities if str(one.get("value")) in masked]


async def _redact_comments(session: AsyncSession) -> int:
    count = 0
    for rating in await session.scalars(select(Rating).where(Rating.comment != "")):
        masked = redact_passwords(rating.comment)
        if masked != rating.comment:
            rating.comment = masked
            count += 1
    return count
