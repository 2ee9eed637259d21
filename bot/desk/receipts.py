"""The mail that tells a person that their request was handed over, and how to follow it."""

from __future__ import annotations

from sqlalchemy.ext.asyncio import AsyncSession

from bot.content.live import Portal
from bot.desk.follow_links import follow_address
from bot.desk.outbox import Mail, enqueue
from bot.desk.privacy import fingerprint
from bot.desk.replies import answers_to, mail_thread
from bot.desk.thread import receipt_key
from bot.desk.ticket_tables import Ticket
from bot.ground.limits import RECEIPTS_PER_ADDRESS, count
from bot.ground.settings import Settings


async def send_receipt(
    session: AsyncSession, ticket: Ticket, portal: Portal, request_key: str, settings: Settings
) -> None:
    """Acknowledge a hand-over to the address that its answer goes to.

    An address that had its share of such mails gets none: anybody can type anybody's address.

    Args:
        session: The transaction that hands over.
        ticket: The ticket, with its entry.
        portal: Whose it is.
        request_key: Names the hand-over.
        settings: Name the page and sign its link.
    """
    if not ticket.contact:
        return
    whose = fingerprint(ticket.contact, settings.secret_key)
    if await count(session, RECEIPTS_PER_ADDRESS, whose) > RECEIPTS_PER_ADDRESS.most:
        return
    page = follow_address(ticket, settings)
    # A sender is easily forged: what a stranger wrote does not leave under our name.
    reference, topic = ticket.reference, ticket.topic if ticket.conversation_id else ""
    mail = Mail(
        portal=portal.id,
        kind="receipt",
        recipient=ticket.contact,
        subject=portal.say("mail.receipt.subject", reference=reference, topic=topic),
        text=portal.say("mail.receipt.body", reference=reference, topic=topic, page=page),
        reply_to=answers_to(ticket, portal),
        thread=await mail_thread(session, ticket.id),
    )
    await enqueue(session, mail, sender=portal.sender, key=receipt_key(request_key))
