"""What staff write on a conversation: notes, tags, to whom it falls, reviewed, corrections."""

from __future__ import annotations

from functools import lru_cache

from sqlalchemy import delete, select
from sqlalchemy.ext.asyncio import AsyncSession

from bot.content.live import Portal, current_content
from bot.desk.privacy import Anonymous
from bot.ground.db import now
from bot.ground.errors import GuichetError
from bot.ground.settings import ROOT
from bot.ground.yaml_text import read_yaml
from bot.reading.bands import band_of
from bot.record.review_tables import Correction, Note, Review, Tag
from bot.record.summaries import Summary
from bot.record.transcript import TranscriptEvent
from bot.staff.audit import Entry, record, staff_subject
from bot.staff.scope import Scope
from bot.staff.users import colleagues

MOST_NOTE = 4000
_MOST_TAGS = 12
_MOST_TAG = 40


class MarkRefused(GuichetError):
    """What was written cannot be taken; the sentence says why, and nothing was changed."""


@lru_cache(maxsize=1)
def intents() -> tuple[str, ...]:
    """Return the intents that a message may mean, by name."""
    domain = read_yaml(ROOT / "domain.yml")
    return tuple(sorted(e if isinstance(e, str) else next(iter(e)) for e in domain["intents"]))


def intents_on(portal: Portal) -> list[str]:
    """Return the intents that a message may mean on a portal: not the topics of others alone."""
    others = [p for p in current_content().portals.values() if p.id != portal.id]
    return [
        intent
        for intent in intents()
        if intent in portal.articles or not any(intent in other.articles for other in others)
    ]


async def add_note(session: AsyncSession, scope: Scope, summary: Summary, text: str) -> None:
    """Add a note.

    Raises:
        MarkRefused: If it is empty or too long.
    """
    text = text.strip()
    if not text:
        raise MarkRefused("La note est vide : écrivez quelque chose.")
    if len(text) > MOST_NOTE:
        raise MarkRefused(f"La note dépasse {MOST_NOTE} caractères.")
    session.add(
        Note(
            conversation_id=summary.conversation_id,
            portal=scope.portal.id,
            author_id=scope.staff.id,
            text=text,
            at=now(),
        )
    )
    summary.notes += 1
    _record(session, scope, "noted", summary)


async def add_tag(session: AsyncSession, scope: Scope, summary: Summary, text: str) -> None:
    """Add a tag; those that others added stay.

    Raises:
        MarkRefused: If it is empty or too long, or there are too many.
    """
    tag = _tag(text)
    if not tag:
        raise MarkRefused("L’étiquette est vide : écrivez un mot.")
    if "," in tag:
        raise MarkRefused("Une étiquette à la fois, sans virgule.")
    if len(tag) > _MOST_TAG:
        raise MarkRefused(f"Une étiquette dépasse {_MOST_TAG} caractères.")
    key = summary.conversation_id
    known = (await session.scalars(select(Tag.tag).where(Tag.conversation_id == key))).all()
    if tag in known:
        return
    if len(known) >= _MOST_TAGS:
        raise MarkRefused(f"Pas plus de {_MOST_TAGS} étiquettes par conversation.")
    session.add(Tag(conversation_id=key, portal=scope.portal.id, tag=tag))
    _record(session, scope, "tagged", summary, tag)


async def remove_tag(session: AsyncSession, scope: Scope, summary: Summary, text: str) -> None:
    """Take one tag away; it is no fault if somebody did already."""
    tag = await session.get(Tag, (summary.conversation_id, _tag(text)))
    if tag is not None:
        await session.delete(tag)
        _record(session, scope, "untagged", summary, tag.tag)


async def assignee(session: AsyncSession, scope: Scope, text: str) -> int | None:
    """Return to whom something is to fall; None for nobody.

    Raises:
        MarkRefused: If that person may not write on this portal.
    """
    if not text:
        return None
    known = {str(number): number for number, _ in await colleagues(session, scope.portal.id)}
    if text not in known:
        raise MarkRefused("Cette personne ne travaille pas sur ce portail.")
    return known[text]


