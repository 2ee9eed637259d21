"""What became of a ticket's mail: told to the person who asks, and shown to the staff.

A ticket is no more than a row until its mail has left, so whoever tells of one asks here.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import select, update
from sqlalchemy.ext.asyncio import AsyncSession

from bot.desk.mail_fates import Fate, MailFate, fate_of
from bot.desk.outbox import OutboxMail
from bot.desk.ticket_tables import TicketEntry
from bot.ground.db import now


@dataclass(frozen=True)
class TicketMail:
    """The mail of an entry; of a ticket, the last one to its region.

    Attributes:
        told: What is told of it to the person, where it is kept.
    """

    fate: Fate
    recipient: str = ""
    error: str = ""
    attempts: int = 0
    sent_at: datetime | None = None
    number: int | None = None
    can_leave: bool = False
    told: MailFate | None = None


UNKNOWN = TicketMail("unknown")


async def mails_of(session: AsyncSession, ticket_ids: Iterable[int]) -> dict[int, TicketMail]:
    """Return what became of the mails to the regions, by ticket; nothing where none is kept."""
    rows = await session.execute(
        select(TicketEntry.ticket_id, OutboxMail)
        .join(OutboxMail, OutboxMail.key == TicketEntry.request_key)
        .where(TicketEntry.ticket_id.in_(list(ticket_ids)), OutboxMail.kind == "ticket")
        .order_by(TicketEntry.id)
    )
    # The last one of each stays.
    return {number: read_mail(mail) for number, mail in rows}


async def mail_of(session: AsyncSession, ticket_id: int) -> TicketMail:
    """Return what became of one ticket's mail to its region."""
    return (await mails_of(session, [ticket_id])).get(ticket_id, UNKNOWN)


async def send_to(session: AsyncSession, mail: TicketMail, recipient: str) -> bool:
    """Have a ticket's mail leave again, for a mailbox.

    Args:
        session: The transaction to do it in.
        mail: The mail as it was read.
        recipient: Where it goes now.

    Returns:
        Whether it could: its text may be gone.
    """
    done = await session.execute(
        update(OutboxMail)
        .where(OutboxMail.id == mail.number, OutboxMail.text.is_not(None))
        .values(
            recipient=recipient,
            state="waiting",
            attempts=0,
            error="",
            sent_at=None,
            next_attempt_at=now(),
        )
        .returning(OutboxMail.id)
    )
    return done.one_or_none() is not None


def read_mail(mail: OutboxMail) -> TicketMail:
    """Return what became of a mail."""
    told = fate_of(mail)
    return TicketMail(
        fate=told.fate,
        recipient=mail.recipient,
        error=mail.error,
        attempts=mail.attempts,
        sent_at=mail.sent_at,
        number=mail.id,
        can_leave=mail.text is not None,
        told=told,
    )
