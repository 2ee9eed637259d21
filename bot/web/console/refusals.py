"""What is refused, in the console's own look, with what was typed."""

from __future__ import annotations

from aiohttp import web
from aiohttp.typedefs import Handler

from bot.web.console.access import FormUnfit, SessionOver, ensured_browser, staff
from bot.web.console.kept import TYPED, kept_of, seal_kept
from bot.web.console.pages import show
from bot.web.keys import SETTINGS

OVER = "Votre session a expiré : reconnectez-vous."
OVER_KEPT = (
    "Votre session a expiré : rien n’a été enregistré. Ce que vous aviez écrit est gardé, et vous"
    " attend sur la même page après la connexion."
)

_SENTENCES = {
    403: ("Accès refusé", "Votre rôle ne permet pas cette action, ou elle vient d’une autre page."),
    404: (
        "Page introuvable",
        "Cette page n’existe pas, ou ne vous est pas ouverte.",
    ),
    405: ("Action impossible", "Cette adresse ne permet pas cette action."),
    413: ("Envoi trop volumineux", "Ce que vous envoyez est trop long."),
}


@web.middleware
async def refusals(request: web.Request, handler: Handler) -> web.StreamResponse:
    """Tell of what is refused on a page of the console."""
    try:
        return await handler(request)
    except FormUnfit as unfit:
        kept = kept_of(request, unfit.values)
        person = staff(request)
        told = {"kept": kept, "labels": TYPED, "again": person is not None and bool(kept.typed)}
        return show(request, "unfit.html", told, status=403)
    except SessionOver as over:
        kept = kept_of(request, over.values)
        secret_key = request.config_dict[SETTINGS].secret_key
        values = {
            "fault": OVER_KEPT if kept.typed else OVER,
            "email": "",
            "next": "",
            "kept": seal_kept(kept, ensured_browser(request), secret_key),
        }
        return show(request, "login.html", values, status=401)
    except web.HTTPException as error:
        if error.status not in _SENTENCES or "text/html" not in request.headers.get("Accept", ""):
            raise
        title, sentence = _SENTENCES[error.status]
        response = show(
            request, "error.html", {"heading": title, "sentence": sentence}, status=error.status
        )
        if "Allow" in error.headers:
            response.headers["Allow"] = error.headers["Allow"]
        return response
