"""The page of Monday morning: how much waits, and where."""

from __future__ import annotations

from typing import Any

from aiohttp import web
from sqlalchemy import Select, func, literal_column, select
from sqlalchemy.ext.asyncio import AsyncSession

from bot.desk.outbox import OutboxMail
from bot.desk.ticket_tables import UNANSWERED, Ticket
from bot.record.summaries import LOST, Summary
from bot.record.ticket_lists import of_regions
from bot.web.console.access import scope
from bot.web.console.notices import notices
from bot.web.console.pages import show

MOST_COUNTED = 1000
"""Counting stops here, so that the page costs the same however much waits."""


async def show_overview(request: web.Request) -> web.Response:
    """Show what waits on this portal."""
    here = scope(request)
    unreviewed = here.select(Summary).where(
        Summary.reviewed_at.is_(None), Summary.trouble > literal_column("0")
    )
    waiting = here.select(Ticket).where(Ticket.state.in_(UNANSWERED), of_regions(here))
    async with here.database.read() as session:
        values = {
            "notices": await notices(session, here.portal),
            "tickets": await _count(session, waiting),
            "mine": await _count(session, waiting.where(Ticket.assigned_to == here.staff.id)),
            "failed": await _count(
                session, here.select(OutboxMail).where(OutboxMail.state == "failed")
            ),
            "unsent": await _count(
                session, here.select(OutboxMail).where(OutboxMail.state == "waiting")
            ),
            "review": await _count(session, unreviewed),
            "lost": await _count(session, unreviewed.where(Summary.trouble >= LOST)),
            "assigned": await _count(
                session,
                here.select(Summary).where(
                    Summary.assigned_to == here.staff.id,
                    Summary.assigned_to.is_not(None),
                    Summary.reviewed_at.is_(None),
                ),
            ),
        }
    return show(request, "overview.html", {**values, "most": MOST_COUNTED})


async def _count(session: AsyncSession, query: Select[Any]) -> int:
    some = query.with_only_columns(literal_column("1")).limit(MOST_COUNTED).subquery()
    return int(await session.scalar(select(func.count()).select_from(some)) or 0)
