"""One ticket's page, and how a form on it is taken: by whom, upon which state of the ticket."""

from __future__ import annotations

import uuid
from collections.abc import Awaitable, Callable, Mapping, Sequence
from dataclasses import replace
from urllib.parse import urlencode

from aiohttp import web
from sqlalchemy import func, select
from sqlalchemy.ext.asyncio import AsyncSession

from bot.desk.accounts import AccountRow
from bot.desk.privacy import addresses_of, mask_addresses
from bot.desk.replies import AFTERWARDS
from bot.desk.saved_replies import saved_replies
from bot.desk.thread import ThreadEntry, read_thread
from bot.desk.ticket_files import FileRefused
from bot.desk.ticket_mails import mail_of
from bot.desk.ticket_tables import STATE_NAMES, Ticket, TicketEntry
from bot.ground.db import now
from bot.record import reviewing
from bot.record.ticket_lists import MAIL_FATES, list_of, topic_of, wait_of
from bot.staff import history
from bot.staff.scope import Scope
from bot.staff.tables import StaffAction
from bot.staff.users import colleagues, names
from bot.web.console.access import form, scope
from bot.web.console.pages import back_to, show
from bot.web.console.undoing import undo_of

Mark = Callable[[AsyncSession, Scope, Ticket], Awaitable[str]]
"""Writes something on a ticket; returns what the page then says."""

UNDO: web.RequestKey[str] = web.RequestKey("undo", str)
"""What a change of state can be undone with, for the page that follows."""

Typed = Mapping[str, str]

REPLY_FATES = {
    "sent": "parti",
    "waiting": "pas encore parti",
    "refused": "pas parti : la personne n’a rien reçu",
    "unknown": "n’est plus gardé",
}


async def mark_ticket(
    request: web.Request,
    mark: Mark,
    *,
    typed: Typed | None = None,
    stale: bool = True,
    done_already: Callable[[AsyncSession, Ticket], Awaitable[bool]] | None = None,
) -> web.Response:
    """Take a form of the page, unless the ticket is not what it showed any more.

    Args:
        request: The form's request.
        mark: What it does.
        typed: What was typed in it, which comes back where it is refused.
        stale: Whether it hangs on the state that the page showed.
        done_already: Tells whether the very same form was taken before; then it is taken for done.

    Returns:
        The way back to the page, or the page with what is wrong.
    """
    here, reference = scope(request), request.match_info["reference"]
    fault, since, status, done = "", list[StaffAction](), 200, ""
    try:
        async with here.database.write() as session:
            ticket = await find_ticket(session, here, reference, lock=True)
            if done_already is None or not await done_already(session, ticket):
                if stale:
                    happened = await history.changes(session, here.portal.id, reference)
                    facts = await _facts(session, ticket)
                    history.check(form(request).get("seen", ""), happened, *facts)
                done = await mark(session, here, ticket)
    except (reviewing.MarkRefused, FileRefused) as error:
        fault, status = str(error), 400
    except history.Stale as error:
        fault, since, status = str(error), error.since, 409
    if not fault:
        back = back_of(request)
        query = f"?{urlencode({'from': back})}" if back else ""
        path = f"/{here.portal.id}/tickets/{reference}{query}"
        return back_to(request, path, done, undo=request.get(UNDO, ""))
    async with here.database.read() as session:
        ticket = await find_ticket(session, here, reference)
    return await ticket_page(
        request, here, ticket, fault=fault, since=since, status=status, typed=typed
    )


def back_of(request: web.Request) -> str:
    """Return the filters of the list from which a ticket was opened."""
    posted = form(request).get("from", "") if request.method == "POST" else ""
    return list_of(posted or request.query.get("from", ""))


async def find_ticket(
    session: AsyncSession, here: Scope, reference: str, *, lock: bool = False
) -> Ticket:
    """Return a ticket of the portal.

    Raises:
        web.HTTPNotFound: If there is none of that reference.
    """
    query = here.select(Ticket).where(Ticket.reference == reference)
    found: Ticket | None = await session.scalar(query.with_for_update() if lock else query)
    if found is None:
        raise web.HTTPNotFound
    return found


