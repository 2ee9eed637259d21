"""Pages of conversations: the lists, one conversation, and what staff write on it."""

from __future__ import annotations

from collections.abc import Awaitable, Callable
from typing import Any
from urllib.parse import parse_qsl

from aiohttp import web
from sqlalchemy import select
from sqlalchemy.ext.asyncio import AsyncSession

from actions.tickets import Ticket
from bot.console import marks
from bot.console.access import Scope, form, scope
from bot.console.conversations import BadCursor, Listed, Page, list_conversations
from bot.console.dialogues import as_dialogue
from bot.console.filters import OUTCOMES, FilterFault, Filters, read_filters
from bot.console.pages import back_to, show
from bot.console.private import fingerprint, is_one_address
from bot.console.record import Entry, record_now
from bot.console.review_tables import Correction, Note, Tag
from bot.console.summaries import ConversationAddress, Summary
from bot.console.transcripts import read_transcript, title_of
from bot.console.users import colleagues, names

_MOST_EARLIER = 20

Mark = Callable[[AsyncSession, Scope, Summary], Awaitable[tuple[str, str]]]


async def show_list(request: web.Request) -> web.Response:
    """Show a list of conversations as the address filters it."""
    here = scope(request)
    fault = ""
    page, filters = Page([]), Filters()
    try:
        filters = read_filters(request.query)
    except FilterFault as error:
        fault = str(error)
    if is_one_address(filters.q):
        # An address does not stay in the browser's history, nor in the logs of a proxy.
        person = fingerprint(filters.q, here.secret_key)
        await record_now(here.database, Entry(here.staff.id, here.portal.id, "searched", person))
        query = filters.address(q="", person=person)
        return back_to(request, f"/{here.portal.id}/conversations?{query}")
    async with here.database.read() as session:
        if not fault:
            try:
                page = await list_conversations(
                    session, here, filters, request.query.get("after", "")
                )
            except BadCursor:
                fault = "Cette page de la liste n’existe pas : revenez au début."
        staff_names = await names(session)
    values = {
        "filters": filters,
        "page": page,
        "fault": fault,
        "outcomes": OUTCOMES,
        "topics": _topics(here),
        "names": staff_names,
        "first": "after" not in request.query,
    }
    return show(request, "conversations.html", values, status=400 if fault else 200)


async def show_one(request: web.Request) -> web.Response:
    """Show one conversation, addresses masked."""
    here, summary = await _summary(request)
    await record_now(
        here.database,
        Entry(here.staff.id, here.portal.id, "read", summary.conversation_id),
    )
    return await _conversation_page(request, here, summary)


async def show_turns(request: web.Request) -> web.Response:
    """Return the turns alone, for a page that follows a conversation that goes on."""
    here, summary = await _summary(request)
    async with here.database.read() as session:
        turns = await read_transcript(session, here.portal, summary.conversation_id, revealed=False)
        corrections = await _corrections(session, summary.conversation_id)
    values = {"turns": turns, "corrections": corrections, "intents": _intents(here)}
    return show(request, "turns.html", {**values, "summary": summary})


async def reveal(request: web.Request) -> web.Response:
    """Show the addresses, this once; who asked is recorded."""
    here, summary = await _summary(request)
    await record_now(
        here.database,
        Entry(here.staff.id, here.portal.id, "revealed", summary.conversation_id),
    )
    return await _conversation_page(request, here, summary, revealed=True)


async def add_note(request: web.Request) -> web.Response:
    """Add a note."""

    async def mark(session: AsyncSession, here: Scope, summary: Summary) -> tuple[str, str]:
        await marks.add_note(session, here, summary, form(request).get("text", ""))
        return "note", "notes"

    return await _mark(request, mark)


async def set_tags(request: web.Request) -> web.Response:
    """Replace the tags."""

    async def mark(session: AsyncSession, here: Scope, summary: Summary) -> tuple[str, str]:
        await marks.set_tags(session, here, summary, form(request).get("tags", ""))
        return "tags", "tags"

    return await _mark(request, mark)


async def assign(request: web.Request) -> web.Response:
    """Say to whom it falls."""

    async def mark(session: AsyncSession, here: Scope, summary: Summary) -> tuple[str, str]:
        await marks.assign(session, here, summary, form(request).get("to", ""))
        return "assigned", "assign"

    return await _mark(request, mark)


async def review(request: web.Request) -> web.Response:
    """Mark as reviewed, or as to be reviewed again."""

    async def mark(session: AsyncSession, here: Scope, summary: Summary) -> tuple[str, str]:
        wanted = form(request).get("reviewed") == "1"
        await marks.set_reviewed(session, here, summary, reviewed=wanted)
        return ("reviewed" if wanted else "unreviewed"), ""

    response = await _mark(request, mark)
    if response.status == 303 and "back" in form(request):
        # From the list: only its filters come back, so that it leads nowhere else.
        query = _list_of(form(request)["back"])
        return back_to(request, f"/{scope(request).portal.id}/conversations?{query}", "reviewed")
    return response


