"""Lets the pages of other sites talk to the chat: those that the operator named, and no others."""

from __future__ import annotations

from aiohttp import web
from aiohttp.typedefs import Handler

from bot.ground.settings import Settings
from bot.web.keys import SETTINGS

_PREFLIGHT_SECONDS = 3600
_HEADERS = "Authorization, Content-Type"


def allows(settings: Settings, origin: str) -> bool:
    """Tell whether pages of an origin may talk to the chat."""
    return bool(origin) and origin in {*settings.allowed_origins, settings.demo_origin}


def shared(handler: Handler) -> Handler:
    """Return a handler whose answers, errors too, can be read from the allowed origins."""

    async def handle(request: web.Request) -> web.StreamResponse:
        try:
            response = await handler(request)
        except web.HTTPException as error:
            _open(request, error)
            raise
        _open(request, response)
        return response

    return handle


def refuse_other_sites(request: web.Request) -> None:
    """Refuse what a browser says comes from a page of another site that was not named.

    Raises:
        web.HTTPForbidden: If it does; such pages would make visitors' networks pay.
    """
    crossing = request.headers.get("Sec-Fetch-Site") == "cross-site"
    origin = request.headers.get("Origin", "")
    if crossing and not allows(request.config_dict[SETTINGS], origin):
        raise web.HTTPForbidden(text="Ce site ne peut pas se servir de la conversation.")


async def preflight(request: web.Request) -> web.Response:
    """Answer a browser that asks before it sends what a plain form could not."""
    if not allows(request.config_dict[SETTINGS], request.headers.get("Origin", "")):
        raise web.HTTPForbidden(text="Ce site ne peut pas se servir de la conversation.")
    methods = sorted(
        route.method
        for route in request.match_info.route.resource or ()
        if route.method not in {"OPTIONS", "HEAD"}
    )
    return web.Response(
        status=204,
        headers={
            "Access-Control-Allow-Methods": ", ".join(methods),
            "Access-Control-Allow-Headers": _HEADERS,
            "Access-Control-Max-Age": str(_PREFLIGHT_SECONDS),
        },
    )


def _open(request: web.Request, response: web.StreamResponse) -> None:
    # Whoever caches the answer must not hand it to a page of another origin.
    response.headers.add("Vary", "Origin")
    origin = request.headers.get("Origin", "")
    if allows(request.config_dict[SETTINGS], origin):
        response.headers["Access-Control-Allow-Origin"] = origin
        response.headers["Access-Control-Expose-Headers"] = "Retry-After"
