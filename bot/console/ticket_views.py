"""Pages of hand-overs: the list, one ticket, and what is done with it."""

from __future__ import annotations

from aiohttp import web
from sqlalchemy.ext.asyncio import AsyncSession

from actions.db import now
from actions.markdown import plain_text
from actions.tickets import Ticket
from bot.console import marks
from bot.console.access import Scope, form, scope
from bot.console.pages import back_to, show
from bot.console.private import addresses_of, mask_addresses
from bot.console.record import Entry, record, record_now
from bot.console.tickets import (
    STATES,
    change_state,
    entries_of,
    list_tickets,
    reply_link,
    topic_of,
    wait_of,
)
from bot.console.users import colleagues, names


async def show_list(request: web.Request) -> web.Response:
    """Show the tickets of one's regions, or of all."""
    here, query = scope(request), request.query
    state, fault = query.get("state", ""), ""
    if state and state not in STATES:
        state, fault = "", f"L’état « {state[:20]} » n’existe pas."
    everywhere, mine = query.get("regions") == "all", query.get("mine") == "1"
    async with here.database.read() as session:
        tickets = await list_tickets(session, here, state=state, everywhere=everywhere, mine=mine)
        staff_names = await names(session)
    moment = now()
    values = {
        "tickets": [(t, wait_of(t, here.portal, moment), topic_of(t)) for t in tickets],
        "state": state,
        "states": STATES,
        "everywhere": everywhere,
        "mine": mine,
        "names": staff_names,
        "fault": fault,
    }
    return show(request, "tickets.html", values, status=400 if fault else 200)


async def show_one(request: web.Request) -> web.Response:
    """Show one ticket; who may write sees whom to answer."""
    here = scope(request)
    async with here.database.read() as session:
        ticket = await _find(session, here, request.match_info["reference"])
    if here.may("agent"):
        await record_now(
            here.database,
            Entry(here.staff.id, here.portal.id, "revealed", ticket.reference, "contact"),
        )
    return await _page(request, here, ticket)


async def change(request: web.Request) -> web.Response:
    """Set the state that the form names."""
    here, state = scope(request), form(request).get("state", "")
    async with here.database.write() as session:
        ticket = await _find(session, here, request.match_info["reference"])
        if state in STATES:
            await change_state(session, ticket, state)
            record(
                session,
                Entry(here.staff.id, here.portal.id, "ticket", ticket.reference, STATES[state]),
            )
    if state not in STATES:
        return await _page(request, here, ticket, "Cet état n’existe pas.")
    return back_to(request, _path(here, ticket), state)


async def assign(request: web.Request) -> web.Response:
    """Say to whom a ticket falls."""
    here = scope(request)
    try:
        async with here.database.write() as session:
            ticket = await _find(session, here, request.match_info["reference"])
            ticket.assigned_to = await marks.assignee(session, here, form(request).get("to", ""))
            record(session, Entry(here.staff.id, here.portal.id, "assigned", ticket.reference))
    except marks.MarkRefused as error:
        async with here.database.read() as session:
            ticket = await _find(session, here, request.match_info["reference"])
        return await _page(request, here, ticket, str(error))
    return back_to(request, _path(here, ticket), "assigned")


def _path(here: Scope, ticket: Ticket) -> str:
    return f"/{here.portal.id}/tickets/{ticket.reference}"


async def _find(session: AsyncSession, here: Scope, reference: str) -> Ticket:
    found: Ticket | None = await session.scalar(
        here.select(Ticket).where(Ticket.reference == reference)
    )
    if found is None:
        raise web.HTTPNotFound
    return found


async def _page(request: web.Request, here: Scope, ticket: Ticket, fault: str = "") -> web.Response:
    async with here.database.read() as session:
        entries = await entries_of(session, ticket)
        people = await colleagues(session, here.portal.id)
        staff_names = await names(session)
    answering = here.may("agent")
    texts = [(entry, plain_text(entry.text)) for entry in entries]
    if not answering:
        texts = [(entry, mask_addresses(text, addresses_of(here.portal))) for entry, text in texts]
    region = here.portal.region(ticket.region)
    values = {
        "ticket": ticket,
        "topic": topic_of(ticket),
        "entries": texts,
        "wait": wait_of(ticket, here.portal, now()),
        "states": STATES,
        "region": region.name if region else ticket.region,
        "contact": ticket.contact if answering else mask_addresses(ticket.contact),
        "reply": reply_link(ticket, here.portal) if answering and ticket.contact else "",
        "colleagues": people,
        "names": staff_names,
        "fault": fault,
    }
    return show(request, "ticket.html", values, status=400 if fault else 200)
