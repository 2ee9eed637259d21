"""The page of Monday morning: how much waits, and where."""

from __future__ import annotations

from typing import Any

from aiohttp import web
from sqlalchemy import Select, func, literal_column, select
from sqlalchemy.ext.asyncio import AsyncSession

from bot.desk.outbox import OutboxMail
from bot.desk.ticket_tables import UNANSWERED, Ticket
from bot.ground.db import now
from bot.ground.moments import age
from bot.record.daily_counts import day_of
from bot.record.periods import read_period
from bot.record.report import read_counts
from bot.record.summaries import LOST, Summary
from bot.record.ticket_lists import is_late, of_regions, waited_since
from bot.web.console.access import scope
from bot.web.console.mail_views import mails_of
from bot.web.console.notices import notices
from bot.web.console.pages import show
from bot.web.console.report_figures import headlines

MOST_COUNTED = 1000
"""Counting stops here, so that the page costs the same however much waits."""


async def show_overview(request: web.Request) -> web.Response:
    """Show what waits on this portal."""
    here = scope(request)
    unreviewed = here.select(Summary).where(
        Summary.reviewed_at.is_(None), Summary.trouble > literal_column("0")
    )
    everywhere = here.select(Ticket).where(Ticket.state.in_(UNANSWERED))
    waiting = everywhere.where(of_regions(here))
    week = read_period({}, day_of(now()))
    async with here.database.read() as session:
        values: dict[str, Any] = {
            "notices": await notices(session, here.portal),
            "tickets": await _count(session, waiting),
            "late": await _count(session, waiting.where(is_late(here.portal))),
            "oldest": await session.scalar(
                waiting.with_only_columns(func.min(waited_since()), maintain_column_froms=True)
            ),
            "course": (
                (await read_counts(session, here.portal.id, week.span)).all,
                (await read_counts(session, here.portal.id, week.before)).all,
            ),
            "mine": await _count(session, everywhere.where(Ticket.assigned_to == here.staff.id)),
            "failed": await _count(session, mails_of(here).where(OutboxMail.state == "failed")),
            "unsent": await _count(session, mails_of(here).where(OutboxMail.state == "waiting")),
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
    lines = headlines(week, *values.pop("course"))
    oldest = values.pop("oldest")
    values |= {"lines": lines, "oldest": age(oldest, now()) if oldest else "", "week": week}
    return show(request, "overview.html", {**values, "most": MOST_COUNTED})


async def _count(session: AsyncSession, query: Select[Any]) -> int:
    some = query.with_only_columns(literal_column("1")).limit(MOST_COUNTED).subquery()
    return int(await session.scalar(select(func.count()).select_from(some)) or 0)
