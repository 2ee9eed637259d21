"""Staff accounts: added and disabled on the command line, with a password of their own choice."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import timedelta

from sqlalchemy import delete, select, update
from sqlalchemy.ext.asyncio import AsyncSession

from actions.addresses import is_address, normalise_address
from actions.content import Content
from actions.db import Database, now
from actions.errors import GuichetError
from bot.console.passwords import hash_password, hash_token, new_token
from bot.console.tables import ALL_PORTALS, ROLES, StaffGrant, StaffSession, StaffUser

INVITATION_LIFETIME = timedelta(hours=72)


class UsersError(GuichetError):
    """A staff account cannot be added or found."""


@dataclass(frozen=True)
class Listed:
    """A staff account as the command line lists it."""

    email: str
    grants: tuple[tuple[str, str], ...]
    active: bool


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
        UsersError: If address, role or region is wrong; nothing is kept then.
        ContentError: If the portal does not exist.
    """
    address = normalise_address(email)
    if not is_address(address):
        raise UsersError(f"« {email} » n’est pas une adresse e-mail.")
    if role not in ROLES:
        raise UsersError(f"Le rôle doit être {', '.join(ROLES)}, pas « {role} ».")
    _check_regions(content, portal, regions)
    moment = now()
    async with database.write() as session:
        user = await _by_email(session, address)
        if user is None:
            user = StaffUser(email=address, created_at=moment, password_hash="")
            session.add(user)
            await session.flush()
        user.disabled_at = None
        await session.merge(
            StaffGrant(user_id=user.id, portal=portal, role=role, regions=list(regions))
        )
        return None if user.password_hash else _invite(user)


async def invite_again(database: Database, email: str) -> str:
    """Forget somebody's password and second factor, end their sessions, and invite them anew.

    Returns:
        The token of the invitation.

    Raises:
        UsersError: If nobody has this address.
    """
    async with database.write() as session:
        user = await _known(session, email)
        user.password_hash, user.totp_secret, user.totp_step = "", "", 0
        await session.execute(delete(StaffSession).where(StaffSession.user_id == user.id))
        return _invite(user)


async def disable_user(database: Database, email: str) -> None:
    """Keep somebody out from now on: all their sessions end.

    Raises:
        UsersError: If nobody has this address.
    """
    async with database.write() as session:
        user = await _known(session, email)
        user.disabled_at = now()
        user.invitation_hash = None
        await session.execute(delete(StaffSession).where(StaffSession.user_id == user.id))


async def list_users(database: Database) -> list[Listed]:
    """Return all staff accounts, by address."""
    async with database.read() as session:
        users = (await session.scalars(select(StaffUser).order_by(StaffUser.email))).all()
        grants = (await session.scalars(select(StaffGrant).order_by(StaffGrant.portal))).all()
    return [
        Listed(
            user.email,
            tuple((grant.portal, grant.role) for grant in grants if grant.user_id == user.id),
            user.disabled_at is None,
        )
        for user in users
    ]


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


async def invited_user(database: Database, token: str) -> str | None:
    """Return the address that an invitation is for, or None where it does not hold any more."""
    async with database.read() as session:
        email: str | None = await session.scalar(
            select(StaffUser.email).where(
                StaffUser.invitation_hash == hash_token(token),
                StaffUser.invitation_expires_at > now(),
                StaffUser.disabled_at.is_(None),
            )
        )
    return email


async def accept_invitation(database: Database, token: str, password: str) -> bool:
    """Set the password that somebody chose; the invitation works once.

    Returns:
        Whether the invitation still held.
    """
    hashed = await hash_password(password)
    async with database.write() as session:
        # One statement decides, so that of two simultaneous requests only one succeeds.
        taken = (
            await session.execute(
                update(StaffUser)
                .where(
                    StaffUser.invitation_hash == hash_token(token),
                    StaffUser.invitation_expires_at > now(),
                    StaffUser.disabled_at.is_(None),
                )
                .values(password_hash=hashed, invitation_hash=None, invitation_expires_at=None)
                .returning(StaffUser.id)
            )
        ).all()
    return bool(taken)


def _invite(user: StaffUser) -> str:
    token = new_token()
    user.invitation_hash = hash_token(token)
    user.invitation_expires_at = now() + INVITATION_LIFETIME
    return token


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
