"""The person's own page of their request, behind the signed link in the mails to them.

It shows what they handed over, what was answered and what they wrote, and never what staff note
among themselves or who they are. Opening it changes nothing: what acts is a form.
"""

from __future__ import annotations

import asyncio
import re
import uuid
from collections.abc import Awaitable, Callable
from dataclasses import dataclass
from typing import Any

from aiohttp import web
from sqlalchemy import select
from sqlalchemy.ext.asyncio import AsyncSession

from bot.content.live import Portal
from bot.desk.follow_links import FollowLinkRefused, opens, read_follow_link
from bot.desk.incoming.kept import masked
from bot.desk.region_mails import tell_of_message, tell_of_settling
from bot.desk.thread import ThreadEntry, add_entry, add_message, is_known, read_thread
from bot.desk.ticket_files import file_of
from bot.desk.ticket_news import News, news_of, told_moment
from bot.desk.ticket_tables import Ticket
from bot.desk.tickets import ticket_by_reference
from bot.ground.addresses import mask_address
from bot.ground.clock import in_words, paris_time_from
from bot.ground.errors import LimitReached
from bot.ground.limits import (
    FOLLOW_UPS_PER_NETWORK,
    FOLLOW_UPS_PER_TICKET,
    HANDOVERS_PER_MAILBOX,
    TICKET_PAGES_PER_NETWORK,
    spend_now,
)
from bot.ground.markdown import plain_text
from bot.web.edge import read_form
from bot.web.files import as_download
from bot.web.keys import CONTENT, DATABASE, SENDER, SETTINGS
from bot.web.network import client_network
from bot.web.pages import render, same_origin
from bot.web.uploads import fault_of, posted_files, takes_files

MOST_MESSAGE = 5000
_MOST_KEPT = 50 * 1024 * 1024
_KEY = re.compile(r"[0-9a-f]{32}")
_FOR_THE_PERSON = ("handover", "reply", "message", "withdrawal")


@dataclass(frozen=True)
class _Opened:
    """What a link opens.

    Attributes:
        thread: What the person may see of it.
    """

    ticket: Ticket
    portal: Portal
    news: News
    thread: list[ThreadEntry]


async def show(request: web.Request) -> web.Response:
    """Show the request; nothing is changed."""
    await _pace(request)
    return _page(request, await _open(request), done=request.query.get("merci", ""))


@takes_files
async def write(request: web.Request) -> web.Response:
    """Add a message of the person, with files."""
    opened, typed = await _posted(request)
    text, key, files = typed.get("text", "").strip(), typed.get("key", ""), []
    if not await _is_done(request, opened, f"message:{opened.ticket.id}:{key}"):
        files = await posted_files(request)
        kept = sum(file.size for entry in opened.thread for file in entry.files)
        fault = _fault(text, key, kept + sum(len(file.data) for file in files), bool(files))
        if fault := fault or fault_of(files):
            again = " Choisissez de nouveau vos fichiers." if files else ""
            return _page(request, opened, fault=fault + again, typed=typed)
        words = await asyncio.to_thread(masked, text)

        async def add(session: AsyncSession, ticket: Ticket) -> None:
            entry = await add_message(
                session, ticket, words,
                channel="page", sender=ticket.contact, files=files, key=f"{ticket.id}:{key}",
            )  # fmt: skip
            if entry is not None:
                settings = request.config_dict[SETTINGS]
                await tell_of_message(session, ticket, opened.portal, entry, settings)

        if refused := await _act(request, opened, add, typed):
            return refused
    raise web.HTTPSeeOther(f"{request.path}?merci=message")


def _fault(text: str, key: str, size: int, with_files: bool) -> str:
    """Return why a message cannot be taken, or an empty text."""
    if not _KEY.fullmatch(key):
        return "Ce formulaire n’était pas complet : envoyez-le de nouveau."
    if not text and not with_files:
        return "Votre message est vide : écrivez quelque chose, ou joignez un fichier."
    if len(text) > MOST_MESSAGE:
        return f"Votre message dépasse {MOST_MESSAGE} caractères."
    return "Cette demande a déjà trop de fichiers." if size > _MOST_KEPT else ""


