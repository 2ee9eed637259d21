"""The signed link in a ticket's mail, and the code that whoever opens it must have.

The mail may be quoted to the person whose ticket it is, so its link alone does nothing: a code is
sent to the region's mailbox, and who types it in has that mailbox before them.
"""

from __future__ import annotations

import hashlib
import hmac
import secrets
import uuid
from dataclasses import dataclass
from datetime import datetime, timedelta

from itsdangerous import BadSignature, URLSafeTimedSerializer
from sqlalchemy import ForeignKey, String, select, update
from sqlalchemy.ext.asyncio import AsyncSession
from sqlalchemy.orm import Mapped, mapped_column

from bot.content.live import Portal
from bot.desk.outbox import Mail, enqueue
from bot.desk.ticket_tables import Ticket
from bot.ground.db import Base, Moment, now
from bot.ground.errors import GuichetError

LINK_LIFETIME = timedelta(days=30)
CODE_LIFETIME = timedelta(minutes=15)
MOST_TRIES = 5
_DIGITS = 6


class TicketLinkRefused(GuichetError):
    """A ticket link is forged, was cut, or is too old."""


class TicketCode(Base):
    """A code that was sent to a region's mailbox; of it only a keyed hash is stored."""

    __tablename__ = "ticket_codes"

    id: Mapped[int] = mapped_column(primary_key=True)
    ticket_id: Mapped[int] = mapped_column(ForeignKey("tickets.id", ondelete="CASCADE"), index=True)
    code_hash: Mapped[str] = mapped_column(String(64))
    created_at: Mapped[datetime] = mapped_column(Moment)
    expires_at: Mapped[datetime] = mapped_column(Moment)
    tries: Mapped[int] = mapped_column(default=0)
    used_at: Mapped[datetime | None] = mapped_column(Moment)


@dataclass(frozen=True)
class TicketLink:
    """What a link names: a ticket, and the mailbox that it was sent to."""

    reference: str
    mailbox: str


def sign_reference(reference: str, mailbox: str, secret_key: str) -> str:
    """Return the signed form of a reference for a link in a mail to a mailbox."""
    return str(_serializer(secret_key).dumps([reference, mailbox]))


def read_signed_reference(signed: str, secret_key: str) -> TicketLink:
    """Return what a signed link names.

    Raises:
        TicketLinkRefused: If the signature does not fit, or is too old.
    """
    try:
        value = _serializer(secret_key).loads(signed, max_age=int(LINK_LIFETIME.total_seconds()))
    except BadSignature as error:
        raise TicketLinkRefused("Ce lien n’est pas valable, ou ne l’est plus.") from error
    return TicketLink(*value)


def _serializer(secret_key: str) -> URLSafeTimedSerializer:
    return URLSafeTimedSerializer(secret_key, salt="ticket-mail")


async def send_code(
    session: AsyncSession, ticket: Ticket, portal: Portal, mailbox: str, secret_key: str
) -> None:
    """Send a fresh code to the mailbox; codes of before end.

    Args:
        session: The transaction that holds code and mail.
        ticket: What the code lets change.
        portal: Whose sentences and sender the mail bears.
        mailbox: Where it goes.
        secret_key: Keys the hash.
    """
    code = f"{secrets.randbelow(10**_DIGITS):0{_DIGITS}d}"
    moment = now()
    await session.execute(
        update(TicketCode)
        .where(TicketCode.ticket_id == ticket.id, TicketCode.used_at.is_(None))
        .values(used_at=moment)
    )
    session.add(
        TicketCode(
            ticket_id=ticket.id,
            code_hash=_hash(ticket.id, code, secret_key),
            created_at=moment,
            expires_at=moment + CODE_LIFETIME,
        )
    )
    minutes = int(CODE_LIFETIME.total_seconds() // 60)
    reference = ticket.reference
    mail = Mail(
        portal=portal.id,
        kind="code",
        recipient=mailbox,
        subject=portal.say("mail.code.subject", reference=reference, minutes=minutes, code=code),
        text=portal.say("mail.code.body", reference=reference, minutes=minutes, code=code),
        expires_at=moment + CODE_LIFETIME,
    )
    await enqueue(session, mail, sender=portal.sender, key=f"ticket-code:{uuid.uuid4().hex}")


async def use_code(session: AsyncSession, ticket: Ticket, code: str, secret_key: str) -> bool:
    """Use the ticket's code up, or count a try at it.

    Args:
        session: The transaction; to be committed whatever the answer.
        ticket: What the code lets change.
        code: As it was typed.
        secret_key: Keys the hash.

    Returns:
        Whether it was the right one, in time.
    """
    moment = now()
    # One statement counts the try, so that tries side by side are counted each.
    row = (
        await session.execute(
            update(TicketCode)
            .where(
                TicketCode.ticket_id == ticket.id,
                TicketCode.used_at.is_(None),
                TicketCode.expires_at > moment,
                TicketCode.tries < MOST_TRIES,
            )
            .values(tries=TicketCode.tries + 1)
            .returning(TicketCode.id, TicketCode.code_hash)
        )
    ).one_or_none()
    digits = "".join(char for char in code if char.isascii() and char.isdigit())
    expected = _hash(ticket.id, digits, secret_key)
    if row is None or not hmac.compare_digest(row.code_hash, expected):
        return False
    await session.execute(update(TicketCode).where(TicketCode.id == row.id).values(used_at=moment))
    return True


async def code_is_open(session: AsyncSession, ticket: Ticket) -> bool:
    """Tell whether a code was sent that may still be typed in."""
    query = select(TicketCode.id).where(
        TicketCode.ticket_id == ticket.id,
        TicketCode.used_at.is_(None),
        TicketCode.expires_at > now(),
        TicketCode.tries < MOST_TRIES,
    )
    return await session.scalar(query.limit(1)) is not None


def _hash(ticket_id: int, code: str, secret_key: str) -> str:
    # Six digits are soon guessed from a plain hash.
    return hmac.new(
        f"ticket-code:{secret_key}".encode(), f"{ticket_id}:{code}".encode(), hashlib.sha256
    ).hexdigest()
