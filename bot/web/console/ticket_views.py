"""Pages of hand-overs: the list, one ticket, and what is done with it."""

from __future__ import annotations

from collections.abc import Awaitable, Callable, Sequence
from urllib.parse import urlencode

from aiohttp import web
from sqlalchemy.ext.asyncio import AsyncSession

from bot.desk.privacy import addresses_of, mask_addresses
from bot.desk.thread import entries_of
from bot.desk.ticket_mails import UNKNOWN, mail_of, mails_of, send_to
from bot.desk.ticket_tables import SETTABLE, STATE_NAMES, Ticket
from bot.ground.db import now
from bot.ground.markdown import plain_text
from bot.record import reviewing
from bot.record.ticket_lists import (
    LISTED_STATES,
    MAIL_FATES,
    list_of,
    list_tickets,
    reply_link,
    topic_of,
    wait_of,
)
from bot.staff import history
from bot.staff.audit import Entry, record, record_now
from bot.staff.scope import Scope
from bot.staff.tables import StaffAction
from bot.staff.users import colleagues, names
from bot.web.console.access import checked_number, form, scope
from bot.web.console.pages import back_to, show
from bot.web.keys import SENDER

Mark = Callable[[AsyncSession, Scope, Ticket], Awaitable[str]]
"""Writes something on a ticket; returns what the page then says."""


async def show_list(request: web.Request) -> web.Response:
    """Show the tickets of one's regions, or of all."""
    here, query = scope(request), request.query
    state, fault = query.get("state", ""), ""
    if state and state not in LISTED_STATES:
        state, fault = "", f"L’état « {state[:20]} » n’existe pas."
    everywhere, mine = query.get("regions") == "all", query.get("mine") == "1"
    words, page = query.get("q", "").strip()[:40], checked_number(query.get("page", "1"))
    async with here.database.read() as session:
        found = await list_tickets(
            session, here,
            state=state, everywhere=everywhere, mine=mine, words=words, page=max(1, page),
        )  # fmt: skip
        mails = await mails_of(session, [ticket.id for ticket in found.tickets])
        staff_names = await names(session)
    moment = now()
    values = {
        "tickets": [
            (t, wait_of(t, here.portal, moment), topic_of(t), mails.get(t.id, UNKNOWN))
            for t in found.tickets
        ],
        "found": found,
        "words": words,
        "fates": MAIL_FATES,
        "state": state,
        "states": STATE_NAMES,
        "listed": LISTED_STATES,
        "everywhere": everywhere,
        "mine": mine,
        "names": staff_names,
        "fault": fault,
        "back": list_of(request.query_string),
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
    state = form(request).get("state", "")

    async def mark(session: AsyncSession, here: Scope, ticket: Ticket) -> str:
        if state not in SETTABLE:
            raise reviewing.MarkRefused("Cet état n’existe pas.")
        ticket.set_state(state)
        record(
            session,
            Entry(here.staff.id, here.portal.id, "ticket", ticket.reference, STATE_NAMES[state]),
        )
        return state

    return await _mark(request, mark)


async def assign(request: web.Request) -> web.Response:
    """Say to whom a ticket falls."""

    async def mark(session: AsyncSession, here: Scope, ticket: Ticket) -> str:
        ticket.assign(await reviewing.assignee(session, here, form(request).get("to", "")))
        detail = reviewing.assigned_detail(ticket.assigned_to)
        record(session, Entry(here.staff.id, here.portal.id, "assigned", ticket.reference, detail))
        return "assigned"

    return await _mark(request, mark)


async def _mark(request: web.Request, mark: Mark) -> web.Response:
    here, reference = scope(request), request.match_info["reference"]
    fault, since, status = "", list[StaffAction](), 200
    try:
        async with here.database.write() as session:
            ticket = await _find(session, here, reference, lock=True)
            happened = await history.changes(session, here.portal.id, reference)
            history.check(form(request).get("seen", ""), happened, *_facts(ticket))
            done = await mark(session, here, ticket)
    except reviewing.MarkRefused as error:
        fault, status = str(error), 400
    except history.Stale as error:
        fault, since, status = str(error), error.since, 409
    if not fault:
        back = _back_of(request)
        query = f"?{urlencode({'from': back})}" if back else ""
        return back_to(request, f"{_path(here, ticket)}{query}", done)
    async with here.database.read() as session:
        ticket = await _find(session, here, reference)
    return await _page(request, here, ticket, fault=fault, since=since, status=status)


def _facts(ticket: Ticket) -> tuple[object, ...]:
    return (ticket.state, ticket.assigned_to)


async def send_again(request: web.Request) -> web.Response:
    """Have the ticket's mail leave again, for the mailbox of a region that it goes over to."""

    async def mark(session: AsyncSession, here: Scope, ticket: Ticket) -> str:
        region = here.portal.region(form(request).get("region", ""))
        if region is None:
            raise reviewing.MarkRefused("Cette région n’existe pas.")
        if not await send_to(session, await mail_of(session, ticket.id), region.mailbox):
            raise reviewing.MarkRefused(
                "Le texte de ce mail n’est plus gardé : écrivez vous-même à la région."
            )
        ticket.region = region.id
        record(
            session,
            Entry(here.staff.id, here.portal.id, "mail_sent_on", ticket.reference, region.id),
        )
        return "sent_on"

    response = await _mark(request, mark)
    request.config_dict[SENDER].wake()
    return response


def _back_of(request: web.Request) -> str:
    """Return the filters of the list from which a ticket was opened."""
    posted = form(request).get("from", "") if request.method == "POST" else ""
    return list_of(posted or request.query.get("from", ""))


def _path(here: Scope, ticket: Ticket) -> str:
    return f"/{here.portal.id}/tickets/{ticket.reference}"


async def _find(
    session: AsyncSession, here: Scope, reference: str, *, lock: bool = False
) -> Ticket:
    query = here.select(Ticket).where(Ticket.reference == reference)
    found: Ticket | None = await session.scalar(query.with_for_update() if lock else query)
    if found is None:
        raise web.HTTPNotFound
    return found


async def _page(
    request: web.Request,
    here: Scope,
    ticket: Ticket,
    *,
    fault: str = "",
    since: Sequence[StaffAction] = (),
    status: int = 200,
) -> web.Response:
    async with here.database.read() as session:
        entries = await entries_of(session, ticket.id)
        mail = await mail_of(session, ticket.id)
        people = await colleagues(session, here.portal.id)
        staff_names = await names(session)
        happened = await history.changes(session, here.portal.id, ticket.reference)
    answering = here.may("agent")
    texts = [(entry, plain_text(entry.text)) for entry in entries]
    if not answering:
        texts = [(entry, mask_addresses(text, addresses_of(here.portal))) for entry, text in texts]
    region = here.portal.region(ticket.region)
    values = {
        "ticket": ticket,
        "topic": topic_of(ticket),
        "entries": texts,
        "mail": mail,
        "mail_error": mask_addresses(mail.error, addresses_of(here.portal)),
        "fates": MAIL_FATES,
        "wait": wait_of(ticket, here.portal, now()),
        "states": STATE_NAMES,
        "region": region.name if region else ticket.region,
        "contact": ticket.contact if answering else mask_addresses(ticket.contact),
        "reply": reply_link(ticket, here.portal) if answering and ticket.contact else "",
        "colleagues": people,
        "names": staff_names,
        "fault": fault,
        "since": history.told(since, staff_names),
        "history": history.told(happened, staff_names),
        "seen": history.version(happened, *_facts(ticket)),
        "back": _back_of(request),
    }
    return show(request, "ticket.html", values, status=status)
