"""The page of a portal's webhook: where its events are posted, with what secret, and what came."""

from __future__ import annotations

from aiohttp import web
from sqlalchemy import select, update

from bot.ground.db import now
from bot.staff.audit import Entry, record
from bot.staff.notice_tables import Webhook, WebhookCall
from bot.staff.scope import Scope
from bot.staff.webhooks import (
    WebhookRefused,
    checked_url,
    new_secret,
    queue_trial,
    sealed_secret,
)
from bot.web.console.access import checked_number, form, scope
from bot.web.console.pages import back_to, show

STATES = {"waiting": "en attente", "sent": "reçu", "failed": "en échec"}
KINDS = {
    "new": "nouvelle demande",
    "assigned": "attribution",
    "message": "réponse de la personne",
    "overdue": "retard",
    "trial": "essai",
}
_SHOWN = 20
_NONE = "Enregistrez d’abord une adresse."
_NOT_AGAIN = "Cet envoi n’est pas en échec : il ne repart pas."


async def show_page(request: web.Request) -> web.Response:
    """Show the webhook and its last calls."""
    return await _page(request)


async def keep(request: web.Request) -> web.Response:
    """Keep the address; the first one gets a secret, which is shown once."""
    here, typed = scope(request), form(request)
    try:
        url = checked_url(typed.get("url", ""))
    except WebhookRefused as error:
        return await _page(request, fault=str(error))
    active, secret = typed.get("active") == "1", ""
    async with here.database.write() as session:
        hook = await session.get(Webhook, here.portal.id)
        if hook is None:
            secret = new_secret()
            sealed = sealed_secret(secret, here.secret_key)
            hook = Webhook(portal=here.portal.id, url=url, secret=sealed, active=active)
            session.add(hook)
        hook.url, hook.active = url, active
        record(session, _entry(here, "activé" if active else "arrêté"))
    if secret:
        return await _page(request, secret=secret)
    return back_to(request, f"/{here.portal.id}/webhook", "webhook")


async def renew_secret(request: web.Request) -> web.Response:
    """Show another secret; what was signed with the present one stands as it is."""
    here, secret = scope(request), new_secret()
    async with here.database.write() as session:
        hook = await session.get(Webhook, here.portal.id)
        if hook is not None:
            hook.secret = sealed_secret(secret, here.secret_key)
            record(session, _entry(here, "autre secret"))
    if hook is None:
        return await _page(request, fault=_NONE)
    return await _page(request, secret=secret)


async def send_trial(request: web.Request) -> web.Response:
    """Post something that is about no ticket."""
    here = scope(request)
    async with here.database.write() as session:
        hook = await session.get(Webhook, here.portal.id)
        if hook is not None:
            queue_trial(session, here.portal.id)
    if hook is None:
        return await _page(request, fault=_NONE)
    return back_to(request, f"/{here.portal.id}/webhook", "webhook_trial")


async def retry(request: web.Request) -> web.Response:
    """Post once more what failed."""
    here, number = scope(request), checked_number(request.match_info["number"])
    async with here.database.write() as session:
        call = await session.scalar(here.select(WebhookCall).where(WebhookCall.id == number))
        if call is None:
            raise web.HTTPNotFound
        again = await session.scalar(
            update(WebhookCall)
            .where(WebhookCall.id == number, WebhookCall.state == "failed")
            .values(state="waiting", attempts=0, next_attempt_at=now(), error="")
            .returning(WebhookCall.id)
        )
    if again is None:
        return await _page(request, fault=_NOT_AGAIN)
    return back_to(request, f"/{here.portal.id}/webhook", "webhook_again")


def _entry(here: Scope, detail: str) -> Entry:
    return Entry(here.staff.id, here.portal.id, "webhook", "", detail)


async def _page(request: web.Request, *, fault: str = "", secret: str = "") -> web.Response:
    here = scope(request)
    async with here.database.read() as session:
        hook = await session.scalar(select(Webhook).where(Webhook.portal == here.portal.id))
        latest = here.select(WebhookCall).order_by(WebhookCall.id.desc()).limit(_SHOWN)
        calls = (await session.scalars(latest)).all()
    typed = form(request) if fault and "url" in form(request) else None
    values = {
        "hook": hook,
        "url": typed["url"] if typed else hook.url if hook else "",
        "active": typed.get("active") == "1" if typed else hook.active if hook else True,
        "calls": calls,
        "states": STATES,
        "kinds": KINDS,
        "secret": secret,
        "fault": fault,
    }
    return show(request, "webhook.html", values, status=400 if fault else 200)
