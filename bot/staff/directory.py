"""All staff accounts as the command line lists them, and when each was used last."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import func, select
from sqlalchemy.ext.asyncio import AsyncSession

from bot.ground.db import Database, now
from bot.staff.grants import Grant, told
from bot.staff.tables import StaffAction, StaffGrant, StaffUser


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


async def list_users(database: Database) -> list[Listed]:
    """Return all staff accounts, by address."""
    async with database.read() as session:
        users = (await session.scalars(select(StaffUser).order_by(StaffUser.email))).all()
        grants = (await session.scalars(select(StaffGrant).order_by(StaffGrant.portal))).all()
        last = await last_logins(session)
    return [
        Listed(
            user.email,
            tuple(told(grant) for grant in grants if grant.user_id == user.id),
            user.disabled_at is None,
            last.get(user.id),
            invited_until(user),
        )
        for user in users
    ]


async def last_logins(session: AsyncSession) -> dict[int, datetime]:
    """Return when each of the staff logged in last, as far back as the record goes."""
    rows = await session.execute(
        select(StaffAction.user_id, func.max(StaffAction.at))
        .where(StaffAction.action == "login", StaffAction.user_id.is_not(None))
        .group_by(StaffAction.user_id)
    )
    return {number: at for number, at in rows}


def invited_until(user: StaffUser) -> datetime | None:
    """Return until when somebody's invitation waits to be followed, or None where none does."""
    expires = user.invitation_expires_at
    return expires if user.invitation_hash and expires and expires > now() else None
