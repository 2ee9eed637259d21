"""Of what somebody is told by mail, portal by portal."""

from __future__ import annotations

from aiohttp import web

from bot.staff.notice_tables import KINDS
from bot.staff.notices import choices_of, choose
from bot.web.console.access import form, portals_of
from bot.web.console.own_views import own
from bot.web.console.pages import back_to, show
from bot.web.keys import DATABASE, SETTINGS


async def show_choices(request: web.Request) -> web.Response:
    """Show of what one is told."""
    person = own(request)
    async with request.config_dict[DATABASE].read() as session:
        chosen = await choices_of(session, person.id)
    values = {
        "kinds": KINDS,
        "chosen": chosen,
        "minutes": request.config_dict[SETTINGS].notice_minutes,
    }
    return show(request, "notices.html", values)


async def keep_choices(request: web.Request) -> web.Response:
    """Keep of what one wants to be told."""
    person, typed = own(request), form(request)
    wanted = {
        (portal.id, kind)
        for portal in portals_of(request, person)
        for kind in KINDS
        if typed.get(f"{portal.id}.{kind}")
    }
    async with request.config_dict[DATABASE].write() as session:
        await choose(session, person, wanted)
    return back_to(request, "/me/notices", "notices")
