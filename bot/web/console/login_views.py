"""Pages to log in, to type the code, to choose a password, and to log out."""

from __future__ import annotations

import logging
from urllib.parse import urlencode

from aiohttp import web

from bot.ground.errors import LimitReached
from bot.staff.audit import Entry, record, record_now, staff_subject
from bot.staff.devices import device_of, known_device
from bot.staff.sessions import Attempt, SecretUnreadable, log_in, network_detail, pass_code, revoke
from bot.staff.users import number_of
from bot.web.console.access import (
    DEVICE_COOKIE,
    SESSION_COOKIE,
    browser_token,
    form,
    portals_of,
    staff,
)
from bot.web.console.kept import lay, open_kept
from bot.web.console.pages import back_to, drop_cookie, set_cookie, show
from bot.web.console.refusals import OVER
from bot.web.errors import storable
from bot.web.keys import DATABASE, SETTINGS
from bot.web.network import client_network

_WRONG = "Adresse ou mot de passe incorrect."
logger = logging.getLogger(__name__)

_WRONG_CODE = "Ce code n’est pas le bon, ou a déjà servi."
_TOO_MANY = "Trop d’essais. Réessayez dans un quart d’heure."


async def home(request: web.Request) -> web.Response:
    """Lead to the only portal, or let choose one."""
    person = staff(request)
    portals = portals_of(request, person) if person else []
    if len(portals) == 1:
        return back_to(request, f"/{portals[0].id}/")
    return show(request, "home.html", {})


async def show_login(request: web.Request) -> web.Response:
    """Show the login form."""
    person = staff(request)
    if person is not None and person.stage == "open":
        return back_to(request, "/")
    return _login_page(request)


async def check_login(request: web.Request) -> web.Response:
    """Check address and password."""
    values, database = form(request), request.config_dict[DATABASE]
    settings = request.config_dict[SETTINGS]
    email = values.get("email", "")[:320]
    device = request.cookies.get(DEVICE_COOKIE, "")
    attempt = Attempt(
        email=email,
        password=values.get("password", ""),
        network=client_network(request),
        device=storable(request.headers.get("User-Agent", "")),
        known=known_device(device, email, settings.secret_key),
    )
    try:
        opened = await log_in(database, attempt, settings.secret_key)
    except LimitReached:
        await _record_refused(request, attempt, "login_throttled")
        return _login_page(request, _TOO_MANY, status=429)
    if opened is None:
        await _record_refused(request, attempt, "login_failed")
        return _login_page(request, _WRONG, status=403)
    token, stage = opened
    wanted = values.get("next", "")
    kept = open_kept(values.get("kept", ""), browser_token(request), settings.secret_key)
    if kept is not None:
        await lay(database, token, kept, settings.secret_key)
        wanted = f"{settings.base_path}/console{kept.page}"
    if stage == "code":
        response = back_to(request, f"/code?{urlencode({'next': wanted})}" if wanted else "/code")
    else:
        response = _go_on(request, wanted)
        _remember(request, response, attempt.email)
    set_cookie(request, response, SESSION_COOKIE, token)
    return response


def _remember(request: web.Request, response: web.Response, email: str) -> None:
    """Have the browser be known from now on."""
    device = device_of(email, request.config_dict[SETTINGS].secret_key)
    set_cookie(request, response, DEVICE_COOKIE, device)


async def _record_refused(request: web.Request, attempt: Attempt, action: str) -> None:
    async with request.config_dict[DATABASE].write() as session:
        number = await number_of(session, attempt.email)
        subject = "" if number is None else staff_subject(number)
        record(session, Entry(None, "", action, subject, network_detail(attempt.network)))


async def show_code(request: web.Request) -> web.Response:
    """Ask for the code of the second factor."""
    return _code_page(request)


async def check_code(request: web.Request) -> web.Response:
    """Check the code, and open the session."""
    person, database = staff(request), request.config_dict[DATABASE]
    assert person is not None
    device = storable(request.headers.get("User-Agent", ""))
    secret_key = request.config_dict[SETTINGS].secret_key
    try:
        token = await pass_code(database, person, form(request).get("code", ""), device, secret_key)
    except LimitReached:
        return _code_page(request, _TOO_MANY, status=429)
    except SecretUnreadable as error:
        logger.error("The secret key is not the one with which second factors were sealed")
        return _code_page(request, str(error), status=409)
    if token is None:
        return _code_page(request, _WRONG_CODE, status=403)
    if kept := open_kept(person.kept, browser_token(request), secret_key):
        await lay(database, token, kept, secret_key)
    response = _go_on(request, form(request).get("next", ""))
    set_cookie(request, response, SESSION_COOKIE, token)
    _remember(request, response, person.email)
    return response


async def log_out(request: web.Request) -> web.Response:
    """End the session, on the server too."""
    person, database = staff(request), request.config_dict[DATABASE]
    if person is not None:
        await revoke(database, person.id, person.session_id)
        await record_now(database, Entry(person.id, "", "logout"))
    response = back_to(request, "/login", "logout")
    drop_cookie(request, response, SESSION_COOKIE)
    return response


def _code_page(request: web.Request, fault: str = "", *, status: int = 200) -> web.Response:
    posted = form(request) if request.method == "POST" else request.query
    values = {"fault": fault, "next": posted.get("next", "")}
    return show(request, "code.html", values, status=status)


def _login_page(request: web.Request, fault: str = "", *, status: int = 200) -> web.Response:
    posted = form(request) if request.method == "POST" else {}
    if not fault and "over" in request.query:
        fault = OVER
    values = {
        "kept": posted.get("kept", ""),
        "fault": fault,
        "email": posted.get("email", ""),
        "next": posted.get("next") or request.query.get("next", ""),
    }
    return show(request, "login.html", values, status=status)


def _go_on(request: web.Request, wanted: str) -> web.Response:
    """Lead to the page that was asked for before the login, if it is one of the console's."""
    base = f"{request.config_dict[SETTINGS].base_path}/console"
    # Only what cannot be read as another site's address.
    if wanted.startswith(f"{base}/") and not {"\\", "\n"} & set(wanted) and "//" not in wanted:
        return back_to(request, wanted.removeprefix(base))
    return back_to(request, "/")
