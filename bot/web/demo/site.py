"""The demo portal's own port: another origin, as the site of a business portal would be."""

from __future__ import annotations

from aiohttp import web
from aiohttp.typedefs import Handler

from bot.ground.settings import Settings
from bot.web.keys import SETTINGS

_PARTS = ("/demo/", "/static/demo/")


def on_own_port(request: web.Request) -> bool:
    """Tell whether a request came in on the demo portal's own port."""
    port = request.config_dict[SETTINGS].demo_port
    # What the client writes into its Host header is no evidence.
    name = request.transport.get_extra_info("sockname") if request.transport else None
    return bool(port and name and name[1] == port)


def widget_address(request: web.Request) -> str:
    """Return where a page of the demo portal finds the widget, absolute from another origin."""
    settings = request.config_dict[SETTINGS]
    return f"{_guichet(request, settings)}/widget.js"


def help_address(request: web.Request, portal: str) -> str:
    """Return where a page of the demo portal finds its help page."""
    return f"{_guichet(request, request.config_dict[SETTINGS])}/{portal}/"


def foreign_origin(request: web.Request) -> str:
    """Return Guichet's origin where a page's own is another, or an empty text."""
    if not on_own_port(request):
        return ""
    return "/".join(request.config_dict[SETTINGS].public_url.split("/")[:3])


def _guichet(request: web.Request, settings: Settings) -> str:
    return settings.public_url if on_own_port(request) else settings.base_path


@web.middleware
async def only_the_demo(request: web.Request, handler: Handler) -> web.StreamResponse:
    """Keep everything but the demo portal off its port."""
    if on_own_port(request):
        settings = request.config_dict[SETTINGS]
        path = request.path.removeprefix(settings.base_path)
        if path == "/":
            raise web.HTTPFound(f"{settings.base_path}/demo/{settings.default_portal}/")
        if not path.startswith(_PARTS):
            raise web.HTTPNotFound
    return await handler(request)
