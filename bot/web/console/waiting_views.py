"""How many tickets wait for an answer: in the title of their list, for as long as it is open."""

from __future__ import annotations

from aiohttp import web
from sqlalchemy import func, select
from sqlalchemy.ext.asyncio import AsyncSession

from bot.desk.ticket_tables import UNANSWERED, Ticket
from bot.record.ticket_lists import of_regions
from bot.staff.scope import Scope
from bot.web.console.access import scope
from bot.web.console.pages import show


async def count_waiting(session: AsyncSession, here: Scope) -> int:
    """Return how many tickets of one's regions wait for an answer."""
    waiting = here.select(Ticket).where(Ticket.state.in_(UNANSWERED), of_regions(here))
    counted = waiting.with_only_columns(Ticket.id).subquery()
    return await session.scalar(select(func.count()).select_from(counted)) or 0


async def show_waiting(request: web.Request) -> web.Response:
    """Return the number alone, for a page that keeps its title up to date."""
    here = scope(request)
    async with here.database.read() as session:
        number = await count_waiting(session, here)
    return show(request, "waiting.html", {"number": number})
