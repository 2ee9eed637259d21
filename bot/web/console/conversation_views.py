"""Pages of conversations: the lists, one conversation, and a conversation as a test."""

from __future__ import annotations

from typing import Any
from urllib.parse import quote

from aiohttp import web
from sqlalchemy.ext.asyncio import AsyncSession

from bot.desk.privacy import addresses_in, fingerprint, is_one_address
from bot.record.conversations import BadCursor, Page, list_conversations
from bot.record.dialogue_tests import as_dialogue
from bot.record.filters import HOURS, OUTCOMES, SOUGHT, FilterFault, Filters, read_filters
from bot.record.summaries import Summary
from bot.record.transcripts import read_transcript
from bot.staff import history
from bot.staff.audit import Entry, record_now
from bot.staff.scope import Scope
from bot.staff.users import names
from bot.web.console.access import scope
from bot.web.console.conversation_page import (
    conversation_page,
    corrections_of,
    intents_of,
    list_of,
    review_facts_of,
    summary_of,
    topics_of,
)
from bot.web.console.pages import back_to, show
from bot.web.console.undoing import Undo


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
        person = fingerprint(addresses_in(filters.q)[0], here.secret_key)
        await record_now(here.database, Entry(here.staff.id, here.portal.id, "searched", person))
        query = filters.address(q="", person=person)
        return back_to(request, f"/{here.portal.id}/conversations?{query}")
    async with here.database.read() as session:
        undo = await _undo(request, session, here, filters)
        if not fault:
            try:
                page = await list_conversations(
                    session, here, filters, request.query.get("after", "")
                )
            except BadCursor:
                fault = "Cette page de la liste n’existe pas : revenez au début."
        staff_names = await names(session)
        happened = await history.changes_of_all(
            session, here.portal.id, [row.summary.conversation_id for row in page.rows]
        )
    values = {
        "seen": {
            row.summary.conversation_id: history.version(
                happened.get(row.summary.conversation_id, []), *review_facts_of(row.summary)
            )
            for row in page.rows
        },
        "filters": filters,
        "page": page,
        "fault": fault,
        "outcomes": OUTCOMES,
        "sought": SOUGHT,
        "hours": [(hour, f"{int(hour)} h") for hour in HOURS],
        "topics": topics_of(here),
        "names": staff_names,
        "first": "after" not in request.query,
        "undo": undo,
    }
    return show(request, "conversations.html", values, status=400 if fault else 200)


async def _undo(
    request: web.Request, session: AsyncSession, here: Scope, filters: Filters
) -> Undo | None:
    """Return the form that takes back the review of which the list just told, or None."""
    if request.query.get("done", "") != "reviewed" or not here.may("agent"):
        return None
    chosen = here.select(Summary).where(Summary.conversation_id == request.query.get("undo", ""))
    summary = await session.scalar(chosen)
    if summary is None or summary.reviewed_at is None:
        return None
    number = summary.conversation_id
    happened = await history.changes_of_all(session, here.portal.id, [number])
    seen = history.version(happened.get(number, []), *review_facts_of(summary))
    address = filters.address()
    fields = {"reviewed": "0", "seen": seen, "back": address, "from": address}
    return Undo(f"conversations/{quote(number, safe='')}/review", fields)


async def show_one(request: web.Request) -> web.Response:
    """Show one conversation, addresses masked."""
    here, summary = await summary_of(request)
    await record_now(
        here.database,
        Entry(here.staff.id, here.portal.id, "read", summary.conversation_id),
    )
    return await conversation_page(request, here, summary)


async def show_turns(request: web.Request) -> web.Response:
    """Return the turns alone, for a page that follows a conversation that goes on."""
    here, summary = await summary_of(request)
    async with here.database.read() as session:
        turns = await read_transcript(session, here.portal, summary.conversation_id, revealed=False)
        corrections = await corrections_of(session, summary.conversation_id)
    values: dict[str, Any] = {
        "turns": turns,
        "corrections": corrections,
        "intents": intents_of(here),
    }
    values |= {"summary": summary, "back": list_of(request.query.get("from", ""))}
    return show(request, "turns.html", values)


async def reveal(request: web.Request) -> web.Response:
    """Show the addresses, this once; who asked is recorded."""
    here, summary = await summary_of(request)
    await record_now(
        here.database,
        Entry(here.staff.id, here.portal.id, "revealed", summary.conversation_id),
    )
    return await conversation_page(request, here, summary, revealed=True)


async def download_test(request: web.Request) -> web.Response:
    """Give the conversation as a dialogue test, without personal data."""
    here, summary = await summary_of(request)
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