async def ask_settled(request: web.Request) -> web.Response:
    """Ask whether the request is really settled."""
    await _pace(request)
    opened = await _open(request)
    if opened.ticket.state == "closed":
        raise web.HTTPSeeOther(request.path.rpartition("/")[0])
    return _page(request, opened, template="help/settle.html")


async def settle(request: web.Request) -> web.Response:
    """Close the request, upon the person's confirmation."""
    opened, typed = await _posted(request)

    async def close(session: AsyncSession, ticket: Ticket) -> None:
        if ticket.state == "closed":
            return
        text = opened.portal.say("mail.settled.note")
        entry = await add_entry(
            session, ticket, "withdrawal", "page", text,
            key=f"settled:{ticket.id}:{uuid.uuid4().hex}", contact=ticket.contact,
        )  # fmt: skip
        if entry is not None and ticket.is_unanswered:
            settings = request.config_dict[SETTINGS]
            await tell_of_settling(session, ticket, opened.portal, entry, settings)
        ticket.set_state("closed")

    if refused := await _act(request, opened, close, typed):
        return refused
    raise web.HTTPSeeOther(f"{request.path.rpartition('/')[0]}?merci=regle")


async def download(request: web.Request) -> web.Response:
    """Hand out a file that the person sent or was sent."""
    await _pace(request)
    opened, number = await _open(request), request.match_info["number"]
    known = {str(file.id): file.id for entry in opened.thread for file in entry.files}
    if number not in known:
        raise web.HTTPNotFound(text="Ce fichier n’existe pas, ou n’existe plus.")
    async with request.config_dict[DATABASE].read() as session:
        found = await file_of(session, opened.ticket.id, known[number])
    if found is None:
        raise web.HTTPNotFound(text="Ce fichier n’existe pas, ou n’existe plus.")
    return as_download(found)


async def _open(request: web.Request) -> _Opened:
    """Return what the link opens.

    Raises:
        web.HTTPNotFound: If it is forged, too old or revoked, or its ticket or portal is gone.
    """
    secret_key, database = request.config_dict[SETTINGS].secret_key, request.config_dict[DATABASE]
    try:
        link = read_follow_link(request.match_info["signed"], secret_key)
    except FollowLinkRefused as error:
        raise web.HTTPNotFound(text=str(error)) from error
    ticket = await ticket_by_reference(database, link.reference)
    portal = request.config_dict[CONTENT].portals.get(ticket.portal) if ticket else None
    if ticket is None or portal is None:
        raise web.HTTPNotFound(text="Cette demande n’existe plus.")
    if not opens(link, ticket, secret_key):
        raise web.HTTPNotFound(text="Ce lien ne vaut plus. Ouvrez celui du dernier mail reçu.")
    async with database.read() as session:
        thread = await read_thread(session, ticket.id)
        news = await news_of(session, ticket)
    shown = [entry for entry in thread if entry.kind in _FOR_THE_PERSON]
    return _Opened(ticket, portal, news, shown)


async def _posted(request: web.Request) -> tuple[_Opened, dict[str, str]]:
    """Return what the link opens, and the form that was sent.

    Raises:
        web.HTTPForbidden: If it was on another site's page.
    """
    if not same_origin(request):
        raise web.HTTPForbidden
    await _pace(request)
    opened = await _open(request)
    return opened, await read_form(request)


async def _is_done(request: web.Request, opened: _Opened, key: str) -> bool:
    async with request.config_dict[DATABASE].read() as session:
        return await is_known(session, key)


