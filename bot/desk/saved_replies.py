"""Saved replies: texts that a portal's staff send often, with names that are filled in."""

from __future__ import annotations

import re
from collections.abc import Mapping
from datetime import datetime

from sqlalchemy import String, Text, UniqueConstraint, select
from sqlalchemy.ext.asyncio import AsyncSession
from sqlalchemy.orm import Mapped, mapped_column

from bot.content.live import Portal
from bot.desk.ticket_tables import Ticket
from bot.ground.db import Base, Moment, now
from bot.ground.errors import GuichetError

PLACEHOLDERS = {
    "reference": "la référence de la demande",
    "name": "le nom de la personne, s’il est connu",
    "topic": "le sujet de la demande",
    "portal": "le nom du portail",
    "region": "la région qui répond",
    "delay": "le délai promis par le portail",
}
"""What a text may name, with what stands there once it is filled in."""

MOST_TITLE = 80
MOST_TEXT = 5000
_MOST_SAVED = 200
_NAMED = re.compile(r"\{(\w*)\}")


class SavedReply(Base):
    """A text of a portal, under a title."""

    __tablename__ = "saved_replies"
    __table_args__ = (UniqueConstraint("portal", "title"),)

    id: Mapped[int] = mapped_column(primary_key=True)
    portal: Mapped[str] = mapped_column(String(64))
    title: Mapped[str] = mapped_column(String(MOST_TITLE))
    text: Mapped[str] = mapped_column(Text)
    updated_at: Mapped[datetime] = mapped_column(Moment)


class SavedReplyRefused(GuichetError):
    """A text cannot be saved; the sentence says why, and nothing was changed."""


async def saved_replies(session: AsyncSession, portal: str) -> list[SavedReply]:
    """Return a portal's saved replies by title."""
    rows = await session.scalars(
        select(SavedReply).where(SavedReply.portal == portal).order_by(SavedReply.title)
    )
    return list(rows)


async def saved_reply(session: AsyncSession, portal: str, number: int) -> SavedReply | None:
    """Return one of a portal's saved replies, or None."""
    found: SavedReply | None = await session.scalar(
        select(SavedReply).where(SavedReply.portal == portal, SavedReply.id == number)
    )
    return found


async def save_reply(
    session: AsyncSession, portal: str, title: str, text: str, known: SavedReply | None = None
) -> None:
    """Save a text, or change a saved one.

    Raises:
        SavedReplyRefused: If title or text cannot be taken.
    """
    title, text = " ".join(title.split()), text.strip()
    if not title or not text:
        raise SavedReplyRefused("Donnez un titre et un texte.")
    if len(title) > MOST_TITLE:
        raise SavedReplyRefused(f"Le titre dépasse {MOST_TITLE} caractères.")
    if len(text) > MOST_TEXT:
        raise SavedReplyRefused(f"Le texte dépasse {MOST_TEXT} caractères.")
    if unknown := [name for name in _NAMED.findall(text) if name not in PLACEHOLDERS]:
        names = ", ".join(f"{{{name}}}" for name in PLACEHOLDERS)
        raise SavedReplyRefused(f"« {{{unknown[0]}}} » n’existe pas. Vous pouvez écrire : {names}.")
    others = await saved_replies(session, portal)
    if any(o.title.casefold() == title.casefold() and o is not known for o in others):
        raise SavedReplyRefused("Une réponse enregistrée porte déjà ce titre.")
    if known is None and len(others) >= _MOST_SAVED:
        raise SavedReplyRefused(f"Pas plus de {_MOST_SAVED} réponses enregistrées par portail.")
    row = known or SavedReply(portal=portal)
    row.title, row.text, row.updated_at = title, text, now()
    session.add(row)


def filled(text: str, values: Mapping[str, str]) -> str:
    """Return a text with its names filled in; the space before one that is empty goes too."""

    def value(match: re.Match[str]) -> str:
        known = values.get(match["name"])
        if known is None:
            return match.group()
        return match["space"] + known if known else ""

    return re.sub(r"(?P<space> ?)\{(?P<name>\w+)\}", value, text)


def values_of(ticket: Ticket, portal: Portal, name: str) -> dict[str, str]:
    """Return what the names in a text stand for, on a ticket.

    Args:
        ticket: The ticket.
        portal: Whose it is.
        name: The person's; empty where it is not known.
    """
    region = portal.region(ticket.region)
    return {
        "reference": ticket.reference,
        "name": name,
        "topic": ticket.topic,
        "portal": portal.name,
        "region": region.name if region else "",
        "delay": portal.response_delay or "",
    }
