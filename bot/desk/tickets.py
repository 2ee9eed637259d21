"""Tickets: what is handed over to a region, with a reference that can be read aloud.

A ticket is written with the turn that hands over, together with the mail to the region's mailbox. A
second hand-over of the same conversation adds to its ticket.
"""

from __future__ import annotations

import secrets
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from sqlalchemy import select
from sqlalchemy.ext.asyncio import AsyncSession

from bot.content.live import Portal, Region
from bot.desk.outbox import Mail, enqueue
from bot.desk.receipts import send_receipt
from bot.desk.region_mails import region_thread
from bot.desk.thread import entries_of
from bot.desk.ticket_tables import Ticket, TicketEntry
from bot.ground.addresses import normalise_address
from bot.ground.db import Database, UnitOfWork, now
from bot.ground.settings import current_settings

_ALPHABET = "23456789ACDEFGHJKMNPQRTVWXY"
"""No letter or digit that is mistaken for another when read aloud or written by hand."""


@dataclass(frozen=True)
class HandOver:
    """What is handed over: exactly what the user saw and agreed to.

    Attributes:
        text: The message as shown, light Markdown.
        transcript: The conversation so far, for whoever answers.
        details: Region, contract number and the like, for the staff's lists.
    """

    topic: str
    contact: str
    text: str
    transcript: str
    details: dict[str, Any]


def new_reference() -> str:
    """Return a reference such as G-7K2M."""
    return "G-" + "".join(secrets.choice(_ALPHABET) for _ in range(4))


async def reference_of(database: Database, conversation_id: str) -> str | None:
    """Return the reference of a conversation's ticket, or None where it has none."""
    async with database.read() as session:
        reference: str | None = await session.scalar(
            select(Ticket.reference).where(Ticket.conversation_id == conversation_id)
        )
    return reference


async def unused_reference(database: Database) -> str:
    """Return a reference that no ticket bears."""
    async with database.read() as session:
        return await free_reference(session)


async def free_reference(session: AsyncSession) -> str:
    """Return a reference that no ticket bears, as a transaction sees them."""
    while True:
        reference = new_reference()
        taken = await session.scalar(select(Ticket.id).where(Ticket.reference == reference))
        if taken is None:
            return reference


async def hand_over(
    unit: UnitOfWork,
    *,
    portal: Portal,
    region: Region,
    conversation_id: str,
    reference: str,
    places: Mapping[str, str],
    request_key: str,
    case: HandOver,
) -> None:
    """Write a ticket, or add to the conversation's own, and the mail to the region.

    The mail of a further hand-over holds what was handed over before: it may go to another region.
    A mail to the address that the answer goes to acknowledges it.

    Args:
        unit: Commits ticket, mail and the turn together.
        portal: Whose region it is.
        region: Gets the mail.
        conversation_id: The conversation handed over.
        reference: The ticket's, new or the conversation's own.
        places: Where whoever answers marks the ticket: `console` with an account there, `page`
            without.
        request_key: Names the hand-over; a second one under the same key writes nothing.
        case: What is handed over.
    """

    async def write(session: AsyncSession) -> None:
        seen = select(TicketEntry.id).where(TicketEntry.request_key == request_key)
        if await session.scalar(seen) is not None:
            return
        ticket = await session.scalar(
            select(Ticket).where(Ticket.conversation_id == conversation_id)
        )
        before = [] if ticket is None else await entries_of(session, ticket.id, ("handover",))
        thread = () if ticket is None else await region_thread(session, ticket.id)
        values: dict[str, Any] = {
            "reference": reference,
            "case": case,
            "region": region,
            "places": places,
            "before": before,
        }
        mail = Mail(
            portal=portal.id,
            kind="ticket",
            recipient=region.mailbox,
            subject=portal.say("mail.ticket.subject", **values),
            text=portal.say("mail.ticket.body", **values),
            reply_to=case.contact,
            thread=thread,
        )
        if ticket is None:
            ticket = Ticket(
                reference=reference,
                portal=portal.id,
                conversation_id=conversation_id,
                topic=case.topic,
                state="new",
                created_at=now(),
            )
            session.add(ticket)
        # It follows what was confirmed last.
        ticket.region = region.id
        ticket.contact = case.contact
        ticket.topic = case.topic or ticket.topic
        ticket.reopen()
        await session.flush()
        session.add(
            TicketEntry(
                ticket_id=ticket.id,
                request_key=request_key,
                kind="handover",
                channel="chat",
                region=region.id,
                contact=case.contact,
                text=case.text,
                details=case.details,
                created_at=now(),
            )
        )
        await enqueue(session, mail, sender=portal.sender, key=request_key)
        await send_receipt(session, ticket, portal, request_key, current_settings())

    unit.defer(write)


async def withdraw(
    unit: UnitOfWork,
    *,
    portal: Portal,
    region: Region,
    reference: str,
    places: Mapping[str, str],
    request_key: str,
) -> None:
    """Close a ticket that its writer takes back, with a note on it and a mail to the region.

    Args:
        unit: Commits ticket, mail and the turn together.
        portal: Whose region it is.
        region: Whose mailbox is told.
        reference: The ticket's.
        places: Where whoever answers sees the ticket, as for `hand_over`.
        request_key: Names the withdrawal; a second one under the same key writes nothing.
    """

    async def write(session: AsyncSession) -> None:
        ticket = await session.scalar(select(Ticket).where(Ticket.reference == reference))
        seen = select(TicketEntry.id).where(TicketEntry.request_key == request_key)
        if ticket is None or await session.scalar(seen) is not None:
            return
        before = await entries_of(session, ticket.id, ("handover",))
        values: dict[str, Any] = {"reference": reference, "places": places, "before": before}
        mail = Mail(
            portal=portal.id,
            kind="ticket",
            recipient=region.mailbox,
            subject=portal.say("mail.withdrawal.subject", **values, topic=ticket.topic),
            text=portal.say("mail.withdrawal.body", **values),
            reply_to=ticket.contact,
            thread=await region_thread(session, ticket.id),
        )
        ticket.set_state("closed")
        session.add(
            TicketEntry(
                ticket_id=ticket.id,
                request_key=request_key,
                kind="withdrawal",
                channel="chat",
                region=ticket.region,
                contact=ticket.contact,
                text=portal.say("mail.withdrawal.note"),
                details={},
                created_at=now(),
            )
        )
        await enqueue(session, mail, sender=portal.sender, key=request_key)

    unit.defer(write)


async def ticket_by_reference(database: Database, reference: str) -> Ticket | None:
    """Return a ticket of any portal by its reference, or None."""
    async with database.read() as session:
        ticket: Ticket | None = await session.scalar(
            select(Ticket).where(Ticket.reference == reference)
        )
    return ticket


async def is_contact_of(database: Database, ticket: Ticket, address: str) -> bool:
    """Tell whether a ticket's answers go to an address, or went there before it was changed.

    From where a message came tells nothing: whoever knows a reference may write one.
    """
    async with database.read() as session:
        entries = await entries_of(session, ticket.id, ("handover", "reply"))
    contacts = (ticket.contact, *(entry.contact for entry in entries))
    return normalise_address(address) in {normalise_address(contact) for contact in contacts}
