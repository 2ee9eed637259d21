"""Lists of conversations: by last activity, by what went wrong, or by what was searched.

Each page starts where the last one ended (keyset), so that page 100 costs what page 1 did.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import datetime, timedelta, timezone
from typing import Any

from sqlalchemy import Select, String, bindparam, cast, column, select, table, text, tuple_
from sqlalchemy.dialects.postgresql import TSQUERY
from sqlalchemy.ext.asyncio import AsyncSession

from bot.desk.ticket_tables import Ticket
from bot.french.stems import Piece, highlight, wanted
from bot.record.filters import Filters, narrow
from bot.record.review_tables import Tag
from bot.record.search_index import FTS_TABLE, SearchText, is_sqlite, portal_token
from bot.record.summaries import Summary
from bot.record.ticket_lists import reference_in
from bot.staff.scope import Scope

PAGE = 50

_HITS = 60
"""Hits read at a time: a long conversation may have several."""

_EPOCH = datetime(1970, 1, 1, tzinfo=timezone.utc)


class BadCursor(ValueError):
    """Where a page should start cannot be read."""


@dataclass(frozen=True)
class Listed:
    """One line of a list."""

    summary: Summary
    excerpt: list[Piece]
    tags: list[str] = field(default_factory=list)


@dataclass(frozen=True)
class Page:
    """One page of a list; `after` starts the next one, where there is one."""

    rows: list[Listed]
    after: str = ""


async def list_conversations(
    session: AsyncSession, scope: Scope, filters: Filters, after: str
) -> Page:
    """Return one page of conversations.

    Args:
        session: Reads them.
        scope: The portal.
        filters: What is asked for.
        after: Where the page before ended, as it told; empty for the first page.

    Raises:
        BadCursor: If `after` was not told by a page.
    """
    if filters.q:
        page = await _search(session, scope, filters, after)
    else:
        page = await _list(session, scope, filters, after)
    tags = await _tags(session, [row.summary.conversation_id for row in page.rows])
    return Page(
        [Listed(r.summary, r.excerpt, tags.get(r.summary.conversation_id, [])) for r in page.rows],
        page.after,
    )


async def _list(session: AsyncSession, scope: Scope, filters: Filters, after: str) -> Page:
    query = narrow(scope.select(Summary), filters, scope.staff.id)
    latest = Summary.started_at if filters.by_beginning else Summary.last_at
    order: list[Any] = [latest, Summary.conversation_id]
    if filters.view == "review":
        order.insert(0, Summary.trouble)
    if after:
        query = query.where(tuple_(*order) < tuple_(*_read_cursor(after, len(order))))
    rows = (await session.scalars(query.order_by(*(c.desc() for c in order)).limit(PAGE + 1))).all()
    shown = rows[:PAGE]
    last = _cursor(shown[-1], filters) if len(rows) > PAGE else ""
    return Page([Listed(row, [Piece(row.opening)]) for row in shown], last)


async def _search(session: AsyncSession, scope: Scope, filters: Filters, after: str) -> Page:
    sought = wanted(filters.q)
    named = await _of_ticket(session, scope, filters)
    if after and not (after.isascii() and after.isdecimal() and len(after) < 16):
        raise BadCursor(after)
    before = int(after) if after else None
    # What a reference names comes first, on the first page alone.
    found = {} if after else dict(named)
    last: int | None = None
    more = bool(sought)
    while more and len(found) < PAGE:
        query = _hits(scope, sought, before, sqlite=is_sqlite(session))
        rows = (await session.execute(narrow(query, filters, scope.staff.id))).all()
        more = len(rows) == _HITS
        for number, said, summary in rows:
            if len(found) == PAGE:
                more = True
                break
            last = before = number
            if summary.conversation_id not in found and summary.conversation_id not in named:
                excerpt = highlight(said, filters.q)
                found[summary.conversation_id] = Listed(summary, excerpt)
    return Page(list(found.values()), str(last) if more and last is not None else "")


async def _of_ticket(session: AsyncSession, scope: Scope, filters: Filters) -> dict[str, Listed]:
    """Return the conversation whose ticket bears the reference that was typed, if there is one."""
    reference = reference_in(filters.q)
    if not reference:
        return {}
    query = (
        scope.select(Summary)
        .join(Ticket, Ticket.conversation_id == Summary.conversation_id)
        .where(Ticket.portal == scope.portal.id, Ticket.reference == reference)
    )
    rows = await session.scalars(narrow(query, filters, scope.staff.id))
    return {
        row.conversation_id: Listed(row, [Piece(f"Demande {reference}", hit=True)]) for row in rows
    }


def _hits(scope: Scope, sought: list[str], before: int | None, *, sqlite: bool) -> Select[Any]:
    """Return the query of the latest hits, newest first.

    Both databases walk their index from the newest hit and stop when they have enough, so that a
    word of every other conversation costs no more than a rare one.
    """
    query = select(SearchText.id, SearchText.text, Summary)
    if sqlite:
        index = table(FTS_TABLE, column("rowid"))
        words = " AND ".join(f'"{word}"' for word in (portal_token(scope.portal.id), *sought))
        query = (
            query.select_from(index)
            .join(SearchText, SearchText.id == index.c.rowid)
            .where(text(f"{FTS_TABLE} MATCH :words").bindparams(words=words))
            .order_by(index.c.rowid.desc())
        )
        if before is not None:
            query = query.where(index.c.rowid < before)
    else:
        # Written out, so that the planner knows how rare the words are; stems hold no quotes.
        lexemes = " & ".join(f"'{word}'" for word in sought)
        asked = bindparam("asked", lexemes, String, literal_execute=True)
        query = query.where(
            SearchText.portal == scope.portal.id,
            SearchText.stems.op("@@")(cast(asked, TSQUERY)),
        ).order_by(SearchText.id.desc())
        if before is not None:
            query = query.where(SearchText.id < before)
    return (
        query.join(Summary, Summary.conversation_id == SearchText.conversation_id)
        .where(Summary.portal == scope.portal.id)
        .limit(_HITS)
    )


async def _tags(session: AsyncSession, ids: list[str]) -> dict[str, list[str]]:
    found: dict[str, list[str]] = {}
    query = select(Tag).where(Tag.conversation_id.in_(ids)).order_by(Tag.tag)
    for tag in await session.scalars(query):
        found.setdefault(tag.conversation_id, []).append(tag.tag)
    return found


def _cursor(summary: Summary, filters: Filters) -> str:
    latest = summary.started_at if filters.by_beginning else summary.last_at
    moment = int((latest - _EPOCH) / timedelta(microseconds=1))
    parts = [str(moment), summary.conversation_id]
    return "~".join([str(summary.trouble), *parts] if filters.view == "review" else parts)


def _read_cursor(after: str, parts: int) -> list[Any]:
    fields: list[Any] = after.split("~", parts - 1)
    try:
        for place in range(parts - 1):
            fields[place] = int(fields[place])
        fields[parts - 2] = _EPOCH + timedelta(microseconds=fields[parts - 2])
        return [*fields[: parts - 1], str(fields[parts - 1])]
    except (ValueError, IndexError, OverflowError):
        raise BadCursor(after) from None
