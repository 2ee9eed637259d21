"""The page behind the signed link in a ticket's mail: a region without an account marks it.

The link alone shows and changes nothing: who was quoted the mail has it too. A code that goes to
the region's mailbox, typed in with a name, changes the state once, and the record tells of it.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

from aiohttp import web
from sqlalchemy import select
from sqlalchemy.ext.asyncio import AsyncSession

from bot.content.live import Portal
from bot.desk.ticket_links import (
    TicketLinkRefused,
    code_is_open,
    read_signed_reference,
    send_code,
    use_code,
)
from bot.desk.ticket_tables import SETTABLE, STATE_NAMES, Ticket
from bot.desk.tickets import ticket_by_reference
from bot.ground.clock import in_words, paris_time_from
from bot.ground.db import unit_of_work
from bot.ground.errors import LimitReached
from bot.ground.limits import (
    TICKET_CODES_PER_MAILBOX,
    TICKET_CODES_PER_TICKET,
    TICKET_PAGES_PER_NETWORK,
    TICKET_TRIES_PER_NETWORK,
    spend,
    spend_now,
)
from bot.staff.audit import Entry, record
from bot.web.edge import read_form
from bot.web.keys import CONTENT, DATABASE, SENDER, SETTINGS
from bot.web.network import client_network
from bot.web.pages import render, same_origin

_MOST_NAME = 80


@dataclass(frozen=True)
class _Opened:
    """What a link opens."""

    ticket: Ticket
    portal: Portal
    mailbox: str


async def _open(request: web.Request) -> _Opened:
    """Return the ticket that the link names.

    Raises:
        web.HTTPNotFound: If the link is forged or too old, or its ticket or portal is gone.
    """
    settings = request.config_dict[SETTINGS]
    try:
        link = read_signed_reference(request.match_info["signed"], settings.secret_key)
    except TicketLinkRefused as error:
        raise web.HTTPNotFound(text=str(error)) from error
    ticket = await ticket_by_reference(request.config_dict[DATABASE], link.reference)
    portal = request.config_dict[CONTENT].portals.get(ticket.portal) if ticket else None
    if ticket is None or portal is None:
        raise web.HTTPNotFound(text="Cette demande n’existe plus.")
    return _Opened(ticket, portal, link.mailbox)


async def show(request: web.Request) -> web.Response:
    """Show what the link is for; opening a mail changes nothing and sends nothing."""
    await _pace(request)
    return await _page(request, await _open(request))


async def change(request: web.Request) -> web.Response:
    """Send a code to the mailbox, or take the code with a name and the new state."""
    if not same_origin(request):
        raise web.HTTPForbidden
    await _pace(request)
    opened = await _open(request)
    form = {key: value.strip() for key, value in (await read_form(request)).items()}
    if "code" not in form:
        return await _send(request, opened)
    name, state = " ".join(form.get("name", "").split()), form.get("state", "")
    if state not in SETTABLE:
        raise web.HTTPBadRequest(text="Cet état n’existe pas.")
    if not 2 <= len(name) <= _MOST_NAME or not name.isprintable():
        return await _page(request, opened, "Écrivez votre nom (de 2 à 80 lettres).", form)
    try:
        await spend_now(
            request.config_dict[DATABASE],
            (TICKET_TRIES_PER_NETWORK, client_network(request)),
            portal=opened.portal.id,
        )
    except LimitReached as reached:
        return await _refused(request, opened, reached, form)
    secret_key = request.config_dict[SETTINGS].secret_key
    async with request.config_dict[DATABASE].write() as session:
        taken = await use_code(session, opened.ticket, form["code"], secret_key)
        if taken:
            await _set_state(session, opened, name, state)
    if not taken:
        fault = "Ce code n’est pas le bon, ou ne vaut plus. Demandez-en un autre au besoin."
        return await _page(request, opened, fault, form)
    done = f"C’est noté : la demande est {STATE_NAMES[state]}."
    return await _page(request, await _open(request), done=done)


async def _set_state(session: AsyncSession, opened: _Opened, name: str, state: str) -> None:
    ticket = await session.scalar(select(Ticket).where(Ticket.id == opened.ticket.id))
    if ticket is None:
        raise web.HTTPNotFound(text="Cette demande n’existe plus.")
    ticket.set_state(state)
    detail = f"{STATE_NAMES[state]}, par {name} ({opened.mailbox})"[:200]
    record(session, Entry(None, opened.portal.id, "ticket", ticket.reference, detail))


async def _send(request: web.Request, opened: _Opened) -> web.Response:
    database = request.config_dict[DATABASE]
    secret_key = request.config_dict[SETTINGS].secret_key
    uses = (
        (TICKET_CODES_PER_TICKET, opened.ticket.reference),
        (TICKET_CODES_PER_MAILBOX, f"{opened.portal.id}/{opened.mailbox}"[:128]),
    )
    try:
        async with unit_of_work(database) as unit:
            await spend(database, unit, *uses, portal=opened.portal.id)

            async def write(session: AsyncSession) -> None:
                await send_code(session, opened.ticket, opened.portal, opened.mailbox, secret_key)

            unit.defer(write)
    except LimitReached as reached:
        return await _refused(request, opened, reached, {})
    request.config_dict[SENDER].wake()
    raise web.HTTPSeeOther(request.path)


async def _pace(request: web.Request) -> None:
    """Count a visit, or refuse it.

    Raises:
        web.HTTPTooManyRequests: If too many such pages were opened from this network.
    """
    try:
        await spend_now(
            request.config_dict[DATABASE], (TICKET_PAGES_PER_NETWORK, client_network(request))
        )
    except LimitReached as reached:
        raise web.HTTPTooManyRequests(
            text="Beaucoup de demandes ont été ouvertes depuis votre réseau, que vous partagez"
            f" peut-être avec d’autres. Réessayez dans {in_words(reached.seconds)}.",
            headers={"Retry-After": str(reached.seconds)},
        ) from None


async def _refused(
    request: web.Request, opened: _Opened, reached: LimitReached, typed: dict[str, Any]
) -> web.Response:
    """Show the page with what was typed, with whose share is used up and until when."""
    fault = opened.portal.say(f"limits.codes.{reached.scope}", until=paris_time_from(reached.until))
    response = await _page(request, opened, fault, typed)
    response.set_status(429)
    response.headers["Retry-After"] = str(reached.seconds)
    return response


async def _page(
    request: web.Request,
    opened: _Opened,
    fault: str = "",
    typed: dict[str, Any] | None = None,
    done: str = "",
) -> web.Response:
    async with request.config_dict[DATABASE].read() as session:
        expecting = await code_is_open(session, opened.ticket)
    values = {
        "ticket": opened.ticket,
        "portal": opened.portal,
        "mailbox": opened.mailbox,
        "expecting": expecting,
        "fault": fault,
        "done": done,
        "typed": typed or {},
        "states": STATE_NAMES,
    }
    return render(request, "help/ticket.html", values, form=True, status=400 if fault else 200)


def add_tickets(app: web.Application) -> None:
    """Mount the page."""
    app.router.add_get("/tickets/{signed}", show)
    app.router.add_post("/tickets/{signed}", change)
