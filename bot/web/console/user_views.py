"""Pages of who has access to a portal: invited, changed and taken back by its admins."""

from __future__ import annotations

from collections.abc import Awaitable, Callable

from aiohttp import web

from bot.ground.errors import LimitReached
from bot.ground.limits import STAFF_INVITATIONS, spend_now
from bot.staff import letters
from bot.staff.grants import Grant, UsersError
from bot.staff.members import Desk, NoSuchMember
from bot.staff.scope import Scope
from bot.web.console.access import checked_number, form, scope
from bot.web.console.pages import back_to, show
from bot.web.keys import CONTENT, SENDER, SETTINGS

Work = Callable[[Desk], Awaitable[None]]

_TOO_MANY = "Trop d’invitations en une heure : réessayez plus tard."


async def show_list(request: web.Request) -> web.Response:
    """Show who has a role on the portal."""
    return await _list(request)


async def show_one(request: web.Request) -> web.Response:
    """Show what somebody may do, and the forms that change it."""
    return await _one(request)


async def invite(request: web.Request) -> web.Response:
    """Give somebody a role, and mail them a link."""
    here, typed = scope(request), form(request)
    grant = _grant(here, typed)

    async def work(desk: Desk) -> None:
        content = request.config_dict[CONTENT]
        user, token = await desk.invite(content, typed.get("address", "")[:320].strip(), grant)
        await letters.send_invitation(
            desk.session, here.portal, user.email, grant.role, token, _console(request)
        )

    try:
        await spend_now(here.database, (STAFF_INVITATIONS, str(here.staff.id)))
        await _do(request, work)
    except LimitReached:
        return await _list(request, _TOO_MANY, status=429)
    except UsersError as error:
        return await _list(request, str(error), status=400)
    request.config_dict[SENDER].wake()
    return back_to(request, f"/{here.portal.id}/users", "invited")


async def change(request: web.Request) -> web.Response:
    """Change somebody's role and regions."""
    here, typed = scope(request), form(request)

    async def work(desk: Desk) -> None:
        content = request.config_dict[CONTENT]
        await desk.change(content, _number(request), _grant(here, typed), typed.get("seen", ""))

    return await _changed(request, work, "user_changed")


async def take_back(request: web.Request) -> web.Response:
    """Take somebody's role on the portal back."""

    async def work(desk: Desk) -> None:
        await desk.take_back(_number(request))

    return await _changed(request, work, "user_removed", to_list=True)


async def invite_again(request: web.Request) -> web.Response:
    """Mail another link to who never chose a password."""
    here = scope(request)

    async def work(desk: Desk) -> None:
        user, token = await desk.invite_again(_number(request))
        member = await desk.member(user.id)
        role = member.grant.role if member.grant else member.everywhere
        await letters.send_invitation(
            desk.session, here.portal, user.email, role, token, _console(request)
        )

    return await _changed(request, work, "invited", mails=True)


async def shut_out(request: web.Request) -> web.Response:
    """Close somebody's account."""

    async def work(desk: Desk) -> None:
        await desk.shut_out(_number(request))

    return await _changed(request, work, "user_disabled")


async def reopen(request: web.Request) -> web.Response:
    """Open a closed account again, with a new link by mail."""
    here = scope(request)

    async def work(desk: Desk) -> None:
        user, token = await desk.reopen(_number(request))
        member = await desk.member(user.id)
        assert member.grant is not None
        await letters.send_invitation(
            desk.session, here.portal, user.email, member.grant.role, token, _console(request)
        )

    return await _changed(request, work, "invited", mails=True)


async def drop_second_factor(request: web.Request) -> web.Response:
    """Take the second factor away from who lost their phone, and tell them by mail."""
    here = scope(request)

    async def work(desk: Desk) -> None:
        user = await desk.drop_second_factor(_number(request))
        await letters.send_second_factor_dropped(
            desk.session, here.portal, user.email, here.staff.email, _console(request)
        )

    return await _changed(request, work, "totp_dropped")


async def _changed(
    request: web.Request, work: Work, done: str, *, to_list: bool = False, mails: bool = False
) -> web.Response:
    here = scope(request)
    try:
        if mails:
            await spend_now(here.database, (STAFF_INVITATIONS, str(here.staff.id)))
        await _do(request, work)
    except LimitReached:
        return await _one(request, _TOO_MANY, status=429)
    except UsersError as error:
        return await _one(request, str(error), status=400)
    request.config_dict[SENDER].wake()
    number = _number(request)
    path = f"/{here.portal.id}/users"
    # Who took their own rights here has no page of it any more.
    if number == here.staff.id and done in ("user_removed", "user_disabled"):
        return back_to(request, "/login")
    return back_to(request, path if to_list else f"{path}/{number}", done)


async def _do(request: web.Request, work: Work) -> None:
    here = scope(request)
    try:
        async with here.database.write() as session:
            await work(Desk(session, here.staff, here.portal.id))
    except NoSuchMember:
        raise web.HTTPNotFound from None


def _number(request: web.Request) -> int:
    return checked_number(request.match_info["number"])


def _grant(here: Scope, typed: dict[str, str]) -> Grant:
    regions = [one.id for one in here.portal.regions if typed.get(f"region-{one.id}")]
    return Grant(here.portal.id, typed.get("role", ""), tuple(regions))


def _console(request: web.Request) -> str:
    return f"{request.config_dict[SETTINGS].public_url}/console"


async def _list(request: web.Request, fault: str = "", status: int = 200) -> web.Response:
    here = scope(request)
    typed = form(request) if request.method == "POST" else {}
    async with here.database.read() as session:
        members = await Desk(session, here.staff, here.portal.id).members()
    values = {
        "members": members,
        "roles": letters.ROLES_TOLD,
        "fault": fault,
        "regions": {region.id: region.name for region in here.portal.regions},
        "chosen": _grant(here, typed),
    }
    if typed:
        values["typed"] = typed
    return show(request, "users.html", values, status=status)


async def _one(request: web.Request, fault: str = "", status: int = 200) -> web.Response:
    here = scope(request)
    try:
        async with here.database.read() as session:
            member = await Desk(session, here.staff, here.portal.id).member(_number(request))
    except NoSuchMember:
        raise web.HTTPNotFound from None
    changing = fault and "role" in form(request)
    values = {
        "member": member,
        "roles": letters.ROLES_TOLD,
        "fault": fault,
        "chosen": _grant(here, form(request)) if changing else member.grant,
    }
    return show(request, "user.html", values, status=status)
