"""Pages of hand-overs: the list, one ticket, and what is done with it."""

from __future__ import annotations

import re
from urllib.parse import parse_qsl, urlencode

from aiohttp import web
from sqlalchemy.ext.asyncio import AsyncSession

from bot.desk.privacy import addresses_in, fingerprint, is_one_address
from bot.desk.region_mails import tell_of_unheard
from bot.desk.ticket_mails import UNKNOWN, mail_of, mails_of, send_to
from bot.desk.ticket_tables import SETTABLE, STATE_NAMES, Ticket
from bot.ground.db import now
from bot.record import reviewing
from bot.record.daily_counts import day_of
from bot.record.periods import PeriodFault, read_day, span_of
from bot.record.promises import PROMISES
from bot.record.ticket_lists import (
    LISTED_STATES,
    MAIL_FATES,
    list_of,
    list_tickets,
    version_of,
    wait_of,
)
from bot.staff.audit import Entry, record, record_now
from bot.staff.scope import Scope
from bot.staff.users import colleagues, names
from bot.web.console.access import checked_number, form, scope
from bot.web.console.pages import back_to, show
from bot.web.console.ticket_page import (
    UNDO,
    find_ticket,
    mark_ticket,
    shown_topic,
    ticket_page,
)
from bot.web.console.undoing import put_back, seal_before
from bot.web.console.waiting_views import count_waiting
from bot.web.keys import SENDER, SETTINGS

MOST_TOPIC = 200
_REFERENCES = re.compile(r"\bG-[0-9A-Z]{4}\b")


async def show_list(request: web.Request) -> web.Response:
    """Show the tickets of one's regions, or of all."""
    return await list_page(request, request.query_string)


async def list_page(request: web.Request, asked: str, *, fault: str = "") -> web.Response:
    """Return the list.

    Args:
        request: The request.
        asked: Its filters and page, as in the list's address.
        fault: What is wrong with the form that was sent from it.
    """
    here, query = scope(request), dict(parse_qsl(asked))
    state = query.get("state", "")
    if state and state not in LISTED_STATES:
        state, fault = "", f"L’état « {state[:20]} » n’existe pas."
    everywhere, mine = query.get("regions") == "all", query.get("mine") == "1"
    words, page = query.get("q", "").strip()[:100], checked_number(query.get("page", "1"))
    if is_one_address(words):
        # An address does not stay in the browser's history, nor in the logs of a proxy.
        person = fingerprint(addresses_in(words)[0], here.secret_key)
        await record_now(here.database, Entry(here.staff.id, here.portal.id, "searched", person))
        return back_to(request, f"/{here.portal.id}/tickets?{urlencode({'person': person})}")
    person = query.get("person", "")[:64]
    promise, span = query.get("promise", ""), None
    if promise and promise not in PROMISES:
        promise, fault = "", f"Le délai « {promise[:20]} » n’existe pas."
    try:
        since, until = read_day(query.get("since", "")), read_day(query.get("until", ""))
        span = span_of(since, until, day_of(now()))
    except PeriodFault as error:
        since = until = None
        fault = str(error)
    async with here.database.read() as session:
        found = await list_tickets(
            session, here,
            state=state, everywhere=everywhere, mine=mine, words=words,
            person=person, span=span, promise=promise, page=max(1, page),
        )  # fmt: skip
        mails = await mails_of(session, [ticket.id for ticket in found.tickets])
        people = await colleagues(session, here.portal.id) if here.may("agent") else []
        staff_names = await names(session)
        waiting = await count_waiting(session, here)
    moment = now()
    values = {
        "waiting": waiting,
        "tickets": [
            (
                t,
                wait_of(t, here.portal, moment),
                shown_topic(t, here),
                mails.get(t.id, UNKNOWN),
                version_of(t),
            )
            for t in found.tickets
        ],
        "found": found,
        "words": words,
        "person": person,
        "fates": MAIL_FATES,
        "state": state,
        "states": STATE_NAMES,
        "listed": LISTED_STATES,
        "everywhere": everywhere,
        "mine": mine,
        "since": since,
        "until": until,
        "promise": promise,
        "promises": PROMISES,
        "names": staff_names,
        "fault": fault,
        "back": list_of(asked),
        "colleagues": people,
        "passed": " ".join(_REFERENCES.findall(query.get("passed", ""))),
    }
    return show(request, "tickets.html", values, status=400 if fault else 200)


async def show_one(request: web.Request) -> web.Response:
    """Show one ticket; who may write sees whom to answer."""
    here = scope(request)
    async with here.database.read() as session:
        ticket = await find_ticket(session, here, request.match_info["reference"])
    if here.may("agent"):
        await record_now(
            here.database,
            Entry(here.staff.id, here.portal.id, "revealed", ticket.reference, "contact"),
        )
    return await ticket_page(request, here, ticket)


async def change(request: web.Request) -> web.Response:
    """Set the state that the form names."""
    state = form(request).get("state", "")

    async def mark(session: AsyncSession, here: Scope, ticket: Ticket) -> str:
        if state not in SETTABLE:
            raise reviewing.MarkRefused("Cet état n’existe pas.")
        request[UNDO] = seal_before(here, ticket)
        ticket.set_state(state)
        record(
            session,
            Entry(here.staff.id, here.portal.id, "ticket", ticket.reference, STATE_NAMES[state]),
        )
        return state

    return await mark_ticket(request, mark)


async def undo(request: web.Request) -> web.Response:
    """Take the last change of state back."""

    async def mark(session: AsyncSession, here: Scope, ticket: Ticket) -> str:
        return await put_back(request, session, here, ticket)

    return await mark_ticket(request, mark)


async def assign(request: web.Request) -> web.Response:
    """Say to whom a ticket falls."""

    async def mark(session: AsyncSession, here: Scope, ticket: Ticket) -> str:
        ticket.assign(await reviewing.assignee(session, here, form(request).get("to", "")))
        detail = reviewing.assigned_detail(ticket.assigned_to)
        record(session, Entry(here.staff.id, here.portal.id, "assigned", ticket.reference, detail))
        return "assigned"

    return await mark_ticket(request, mark)


async def move(request: web.Request) -> web.Response:
    """Give a ticket to another region, or another topic."""
    region, topic = (
        form(request).get("region", ""),
        " ".join(form(request).get("topic", "").split()),
    )

    async def mark(session: AsyncSession, here: Scope, ticket: Ticket) -> str:
        if region != ticket.region and here.portal.region(region) is None:
            raise reviewing.MarkRefused("Cette région n’existe pas.")
        if len(topic) > MOST_TOPIC:
            raise reviewing.MarkRefused(f"Le sujet dépasse {MOST_TOPIC} caractères.")
        if (region, topic) == (ticket.region, ticket.topic):
            raise reviewing.MarkRefused("Rien n’a été changé : ni la région, ni le sujet.")
        goes = region != ticket.region
        ticket.region, ticket.topic = region, topic
        if goes:
            await tell_of_unheard(session, ticket, here.portal, request.config_dict[SETTINGS])
        record(session, Entry(here.staff.id, here.portal.id, "moved", ticket.reference, region))
        return "moved"

    response = await mark_ticket(request, mark, typed=form(request))
    request.config_dict[SENDER].wake()
    return response


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

    response = await mark_ticket(request, mark)
    request.config_dict[SENDER].wake()
    return response
