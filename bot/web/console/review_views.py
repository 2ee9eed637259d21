"""What staff write on a conversation: each form leads back to its page, and keeps the list."""

from __future__ import annotations

from collections.abc import Awaitable, Callable
from urllib.parse import urlencode

from aiohttp import web
from sqlalchemy.ext.asyncio import AsyncSession

from bot.record import reviewing
from bot.record.summaries import Summary
from bot.staff import history
from bot.staff.scope import Scope
from bot.web.console.access import form, scope
from bot.web.console.conversation_page import (
    back_of,
    conversation_page,
    facts_of,
    find,
    list_of,
    review_facts_of,
    summary_of,
)
from bot.web.console.pages import back_to

Mark = Callable[[AsyncSession, Scope, Summary], Awaitable[tuple[str, str]]]
"""Writes something; returns what the page then says, and where on the page to go on."""


async def add_note(request: web.Request) -> web.Response:
    """Add a note."""

    async def mark(session: AsyncSession, here: Scope, summary: Summary) -> tuple[str, str]:
        await reviewing.add_note(session, here, summary, form(request).get("text", ""))
        return "note", "notes"

    return await _mark(request, mark)


async def add_tag(request: web.Request) -> web.Response:
    """Add one tag."""

    async def mark(session: AsyncSession, here: Scope, summary: Summary) -> tuple[str, str]:
        await reviewing.add_tag(session, here, summary, form(request).get("tag", ""))
        return "tag", "tags"

    return await _mark(request, mark)


async def remove_tag(request: web.Request) -> web.Response:
    """Take one tag away."""

    async def mark(session: AsyncSession, here: Scope, summary: Summary) -> tuple[str, str]:
        await reviewing.remove_tag(session, here, summary, form(request).get("tag", ""))
        return "untag", "tags"

    return await _mark(request, mark)


async def assign(request: web.Request) -> web.Response:
    """Say to whom it falls."""

    async def mark(session: AsyncSession, here: Scope, summary: Summary) -> tuple[str, str]:
        await _check(request, session, here, summary, *facts_of(summary))
        await reviewing.assign(session, here, summary, form(request).get("to", ""))
        return "assigned", "assign"

    return await _mark(request, mark)


async def review(request: web.Request) -> web.Response:
    """Mark as reviewed, or as to be reviewed again."""

    async def mark(session: AsyncSession, here: Scope, summary: Summary) -> tuple[str, str]:
        await _check(request, session, here, summary, *review_facts_of(summary))
        wanted = form(request).get("reviewed") == "1"
        await reviewing.set_reviewed(session, here, summary, reviewed=wanted)
        return ("reviewed" if wanted else "unreviewed"), ""

    response = await _mark(request, mark)
    if response.status == 303 and "back" in form(request):
        # From the list: only its filters come back, so that it leads nowhere else.
        query = list_of(form(request)["back"])
        path = f"/{scope(request).portal.id}/conversations?{query}"
        if form(request).get("reviewed") != "1":
            return back_to(request, path, "unreviewed")
        return back_to(request, path, "reviewed", undo=request.match_info["id"])
    return response


async def correct(request: web.Request) -> web.Response:
    """Note what a message meant."""
    values = form(request)

    async def mark(session: AsyncSession, here: Scope, summary: Summary) -> tuple[str, str]:
        seq = values.get("seq", "")
        await reviewing.correct(session, here, summary, seq, values.get("meant", ""))
        return "corrected", f"m{seq}"

    return await _mark(request, mark)


async def take_correction_back(request: web.Request) -> web.Response:
    """Take back what was noted on a message."""

    async def mark(session: AsyncSession, here: Scope, summary: Summary) -> tuple[str, str]:
        seq = form(request).get("seq", "")
        await reviewing.take_correction_back(session, here, summary, seq)
        return "uncorrected", f"m{seq}"

    return await _mark(request, mark)


async def _check(
    request: web.Request, session: AsyncSession, here: Scope, summary: Summary, *facts: object
) -> None:
    happened = await history.changes(session, here.portal.id, summary.conversation_id)
    history.check(form(request).get("seen", ""), happened, *facts)


async def _mark(request: web.Request, mark: Mark) -> web.Response:
    here = scope(request)
    conversation_id = request.match_info["id"]
    try:
        async with here.database.write() as session:
            summary = await find(session, here, conversation_id, lock=True)
            done, anchor = await mark(session, here, summary)
    except reviewing.MarkRefused as error:
        here, summary = await summary_of(request)
        return await conversation_page(request, here, summary, fault=str(error), status=400)
    except history.Stale as error:
        here, summary = await summary_of(request)
        return await conversation_page(
            request, here, summary, fault=str(error), since=error.since, status=409
        )
    back = back_of(request)
    query = f"?{urlencode({'from': back})}" if back else ""
    path = f"/{here.portal.id}/conversations/{conversation_id}{query}"
    return back_to(request, path, done, anchor)
