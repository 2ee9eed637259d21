"""One's own account: open sessions, and the second factor."""

from __future__ import annotations

import time
from datetime import timedelta

from aiohttp import web

from bot.ground.db import UnitOfWork
from bot.ground.errors import LimitReached
from bot.ground.limits import Limit, spend
from bot.staff.audit import Entry, record, record_now
from bot.staff.passwords import fault_of, hash_password, password_fits
from bot.staff.sessions import Staff, end_others, revoke, sessions_of
from bot.staff.tables import StaffUser
from bot.staff.totp import (
    accepted_step,
    address_of,
    closed_secret,
    is_secret,
    new_secret,
    picture_of,
)
from bot.web.console.access import checked_number, form, staff
from bot.web.console.pages import back_to, show
from bot.web.keys import DATABASE, SETTINGS

_PASSWORDS = Limit("staff_password", 8, timedelta(minutes=15))
_WRONG_CODE = "Ce code n’est pas celui que l’application affiche maintenant."
_WRONG_PASSWORD = "Le mot de passe actuel n’est pas le bon, ou trop d’essais : rien n’a été changé."


async def show_own(request: web.Request) -> web.Response:
    """Show one's sessions and second factor."""
    return await _page(request, new_secret())


async def revoke_session(request: web.Request) -> web.Response:
    """End one of one's own sessions."""
    person, database = _person(request), request.config_dict[DATABASE]
    await revoke(database, person.id, checked_number(form(request).get("session", "")))
    await record_now(database, Entry(person.id, "", "revoked"))
    return back_to(request, "/me", "revoked")


async def enable_totp(request: web.Request) -> web.Response:
    """Take the secret that was shown, once a code proves that the application has it."""
    person, database = _person(request), request.config_dict[DATABASE]
    secret = form(request).get("secret", "")[:64]
    if not is_secret(secret):
        return await _page(request, new_secret(), code_fault=_WRONG_CODE)
    step = accepted_step(secret, form(request).get("code", ""), time.time())
    if step is None:
        return await _page(request, secret, code_fault=_WRONG_CODE)
    if not await _knows_password(request, person):
        return await _page(request, secret, code_fault=_WRONG_PASSWORD)
    async with database.write() as session:
        user = await session.get_one(StaffUser, person.id)
        user.totp_secret = closed_secret(secret, request.config_dict[SETTINGS].secret_key)
        user.totp_step = step
        await end_others(session, person.id, person.session_id)
        record(session, Entry(person.id, "", "totp_on"))
    return back_to(request, "/me", "totp_on")


async def disable_totp(request: web.Request) -> web.Response:
    """Do without the second factor again."""
    person, database = _person(request), request.config_dict[DATABASE]
    if not await _knows_password(request, person):
        return await _page(request, new_secret(), code_fault=_WRONG_PASSWORD)
    async with database.write() as session:
        user = await session.get_one(StaffUser, person.id)
        user.totp_secret, user.totp_step = "", 0
        record(session, Entry(person.id, "", "totp_off"))
    return back_to(request, "/me", "totp_off")


async def change_password(request: web.Request) -> web.Response:
    """Take another password from who knows the present one; other sessions end."""
    person, database, values = _person(request), request.config_dict[DATABASE], form(request)
    chosen = values.get("password", "")
    fault = fault_of(chosen, values.get("repeated", ""), person.email)
    if fault is None and not await _knows_password(request, person, "current"):
        fault = _WRONG_PASSWORD
    if fault is not None:
        return await _page(request, new_secret(), password_fault=fault)
    hashed = await hash_password(chosen)
    async with database.write() as session:
        user = await session.get_one(StaffUser, person.id)
        user.password_hash = hashed
        await end_others(session, person.id, person.session_id)
        record(session, Entry(person.id, "", "password_set"))
    return back_to(request, "/me", "changed")


async def _knows_password(request: web.Request, person: Staff, name: str = "password") -> bool:
    database = request.config_dict[DATABASE]
    unit = UnitOfWork(database)
    try:
        await spend(database, unit, (_PASSWORDS, str(person.id)))
        await unit.commit()
    except LimitReached:
        return False
    async with database.read() as session:
        user = await session.get_one(StaffUser, person.id)
    return await password_fits(user.password_hash, form(request).get(name, ""))


async def _page(
    request: web.Request, secret: str, code_fault: str = "", password_fault: str = ""
) -> web.Response:
    person = _person(request)
    values = {
        "sessions": await sessions_of(request.config_dict[DATABASE], person.id),
        "secret": secret,
        "otpauth": address_of(secret, person.email),
        "picture": picture_of(secret, person.email),
        "code_fault": code_fault,
        "password_fault": password_fault,
    }
    return show(request, "me.html", values, status=400 if code_fault or password_fault else 200)


def _person(request: web.Request) -> Staff:
    person = staff(request)
    assert person is not None
    return person
