"""Several tickets of the list at once: given to somebody, or closed."""

from __future__ import annotations

from urllib.parse import urlencode

from aiohttp import web
from sqlalchemy.ext.asyncio import AsyncSession

from bot.desk.ticket_tables import STATE_NAMES, Ticket
from bot.record import reviewing
from bot.record.ticket_lists import PAGE, list_of, version_of
from bot.staff.audit import Entry, record
from bot.staff.scope import Scope
from bot.web.console.access import form, scope
from bot.web.console.pages import back_to
from bot.web.console.ticket_views import list_page

_CHOSEN = "t-"


async def change_many(request: web.Request) -> web.Response:
    """Assign or close the tickets that were chosen; those that changed meanwhile stay as they are.

    Each is chosen with the version that the list showed.
    """
    here, values = scope(request), form(request)
    chosen = {
        name.removeprefix(_CHOSEN): seen
        for name, seen in values.items()
        if name.startswith(_CHOSEN)
    }
    do, back = values.get("do", ""), list_of(values.get("from", ""))
    if not chosen:
        return await list_page(request, back, fault="Choisissez d’abord des demandes.")
    if do not in ("assign", "close"):
        return await list_page(request, back, fault="Choisissez ce qu’il faut en faire.")
    try:
        async with here.database.write() as session:
            passed = await _change(session, here, chosen, do, values.get("to", ""))
    except reviewing.MarkRefused as error:
        return await list_page(request, back, fault=str(error))
    told = urlencode({"passed": " ".join(passed)}) if passed else ""
    query = "&".join(filter(None, (back, told)))
    return back_to(request, f"/{here.portal.id}/tickets{'?' + query if query else ''}", "many")


async def _change(
    session: AsyncSession, here: Scope, chosen: dict[str, str], do: str, to: str
) -> list[str]:
    """Change the tickets; return the references of those that were not what the list showed."""
    somebody = await reviewing.assignee(session, here, to)
    query = here.select(Ticket).where(Ticket.reference.in_(list(chosen)[:PAGE]))
    rows = await session.scalars(query.order_by(Ticket.id).with_for_update())
    passed = []
    for ticket in rows.all():
        if version_of(ticket) != chosen[ticket.reference]:
            passed.append(ticket.reference)
        elif do == "assign":
            ticket.assign(somebody)
            detail = reviewing.assigned_detail(somebody)
            _record(session, here, "assigned", ticket, detail)
        elif ticket.state != "closed":
            ticket.set_state("closed")
            _record(session, here, "ticket", ticket, STATE_NAMES["closed"])
    return passed


def _record(session: AsyncSession, here: Scope, action: str, ticket: Ticket, detail: str) -> None:
    record(session, Entry(here.staff.id, here.portal.id, action, ticket.reference, detail))
