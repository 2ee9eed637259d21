"""The one place that decides who sees what.

Every request to the console passes here. Without a session it ends at the login page; a portal on
which somebody has no role does not exist for them; and what a handler reads it reads through a
`Scope`, which adds the portal to each query.
"""

from __future__ import annotations

import hmac
from urllib.parse import urlencode, urlsplit

from aiohttp import web
from aiohttp.typedefs import Handler

from bot.content.live import Portal
from bot.staff.passwords import new_token
from bot.staff.scope import Least, Scope
from bot.staff.sessions import Staff, form_token, staff_of
from bot.staff.tables import ROLES
from bot.web.console.kept import kept_of, lay
from bot.web.edge import read_form
from bot.web.keys import CONTENT, DATABASE, SETTINGS

SESSION_COOKIE = "guichet_staff"
BROWSER_COOKIE = "guichet_browser"
DEVICE_COOKIE = "guichet_device"
FORM_FIELD = "form_token"


LEAST: web.AppKey[dict[Handler, Least]] = web.AppKey("least", dict)

GIVEN_BACK: web.RequestKey[bool] = web.RequestKey("given_back", bool)
"""Whether the page shows what was kept of a form, so that it need not be kept any more."""

SCOPE: web.RequestKey[Scope] = web.RequestKey("scope", Scope)
_STAFF: web.RequestKey[Staff | None] = web.RequestKey("staff", Staff)
_FRESH: web.RequestKey[str] = web.RequestKey("fresh", str)
_FORM: web.RequestKey[dict[str, str]] = web.RequestKey("form", dict)


def staff(request: web.Request) -> Staff | None:
    """Return who is logged in, or None."""
    return request.get(_STAFF)


def scope(request: web.Request) -> Scope:
    """Return the portal of the request's address, as its sender may see it."""
    return request[SCOPE]


def form(request: web.Request) -> dict[str, str]:
    """Return the texts of the form that was posted."""
    return request[_FORM]


def portals_of(request: web.Request, person: Staff) -> list[Portal]:
    """Return the portals on which somebody has a role, by name."""
    portals = request.config_dict[CONTENT].portals.values()
    return sorted((p for p in portals if person.role(p.id)), key=lambda portal: portal.name)


def browser_token(request: web.Request) -> str:
    """Return what ties a form to the browser that was given it."""
    given: str = request.get(_FRESH, "")
    return given or session_token(request) or _cookie(request, BROWSER_COOKIE)


def session_token(request: web.Request) -> str:
    """Return the token of the browser's session, or an empty text."""
    return _cookie(request, SESSION_COOKIE)


def ensured_browser(request: web.Request) -> str:
    """Return the same for a browser that has nothing yet: its page brings it a cookie."""
    if not browser_token(request):
        request[_FRESH] = new_token()
    return browser_token(request)


def fresh_browser(request: web.Request) -> str:
    """Return what the browser is to be given, or nothing where it has something."""
    return str(request.get(_FRESH, ""))


class SessionOver(Exception):
    """A form was sent without a session that holds.

    Attributes:
        values: What it held.
    """

    def __init__(self, values: dict[str, str]) -> None:
        super().__init__()
        self.values = values


class FormUnfit(SessionOver):
    """A form was on a page that we gave another session, or another browser."""


def to_login(request: web.Request) -> web.HTTPSeeOther:
    """Return the way to the login page, and back to a page that was asked for."""
    back = {"next": str(request.rel_url)}
    if session_token(request):
        back["over"] = "1"
    query = f"?{urlencode(back)}"
    return web.HTTPSeeOther(f"{request.config_dict[SETTINGS].base_path}/console/login{query}")


@web.middleware
async def guard(request: web.Request, handler: Handler) -> web.StreamResponse:
    """Let a request through to its handler, or refuse it."""
    # An address that leads nowhere ends here as well, without telling more than that.
    least = request.config_dict[LEAST].get(request.match_info.handler)
    await _identify(request)
    if least is None:
        raise web.HTTPNotFound
    if least != "anyone":
        await _admit(request, least)
    if request.method == "POST":
        request[_FORM] = await _read_form(request)
    response = await handler(request)
    person = staff(request)
    if person is not None and request.get(GIVEN_BACK):
        await lay(request.config_dict[DATABASE], session_token(request), None, "")
    response.headers.setdefault("Cache-Control", "no-store")
    return response


