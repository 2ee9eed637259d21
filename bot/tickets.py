"""The page behind the signed link in a ticket's mail: whoever answers marks it as dealt with."""

from __future__ import annotations

from aiohttp import web

from actions.tickets import (
    STATES,
    Ticket,
    TicketLinkRefused,
    mark,
    read_signed_reference,
    ticket_by_reference,
)
from bot.keys import CONTENT, DATABASE, SETTINGS
from bot.pages import render


async def _ticket(request: web.Request) -> Ticket:
    """Return the ticket that the link names.

    Raises:
        web.HTTPNotFound: If the link is forged, or its ticket was erased.
    """
    secret = request.config_dict[SETTINGS].secret_key
    try:
        reference = read_signed_reference(request.match_info["signed"], secret)
    except TicketLinkRefused as error:
        raise web.HTTPNotFound(text=str(error)) from error
    ticket = await ticket_by_reference(request.config_dict[DATABASE], reference)
    if ticket is None:
        raise web.HTTPNotFound(text="Cette demande n’existe plus.")
    return ticket


async def show(request: web.Request) -> web.Response:
    """Show a ticket's state with the buttons that change it; opening a mail changes nothing."""
    ticket = await _ticket(request)
    portal = request.config_dict[CONTENT].portals.get(ticket.portal)
    values = {"ticket": ticket, "portal": portal}
    return render(request, "chat/ticket.html", values, form=True)


async def change(request: web.Request) -> web.Response:
    """Set the state that the form names."""
    ticket = await _ticket(request)
    state = str((await request.post()).get("state", ""))
    if state not in STATES:
        raise web.HTTPBadRequest(text="Cet état n’existe pas.")
    await mark(request.config_dict[DATABASE], ticket.reference, state)
    raise web.HTTPSeeOther(request.path)


def add_tickets(app: web.Application) -> None:
    """Mount the page."""
    app.router.add_get("/tickets/{signed}", show)
    app.router.add_post("/tickets/{signed}", change)
