"""Tells whoever opened a ticket by mail its reference, so that they can ask where it stands.

Only a person's mail that opens a ticket is acknowledged, in its thread, and one sender's only so
often: what answers it comes into the ticket, and is not acknowledged again.
"""

from __future__ import annotations

from typing import Any

from sqlalchemy.ext.asyncio import AsyncSession

from bot.content.live import Portal
from bot.desk.outbox import Mail, enqueue
from bot.desk.ticket_tables import Ticket, TicketEntry
from bot.ground import limits

KIND = "receipt"


async def acknowledge(
    session: AsyncSession, portal: Portal, ticket: Ticket, entry: TicketEntry, sender_key: str
) -> None:
    """Add the acknowledgement to the outbox, unless the sender got enough of them.

    Args:
        session: The transaction that opens the ticket.
        portal: Whose it is.
        ticket: The ticket.
        entry: The mail that opened it.
        sender_key: Under which the sender's mails are counted.
    """
    limit = limits.RECEIPTS_PER_SENDER
    if await limits.count(session, limit, sender_key) > limit.most:
        return
    values: dict[str, Any] = {"reference": ticket.reference, "topic": ticket.topic}
    mail = Mail(
        portal=portal.id,
        kind=KIND,
        recipient=ticket.contact,
        subject=portal.say("mail.received.subject", **values),
        text=portal.say("mail.received.body", **values),
        reply_to=portal.answers,
        thread=(entry.mail_id,) if entry.mail_id else (),
    )
    await enqueue(session, mail, sender=portal.sender, key=entry.request_key)
