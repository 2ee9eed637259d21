"""Staff accounts: added and disabled on the command line, with a password of their own choice."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import delete, func, select
from sqlalchemy.ext.asyncio import AsyncSession

from bot.content.live import Content
from bot.ground.addresses import is_address, normalise_address
from bot.ground.db import Database, now
from bot.ground.errors import GuichetError
from bot.staff.audit import from_shell, record, staff_subject
from bot.staff.invitations import invite
from bot.staff.tables import ALL_PORTALS, ROLES, StaffAction, StaffGrant, StaffSession, StaffUser


class UsersError(GuichetError):
    """A staff account cannot be added or found."""


@dataclass(frozen=True)
class Grant:
    """What somebody may do on a portal, as the command line tells it; `*` is all portals."""

    portal: str
    role: str
    regions: tuple[str, ...]


@dataclass(frozen=True)
class Listed:
    """A staff account as the command line lists it.

    Attributes:
        last_login: As far back as the record goes.
        invited_until: Until when an invitation waits to be followed.
    """

    email: str
    grants: tuple[Grant, ...]
    active: bool
    last_login: datetime | None
    invited_until: datetime | None


async def add_user(
    database: Database,
    content: Content,
    *,
    email: str,
    portal: str,
    role: str,
    regions: tuple[str, ...] = (),
) -> str | None:
    """Add somebody, or give who is there already a role on another portal.

    Args:
        database: Where accounts stand.
        content: Knows the portals and their regions.
        email: The address with which they log in.
        portal: A portal's id, or `*` for all.
        role: One of `ROLES`.
        regions: Whose tickets are theirs; none for all.

    Returns:
        The token of the invitation, or None where they have a password already.

    Raises:
        UsersError: If address, role or region is wrong, or their access was closed; nothing is
            kept then.
        ContentError: If the portal does not exist.
    """
    address = _checked(content, email, portal, role, regions)
    async with database.write() as session:
        user = await _by_email(session, address)
        if user is None:
            user = StaffUser(email=address, created_at=now(), password_hash="")
            session.add(user)
            await session.flush()
        elif user.disabled_at is not None:
            raise UsersError(
                f"L’accès de {address} est fermé. Pour le rouvrir, avec ce seul rôle et un nouveau"
                f" mot de passe : guichet users enable {address} --portal '{portal}' --role {role}"
            )
        await session.merge(
            StaffGrant(user_id=user.id, portal=portal, role=role, regions=list(regions))
        )
        _record(session, user, "user_added", portal, role)
        return None if user.password_hash else invite(user)


async def enable_user(
    database: Database,
    content: Content,
    *,
    email: str,
    portal: str,
    role: str,
    regions: tuple[str, ...] = (),
) -> tuple[str, tuple[Grant, ...]]:
    """Open the access of somebody again: nothing of what they had comes back.

    Takes what `add_user` takes.

    Returns:
        The token of the invitation with which they choose a new password, and what they might do
        before and may not any more.

    Raises:
        UsersError: If address, role or region is wrong, nobody has the address, or their access is
            not closed; nothing is kept then.
        ContentError: If the portal does not exist.
    """
    address = _checked(content, email, portal, role, regions)
    async with database.write() as session:
        user = await _known(session, address)
        if user.disabled_at is None:
            raise UsersError(f"L’accès de {address} n’est pas fermé.")
        before = await _grants(session, user.id)
        await session.execute(delete(StaffGrant).where(StaffGrant.user_id == user.id))
        await session.execute(delete(StaffSession).where(StaffSession.user_id == user.id))
        session.add(StaffGrant(user_id=user.id, portal=portal, role=role, regions=list(regions)))
        user.disabled_at = None
        user.password_hash, user.totp_secret, user.totp_step = "", "", 0
        _record(session, user, "user_enabled", portal, role)
        return invite(user), tuple(g for g in before if (g.portal, g.role) != (portal, role))


async def remove_grant(database: Database, email: str, portal: str) -> tuple[Grant, ...]:
    """Take a role on one portal back; all sessions of that person end.

    Args:
        database: Where accounts stand.
        email: Whose.
        portal: The portal, or `*` for a role on all portals.

    Returns:
        What they may still do.

    Raises:
        UsersError: If nobody has this address, or they have no such role.
    """
    async with database.write() as session:
        user = await _known(session, email)
        grant = await session.get(StaffGrant, (user.id, portal))
        if grant is None:
            raise UsersError(f"{user.email} n’a pas de rôle donné pour « {portal} ».")
        _record(session, user, "user_removed", portal, grant.role)
        await session.delete(grant)
        await session.execute(delete(StaffSession).where(StaffSession.user_id == user.id))
        await session.flush()
        return await _grants(session, user.id)


async def invite_again(database: Database, email: str) -> str:
    """Give somebody a new invitation; password, second factor and sessions are void.

    Raises:
        UsersError: If nobody has this address, or their access is closed.
    """
    async with database.write() as session:
        user = await _known(session, email)
        if user.disabled_at is not None:
            raise UsersError(
                f"L’accès de {user.email} est fermé : guichet users enable {user.email} --portal …"
                " --role … le rouvre et donne un lien."
            )
        user.password_hash, user.totp_secret, user.totp_step = "", "", 0
        await session.execute(delete(StaffSession).where(StaffSession.user_id == user.id))
        _record(session, user, "user_invited")
        return invite(user)


async def disable_user(database: Database, email: str) -> None:
    """Keep somebody out from now on: all their sessions end.

    Raises:
        UsersError: If nobody has this address.
    """
    async with database.write() as session:
        user = await _known(session, email)
        user.disabled_at = now()
        user.invitation_hash = user.invitation_expires_at = None
        await session.execute(delete(StaffSession).where(StaffSession.user_id == user.id))
        _record(session, user, "user_disabled")


async def list_users(database: Database) -> list[Listed]:
    """Return all staff accounts, by address."""
    moment = now()
    async with database.read() as session:
        users = (await session.scalars(select(StaffUser).order_by(StaffUser.email))).all()
        grants = (await session.scalars(select(StaffGrant).order_by(StaffGrant.portal))).all()
        logins = await session.execute(
            select(StaffAction.user_id, func.max(StaffAction.at))
            .where(StaffAction.action == "login")
            .group_by(StaffAction.user_id)
        )
        last = {number: at for number, at in logins}
    return [
        Listed(
            user.email,
            tuple(_told(grant) for grant in grants if grant.user_id == user.id),
            user.disabled_at is None,
            last.get(user.id),
            expires
            if user.invitation_hash and (expires := user.invitation_expires_at) and expires > moment
            else None,
        )
        for user in users
    ]


async def number_of(session: AsyncSession, email: str) -> int | None:
    """Return the number of who has an address, or None where nobody does."""
    user = await _by_email(session, normalise_address(email))
    return user.id if user else None


async def names(session: AsyncSession) -> dict[int, str]:
    """Return the addresses of all staff by their number."""
    rows = await session.execute(select(StaffUser.id, StaffUser.email))
    return {number: email for number, email in rows}


async def colleagues(session: AsyncSession, portal: str) -> list[tuple[int, str]]:
    """Return who may write on a portal, to whom something can be assigned, by address."""
    query = (
        select(StaffUser.id, StaffUser.email)
        .join(StaffGrant, StaffGrant.user_id == StaffUser.id)
        .where(
            StaffGrant.portal.in_((portal, ALL_PORTALS)),
            StaffGrant.role != "reader",
            StaffUser.disabled_at.is_(None),
        )
        .order_by(StaffUser.email)
        .distinct()
    )
    return [(number, email) for number, email in await session.execute(query)]


def _checked(content: Content, email: str, portal: str, role: str, regions: tuple[str, ...]) -> str:
    address = normalise_address(email)
    if not is_address(address):
        raise UsersError(f"« {email} » n’est pas une adresse e-mail.")
    if role not in ROLES:
        raise UsersError(f"Le rôle doit être {', '.join(ROLES)}, pas « {role} ».")
    _check_regions(content, portal, regions)
    return address


def _told(grant: StaffGrant) -> Grant:
    return Grant(grant.portal, grant.role, tuple(grant.regions))


async def _grants(session: AsyncSession, user_id: int) -> tuple[Grant, ...]:
    rows = await session.scalars(
        select(StaffGrant).where(StaffGrant.user_id == user_id).order_by(StaffGrant.portal)
    )
    return tuple(_told(row) for row in rows)


def _record(
    session: AsyncSession, user: StaffUser, action: str, portal: str = "", detail: str = ""
) -> None:
    # The role on all portals is of no portal's alone.
    where = "" if portal == ALL_PORTALS else portal
    record(session, from_shell(action, staff_subject(user.id), where, detail))


def _check_regions(content: Content, portal: str, regions: tuple[str, ...]) -> None:
    if portal == ALL_PORTALS:
        if regions:
            raise UsersError("Des régions se donnent pour un seul portail.")
        return
    known = {region.id for region in content.portal(portal).regions}
    if unknown := [region for region in regions if region not in known]:
        raise UsersError(
            f"Région inconnue de {portal} : {', '.join(unknown)}"
            f" (connues : {', '.join(sorted(known))})."
        )


async def _by_email(session: AsyncSession, address: str) -> StaffUser | None:
    found: StaffUser | None = await session.scalar(
        select(StaffUser).where(StaffUser.email == address)
    )
    return found


async def _known(session: AsyncSession, email: str) -> StaffUser:
    user = await _by_email(session, normalise_address(email))
    if user is None:
        raise UsersError(f"Personne n’a l’adresse « {email} » dans la console.")
    return user
