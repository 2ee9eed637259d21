"""The demo portal's pages: login, new password, and the mails that would have been sent."""

from __future__ import annotations

import asyncio
import logging
from collections.abc import Mapping
from typing import Any

from aiohttp import web
from aiohttp.typedefs import Handler

from bot.desk.demo_passwords import FEWEST_CHARACTERS, fault_of, password_fits, set_password
from bot.web.demo.addresses import MOST_CHARACTERS, active_accounts, login_of, react
from bot.web.demo.mails import read_mails
from bot.web.demo.redeeming import Failure, redeem_over_http
from bot.web.demo.site import foreign_origin, help_address, only_the_demo, widget_address
from bot.web.demo.switch import demo_is_on
from bot.web.edge import read_form
from bot.web.keys import DATABASE, SETTINGS
from bot.web.pages import portal_of, same_origin, security_policy
from bot.web.pages import render as render_page

logger = logging.getLogger(__name__)

_MOST_TOKEN = 200


async def show_login(request: web.Request) -> web.Response:
    """Show the login page, with the address filled in where the link gave it."""
    return _login_page(request, email=request.query.get("email", "")[:MOST_CHARACTERS])


async def check_address(request: web.Request) -> web.Response:
    """Tell the page's script how the address field reacts."""
    email = request.query.get("email", "")
    reaction = await react(request.config_dict[DATABASE], portal_of(request).id, email)
    return web.json_response(reaction.to_json(), headers={"Cache-Control": "no-store"})


async def log_in(request: web.Request) -> web.Response:
    """Check address, login and password."""
    portal, database = portal_of(request), request.config_dict[DATABASE]
    form = await _form(request)
    email, login = form.get("email", ""), form.get("login", "").strip()
    reaction = await react(database, portal.id, email)
    if reaction.state != "known":
        fault = reaction.message or "Indiquez votre adresse e-mail."
        return _login_page(request, email=email, address_fault=fault)
    accounts = await active_accounts(database, portal.id, email)
    if reaction.shared:
        accounts = [a for a in accounts if login_of(a).casefold() == login.casefold()]
    if not accounts:
        fault = "Plusieurs personnes partagent cette adresse\u00a0: indiquez votre identifiant."
        if login:
            fault = "Cet identifiant ne correspond pas à cette adresse."
        return _login_page(request, email=email, login=login, shared=True, login_fault=fault)
    name = login_of(accounts[0])
    if not await password_fits(database, portal.id, name, form.get("password", "")):
        fault = "Mot de passe incorrect, ou pas encore choisi."
        return _login_page(
            request, email=email, login=login, shared=reaction.shared, password_fault=fault
        )
    return render(request, "demo/connected.html", {"portal": portal, "login": name})


async def show_reset(request: web.Request) -> web.Response:
    """Show the form for a new password; the token is not touched before it is sent."""
    token = request.query.get("token", "")
    if not token or len(token) > _MOST_TOKEN:
        return _gone(request)
    return _reset_page(request, token)


async def reset(request: web.Request) -> web.Response:
    """Redeem the token, once the new password can be taken, and keep the password."""
    portal = portal_of(request)
    form = await _form(request)
    token, password = form.get("token", ""), form.get("password", "")
    if not token or len(token) > _MOST_TOKEN:
        return _gone(request)
    fault = fault_of(password, form.get("repeated", ""))
    if fault is not None:
        return _reset_page(request, token, fault)
    redeemed = await redeem_over_http(request, token)
    if redeemed is Failure.UNREACHABLE:
        logger.error("The reset API did not answer")
        fault = "Le service ne répond pas. Réessayez dans un instant."
        return _reset_page(request, token, fault, status=503)
    if isinstance(redeemed, Failure) or redeemed.portal != portal.id:
        return _gone(request)
    await set_password(request.config_dict[DATABASE], portal.id, redeemed.login, password)
    return render(request, "demo/changed.html", {"portal": portal, "login": redeemed.login})


async def show_mails(request: web.Request) -> web.Response:
    """Show the mails that were kept as files."""
    portal, settings = portal_of(request), request.config_dict[SETTINGS]
    mails = await asyncio.to_thread(read_mails, settings.var_dir, portal.id)
    smtp = settings.smtp_url_for(portal.id) is not None
    return render(request, "demo/mails.html", {"portal": portal, "mails": mails, "smtp": smtp})


def add_demo(app: web.Application) -> None:
    """Mount the pages of all portals; they answer 404 where the demo is off."""
    app.middlewares.append(only_the_demo)

    def guarded(handler: Handler) -> Handler:
        async def handle(request: web.Request) -> web.StreamResponse:
            database, settings = request.config_dict[DATABASE], request.config_dict[SETTINGS]
            if not await demo_is_on(database, settings):
                raise web.HTTPNotFound
            response = await handler(request)
            if guichet := foreign_origin(request):
                response.headers["Content-Security-Policy"] = security_policy(guichet)
            return response

        return handle

    router = app.router
    router.add_get("/demo/{portal}/", guarded(show_login))
    router.add_post("/demo/{portal}/", guarded(log_in))
    router.add_get("/demo/{portal}/check", guarded(check_address))
    router.add_get("/demo/{portal}/reset", guarded(show_reset))
    router.add_post("/demo/{portal}/reset", guarded(reset))
    router.add_get("/demo/{portal}/mails", guarded(show_mails))


def render(
    request: web.Request,
    template: str,
    values: Mapping[str, Any],
    *,
    status: int = 200,
    form: bool = False,
) -> web.Response:
    """Return a page of the demo portal, which embeds the widget."""
    guichet = {
        "widget": widget_address(request),
        "help_page": help_address(request, portal_of(request).id),
    }
    return render_page(request, template, {**values, **guichet}, status=status, form=form)


async def _form(request: web.Request) -> dict[str, str]:
    """Return a posted form's texts.

    Raises:
        web.HTTPForbidden: If the form was not on a page of ours.
    """
    if not same_origin(request):
        raise web.HTTPForbidden
    return await read_form(request)


def _login_page(
    request: web.Request,
    *,
    email: str = "",
    login: str = "",
    shared: bool = False,
    address_fault: str = "",
    login_fault: str = "",
    password_fault: str = "",
) -> web.Response:
    values = {
        "portal": portal_of(request),
        "email": email,
        "login": login,
        "shared": shared,
        "address_fault": address_fault,
        "login_fault": login_fault,
        "password_fault": password_fault,
        "prefilled": request.method == "GET" and email != "",
    }
    return render(request, "demo/login.html", values, form=True)


def _reset_page(
    request: web.Request, token: str, fault: str = "", *, status: int = 200
) -> web.Response:
    values = {
        "portal": portal_of(request),
        "token": token,
        "fault": fault,
        "fewest": FEWEST_CHARACTERS,
    }
    return render(request, "demo/reset.html", values, status=status, form=True)


def _gone(request: web.Request) -> web.Response:
    return render(request, "demo/gone.html", {"portal": portal_of(request)}, status=410)
