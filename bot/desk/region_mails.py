"""Mails to a region about what the person did on a ticket: wrote to us, or needs no answer."""

from __future__ import annotations

from typing import Any

from sqlalchemy import select
from sqlalchemy.ext.asyncio import AsyncSession

from bot.content.live import Portal
from bot.desk.outbox import Mail, OutboxMail, enqueue
from bot.desk.ticket_links import sign_reference
from bot.desk.ticket_tables import Ticket, TicketEntry
from bot.ground.markdown import quote
from bot.ground.settings import Settings

KIND = "ticket"


async def region_thread(session: AsyncSession, ticket_id: int) -> tuple[str, ...]:
    """Return the Message-IDs of the mails about a ticket to its regions, oldest first."""
    query = (
        select(OutboxMail.message_id)
        .join(TicketEntry, TicketEntry.request_key == OutboxMail.key)
        .where(TicketEntry.ticket_id == ticket_id, OutboxMail.kind == KIND)
        .order_by(OutboxMail.id)
    )
    return tuple(await session.scalars(query))


def places_of(portal: str, reference: str, mailbox: str, settings: Settings) -> dict[str, str]:
    """Return where whoever answers sees a ticket: `console` with an account, `page` without."""
    signed = sign_reference(reference, mailbox, settings.secret_key)
    return {
        "console": f"{settings.public_url}/console/{portal}/tickets/{reference}",
        "page": f"{settings.public_url}/tickets/{signed}",
    }


async def tell_of_message(
    session: AsyncSession, ticket: Ticket, portal: Portal, entry: TicketEntry, settings: Settings
) -> None:
    """Have a message of the person leave for the region's mailbox, with its files.

    Args:
        session: The transaction that adds the message.
        ticket: The ticket.
        portal: Whose it is.
        entry: The message; its mail has the same key.
        settings: Name the links and sign them.
    """
    values = _values(ticket, portal, settings)
    if values is None:
        return
    opening = ticket.conversation_id is None and not await region_thread(session, ticket.id)
    values |= {"opening": opening, "channel": entry.channel}
    subject = portal.say("mail.message.subject", **values)
    text = portal.say("mail.message.body", **values, text=quote(entry.text))
    await _send(session, ticket, portal, entry, subject, text)


async def tell_of_unheard(
    session: AsyncSession, ticket: Ticket, portal: Portal, settings: Settings
) -> None:
    """Have the person's last message leave for a region, where none ever heard of the ticket.

    Args:
        session: The transaction that gives the ticket to the region.
        ticket: The ticket, with its region.
        portal: Whose it is.
        settings: Name the links and sign them.
    """
    if await region_thread(session, ticket.id):
        return
    last = await session.scalar(
        select(TicketEntry)
        .where(TicketEntry.ticket_id == ticket.id, TicketEntry.kind == "message")
        .order_by(TicketEntry.id.desc())
        .limit(1)
    )
    if last is not None:
        await tell_of_message(session, ticket, portal, last, settings)


async def tell_of_settling(
    session: AsyncSession, ticket: Ticket, portal: Portal, entry: TicketEntry, settings: Settings
) -> None:
    """Tell the region's mailbox that no answer is waited for any more.

    Args:
        session: The transaction that closes the ticket.
        ticket: The ticket.
        portal: Whose it is.
        entry: The entry that says so; its mail has the same key.
        settings: Name the links and sign them.
    """
    values = _values(ticket, portal, settings)
    if values is None:
        return
    subject = portal.say("mail.settled.subject", **values)
    text = portal.say("mail.settled.body", **values)
    await _send(session, ticket, portal, entry, subject, text)


def _values(ticket: Ticket, portal: Portal, settings: Settings) -> dict[str, Any] | None:
    region = portal.region(ticket.region)
    if region is None:
        return None
    places = places_of(portal.id, ticket.reference, region.mailbox, settings)
    return {"reference": ticket.reference, "topic": ticket.topic, "places": places}


async def _send(
    session: AsyncSession,
    ticket: Ticket,
    portal: Portal,
    entry: TicketEntry,
    subject: str,
    text: str,
) -> None:
    region = portal.region(ticket.region)
    assert region is not None
    mail = Mail(
        portal=portal.id,
        kind=KIND,
        recipient=region.mailbox,
        subject=subject,
        text=text,
        reply_to=ticket.contact,
        thread=await region_thread(session, ticket.id),
    )
    await enqueue(session, mail, sender=portal.sender, key=entry.request_key)
