"""What all HTML pages share: templates, static files, security headers and error pages."""

from __future__ import annotations

import hashlib
import logging
from collections.abc import Mapping
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit

import aiohttp_jinja2
from aiohttp import web
from aiohttp.typedefs import Handler
from jinja2 import FileSystemLoader, PrefixLoader, StrictUndefined

from bot.content.live import Portal
from bot.web.errors import DATABASE_DOWN, DATABASE_FAULTS, RETRY_AFTER, error_response
from bot.web.headers import add_headers
from bot.web.keys import CONTENT, SETTINGS

logger = logging.getLogger(__name__)


def security_policy(guichet: str = "") -> str:
    """Return what a page may load and do.

    Args:
        guichet: Origin of the widget, where the page is of another one.
    """
    return "; ".join(
        (
            "default-src 'none'",
            f"script-src 'self' {guichet}".rstrip(),
            "style-src 'self'",
            "img-src 'self' data:",
            f"connect-src 'self' {guichet}".rstrip(),
            "form-action 'self'",
            "frame-ancestors 'none'",
            "base-uri 'none'",
            "require-trusted-types-for 'script'",
        )
    )


CONTENT_SECURITY_POLICY = security_policy()

_BOT = Path(__file__).resolve().parent
_PARTS = ("help", "console", "demo")
_SENTENCES = {
    403: ("Accès refusé", "Cette action n’est pas permise depuis cette page."),
    404: ("Page introuvable", "Cette page n’existe pas, ou n’existe plus."),
    405: ("Action impossible", "Cette adresse ne permet pas cette action."),
    413: ("Envoi trop volumineux", "Ce que vous envoyez est trop long."),
    429: ("Trop de demandes", "Trop de demandes viennent de votre réseau. Réessayez plus tard."),
    503: ("Service indisponible", DATABASE_DOWN),
    500: ("Erreur de notre côté", "Une erreur s’est produite. Réessayez plus tard."),
}
_KEPT_HEADERS = {"Allow", "Retry-After"}
_OTHER = ("Demande refusée", "Cette demande ne peut pas être traitée.")


def render(
    request: web.Request,
    template: str,
    values: Mapping[str, Any] | None = None,
    *,
    status: int = 200,
    form: bool = False,
    public: bool = False,
) -> web.Response:
    """Return a page.

    Args:
        request: The request that it answers.
        template: Name of the template, with its part: `chat/index.html`.
        values: What the template needs.
        status: HTTP status.
        form: Whether the page posts a form. Under `no-referrer` browsers send `Origin: null` with
            it, which cannot be told from a form on another site.
        public: Whether browsers may keep it, and ask whether it changed.
    """
    response = aiohttp_jinja2.render_template(template, request, dict(values or {}), status=status)
    response.headers["Content-Security-Policy"] = CONTENT_SECURITY_POLICY
    if public:
        response.headers["Cache-Control"] = "no-cache"
    if form:
        response.headers["Referrer-Policy"] = "same-origin"
    # Not where a token stands beside what a link may have put there.
    if template.startswith("help/"):
        response.enable_compression()
    return response


def same_origin(request: web.Request) -> bool:
    """Tell whether a form was sent from a page of ours."""
    site = request.headers.get("Sec-Fetch-Site")
    if site is not None:
        return site == "same-origin"
    # Browsers leave the other header out over plain HTTP.
    origin = request.headers.get("Origin", "")
    public = urlsplit(request.config_dict[SETTINGS].public_url)
    # Compared as written: a malformed origin has no parts.
    return origin.partition("://")[2] in {request.host, public.netloc} - {""}


def add_pages(app: web.Application) -> None:
    """Set up templates, static files, headers and error pages for the whole application."""
    environment = aiohttp_jinja2.setup(
        app,
        loader=PrefixLoader({part: FileSystemLoader(_BOT / part / "templates") for part in _PARTS}),
        undefined=StrictUndefined,
        trim_blocks=True,
        lstrip_blocks=True,
    )
    base = app[SETTINGS].base_path
    versions: dict[str, str] = {}
    for part in _PARTS:
        folder = _BOT / part / "static"
        app.router.add_static(f"/static/{part}/", folder)
        for path in folder.iterdir():
            digest = hashlib.sha256(path.read_bytes()).hexdigest()[:12]
            versions[f"{part}/{path.name}"] = digest
    environment.globals["base"] = base
    environment.globals["asset"] = lambda name: f"{base}/static/{name}?v={versions[name]}"
    app.middlewares.append(errors_as_pages)
    app.on_response_prepare.append(add_headers)


def portal_of(request: web.Request) -> Portal:
    """Return the portal that a page's address names.

    Raises:
        web.HTTPNotFound: If there is none of that name.
    """
    portal = request.config_dict[CONTENT].portals.get(request.match_info["portal"])
    if portal is None:
        raise web.HTTPNotFound
    return portal


@web.middleware
async def errors_as_pages(request: web.Request, handler: Handler) -> web.StreamResponse:
    """Tell people of errors in a French page, and programs in JSON."""
    try:
        return await handler(request)
    except web.HTTPException as error:
        if error.status < 400 or error.content_type != "text/plain":
            raise
        response = _error(request, error.status, _said(error))
        for name in _KEPT_HEADERS & error.headers.keys():
            response.headers[name] = error.headers[name]
        return response
    except DATABASE_FAULTS:
        logger.exception("%s %s failed", request.method, request.path)
        response = _error(request, 503, DATABASE_DOWN)
        response.headers["Retry-After"] = RETRY_AFTER
        return response
    except Exception:
        logger.exception("%s %s failed", request.method, request.path)
        return _error(request, 500)


def _said(error: web.HTTPException) -> str:
    """Return the sentence that an error was raised with, or nothing where aiohttp made its text."""
    text = error.text or ""
    return "" if text.startswith(f"{error.status}: ") else text


def _error(request: web.Request, status: int, said: str = "") -> web.Response:
    title, sentence = _SENTENCES.get(status, _OTHER)
    sentence = said or sentence
    if "text/html" not in request.headers.get("Accept", ""):
        return error_response(status, sentence)
    return render(request, "help/error.html", {"title": title, "sentence": sentence}, status=status)
