"""What people thought of answers and articles, as the staff read it: thumbs, with their words."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from sqlalchemy import Select, func, select
from sqlalchemy.ext.asyncio import AsyncSession

from bot.content.live import Portal
from bot.desk.privacy import addresses_of, mask_addresses
from bot.record.filters import FilterFault
from bot.record.periods import Span
from bot.record.ratings import Rating

PAGE = 50

HELPFUL = {"yes": "pouce en haut", "no": "pouce en bas"}
ABOUT = {"answers": "réponses de l’assistant", "articles": "articles"}


@dataclass(frozen=True)
class Sought:
    """Which opinions are asked for; empty where any will do.

    Attributes:
        helpful: `yes` or `no`.
        about: `answers`, `articles`, or an article's intent.
        words: Only those with a comment.
    """

    helpful: str = ""
    about: str = ""
    words: bool = False


@dataclass(frozen=True)
class Opinion:
    """One thumb.

    Attributes:
        article: The intent of the article, where it is about one.
        conversation_id: The conversation, where it is about an answer.
    """

    at: datetime
    helpful: bool
    comment: str
    article: str = ""
    conversation_id: str = ""


def read_sought(query: Mapping[str, str], portal: Portal) -> Sought:
    """Read which opinions an address asks for.

    Raises:
        FilterFault: If that cannot be understood, with a sentence for the page.
    """
    helpful, about = query.get("helpful", ""), query.get("about", "")
    if helpful and helpful not in HELPFUL:
        raise FilterFault(f"L’avis « {helpful[:20]} » n’existe pas.")
    if about and about not in ABOUT and about not in portal.articles:
        raise FilterFault(f"L’article « {about[:64]} » n’existe pas.")
    return Sought(helpful, about, query.get("words") == "1")


async def list_opinions(
    session: AsyncSession,
    portal: Portal,
    span: Span,
    sought: Sought,
    *,
    page: int = 1,
    most: int = PAGE,
) -> list[Opinion]:
    """Return opinions, the latest first.

    Args:
        session: Reads them.
        portal: Whose; the caller has checked that they may be read.
        span: The days on which they were given.
        sought: Which of them.
        page: Which page, from 1.
        most: Opinions of one page.
    """
    query = _of(portal, span, sought).order_by(Rating.at.desc(), Rating.id.desc())
    ours = addresses_of(portal)
    return [
        Opinion(
            row.at,
            row.helpful,
            mask_addresses(row.comment, ours),
            article="" if row.conversation_id else row.about,
            conversation_id=row.conversation_id or "",
        )
        for row in await session.scalars(query.limit(most).offset((page - 1) * most))
    ]


async def count_opinions(session: AsyncSession, portal: Portal, span: Span, sought: Sought) -> int:
    """Return how many opinions there are, of those that are still held."""
    query = _of(portal, span, sought).with_only_columns(Rating.id).subquery()
    return await session.scalar(select(func.count()).select_from(query)) or 0


def _of(portal: Portal, span: Span, sought: Sought) -> Select[Any]:
    query = select(Rating).where(
        Rating.portal == portal.id, Rating.at >= span.start, Rating.at < span.stop
    )
    if sought.helpful:
        query = query.where(Rating.helpful.is_(sought.helpful == "yes"))
    if sought.words:
        query = query.where(Rating.comment != "")
    if sought.about == "answers":
        return query.where(Rating.conversation_id.is_not(None))
    if sought.about:
        query = query.where(Rating.conversation_id.is_(None))
    if sought.about not in ("", "articles"):
        query = query.where(Rating.about == sought.about)
    return query
