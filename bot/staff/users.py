"""Staff accounts as the command line manages them: all portals, no account of one's own needed."""

from __future__ import annotations

from sqlalchemy import select
from sqlalchemy.ext.asyncio import AsyncSession

from bot.content.live import Content
from bot.ground.addresses import normalise_address
from bot.ground.db import Database
from bot.staff import grants
from bot.staff.audit import from_shell
from bot.staff.grants import AccessClosed, Grant, UsersError, checked, grants_of
from bot.staff.tables import ALL_PORTALS, StaffGrant, StaffUser

__all__ = ["Grant", "UsersError"]


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
    grant = Grant(portal, role, regions)
    address = checked(content, email, grant)
    async with database.write() as session:
        try:
            _, token = await grants.give(session, address, grant, from_shell)
        except AccessClosed as error:
            raise UsersError(
                f"{error} Pour le rouvrir, avec ce seul rôle et un nouveau"
                f" mot de passe : guichet users enable {address} --portal '{portal}' --role {role}"
            ) from error
    return token


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
    grant = Grant(portal, role, regions)
    address = checked(content, email, grant)
    async with database.write() as session:
        user = await _known(session, address)
        if user.disabled_at is None:
            raise UsersError(f"L’accès de {address} n’est pas fermé.")
        before = await grants_of(session, user.id)
        token = await grants.reopen(session, user, grant, from_shell)
    return token, tuple(g for g in before if (g.portal, g.role) != (portal, role))


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
        await grants.take_back(session, user, portal, from_shell)
        return await grants_of(session, user.id)


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
        return await grants.renew(session, user, from_shell)


async def disable_user(database: Database, email: str) -> None:
    """Keep somebody out from now on: all their sessions end.

    Raises:
        UsersError: If nobody has this address.
    """
    async with database.write() as session:
        await grants.shut_out(session, await _known(session, email), from_shell)


async def number_of(session: AsyncSession, email: str) -> int | None:
    """Return the number of who has an address, or None where nobody does."""
    user = await grants.user_by_email(session, normalise_address(email))
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


async def _known(session: AsyncSession, email: str) -> StaffUser:
    user = await grants.user_by_email(session, normalise_address(email))
    if user is None:
        raise UsersError(f"Personne n’a l’adresse « {email} » dans la console.")
    return user