async def assign(session: AsyncSession, scope: Scope, summary: Summary, text: str) -> None:
    """Say to whom a conversation falls.

    Raises:
        MarkRefused: If that person may not write on this portal.
    """
    summary.assigned_to = await assignee(session, scope, text)
    _record(session, scope, "assigned", summary, assigned_detail(summary.assigned_to))


def assigned_detail(user_id: int | None) -> str:
    """Return how the record tells to whom something falls."""
    return "personne" if user_id is None else staff_subject(user_id)


async def set_reviewed(
    session: AsyncSession, scope: Scope, summary: Summary, *, reviewed: bool
) -> None:
    """Mark a conversation as reviewed, or take that back."""
    await session.execute(delete(Review).where(Review.conversation_id == summary.conversation_id))
    summary.reviewed_at = now() if reviewed else None
    summary.reviewed_by = scope.staff.id if reviewed else None
    if reviewed:
        session.add(
            Review(
                portal=scope.portal.id,
                conversation_id=summary.conversation_id,
                author_id=scope.staff.id,
                at=now(),
                topic=summary.topic,
                region=summary.region,
                outcome=summary.outcome,
                trouble=summary.trouble,
            )
        )
    _record(session, scope, "reviewed" if reviewed else "unreviewed", summary)


async def correct(
    session: AsyncSession, scope: Scope, summary: Summary, seq: str, meant: str
) -> None:
    """Note what a message meant; a second correction replaces the first.

    Args:
        session: Writes it.
        scope: The portal.
        summary: The conversation.
        seq: The number of the message's event.
        meant: The intent that is right.

    Raises:
        MarkRefused: If there is no such message or intent, or it was understood so already.
    """
    if meant not in intents_on(scope.portal):
        raise MarkRefused("Choisissez l’intention dans la liste.")
    number = _number(seq)
    event = await session.get(TranscriptEvent, (summary.conversation_id, number))
    if event is None or event.type != "user":
        raise MarkRefused("Ce message n’existe pas dans la conversation.")
    parse_data = event.data.get("parse_data") or {}
    understood = str((parse_data.get("intent") or {}).get("name") or "")
    if meant == understood and band_of(parse_data) != "lost":
        raise MarkRefused("C’est déjà ce que l’assistant a compris : il n’y a rien à corriger.")
    known = await _correction(session, summary, number)
    correction = known or Correction(
        portal=scope.portal.id, conversation_id=summary.conversation_id, seq=number
    )
    correction.text = Anonymous().text(str(event.data.get("text") or ""))
    correction.understood = understood
    correction.band = band_of(parse_data)
    correction.meant = meant
    correction.author_id, correction.at = scope.staff.id, now()
    session.add(correction)
    _record(session, scope, "corrected", summary, meant)


async def take_correction_back(
    session: AsyncSession, scope: Scope, summary: Summary, seq: str
) -> None:
    """Forget what was noted on a message; it is no fault if somebody did already."""
    known = await _correction(session, summary, _number(seq))
    if known is not None:
        await session.delete(known)
        _record(session, scope, "uncorrected", summary, known.meant)


async def _correction(session: AsyncSession, summary: Summary, seq: int) -> Correction | None:
    found: Correction | None = await session.scalar(
        select(Correction).where(
            Correction.conversation_id == summary.conversation_id, Correction.seq == seq
        )
    )
    return found


def _number(seq: str) -> int:
    return int(seq) if seq.isascii() and seq.isdecimal() and len(seq) < 9 else 0


def _tag(text: str) -> str:
    return " ".join(text.split()).lower()


def _record(
    session: AsyncSession, scope: Scope, action: str, summary: Summary, detail: str = ""
) -> None:
    record(
        session,
        Entry(scope.staff.id, scope.portal.id, action, summary.conversation_id, detail),
    )
