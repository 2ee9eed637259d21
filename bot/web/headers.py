"""The headers of every answer, errors included: what it may do, and who may keep a copy of it."""

from __future__ import annotations

from collections.abc import MutableMapping

from aiohttp import web

from bot.web.keys import SETTINGS

_YEAR = 365 * 24 * 3600
_NOTHING = "default-src 'none'; frame-ancestors 'none'"


def protect(headers: MutableMapping[str, str], status: int) -> None:
    """Add what every answer carries, whatever made it.

    Nobody keeps a copy but of what says itself that it is public.

    Args:
        headers: The answer's headers; those that are there stay.
        status: Its status.
    """
    headers["Server"] = "Guichet"
    headers["X-Content-Type-Options"] = "nosniff"
    headers.setdefault("Content-Security-Policy", _NOTHING)
    headers.setdefault("Referrer-Policy", "no-referrer")
    if status >= web.HTTPBadRequest.status_code:
        headers["Cache-Control"] = "no-store"
    headers.setdefault("Cache-Control", "no-store")


async def add_headers(request: web.Request, response: web.StreamResponse) -> None:
    """Complete the headers of an application's answer, as it goes out."""
    settings = request.config_dict[SETTINGS]
    if settings.public_url.startswith("https:"):
        response.headers.setdefault("Strict-Transport-Security", f"max-age={_YEAR}")
    if "/static/" in request.path and response.status in (200, 304):
        # A versioned address changes with the file, so what stands under it never does.
        lasting = "v" in request.query
        kept = f"public, max-age={_YEAR}, immutable" if lasting else "no-cache"
        response.headers["Cache-Control"] = kept
    protect(response.headers, response.status)
