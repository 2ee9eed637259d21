"""Logging in: throttled attempts, and sessions on the server that can be revoked."""

from __future__ import annotations

import asyncio
import hmac
import time
from dataclasses import dataclass
from datetime import datetime, timedelta
from hashlib import sha256

from sqlalchemy import delete, select, update
from sqlalchemy.ext.asyncio import AsyncSession

from bot.desk.privacy import fingerprint
from bot.desk.resets import hash_token
from bot.ground.addresses import normalise_address
from bot.ground.db import Database, UnitOfWork, now
from bot.ground.errors import GuichetError
from bot.ground.limits import Limit, LimitHit, count, spend
from bot.staff.audit import Entry, record
from bot.staff.invitations import forget_old_links
from bot.staff.passwords import new_token, password_fits
from bot.staff.recovery import codes_left, use_code
from bot.staff.tables import ALL_PORTALS, ROLES, StaffGrant, StaffSession, StaffUser
from bot.staff.totp import accepted_step, opened_secret

LIFETIME = timedelta(hours=12)
IDLE = timedelta(hours=2)
CODE_LIFETIME = timedelta(minutes=10)

ATTEMPTS_HERE = Limit("staff_address_network", 8, timedelta(minutes=15))
ATTEMPTS_ADDRESS = Limit("staff_address", 60, timedelta(minutes=15))
ATTEMPTS_NETWORK = Limit("staff_network", 60, timedelta(minutes=15))
CODES = Limit("staff_code", 8, timedelta(minutes=15))

SLOW_SECONDS = 2.0
"""How long an attempt waits while many try: it costs who knows the password little."""

_SEEN_EVERY = timedelta(minutes=1)


@dataclass(frozen=True)
class Staff:
    """Who is logged in.

    Attributes:
        grants: Role by portal; `*` stands for all portals.
        regions: By portal, whose tickets are theirs.
        kept: The form that came after the last session's end, sealed; empty for none.
        keys: Whether pages act on single keys.
    """

    id: int
    email: str
    session_id: int
    stage: str
    totp: bool
    grants: dict[str, str]
    regions: dict[str, tuple[str, ...]]
    kept: str
    keys: bool = True

    def role(self, portal: str) -> str | None:
        """Return the role on a portal, or None where there is none."""
        roles = {self.grants.get(portal), self.grants.get(ALL_PORTALS)} - {None}
        return max(roles, key=lambda role: ROLES.index(str(role)), default=None)


@dataclass(frozen=True)
class Attempt:
    """Somebody who tries to log in, as the network sees them.

    Attributes:
        known: Names a browser in which this account was open before; empty for any other.
    """

    email: str
    password: str
    network: str
    device: str
    known: str = ""


async def log_in(database: Database, attempt: Attempt, secret_key: str) -> tuple[str, str] | None:
    """Open a session for who knows the password.

    Nothing that comes back, nor the time that it takes, tells whether the address is known.

    Args:
        database: Where accounts stand.
        attempt: Who tries, and with what.
        secret_key: Fingerprints the address under which attempts are counted.

    Returns:
        The session's token and stage, or None where address or password is wrong.

    Raises:
        LimitReached: If there were too many attempts for the address from this network, whether
            the address is known or not; a browser that is known has attempts of its own.
    """
    key = fingerprint(attempt.email, secret_key)
    here = f"{key}:{attempt.known or attempt.network}"
    unit = UnitOfWork(database)
    await spend(database, unit, (ATTEMPTS_HERE, here))
    await unit.commit()
    async with database.write() as session:
        for_address = await count(session, ATTEMPTS_ADDRESS, key)
        from_network = await count(session, ATTEMPTS_NETWORK, attempt.network)
    # What others try must not shut out who knows the password, so it only slows everybody down.
    much = for_address > ATTEMPTS_ADDRESS.most or from_network > ATTEMPTS_NETWORK.most
    if much and not attempt.known:
        await asyncio.sleep(SLOW_SECONDS)
    async with database.read() as session:
        user = await session.scalar(
            select(StaffUser).where(StaffUser.email == normalise_address(attempt.email))
        )
    hashed = user.password_hash if user and user.disabled_at is None else ""
    if not await password_fits(hashed, attempt.password) or user is None:
        return None
    stage = "code" if user.totp_secret else "open"
    async with database.write() as session:
        await session.execute(
            delete(LimitHit).where(LimitHit.kind == ATTEMPTS_HERE.kind, LimitHit.key == here)
        )
        record(session, Entry(user.id, "", "login", detail=network_detail(attempt.network)))
        return await _open(session, user.id, stage, attempt.device), stage


def network_detail(network: str) -> str:
    """Return how the record tells a network apart, without naming it."""
    return f"réseau {network[:8]}"


class SecretUnreadable(GuichetError):
    """A second factor was sealed with another key than the installation has now."""

    def __init__(self) -> None:
        super().__init__(
            "Aucun code ne peut plus être vérifié : la clé secrète de l’installation a changé."
            " Demandez à qui l’administre un nouveau lien (guichet users invite) : il retire"
            " l’ancien code."
        )