def _cookie(request: web.Request, name: str) -> str:
    """Return a cookie; all that we give out are ASCII, and other bytes have no text."""
    value = request.cookies.get(name, "")
    return value if value.isascii() else ""


async def _identify(request: web.Request) -> None:
    token = session_token(request)
    if token:
        # What a page asks by itself does not keep a session open whose owner left.
        by_itself = request.headers.get("X-Guichet-Poll") == "1"
        database = request.config_dict[DATABASE]
        request[_STAFF] = await staff_of(database, token, seen=not by_itself)


async def _admit(request: web.Request, least: Least) -> None:
    """Check session, portal and role.

    Raises:
        web.HTTPSeeOther: To the login page, without a session that holds; to one's own account,
            where the portal asks for a second factor first.
        SessionOver: For a form, without a session that holds.
        web.HTTPNotFound: If the portal is not theirs.
        web.HTTPForbidden: If their role there does not allow it.
    """
    person = staff(request)
    if person is None or (person.stage != "open") != (least == "half"):
        if request.method == "POST":
            raise SessionOver(await _posted(request))
        raise to_login(request)
    if least in ("half", "self"):
        return
    settings = request.config_dict[SETTINGS]
    portal = request.config_dict[CONTENT].portals.get(request.match_info["portal"])
    role = person.role(portal.id) if portal else None
    if portal is None or role is None:
        raise web.HTTPNotFound
    request[SCOPE] = Scope(person, portal, role, request.config_dict[DATABASE], settings.secret_key)
    if ROLES.index(role) < ROLES.index(least):
        raise web.HTTPForbidden
    if not person.totp and takes_second_factor(portal, role):
        if request.method == "POST":
            kept = kept_of(request, await _posted(request))
            secret_key = settings.secret_key
            await lay(request.config_dict[DATABASE], session_token(request), kept, secret_key)
        raise web.HTTPSeeOther(f"{settings.base_path}/console/me?done=totp_needed#totp")


def takes_second_factor(portal: Portal, role: str) -> bool:
    """Tell whether a portal asks a second factor of who has a role on it."""
    least = portal.second_factor
    return least in ROLES and ROLES.index(role) >= ROLES.index(least)


async def _read_form(request: web.Request) -> dict[str, str]:
    """Return a posted form.

    Raises:
        FormUnfit: If it was not on a page that we gave this very browser.
    """
    values = await _posted(request)
    browser = browser_token(request)
    expected = form_token(browser, request.config_dict[SETTINGS].secret_key)
    if not browser or not hmac.compare_digest(
        expected.encode(), values.get(FORM_FIELD, "").encode()
    ):
        raise FormUnfit(values)
    return values


async def _posted(request: web.Request) -> dict[str, str]:
    """Return what a form of ours held.

    Raises:
        web.HTTPForbidden: If it was on another site's page.
    """
    if not _same_origin(request):
        raise web.HTTPForbidden
    return await read_form(request)


def _same_origin(request: web.Request) -> bool:
    """Tell whether a form comes from a page of ours, as far as the browser says."""
    site = request.headers.get("Sec-Fetch-Site")
    if site is not None:
        return site == "same-origin"
    origin = request.headers.get("Origin")
    if origin is None:
        return True
    public = urlsplit(request.config_dict[SETTINGS].public_url)
    # Compared as written: a malformed origin has no parts.
    return origin.partition("://")[2] in {request.host, public.netloc}


def checked_number(text: str) -> int:
    """Return a row's number out of an address.

    Raises:
        web.HTTPNotFound: If no row can have it.
    """
    if not (text.isascii() and text.isdecimal() and len(text) < 10):
        raise web.HTTPNotFound
    return int(text)
