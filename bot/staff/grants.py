"""What changes staff accounts, inside a transaction; each change is recorded with who made it.

The command line and the console decide for themselves who may ask for it.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

from sqlalchemy import delete, select
from sqlalchemy.ext.asyncio import AsyncSession

from bot.content.live import Content
from bot.ground.addresses import is_address, normalise_address
from bot.ground.db import now
from bot.ground.errors import GuichetError
from bot.staff.audit import Entry, record, staff_subject
from bot.staff.invitations import invite, void_links
from bot.staff.recovery import forget_codes
from bot.staff.tables import ALL_PORTALS, ROLES, StaffGrant, StaffSession
from bot.staff.tables import StaffUser as User

Signed = Callable[[str, str, str, str], Entry]
"""Makes a line of the record of action, subject, portal and detail: it knows who acts."""


class UsersError(GuichetError):
    """A staff account cannot be added, changed or found."""


class AccessClosed(UsersError):
    """Somebody's access is closed, and what was asked for would not open it."""

    def __init__(self, email: str) -> None:
        super().__init__(f"L’accès de {email} est fermé.")


@dataclass(frozen=True)
class Grant:
    """What somebody may do on a portal; `*` is all portals."""

    portal: str
    role: str
    regions: tuple[str, ...]


def by_staff(user_id: int, here: str) -> Signed:
    """Return what signs lines of the record for somebody who is logged in.

    Args:
        user_id: Who acts.
        here: The portal on whose page they act: what is done to a whole account stands there.
    """

    def signed(action: str, subject: str, portal: str, detail: str) -> Entry:
        return Entry(user_id, portal or here, action, subject, detail)

    return signed


def checked(content: Content, email: str, grant: Grant) -> str:
    """Return an address in its normal form, if it may have a role.

    Raises:
        UsersError: If address, role or region is wrong.
        ContentError: If the portal does not exist.
    """
    address = normalise_address(email)
    if not is_address(address):
        raise UsersError(f"« {email} » n’est pas une adresse e-mail.")
    check_grant(content, grant)
    return address


def check_grant(content: Content, grant: Grant) -> None:
    """Make sure that there is such a role, and such regions.

    Raises:
        UsersError: If role or region is wrong.
        ContentError: If the portal does not exist.
    """
    if grant.role not in ROLES:
        raise UsersError(f"Le rôle doit être {', '.join(ROLES)}, pas « {grant.role} ».")
    if grant.portal == ALL_PORTALS:
        if grant.regions:
            raise UsersError("Des régions se donnent pour un seul portail.")
        return
    known = {region.id for region in content.portal(grant.portal).regions}
    if unknown := [region for region in grant.regions if region not in known]:
        raise UsersError(
            f"Région inconnue de {grant.portal} : {', '.join(unknown)}"
            f" (connues : {', '.join(sorted(known))})."
        )


async def give(
    session: AsyncSession, address: str, grant: Grant, signed: Signed
) -> tuple[User, str | None]:
    """Give a role to whoever has an address, known so far or not.

    Returns:
        Who it is, and the token of an invitation, or None where they have a password already.

    Raises:
        AccessClosed: If their access was closed.
    """
    user = await user_by_email(session, address)
    if user is None:
        user = User(email=address, created_at=now(), password_hash="")
        session.add(user)
        await session.flush()
    elif user.disabled_at is not None:
        raise AccessClosed(address)
    await session.merge(_row(user, grant))
    note(session, signed, "user_added", user, grant.portal, grant.role)
    return user, None if user.password_hash else invite(user)


async def reopen(session: AsyncSession, user: User, grant: Grant, signed: Signed) -> str:
    """Open somebody's access again with one role alone; returns an invitation's token."""
    await session.execute(delete(StaffGrant).where(StaffGrant.user_id == user.id))
    session.add(_row(user, grant))
    user.disabled_at = None
    await _forget_secrets(session, user)
    note(session, signed, "user_enabled", user, grant.portal, grant.role)
    return invite(user)


async def renew(session: AsyncSession, user: User, signed: Signed) -> str:
    """Give a new invitation; password, second factor and sessions are void."""
    await _forget_secrets(session, user)
    note(session, signed, "user_invited", user)
    return invite(user)


async def change(session: AsyncSession, user: User, grant: Grant, signed: Signed) -> None:
    """Change a role or its regions; where rights are lost, sessions end."""
    row = await session.get_one(StaffGrant, (user.id, grant.portal))
    if ROLES.index(grant.role) < ROLES.index(row.role):
        await end_all(session, user)
    row.role, row.regions = grant.role, list(grant.regions)
    regions = ", ".join(grant.regions)
    detail = f"{grant.role} ({regions})" if regions else grant.role
    note(session, signed, "user_changed", user, grant.portal, detail)


async def take_back(session: AsyncSession, user: User, portal: str, signed: Signed) -> None:
    """Take a role on a portal back; all sessions of that person end.

    Raises:
        UsersError: If they have no such role.
    """
    grant = await session.get(StaffGrant, (user.id, portal))
    if grant is None:
        raise UsersError(f"{user.email} n’a pas de rôle donné pour « {portal} ».")
    note(session, signed, "user_removed", user, portal, grant.role)
    await session.delete(grant)
    await end_all(session, user)
    await session.flush()


async def shut_out(session: AsyncSession, user: User, signed: Signed) -> None:
    """Keep somebody out from now on: all their sessions end, and no link lets them in."""
    user.disabled_at = now()
    user.invitation_hash = user.invitation_expires_at = None
    await void_links(session, user.id)
    await end_all(session, user)
    note(session, signed, "user_disabled", user)


async def drop_second_factor(session: AsyncSession, user: User, signed: Signed) -> None:
    """Take the second factor away from somebody who lost it; all their sessions end."""
    await _forget_second_factor(session, user)
    await end_all(session, user)
    note(session, signed, "totp_dropped", user)


async def grants_of(session: AsyncSession, user_id: int) -> tuple[Grant, ...]:
    """Return what somebody may do, by portal."""
    rows = await session.scalars(
        select(StaffGrant).where(StaffGrant.user_id == user_id).order_by(StaffGrant.portal)
    )
    return tuple(told(row) for row in rows)


def told(row: StaffGrant) -> Grant:
    """Return a role as it is told."""
    return Grant(row.portal, row.role, tuple(row.regions))


async def user_by_email(session: AsyncSession, address: str) -> User | None:
    """Return who has a normal address, or None."""
    found: User | None = await session.scalar(select(User).where(User.email == address))
    return found


async def end_all(session: AsyncSession, user: User) -> None:
    """End all of somebody's sessions."""
    await session.execute(delete(StaffSession).where(StaffSession.user_id == user.id))


def note(
    session: AsyncSession,
    signed: Signed,
    action: str,
    user: User,
    portal: str = "",
    detail: str = "",
) -> None:
    """Record what was done with somebody's account."""
    # The role on all portals is of no portal's alone.
    where = "" if portal == ALL_PORTALS else portal
    record(session, signed(action, staff_subject(user.id), where, detail))


def _row(user: User, grant: Grant) -> StaffGrant:
    return StaffGrant(
        user_id=user.id, portal=grant.portal, role=grant.role, regions=list(grant.regions)
    )


async def _forget_secrets(session: AsyncSession, user: User) -> None:
    user.password_hash = ""
    await _forget_second_factor(session, user)
    await void_links(session, user.id)
    await end_all(session, user)


async def _forget_second_factor(session: AsyncSession, user: User) -> None:
    user.totp_secret, user.totp_step = "", 0
    await forget_codes(session, user.id)
