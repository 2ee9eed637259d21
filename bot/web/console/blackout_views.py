"""The page that asks before a message is blacked out, and the form on it."""

from __future__ import annotations

from urllib.parse import urlencode

from aiohttp import web

from bot.record.blackout import Message, NotToBlackOut, black_out, message_of
from bot.record.erasure import ScrubFailed, scrub
from bot.web.console.access import form, scope
from bot.web.console.conversation_page import back_of, find, summary_of
from bot.web.console.pages import back_to, show
from bot.web.keys import ASSISTANT


async def ask(request: web.Request) -> web.Response:
    """Show which message would be blacked out, and what that means."""
    here, summary = await summary_of(request)
    seq = request.query.get("seq", "")
    try:
        async with here.database.read() as session:
            message = await message_of(session, here, summary.conversation_id, seq)
    except NotToBlackOut as error:
        return _page(request, None, str(error))
    return _page(request, message)


async def take(request: web.Request) -> web.Response:
    """Black the message out, and lead back to the conversation."""
    here = scope(request)
    conversation_id = request.match_info["id"]
    seq = form(request).get("seq", "")
    try:
        # A turn on its way would write what it still holds of the message.
        async with (
            request.config_dict[ASSISTANT].locks.lock(conversation_id),
            here.database.write() as session,
        ):
            summary = await find(session, here, conversation_id, lock=True)
            await black_out(session, here, summary, seq)
        await scrub(here.database)
    except (NotToBlackOut, ScrubFailed) as error:
        return _page(request, None, str(error))
    back = back_of(request)
    query = f"?{urlencode({'from': back})}" if back else ""
    path = f"/{here.portal.id}/conversations/{conversation_id}{query}"
    return back_to(request, path, "blacked_out", f"m{seq}")


def _page(request: web.Request, message: Message | None, fault: str = "") -> web.Response:
    values = {
        "message": message,
        "conversation_id": request.match_info["id"],
        "fault": fault,
        "back": back_of(request),
    }
    return show(request, "blackout.html", values, status=400 if fault else 200)
