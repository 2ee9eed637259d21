"""Invitations: the links, good once, with which staff choose their passwords."""

from __future__ import annotations

from datetime import timedelta

from sqlalchemy import select, update

from bot.desk.resets import hash_token
from bot.ground.db import Database, now
from bot.staff.audit import Entry, record
from bot.staff.passwords import hash_password, new_token
from bot.staff.tables import StaffUser

INVITATION_LIFETIME = timedelta(hours=72)


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
        for (number,) in taken:
            record(session, Entry(number, "", "password_set"))
    return bool(taken)


def invite(user: StaffUser) -> str:
    """Give somebody a new invitation, in place of any before; returns its token."""
    token = new_token()
    user.invitation_hash = hash_token(token)
    user.invitation_expires_at = now() + INVITATION_LIFETIME
    return token
