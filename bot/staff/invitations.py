"""The links, good once, with which staff choose their passwords: of invitations, and by mail.

An invitation is one a person, since whoever gives it may take it back by giving another. Of the
links that a lost password brings several hold at once: a stranger who asks for more of them makes
none void.
"""

from __future__ import annotations

from datetime import timedelta

from sqlalchemy import delete, select, update
from sqlalchemy.ext.asyncio import AsyncSession

from bot.desk.resets import hash_token
from bot.ground.db import Database, now
from bot.staff.audit import Entry, record
from bot.staff.passwords import hash_password, new_token
from bot.staff.tables import StaffLink, StaffSession, StaffUser

INVITATION_LIFETIME = timedelta(hours=72)
LINK_LIFETIME = timedelta(hours=1)


async def invited_user(database: Database, token: str) -> str | None:
    """Return the address that a link is for, or None where it does not hold any more."""
    async with database.read() as session:
        email: str | None = await session.scalar(
            select(StaffUser.email)
            .outerjoin(StaffLink, StaffLink.user_id == StaffUser.id)
            .where(
                (
                    (StaffUser.invitation_hash == hash_token(token))
                    & (StaffUser.invitation_expires_at > now())
                )
                | ((StaffLink.token_hash == hash_token(token)) & (StaffLink.expires_at > now())),
                StaffUser.disabled_at.is_(None),
            )
            .limit(1)
        )
    return email


async def accept_invitation(database: Database, token: str, password: str) -> bool:
    """Set the password that somebody chose; the link works once, and no other after it.

    All their sessions end: whoever had the old password has nothing any more.

    Returns:
        Whether the link still held.
    """
    hashed = await hash_password(password)
    async with database.write() as session:
        number = await _take(session, token)
        if number is None:
            return False
        await session.execute(
            update(StaffUser)
            .where(StaffUser.id == number)
            .values(password_hash=hashed, invitation_hash=None, invitation_expires_at=None)
        )
        await void_links(session, number)
        await session.execute(delete(StaffSession).where(StaffSession.user_id == number))
        record(session, Entry(number, "", "password_set"))
    return True


def invite(user: StaffUser) -> str:
    """Give somebody a new invitation, in place of any before; returns its token."""
    token = new_token()
    user.invitation_hash = hash_token(token)
    user.invitation_expires_at = now() + INVITATION_LIFETIME
    return token


def add_link(session: AsyncSession, user: StaffUser) -> str:
    """Give somebody one more link for a lost password; returns its token."""
    token = new_token()
    session.add(
        StaffLink(user_id=user.id, token_hash=hash_token(token), expires_at=now() + LINK_LIFETIME)
    )
    return token


async def void_links(session: AsyncSession, user_id: int) -> None:
    """Take back all links that a lost password brought."""
    await session.execute(delete(StaffLink).where(StaffLink.user_id == user_id))


async def forget_old_links(session: AsyncSession) -> None:
    """Delete the links that hold no more."""
    await session.execute(delete(StaffLink).where(StaffLink.expires_at <= now()))


async def _take(session: AsyncSession, token: str) -> int | None:
    """Use a link up, and return whose it was, or None where it does not hold."""
    hashed, moment = hash_token(token), now()
    open_users = select(StaffUser.id).where(StaffUser.disabled_at.is_(None))
    # One statement each decides, so that of two simultaneous requests only one succeeds.
    for statement in (
        update(StaffUser)
        .where(
            StaffUser.invitation_hash == hashed,
            StaffUser.invitation_expires_at > moment,
            StaffUser.disabled_at.is_(None),
        )
        .values(invitation_hash=None)
        .returning(StaffUser.id),
        delete(StaffLink)
        .where(
            StaffLink.token_hash == hashed,
            StaffLink.expires_at > moment,
            StaffLink.user_id.in_(open_users),
        )
        .returning(StaffLink.user_id),
    ):
        number: int | None = await session.scalar(statement)
        if number is not None:
            return number
    return None
