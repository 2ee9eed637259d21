"""What all pages of the console share: who is logged in, where they are, what was just done."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Any
from urllib.parse import urlencode

from aiohttp import web
from markupsafe import Markup

from bot.staff.devices import DEVICE_LIFETIME
from bot.staff.sessions import LIFETIME, Staff, form_token
from bot.web.console.access import (
    BROWSER_COOKIE,
    DEVICE_COOKIE,
    FORM_FIELD,
    GIVEN_BACK,
    SCOPE,
    SESSION_COOKIE,
    browser_token,
    ensured_browser,
    fresh_browser,
    portals_of,
    staff,
)
from bot.web.console.kept import open_kept
from bot.web.keys import SETTINGS
from bot.web.pages import render

_LIFETIMES = {
    SESSION_COOKIE: int(LIFETIME.total_seconds()),
    DEVICE_COOKIE: int(DEVICE_LIFETIME.total_seconds()),
}
DONE = {
    "note": "La note est enregistrée.",
    "tag": "L’étiquette est ajoutée.",
    "untag": "L’étiquette est retirée.",
    "assigned": "L’attribution est enregistrée.",
    "reviewed": "La conversation est marquée comme revue.",
    "unreviewed": "La conversation est de nouveau à revoir.",
    "corrected": "La correction est enregistrée.",
    "uncorrected": "La correction est retirée.",
    "blacked_out": "Le message est masqué définitivement.",
    "open": "La demande est en cours.",
    "waiting": "La demande attend la personne.",
    "answered": "La demande est marquée comme répondue.",
    "closed": "La demande est close.",
    "many": "C’est fait pour les demandes choisies.",
    "moved": "La région et le sujet de la demande sont enregistrés.",
    "replied": "La réponse part par mail ; elle est gardée dans la demande.",
    "ticket_note": "La note est ajoutée à la demande.",
    "resent": "La réponse repart vers l’autre adresse, qui est désormais celle de la demande.",
    "links_revoked": "Les liens de suivi envoyés jusqu’ici n’ouvrent plus rien.",
    "saved_reply": "La réponse type est enregistrée.",
    "saved_reply_removed": "La réponse type est supprimée.",
    "undone": "C’est annulé : la demande est comme avant.",
    "retried": "Le mail repart dans la file d’envoi.",
    "sent_on": "Le mail de la demande repart.",
    "discarded": "Le mail est écarté : il ne sera pas envoyé.",
    "revoked": "La session est fermée.",
    "totp_off": "Le code à usage unique est retiré ; vos autres sessions sont fermées.",
    "notices": "Vos notifications sont enregistrées.",
    "webhook": "Le webhook est enregistré.",
    "webhook_trial": "L’essai part : rechargez la page pour voir s’il est reçu.",
    "webhook_again": "L’envoi repart.",
    "totp_needed": (
        "Ce portail demande un code à usage unique : activez-le ci-dessous, puis revenez-y."
    ),
    "keys_on": "Les pages agissent de nouveau d’une seule touche.",
    "keys_off": "Les pages n’agissent plus d’une seule touche.",
    "password": "Votre mot de passe est enregistré. Vous pouvez vous connecter.",
    "changed": "Votre mot de passe est changé ; vos autres sessions sont fermées.",
    "invited": "L’invitation est partie par mail.",
    "user_changed": "Le rôle est enregistré.",
    "user_removed": "Le rôle est retiré, ses sessions sont fermées.",
    "user_disabled": "Le compte et ses sessions sont fermés.",
    "totp_dropped": "Son code à usage unique est retiré ; un mail l’en prévient.",
    "logout": "Vous êtes déconnecté.",
}
"""What a page says after a form was taken."""

GIVEN = (
    "Votre session avait expiré : rien n’a été enregistré. Ce que vous aviez écrit est repris"
    " ci-dessous."
)
AGAIN = "Votre session avait expiré : rien n’a été enregistré. Recommencez l’action s’il le faut."


def show(
    request: web.Request, template: str, values: Mapping[str, Any], *, status: int = 200
) -> web.Response:
    """Return a page of the console.

    Args:
        request: The request that it answers.
        template: Name of the template in `bot/web/console/templates`.
        values: What it needs beyond what all pages have.
        status: HTTP status.
    """
    person = staff(request)
    settings = request.config_dict[SETTINGS]
    token = ensured_browser(request)
    here = request.get(SCOPE)
    shared = {
        "staff": person,
        "scope": here,
        "portal": here.portal if here else None,
        "portals": portals_of(request, person) if person and person.stage == "open" else [],
        "root": f"{settings.base_path}/console",
        "home": f"{settings.base_path}/console/{here.portal.id}" if here else "",
        "token": _field(form_token(token, settings.secret_key)),
        "done": DONE.get(request.query.get("done", ""), ""),
        "typed": {},
        "undo": None,
        **_given_back(request, person),
    }
    response = render(request, f"console/{template}", {**shared, **values}, status=status)
    # `no-referrer` would make browsers send their forms without an origin.
    response.headers["Referrer-Policy"] = "same-origin"
    response.headers["Cache-Control"] = "no-store"
    if fresh := fresh_browser(request):
        set_cookie(request, response, BROWSER_COOKIE, fresh)
    return response


def _given_back(request: web.Request, person: Staff | None) -> dict[str, Any]:
    """Return what was typed on this page when the session ended, where it lies with the new one."""
    if person is None or not person.kept or request.method != "GET":
        return {}
    settings = request.config_dict[SETTINGS]
    kept = open_kept(person.kept, browser_token(request), settings.secret_key)
    path = request.raw_path.partition("?")[0].removeprefix(f"{settings.base_path}/console")
    if kept is None or kept.page.partition("?")[0] != path:
        return {}
    request[GIVEN_BACK] = True
    return {"typed": kept.typed, "done": GIVEN if kept.typed else AGAIN}


def _field(value: str) -> Callable[[], Markup]:
    """Return what templates call in each form that they post."""
    return lambda: Markup('<input type="hidden" name="{}" value="{}">').format(FORM_FIELD, value)


def set_cookie(request: web.Request, response: web.Response, name: str, value: str) -> None:
    """Give the browser a cookie that scripts cannot read and other sites cannot use."""
    settings = request.config_dict[SETTINGS]
    response.set_cookie(
        name,
        value,
        path=f"{settings.base_path}/console",
        max_age=_LIFETIMES.get(name),
        httponly=True,
        samesite="Lax",
        secure=settings.public_url.startswith("https:"),
    )


def drop_cookie(request: web.Request, response: web.Response, name: str) -> None:
    """Take a cookie back."""
    response.del_cookie(name, path=f"{request.config_dict[SETTINGS].base_path}/console")


def back_to(
    request: web.Request, path: str, done: str = "", anchor: str = "", undo: str = ""
) -> web.Response:
    """Lead back to a page after a form was taken.

    Args:
        request: The form's request.
        path: The page below `/console`, starting with a slash.
        done: A key of `DONE`, for what the page says.
        anchor: Where on the page to go on.
        undo: What the page needs to offer that it be undone.
    """
    told = {"done": done, "undo": undo} if undo else {"done": done}
    query = ("&" if "?" in path else "?") + urlencode(told) if done else ""
    fragment = f"#{anchor}" if anchor else ""
    address = f"{request.config_dict[SETTINGS].base_path}/console{path}{query}{fragment}"
    return web.Response(status=303, headers={"Location": address})
