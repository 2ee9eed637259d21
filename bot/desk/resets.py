"""Password resets by single-use token: Guichet issues and mails it, the portal redeems it.

Only a token's hash is stored. A token lives sixty minutes, works once, and a new one voids the
older ones of the same account. Guichet never sees the password that is set with it.
"""

from __future__ import annotations

import hashlib
import secrets
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any
from urllib.parse import urlencode, urlsplit, urlunsplit

from sqlalchemy import ForeignKey, String, select, update
from sqlalchemy.ext.asyncio import AsyncSession
from sqlalchemy.orm import Mapped, mapped_column

from bot.content.live import Portal
from bot.desk.outbox import Mail, enqueue
from bot.ground.clock import paris_time
from bot.ground.db import Base, Database, Moment, UnitOfWork, now
from bot.ground.errors import TokenRefused
from bot.ground.limits import RESETS_PER_ACCOUNT, spend

LIFETIME = timedelta(minutes=60)

LEAST_LEFT = timedelta(minutes=10)
"""How long a link must still live when its mail leaves: one that dies on arrival is not sent."""


class ResetToken(Base):
    """A token that was mailed; `request_key` makes a repeated request harmless."""

    __tablename__ = "reset_tokens"

    id: Mapped[int] = mapped_column(primary_key=True)
    portal: Mapped[str] = mapped_column(String(64))
    account_id: Mapped[int] = mapped_column(
        ForeignKey("accounts.id", ondelete="CASCADE"), index=True
    )
    login: Mapped[str] = mapped_column(String(320))
    address: Mapped[str] = mapped_column(String(320))
    token_hash: Mapped[str] = mapped_column(String(64), unique=True)
    request_key: Mapped[str] = mapped_column(String(200), unique=True)
    created_at: Mapped[datetime] = mapped_column(Moment)
    expires_at: Mapped[datetime] = mapped_column(Moment)
    redeemed_at: Mapped[datetime | None] = mapped_column(Moment)
    voided_at: Mapped[datetime | None] = mapped_column(Moment)


@dataclass(frozen=True)
class Redeemed:
    """The account that a redeemed token stands for."""

    portal: str
    login: str
    address: str


def hash_token(token: str) -> str:
    """Return the form in which a token is stored: its SHA-256 in hexadecimal.

    A token has 256 random bits, so a plain hash cannot be reversed by guessing.
    """
    return hashlib.sha256(token.encode()).hexdigest()


async def issue_reset(
    unit: UnitOfWork,
    *,
    portal: Portal,
    account_id: int,
    login: str,
    address: str,
    reset_url: str,
    request_key: str,
) -> None:
    """Write a new token and the mail that carries it, in the unit's transaction.

    Args:
        unit: Commits token, mail and the rest of the turn together.
        portal: Whose sentences and sender the mail bears.
        account_id: The account to reset.
        login: The login that the portal gets when it redeems the token.
        address: Where the mail goes.
        reset_url: The portal's page that redeems tokens; the token is added as `token=`.
        request_key: Names the request; a second one under the same key writes nothing.

    Raises:
        LimitReached: If the account has had its share of reset mails this hour.
    """
    async with unit.database.read() as session:
        if await _is_known(session, request_key):
            return
    await spend(unit.database, unit, (RESETS_PER_ACCOUNT, str(account_id)))
    token = secrets.token_urlsafe(32)
    moment = now()
    expires_at = moment + LIFETIME
    values: dict[str, Any] = {
        "link": _with_token(reset_url, token),
        "login": login,
        # A clock time stays true however long the mail is under way.
        "until": paris_time(expires_at),
    }
    mail = Mail(
        portal=portal.id,
        kind="reset",
        recipient=address,
        subject=portal.say("mail.reset.subject", **values),
        text=portal.say("mail.reset.body", **values),
        expires_at=expires_at - LEAST_LEFT,
    )

    async def write(session: AsyncSession) -> None:
        if await _is_known(session, request_key):
            return
        await session.execute(
            update(ResetToken)
            .where(
                ResetToken.account_id == account_id,
                ResetToken.redeemed_at.is_(None),
                ResetToken.voided_at.is_(None),
            )
            .values(voided_at=moment)
        )
        session.add(
            ResetToken(
                portal=portal.id,
                account_id=account_id,
                login=login,
                address=address,
                token_hash=hash_token(token),
                request_key=request_key,
                created_at=moment,
                expires_at=expires_at,
            )
        )
        await enqueue(session, mail, sender=portal.sender, key=request_key)

    unit.defer(write)


async def _is_known(session: AsyncSession, request_key: str) -> bool:
    query = select(ResetToken.id).where(ResetToken.request_key == request_key)
    return await session.scalar(query) is not None


async def redeem(database: Database, token: str) -> Redeemed:
    """Use a token up.

    Args:
        database: Where tokens are stored.
        token: The token as mailed.

    Returns:
        The login and address of its account.

    Raises:
        TokenRefused: If it is unknown, expired, voided or already used.
    """
    moment = now()
    async with database.write() as session:
        # One statement decides, so that of two simultaneous requests only one succeeds.
        row = (
            await session.execute(
                update(ResetToken)
                .where(
                    ResetToken.token_hash == hash_token(token),
                    ResetToken.redeemed_at.is_(None),
                    ResetToken.voided_at.is_(None),
                    ResetToken.expires_at > moment,
                )
                .values(redeemed_at=moment)
                .returning(ResetToken.portal, ResetToken.login, ResetToken.address)
            )
        ).one_or_none()
    if row is None:
        raise TokenRefused("Ce lien n’est plus valable.")
    return Redeemed(*row)


def _with_token(url: str, token: str) -> str:
    parts = urlsplit(url)
    query = "&".join(filter(None, (parts.query, urlencode({"token": token}))))
    return urlunsplit(parts._replace(query=query))