async def _act(
    request: web.Request,
    opened: _Opened,
    act: Callable[[AsyncSession, Ticket], Awaitable[None]],
    typed: dict[str, str],
) -> web.Response | None:
    """Do something with the request, or return the page with whose share is used up."""
    database, ticket = request.config_dict[DATABASE], opened.ticket
    uses = (
        (FOLLOW_UPS_PER_TICKET, ticket.reference),
        (FOLLOW_UPS_PER_NETWORK, client_network(request)),
        (HANDOVERS_PER_MAILBOX, f"{opened.portal.id}/{ticket.region}"),
    )
    try:
        await spend_now(database, *uses, portal=opened.portal.id)
    except LimitReached as reached:
        until = paris_time_from(reached.until)
        fault = opened.portal.say(f"limits.follow_ups.{reached.scope}", until=until)
        response = _page(request, opened, fault=fault, typed=typed, status=429)
        response.headers["Retry-After"] = str(reached.seconds)
        return response
    async with database.write() as session:
        query = select(Ticket).where(Ticket.id == ticket.id).with_for_update()
        if (row := await session.scalar(query)) is None:
            raise web.HTTPNotFound(text="Cette demande n’existe plus.")
        await act(session, row)
    request.config_dict[SENDER].wake()
    return None


async def _pace(request: web.Request) -> None:
    """Count a visit, or refuse it.

    Raises:
        web.HTTPTooManyRequests: If too many such pages were opened from this network.
    """
    use = (TICKET_PAGES_PER_NETWORK, client_network(request))
    try:
        await spend_now(request.config_dict[DATABASE], use)
    except LimitReached as reached:
        raise web.HTTPTooManyRequests(
            text="Beaucoup de demandes ont été ouvertes depuis votre réseau, que vous partagez"
            f" peut-être avec d’autres. Réessayez dans {in_words(reached.seconds)}.",
            headers={"Retry-After": str(reached.seconds)},
        ) from None


def _state(opened: _Opened) -> str:
    """Return where the request stands, in the words of the chat."""
    news, ticket = opened.news, opened.ticket
    kept, answer = news.mail.told, news.answer
    text = opened.portal.say(
        f"ticket.{news.told}",
        reference=ticket.reference,
        mailbox=news.mail.recipient,
        since=told_moment(kept.since) if kept else "",
        next_try=told_moment(kept.next_try) if kept and not kept.tried_soon else "",
        sent_at=told_moment(kept.sent_at) if kept else "",
        answer_to=mask_address(answer.recipient) if answer else "",
        answer_sent_at=told_moment(answer.sent_at) if answer else "",
        again=ticket.answered_at is not None,
    )
    return plain_text(text)


def _page(
    request: web.Request,
    opened: _Opened,
    *,
    template: str = "help/follow.html",
    fault: str = "",
    done: str = "",
    typed: dict[str, str] | None = None,
    status: int = 200,
) -> web.Response:
    signed = request.match_info["signed"]
    values: dict[str, Any] = {
        "ticket": opened.ticket,
        "portal": opened.portal,
        "told": _state(opened),
        "thread": opened.thread,
        "path": f"{request.config_dict[SETTINGS].base_path}/suivi/{signed}",
        "key": uuid.uuid4().hex,
        "fault": fault,
        "done": done,
        "typed": typed or {},
        "most": MOST_MESSAGE,
    }
    status = 400 if fault and status == 200 else status
    response = render(request, template, values, form=True, status=status)
    response.headers["Cache-Control"] = "no-store"
    response.headers["X-Robots-Tag"] = "noindex"
    return response


def add_follow_up(app: web.Application) -> None:
    """Mount the page."""
    app.router.add_get("/suivi/{signed}", show)
    app.router.add_post("/suivi/{signed}", write)
    app.router.add_get("/suivi/{signed}/regle", ask_settled)
    app.router.add_post("/suivi/{signed}/regle", settle)
    app.router.add_get("/suivi/{signed}/fichiers/{number}", download)
