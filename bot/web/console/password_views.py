"""Pages on which who has no password, or lost it, chooses one."""

from __future__ import annotations

from aiohttp import web

from bot.ground.addresses import is_address, normalise_address
from bot.ground.errors import LimitReached
from bot.staff.invitations import accept_invitation, invited_user
from bot.staff.lost_passwords import ask_link
from bot.staff.passwords import fault_of
from bot.web.console.access import form
from bot.web.console.pages import back_to, show
from bot.web.keys import CONTENT, DATABASE, SENDER, SETTINGS
from bot.web.network import client_network

_GONE = (
    "Ce lien ne vaut plus : demandez-en un autre par « Mot de passe oublié ? », ou à la personne"
    " qui administre Guichet."
)
_NO_ADDRESS = "Écrivez une adresse entière, comme nom@domaine.fr."
_TOO_MANY = "Trop de demandes. Les liens déjà reçus valent une heure ; réessayez ensuite."


async def show_lost(request: web.Request) -> web.Response:
    """Ask who lost their password for their address."""
    return _lost_page(request)


async def send_link(request: web.Request) -> web.Response:
    """Mail a link, if there is such an account; the answer is the same if there is none."""
    email = form(request).get("email", "").strip()[:320]
    if not is_address(normalise_address(email)):
        return _lost_page(request, _NO_ADDRESS, status=400)
    try:
        await ask_link(
            request.config_dict[DATABASE],
            request.config_dict[CONTENT],
            request.config_dict[SETTINGS],
            email=email,
            network=client_network(request),
        )
    except LimitReached:
        return _lost_page(request, _TOO_MANY, status=429)
    request.config_dict[SENDER].wake()
    return show(request, "lost.html", {"fault": "", "email": email, "sent": True})


async def show_invitation(request: web.Request) -> web.Response:
    """Let who was invited choose a password."""
    email = await invited_user(request.config_dict[DATABASE], request.match_info["token"])
    if email is None:
        return _gone(request)
    return show(request, "invitation.html", {"email": email, "fault": "", "gone": ""})


async def take_invitation(request: web.Request) -> web.Response:
    """Keep the password that was chosen."""
    database, token = request.config_dict[DATABASE], request.match_info["token"]
    email = await invited_user(database, token)
    if email is None:
        return _gone(request)
    password = form(request).get("password", "")
    fault = await fault_of(password, form(request).get("repeated", ""), email)
    if fault is not None:
        values = {"email": email, "fault": fault, "gone": ""}
        return show(request, "invitation.html", values, status=400)
    if not await accept_invitation(database, token, password):
        return _gone(request)
    return back_to(request, "/login", "password")


def _gone(request: web.Request) -> web.Response:
    values = {"email": "", "fault": "", "gone": _GONE}
    return show(request, "invitation.html", values, status=410)


def _lost_page(request: web.Request, fault: str = "", *, status: int = 200) -> web.Response:
    email = form(request).get("email", "") if request.method == "POST" else ""
    values = {"fault": fault, "email": email, "sent": False}
    return show(request, "lost.html", values, status=status)