async def pass_code(
    database: Database, staff: Staff, code: str, device: str, secret_key: str
) -> str | None:
    """Open the session of who typed the right code, in place of the one that awaited it.

    A recovery code is as good as the phone's, once.

    Returns:
        The new session's token, or None where the code is wrong.

    Raises:
        LimitReached: If too many codes were tried.
        SecretUnreadable: If their codes can no longer be checked.
    """
    unit = UnitOfWork(database)
    await spend(database, unit, (CODES, str(staff.id)))
    await unit.commit()
    async with database.write() as session:
        user = await session.get_one(StaffUser, staff.id, with_for_update=True)
        secret = opened_secret(user.totp_secret, secret_key)
        if not secret:
            raise SecretUnreadable
        step = accepted_step(secret, code, time.time(), after=user.totp_step)
        if step is not None:
            user.totp_step = step
        elif await use_code(session, user.id, code, secret_key):
            left = await codes_left(session, user.id)
            record(session, Entry(user.id, "", "code_used", detail=f"il en reste {left}"))
        else:
            return None
        await session.execute(delete(StaffSession).where(StaffSession.id == staff.session_id))
        await session.execute(
            delete(LimitHit).where(LimitHit.kind == CODES.kind, LimitHit.key == str(staff.id))
        )
        return await _open(session, user.id, "open", device)


async def staff_of(database: Database, token: str, *, seen: bool = True) -> Staff | None:
    """Return who a session's token stands for, or None where it is forged, over or revoked.

    Args:
        database: Where sessions stand.
        token: The session's.
        seen: Whether somebody acts, so that the session is not idle.
    """
    moment = now()
    async with database.read() as session:
        row = (
            await session.execute(
                select(StaffSession, StaffUser)
                .join(StaffUser, StaffUser.id == StaffSession.user_id)
                .where(
                    StaffSession.token_hash == hash_token(token),
                    StaffSession.expires_at > moment,
                    StaffSession.seen_at > moment - IDLE,
                    StaffUser.disabled_at.is_(None),
                )
            )
        ).one_or_none()
        if row is None:
            return None
        found, user = row
        grants = (
            await session.scalars(select(StaffGrant).where(StaffGrant.user_id == user.id))
        ).all()
    if seen and moment - found.seen_at > _SEEN_EVERY:
        await _see(database, found.id, moment)
    return Staff(
        id=user.id,
        email=user.email,
        session_id=found.id,
        stage=found.stage,
        totp=bool(user.totp_secret),
        grants={grant.portal: grant.role for grant in grants},
        regions={grant.portal: tuple(grant.regions) for grant in grants},
        kept=found.kept or "",
        keys=user.keys,
    )


async def sessions_of(database: Database, user_id: int) -> list[StaffSession]:
    """Return somebody's open sessions, the latest first."""
    async with database.read() as session:
        rows = await session.scalars(
            select(StaffSession)
            .where(StaffSession.user_id == user_id, StaffSession.expires_at > now())
            .order_by(StaffSession.seen_at.desc())
        )
        return list(rows)


async def revoke(database: Database, user_id: int, session_id: int) -> None:
    """End one of somebody's own sessions; another's stays."""
    async with database.write() as session:
        await session.execute(
            delete(StaffSession).where(
                StaffSession.id == session_id, StaffSession.user_id == user_id
            )
        )


async def end_others(session: AsyncSession, user_id: int, session_id: int) -> None:
    """End all of somebody's sessions but the one in which they act."""
    await session.execute(
        delete(StaffSession).where(StaffSession.user_id == user_id, StaffSession.id != session_id)
    )


async def forget_expired(database: Database) -> None:
    """Delete the sessions that are over, and the links that hold no more."""
    async with database.write() as session:
        await session.execute(delete(StaffSession).where(StaffSession.expires_at <= now()))
        await forget_old_links(session)


def form_token(browser: str, secret_key: str) -> str:
    """Return what a form must send back: only who has the browser's cookie can know it.

    Args:
        browser: The session's token, or the one that the login page gave.
        secret_key: The installation's.
    """
    return hmac.new(secret_key.encode(), f"form:{browser}".encode(), sha256).hexdigest()


async def _open(session: AsyncSession, user_id: int, stage: str, device: str) -> str:
    token, moment = new_token(), now()
    session.add(
        StaffSession(
            token_hash=hash_token(token),
            user_id=user_id,
            stage=stage,
            device=device[:200],
            created_at=moment,
            seen_at=moment,
            expires_at=moment + (LIFETIME if stage == "open" else CODE_LIFETIME),
        )
    )
    return token


async def _see(database: Database, session_id: int, moment: datetime) -> None:
    async with database.write() as session:
        await session.execute(
            update(StaffSession).where(StaffSession.id == session_id).values(seen_at=moment)
        )
