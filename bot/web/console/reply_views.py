"""What staff write on a ticket: replies to the person, notes among themselves; and its files."""

from __future__ import annotations

import re

from aiohttp import web
from sqlalchemy.ext.asyncio import AsyncSession

from bot.desk.follow_links import follow_address
from bot.desk.privacy import addresses_in, is_one_address
from bot.desk.replies import AFTERWARDS, Reply, add_reply, reply_key, send_reply_to
from bot.desk.saved_replies import filled, saved_reply, values_of
from bot.desk.thread import add_note, is_known
from bot.desk.ticket_files import file_of
from bot.desk.ticket_tables import STATE_NAMES, Ticket
from bot.ground.db import now
from bot.record.reviewing import MOST_NOTE, MarkRefused
from bot.staff.audit import Entry, record, record_now
from bot.staff.scope import Scope
from bot.web.console.access import checked_number, form, scope
from bot.web.console.ticket_page import (
    closing,
    find_ticket,
    mark_ticket,
    person_name,
    prepared,
    ticket_page,
)
from bot.web.files import as_download
from bot.web.keys import SENDER, SETTINGS
from bot.web.uploads import fault_of, posted_files, takes_files

MOST_REPLY = 10_000
_KEY = re.compile(r"[0-9a-f]{32}")
_AGAIN = " Choisissez de nouveau vos fichiers, s’il y en avait."


@takes_files
async def reply(request: web.Request) -> web.Response:
    """Send a reply to the person, or put a saved text into it, which sends nothing."""
    values = form(request)
    if "insert" in values:
        return await _insert(request)
    text, state, name = (
        values.get("reply", "").strip(),
        values.get("state", ""),
        values.get("key", ""),
    )
    files = await posted_files(request)

    async def sent_before(session: AsyncSession, ticket: Ticket) -> bool:
        return await is_known(session, reply_key(ticket, name))

    async def mark(session: AsyncSession, here: Scope, ticket: Ticket) -> str:
        person = await person_name(session, ticket)
        _demand_key(name)
        fault = _fault(text, state, ticket, prepared(person, here)) or fault_of(files)
        if fault:
            raise MarkRefused(fault + (_AGAIN if files else ""))
        page = follow_address(ticket, request.config_dict[SETTINGS])
        written = Reply(text, state, here.staff.id, name, page, files)
        await add_reply(session, ticket, here.portal, written)
        _record(session, here, "replied", ticket, STATE_NAMES[state])
        return "replied"

    response = await mark_ticket(request, mark, typed=values, done_already=sent_before)
    request.config_dict[SENDER].wake()
    return response


def _fault(text: str, state: str, ticket: Ticket, empty: str) -> str:
    """Return why a reply cannot be sent, or an empty text."""
    if not ticket.contact:
        return "La personne n’a donné aucune adresse : rien ne peut lui être envoyé."
    if not text or text.split() == empty.split():
        return "La réponse est vide : écrivez entre la formule d’appel et la signature."
    if len(text) > MOST_REPLY:
        return f"La réponse dépasse {MOST_REPLY} caractères."
    return "" if state in AFTERWARDS else "Choisissez ce que devient la demande."


async def _insert(request: web.Request) -> web.Response:
    """Show the page with a saved text in the reply, before its closing."""
    here, values = scope(request), dict(form(request))
    async with here.database.read() as session:
        ticket = await find_ticket(session, here, request.match_info["reference"])
        number = checked_number(values.get("saved", "")) if values.get("saved") else 0
        found = await saved_reply(session, here.portal.id, number)
        name = await person_name(session, ticket)
    if found is None:
        fault = "Choisissez une réponse type dans la liste."
        return await ticket_page(request, here, ticket, fault=fault, status=400, typed=values)
    piece = filled(found.text, values_of(ticket, here.portal, name))
    values["reply"] = _with(values.get("reply", ""), piece, closing(here))
    return await ticket_page(request, here, ticket, typed=values)


def _with(text: str, piece: str, end: str) -> str:
    """Return a text with a piece put in, before its end where it has that."""
    text = text.rstrip()
    if not text.endswith(end):
        return f"{text}\n\n{piece}".lstrip()
    return f"{text.removesuffix(end).rstrip()}\n\n{piece}\n\n{end}".lstrip()


async def note(request: web.Request) -> web.Response:
    """Add a note that only staff see."""
    text, name = form(request).get("text", "").strip(), form(request).get("key", "")

    async def mark(session: AsyncSession, here: Scope, ticket: Ticket) -> str:
        _demand_key(name)
        if not text:
            raise MarkRefused("La note est vide : écrivez quelque chose.")
        if len(text) > MOST_NOTE:
            raise MarkRefused(f"La note dépasse {MOST_NOTE} caractères.")
        key = f"{ticket.id}:{name}"
        if await add_note(session, ticket, text, author_id=here.staff.id, key=key):
            _record(session, here, "ticket_noted", ticket)
        return "ticket_note"

    return await mark_ticket(request, mark, typed=form(request), stale=False)


async def resend(request: web.Request) -> web.Response:
    """Have a reply that was refused leave for another address."""
    values = form(request)
    entry, address = values.get("entry", ""), values.get("address", "").strip()

    async def mark(session: AsyncSession, here: Scope, ticket: Ticket) -> str:
        if not is_one_address(address):
            raise MarkRefused("Écrivez une seule adresse e-mail, complète.")
        [ticket.contact] = addresses_in(address)
        page = follow_address(ticket, request.config_dict[SETTINGS])
        number = checked_number(entry) if entry else 0
        if not await send_reply_to(session, ticket, here.portal, number, ticket.contact, page):
            raise MarkRefused("Cette réponse est partie, ou son mail n’est plus gardé.")
        _record(session, here, "reply_sent_on", ticket)
        return "resent"

    response = await mark_ticket(request, mark, typed=values)
    request.config_dict[SENDER].wake()
    return response


async def revoke_links(request: web.Request) -> web.Response:
    """Have the links to the follow-up page that were sent so far open nothing any more."""

    async def mark(session: AsyncSession, here: Scope, ticket: Ticket) -> str:
        ticket.links_from = now()
        _record(session, here, "links_revoked", ticket)
        return "links_revoked"

    return await mark_ticket(request, mark)


async def download(request: web.Request) -> web.Response:
    """Hand out a file of a ticket."""
    here, number = scope(request), checked_number(request.match_info["number"])
    async with here.database.read() as session:
        ticket = await find_ticket(session, here, request.match_info["reference"])
        found = await file_of(session, ticket.id, number)
    if found is None:
        raise web.HTTPNotFound
    seen = Entry(here.staff.id, here.portal.id, "revealed", ticket.reference, "fichier")
    await record_now(here.database, seen)
    return as_download(found)


def _demand_key(name: str) -> None:
    """Make sure that a form has a name, by which it is taken once.

    Raises:
        MarkRefused: If it is not one as our pages have.
    """
    if not _KEY.fullmatch(name):
        raise MarkRefused("Ce formulaire n’était pas complet : envoyez-le de nouveau.")


def _record(
    session: AsyncSession, here: Scope, action: str, ticket: Ticket, detail: str = ""
) -> None:
    record(session, Entry(here.staff.id, here.portal.id, action, ticket.reference, detail))
