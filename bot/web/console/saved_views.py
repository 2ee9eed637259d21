"""The page of a portal's saved replies: the list, and a form to add, change or remove one."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from aiohttp import web

from bot.desk.saved_replies import (
    MOST_TEXT,
    MOST_TITLE,
    PLACEHOLDERS,
    SavedReply,
    SavedReplyRefused,
    save_reply,
    saved_replies,
    saved_reply,
)
from bot.staff.audit import Entry, record
from bot.web.console.access import checked_number, form, scope
from bot.web.console.pages import back_to, show


async def show_saved(request: web.Request) -> web.Response:
    """Show the saved replies, one of them in the form where the address names it."""
    number = request.query.get("id", "")
    return await _page(request, checked_number(number) if number else 0)


async def save(request: web.Request) -> web.Response:
    """Add a saved reply, or change one."""
    here, values = scope(request), form(request)
    number = checked_number(values["id"]) if values.get("id") else 0
    title, text = values.get("title", ""), values.get("text", "")
    try:
        async with here.database.write() as session:
            known = await saved_reply(session, here.portal.id, number) if number else None
            if number and known is None:
                raise SavedReplyRefused("Cette réponse type a été supprimée entre-temps.")
            await save_reply(session, here.portal.id, title, text, known)
            record(session, Entry(here.staff.id, here.portal.id, "saved_reply", detail=title))
    except SavedReplyRefused as error:
        return await _page(request, number, fault=str(error), typed=values)
    return back_to(request, f"/{here.portal.id}/replies", "saved_reply")


async def remove(request: web.Request) -> web.Response:
    """Remove a saved reply; it is no fault if somebody did already."""
    here = scope(request)
    number = form(request).get("id", "")
    async with here.database.write() as session:
        known = await saved_reply(session, here.portal.id, checked_number(number) if number else 0)
        if known is not None:
            await session.delete(known)
            done = Entry(here.staff.id, here.portal.id, "saved_reply_removed", detail=known.title)
            record(session, done)
    return back_to(request, f"/{here.portal.id}/replies", "saved_reply_removed")


async def _page(
    request: web.Request, number: int, *, fault: str = "", typed: Mapping[str, str] | None = None
) -> web.Response:
    here = scope(request)
    async with here.database.read() as session:
        saved = await saved_replies(session, here.portal.id)
    known: SavedReply | None = next((row for row in saved if row.id == number), None)
    if number and known is None and not fault:
        raise web.HTTPNotFound
    values: dict[str, Any] = {
        "saved": saved,
        "known": known,
        "placeholders": PLACEHOLDERS,
        "most_title": MOST_TITLE,
        "most_text": MOST_TEXT,
        "fault": fault,
    }
    if typed is not None:
        values["typed"] = typed
    return show(request, "replies.html", values, status=400 if fault else 200)