async def correct(request: web.Request) -> web.Response:
    """Note what a message meant."""
    values = form(request)

    async def mark(session: AsyncSession, here: Scope, summary: Summary) -> tuple[str, str]:
        seq = values.get("seq", "")
        await marks.correct(session, here, summary, seq, values.get("meant", ""))
        return "corrected", f"m{seq}"

    return await _mark(request, mark)


async def download_test(request: web.Request) -> web.Response:
    """Give the conversation as a dialogue test, without personal data."""
    here, summary = await _summary(request)
    async with here.database.read() as session:
        text = await as_dialogue(session, here.portal, summary)
    await record_now(
        here.database,
        Entry(here.staff.id, here.portal.id, "tested", summary.conversation_id),
    )
    return web.Response(
        text=text,
        content_type="application/yaml",
        headers={"Content-Disposition": f'attachment; filename="{here.portal.id}.yml"'},
    )


async def _mark(request: web.Request, mark: Mark) -> web.Response:
    here = scope(request)
    conversation_id = request.match_info["id"]
    try:
        async with here.database.write() as session:
            summary = await _find(session, here, conversation_id)
            done, anchor = await mark(session, here, summary)
    except marks.MarkRefused as error:
        here, summary = await _summary(request)
        return await _conversation_page(request, here, summary, fault=str(error), status=400)
    return back_to(request, f"/{here.portal.id}/conversations/{conversation_id}", done, anchor)


async def _summary(request: web.Request) -> tuple[Scope, Summary]:
    here = scope(request)
    async with here.database.read() as session:
        return here, await _find(session, here, request.match_info["id"])


async def _find(session: AsyncSession, here: Scope, conversation_id: str) -> Summary:
    """Return a conversation of this portal.

    Raises:
        web.HTTPNotFound: If there is none; another portal's is none.
    """
    found: Summary | None = await session.scalar(
        here.select(Summary).where(Summary.conversation_id == conversation_id)
    )
    if found is None:
        raise web.HTTPNotFound
    return found


async def _conversation_page(
    request: web.Request,
    here: Scope,
    summary: Summary,
    *,
    revealed: bool = False,
    fault: str = "",
    status: int = 200,
) -> web.Response:
    key = summary.conversation_id
    async with here.database.read() as session:
        notes = await session.scalars(
            here.select(Note).where(Note.conversation_id == key).order_by(Note.id)
        )
        tags = await session.scalars(
            here.select(Tag).where(Tag.conversation_id == key).order_by(Tag.tag)
        )
        values: dict[str, Any] = {
            "turns": await read_transcript(session, here.portal, key, revealed=revealed),
            "notes": list(notes),
            "tags": [tag.tag for tag in tags],
            "ticket": await session.scalar(
                here.select(Ticket).where(Ticket.conversation_id == key)
            ),
            "earlier": await _earlier(session, here, key),
            "corrections": await _corrections(session, key),
            "colleagues": await colleagues(session, here.portal.id),
            "names": await names(session),
        }
    values |= {"summary": summary, "revealed": revealed, "fault": fault}
    values["back"] = _list_of(request.query.get("from", ""))
    values |= {"intents": _intents(here), "outcomes": OUTCOMES, "topics": _topics(here)}
    return show(request, "conversation.html", values, status=status)


def _list_of(query: str) -> str:
    """Return the filters of the list from which a conversation was opened."""
    try:
        return read_filters(dict(parse_qsl(query))).address()
    except FilterFault:
        return ""


async def _earlier(session: AsyncSession, here: Scope, key: str) -> list[Listed]:
    """Return other conversations that named an address which this one names, latest first."""
    mine = select(ConversationAddress.fingerprint).where(ConversationAddress.conversation_id == key)
    same = select(ConversationAddress.conversation_id).where(
        ConversationAddress.portal == here.portal.id, ConversationAddress.fingerprint.in_(mine)
    )
    rows = await session.scalars(
        here.select(Summary)
        .where(Summary.conversation_id.in_(same), Summary.conversation_id != key)
        .order_by(Summary.last_at.desc())
        .limit(_MOST_EARLIER)
    )
    return [Listed(row, []) for row in rows]


async def _corrections(session: AsyncSession, key: str) -> dict[int, str]:
    rows = await session.execute(
        select(Correction.seq, Correction.meant).where(Correction.conversation_id == key)
    )
    return {seq: meant for seq, meant in rows}


def _intents(here: Scope) -> list[tuple[str, str]]:
    titles = [(intent, title_of(here.portal, intent)) for intent in marks.intents()]
    return sorted(titles, key=lambda pair: pair[1].casefold())


def _topics(here: Scope) -> dict[str, str]:
    return dict(_intents(here))
