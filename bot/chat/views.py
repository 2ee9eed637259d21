"""The public pages: the portals there are, and one portal's help page with the chat."""

from __future__ import annotations

from aiohttp import web

from actions.content import Portal
from bot.chat.theme import theme_css
from bot.keys import CONTENT, SETTINGS
from bot.pages import render


async def show_portals(request: web.Request) -> web.Response:
    """List the portals."""
    portals = sorted(request.config_dict[CONTENT].portals.values(), key=lambda p: p.name)
    return render(request, "chat/index.html", {"portals": portals})


async def show_chat(request: web.Request) -> web.Response:
    """Show a portal's help page."""
    portal = _portal(request)
    return render(request, "chat/chat.html", {"portal": portal})


async def show_theme(request: web.Request) -> web.Response:
    """Return a portal's colours."""
    return web.Response(
        text=theme_css(_portal(request).colours),
        content_type="text/css",
        charset="utf-8",
        headers={"Cache-Control": "no-cache"},
    )


async def add_slash(request: web.Request) -> web.Response:
    """Send to a portal's page from its address without the last slash."""
    portal = _portal(request)
    raise web.HTTPFound(f"{request.config_dict[SETTINGS].base_path}/{portal.id}/")


def add_views(app: web.Application) -> None:
    """Mount the pages."""
    app.router.add_get("/", show_portals)
    app.router.add_get("/{portal}", add_slash)
    app.router.add_get("/{portal}/", show_chat)
    app.router.add_get("/{portal}/theme.css", show_theme)


def _portal(request: web.Request) -> Portal:
    portal = request.config_dict[CONTENT].portals.get(request.match_info["portal"])
    if portal is None:
        raise web.HTTPNotFound
    return portal
