"""One's own account: password, open sessions, and how pages behave."""

from __future__ import annotations

from datetime import timedelta

from aiohttp import web

from bot.ground.errors import LimitReached
from bot.ground.limits import Limit, spend_now
from bot.staff.audit import Entry, record, record_now
from bot.staff.invitations import void_links
from bot.staff.passwords import fault_of, hash_password, password_fits
from bot.staff.recovery import codes_left, grouped
from bot.staff.sessions import Staff, end_others, revoke, sessions_of
from bot.staff.tables import StaffUser
from bot.staff.totp import address_of, new_secret, picture_of, seal_offer
from bot.web.console.access import checked_number, form, staff
from bot.web.console.pages import back_to, show
from bot.web.keys import DATABASE, SETTINGS

_PASSWORDS = Limit("staff_password", 8, timedelta(minutes=15))
WRONG_PASSWORD = "Le mot de passe actuel n’est pas le bon, ou trop d’essais : rien n’a été changé."


async def show_own(request: web.Request) -> web.Response:
    """Show one's sessions and second factor."""
    return await own_page(request)


async def revoke_session(request: web.Request) -> web.Response:
    """End one of one's own sessions."""
    person, database = own(request), request.config_dict[DATABASE]
    await revoke(database, person.id, checked_number(form(request).get("session", "")))
    await record_now(database, Entry(person.id, "", "revoked"))
    return back_to(request, "/me", "revoked")


async def change_password(request: web.Request) -> web.Response:
    """Take another password from who knows the present one; other sessions end."""
    person, database, values = own(request), request.config_dict[DATABASE], form(request)
    chosen = values.get("password", "")
    fault = await fault_of(chosen, values.get("repeated", ""), person.email)
    if fault is None and not await knows_password(request, person, "current"):
        fault = WRONG_PASSWORD
    if fault is not None:
        return await own_page(request, password_fault=fault)
    hashed = await hash_password(chosen)
    async with database.write() as session:
        user = await session.get_one(StaffUser, person.id)
        user.password_hash = hashed
        await void_links(session, person.id)
        await end_others(session, person.id, person.session_id)
        record(session, Entry(person.id, "", "password_set"))
    return back_to(request, "/me", "changed")


async def set_keys(request: web.Request) -> web.Response:
    """Have pages act on single keys, or not."""
    person, keys = own(request), form(request).get("keys") == "1"
    async with request.config_dict[DATABASE].write() as session:
        user = await session.get_one(StaffUser, person.id)
        user.keys = keys
    return back_to(request, "/me", "keys_on" if keys else "keys_off", anchor="keys")


async def knows_password(request: web.Request, person: Staff, name: str = "password") -> bool:
    """Tell whether a form holds somebody's password; each try counts.

    Args:
        request: The form's request.
        person: Who sent it.
        name: The field that holds it.
    """
    database = request.config_dict[DATABASE]
    try:
        await spend_now(database, (_PASSWORDS, str(person.id)))
    except LimitReached:
        return False
    async with database.read() as session:
        user = await session.get_one(StaffUser, person.id)
    return await password_fits(user.password_hash, form(request).get(name, ""))


async def own_page(
    request: web.Request, secret: str = "", *, code_fault: str = "", password_fault: str = ""
) -> web.Response:
    """Return the page of one's own account.

    Args:
        request: The request that it answers.
        secret: The second factor that is being set up; a new one by default.
        code_fault: What is wrong with the form of the second factor.
        password_fault: What is wrong with the form of the password.
    """
    person, secret = own(request), secret or new_secret()
    database, settings = request.config_dict[DATABASE], request.config_dict[SETTINGS]
    async with database.read() as session:
        left = await codes_left(session, person.id)
    values = {
        "sessions": await sessions_of(database, person.id),
        "secret": grouped(secret),
        "offer": seal_offer(secret, person.id, settings.secret_key),
        "otpauth": address_of(secret, person.email),
        "picture": picture_of(secret, person.email),
        "codes_left": left,
        "code_fault": code_fault,
        "password_fault": password_fault,
    }
    return show(request, "me.html", values, status=400 if code_fault or password_fault else 200)


def own(request: web.Request) -> Staff:
    """Return who is logged in, where the route takes a session."""
    person = staff(request)
    assert person is not None
    return person
