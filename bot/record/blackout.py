"""Blacks out one message for good: what somebody typed is nowhere afterwards, not even masked."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

from sqlalchemy import select
from sqlalchemy.ext.asyncio import AsyncSession

from bot.desk.privacy import addresses_of, mask_addresses
from bot.ground.errors import GuichetError
from bot.record.rewriting import replacing, rewrite
from bot.record.search_index import merge_index
from bot.record.summaries import Summary
from bot.record.transcript import TranscriptEvent
from bot.staff.audit import Entry, record
from bot.staff.scope import Least, Scope

BLACKED_OUT = "[message masqué par l'équipe]"

MAY_BLACK_OUT: Least = "agent"
"""The role that may: whoever may reveal the addresses of a conversation."""

_READ = ("intent", "intent_ranking", "band")
"""What stays of how a message was read: names and numbers, none of its words."""


class NotToBlackOut(GuichetError):
    """There is no such message, nobody typed it, or it was blacked out already."""


@dataclass(frozen=True)
class Message:
    """One message, as the page that asks for confirmation shows it."""

    seq: int
    text: str


async def message_of(session: AsyncSession, here: Scope, conversation_id: str, seq: str) -> Message:
    """Return a message that can be blacked out, addresses masked.

    Args:
        session: Reads it.
        here: The portal; the caller has checked that the conversation is its own.
        conversation_id: Which conversation.
        seq: The number of the message's event, as a form sends it.

    Raises:
        NotToBlackOut: If it cannot be.
    """
    event = await _event(session, conversation_id, seq)
    text = str(event.data.get("text") or "")
    return Message(event.seq, mask_addresses(text, addresses_of(here.portal)))


async def black_out(session: AsyncSession, here: Scope, summary: Summary, seq: str) -> None:
    """Put the mark in place of a message wherever its words are kept.

    Args:
        session: The transaction; whoever commits it then has SQLite scrub its file.
        here: The portal, and who does it.
        summary: The conversation.
        seq: The number of the message's event, as a form sends it.

    Raises:
        NotToBlackOut: If it cannot be.
    """
    key = summary.conversation_id
    event = await _event(session, key, seq)
    # A second question that was split off is a part of the same message.
    said = await session.scalars(
        select(TranscriptEvent).where(
            TranscriptEvent.conversation_id == key,
            TranscriptEvent.turn == event.turn,
            TranscriptEvent.type == "user",
        )
    )
    texts: list[str] = []
    for one in said.all():
        text = str(one.data.get("text") or "")
        if text and not text.startswith("/"):
            texts.append(text)
            one.data = _without_words(one.data)
    await rewrite(session, key, replacing(texts, BLACKED_OUT))
    await merge_index(session)
    record(session, Entry(here.staff.id, here.portal.id, "blacked_out", key))


async def _event(session: AsyncSession, conversation_id: str, seq: str) -> TranscriptEvent:
    number = int(seq) if seq.isascii() and seq.isdecimal() and len(seq) < 10 else 0
    event = await session.get(TranscriptEvent, (conversation_id, number))
    if event is None or event.type != "user":
        raise NotToBlackOut("Ce message n’existe pas dans cette conversation.")
    text = str(event.data.get("text") or "")
    if not text or text.startswith("/"):
        raise NotToBlackOut("C’est un bouton qui a été choisi : rien n’a été écrit ici.")
    if text == BLACKED_OUT:
        raise NotToBlackOut("Ce message est déjà masqué.")
    return event


def _without_words(data: dict[str, Any]) -> dict[str, Any]:
    read = data.get("parse_data") or {}
    kept = {key: read[key] for key in _READ if key in read}
    parse_data = {**kept, "text": BLACKED_OUT, "entities": []}
    return {**data, "text": BLACKED_OUT, "parse_data": parse_data}
