"""One's own second factor: switched on with a phone, kept by recovery codes, switched off."""

from __future__ import annotations

import time

from aiohttp import web

from bot.staff.audit import Entry, record
from bot.staff.recovery import codes_left, forget_codes, renew_codes
from bot.staff.sessions import end_others
from bot.staff.tables import StaffUser
from bot.staff.totp import accepted_step, closed_secret, open_offer
from bot.web.console.access import form
from bot.web.console.own_views import WRONG_PASSWORD, knows_password, own, own_page
from bot.web.console.pages import back_to, show
from bot.web.keys import DATABASE, SETTINGS

_WRONG_CODE = "Ce code n’est pas celui que l’application affiche maintenant."
_NONE = "Le code à usage unique n’est pas activé : il n’y a pas de codes de secours à renouveler."


async def enable(request: web.Request) -> web.Response:
    """Take the secret that was shown, once a code proves that the application has it."""
    person, settings = own(request), request.config_dict[SETTINGS]
    secret = open_offer(form(request).get("secret", ""), person.id, settings.secret_key)
    if secret is None:
        return await own_page(request, code_fault=_WRONG_CODE)
    step = accepted_step(secret, form(request).get("code", ""), time.time())
    if step is None:
        return await own_page(request, secret, code_fault=_WRONG_CODE)
    if not await knows_password(request, person):
        return await own_page(request, secret, code_fault=WRONG_PASSWORD)
    async with request.config_dict[DATABASE].write() as session:
        user = await session.get_one(StaffUser, person.id)
        user.totp_secret = closed_secret(secret, settings.secret_key)
        user.totp_step = step
        codes = await renew_codes(session, person.id, settings.secret_key)
        await end_others(session, person.id, person.session_id)
        record(session, Entry(person.id, "", "totp_on"))
    return show(
        request, "codes.html", {"codes": codes, "done": "Le code à usage unique est activé."}
    )


async def renew(request: web.Request) -> web.Response:
    """Show new recovery codes; those of before are void."""
    person, settings = own(request), request.config_dict[SETTINGS]
    if not person.totp:
        return await own_page(request, code_fault=_NONE)
    if not await knows_password(request, person):
        return await own_page(request, code_fault=WRONG_PASSWORD)
    async with request.config_dict[DATABASE].write() as session:
        before = await codes_left(session, person.id)
        codes = await renew_codes(session, person.id, settings.secret_key)
        detail = f"il en restait {before}"
        record(session, Entry(person.id, "", "codes_renewed", detail=detail))
    return show(request, "codes.html", {"codes": codes})


async def disable(request: web.Request) -> web.Response:
    """Do without the second factor again; other sessions end."""
    person = own(request)
    if not await knows_password(request, person):
        return await own_page(request, code_fault=WRONG_PASSWORD)
    async with request.config_dict[DATABASE].write() as session:
        user = await session.get_one(StaffUser, person.id)
        user.totp_secret, user.totp_step = "", 0
        await forget_codes(session, person.id)
        await end_others(session, person.id, person.session_id)
        record(session, Entry(person.id, "", "totp_off"))
    return back_to(request, "/me", "totp_off")