async def _facts(session: AsyncSession, ticket: Ticket) -> tuple[object, ...]:
    """Return what a form hangs on: notes are only ever added, and change nothing for others."""
    last = await session.scalar(
        select(func.max(TicketEntry.id)).where(
            TicketEntry.ticket_id == ticket.id, TicketEntry.kind != "note"
        )
    )
    return (ticket.state, ticket.assigned_to, last, ticket.region, ticket.topic)


async def person_name(session: AsyncSession, ticket: Ticket) -> str:
    """Return the name of whoever a ticket is from, as their account has it, or an empty text."""
    found = await session.scalars(
        select(AccountRow.name)
        .where(AccountRow.portal == ticket.portal, AccountRow.address == ticket.contact)
        .distinct()
    )
    known = [name for name in found if name]
    return known[0] if len(known) == 1 else ""


def closing(here: Scope) -> str:
    """Return how a reply ends."""
    return f"Cordialement,\n{here.portal.signature}"


def prepared(name: str, here: Scope) -> str:
    """Return a reply to which only its matter is lacking."""
    greeting = f"Bonjour {name}," if name else "Bonjour,"
    return f"{greeting}\n\n\n\n{closing(here)}"


async def ticket_page(
    request: web.Request,
    here: Scope,
    ticket: Ticket,
    *,
    fault: str = "",
    since: Sequence[StaffAction] = (),
    status: int = 200,
    typed: Typed | None = None,
) -> web.Response:
    """Return the page of a ticket.

    Args:
        request: The request.
        here: The portal.
        ticket: The ticket.
        fault: What is wrong with the form that was sent.
        since: What others did meanwhile.
        status: HTTP status.
        typed: What was typed in the form.
    """
    answering = here.may("agent")
    async with here.database.read() as session:
        thread = await read_thread(session, ticket.id)
        mail = await mail_of(session, ticket.id)
        people = await colleagues(session, here.portal.id)
        staff_names = await names(session)
        happened = await history.changes(session, here.portal.id, ticket.reference)
        facts = await _facts(session, ticket)
        saved = await saved_replies(session, here.portal.id) if answering else []
        person = await person_name(session, ticket) if answering else ""
    region = here.portal.region(ticket.region)
    seen, back = history.version(happened, *facts), back_of(request)
    values = {
        "ticket": ticket,
        "topic": shown_topic(ticket, here),
        "thread": [_shown(entry, here) for entry in thread],
        "mail": mail,
        "mail_error": mask_addresses(mail.error, addresses_of(here.portal)),
        "fates": MAIL_FATES,
        "reply_fates": REPLY_FATES,
        "wait": wait_of(ticket, here.portal, now()),
        "states": STATE_NAMES,
        "afterwards": AFTERWARDS,
        "region": region.name if region else ticket.region,
        "contact": ticket.contact if answering else mask_addresses(ticket.contact),
        "colleagues": people,
        "names": staff_names,
        "saved": saved,
        "prepared": prepared(person, here),
        "key": uuid.uuid4().hex,
        "fault": fault,
        "since": history.told(since, staff_names),
        "history": history.told(happened, staff_names),
        "seen": seen,
        "back": back,
        "undo": undo_of(request, ticket, seen, back) if answering else None,
    }
    if typed is not None:
        values["typed"] = typed
    return show(request, "ticket.html", values, status=status)


def shown_topic(ticket: Ticket, here: Scope) -> str:
    """Return what a ticket is about, as one's role may read it: it may be a mail's subject."""
    topic = topic_of(ticket)
    return topic if here.may("agent") else mask_addresses(topic, addresses_of(here.portal))


def _shown(entry: ThreadEntry, here: Scope) -> tuple[ThreadEntry, str, str, str, str]:
    """Return an entry with text, address, mail's error and whole mail as one's role may read."""
    ours = addresses_of(here.portal)
    error = mask_addresses(entry.mail.error, ours) if entry.mail else ""
    if here.may("agent"):
        return entry, entry.text, entry.contact, error, entry.whole
    text, address, whole = (
        mask_addresses(one, ours) for one in (entry.text, entry.contact, entry.whole)
    )
    files = tuple(replace(file, name=mask_addresses(file.name, ours)) for file in entry.files)
    return replace(entry, files=files), text, address, error, whole
