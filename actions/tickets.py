"""Tickets: what is handed over to a region, with a reference that can be read aloud.

A ticket is written with the turn that hands over, together with the mail to the region's mailbox. A
second hand-over of the same conversation adds to its ticket. Whoever answers marks it through a
signed link in the mail.
"""

from __future__ import annotations

import secrets
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from itsdangerous import BadSignature, URLSafeSerializer
from sqlalchemy import JSON, ForeignKey, Index, String, Text, select, update
from sqlalchemy.ext.asyncio import AsyncSession
from sqlalchemy.orm import Mapped, mapped_column

from actions.content import Portal, Region
from actions.db import Base, Database, Moment, UnitOfWork, now
from actions.errors import GuichetError
from actions.outbox import Mail, enqueue

STATES = ("open", "answered", "closed")

_ALPHABET = "23456789ACDEFGHJKMNPQRTVWXY"
"""No letter or digit that is mistaken for another when read aloud or written by hand."""


class TicketLinkRefused(GuichetError):
    """A ticket link is forged or was cut."""


class Ticket(Base):
    """A hand-over to a region."""

    __tablename__ = "tickets"
    __table_args__ = (Index("ix_tickets_portal_state", "portal", "state", "region"),)

    id: Mapped[int] = mapped_column(primary_key=True)
    reference: Mapped[str] = mapped_column(String(16), unique=True)
    portal: Mapped[str] = mapped_column(String(64))
    conversation_id: Mapped[str] = mapped_column(String(128), unique=True)
    region: Mapped[str] = mapped_column(String(64))
    topic: Mapped[str] = mapped_column(String(200))
    contact: Mapped[str] = mapped_column(String(320))
    state: Mapped[str] = mapped_column(String(16), default="open")
    created_at: Mapped[datetime] = mapped_column(Moment)
    updated_at: Mapped[datetime] = mapped_column(Moment)
    assigned_to: Mapped[int | None]


class TicketEntry(Base):
    """What one hand-over added to a ticket; `request_key` makes a repeat harmless."""

    __tablename__ = "ticket_entries"

    id: Mapped[int] = mapped_column(primary_key=True)
    ticket_id: Mapped[int] = mapped_column(ForeignKey("tickets.id", ondelete="CASCADE"), index=True)
    request_key: Mapped[str] = mapped_column(String(200), unique=True)
    text: Mapped[str] = mapped_column(Text)
    details: Mapped[dict[str, Any]] = mapped_column(JSON)
    created_at: Mapped[datetime] = mapped_column(Moment)


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
    link: str,
    request_key: str,
    case: HandOver,
) -> None:
    """Write a ticket, or add to the conversation's own, and the mail to the region.

    Args:
        unit: Commits ticket, mail and the turn together.
        portal: Whose region it is.
        region: Gets the mail.
        conversation_id: The conversation handed over.
        reference: The ticket's, new or the conversation's own.
        link: Where whoever answers marks the ticket.
        request_key: Names the hand-over; a second one under the same key writes nothing.
        case: What is handed over.
    """
    moment = now()
    values: dict[str, Any] = {"reference": reference, "case": case, "region": region, "link": link}
    mail = Mail(
        portal=portal.id,
        kind="ticket",
        recipient=region.mailbox,
        subject=portal.say("mail.ticket.subject", **values),
        text=portal.say("mail.ticket.body", **values),
        reply_to=case.contact,
    )

    async def write(session: AsyncSession) -> None:
        seen = select(TicketEntry.id).where(TicketEntry.request_key == request_key)
        if await session.scalar(seen) is not None:
            return
        ticket = await session.scalar(
            select(Ticket).where(Ticket.conversation_id == conversation_id)
        )
        if ticket is None:
            ticket = Ticket(
                reference=reference,
                portal=portal.id,
                conversation_id=conversation_id,
                region=region.id,
                topic=case.topic,
                contact=case.contact,
                created_at=moment,
            )
            session.add(ticket)
        ticket.state = "open"
        ticket.updated_at = moment
        await session.flush()
        session.add(
            TicketEntry(
                ticket_id=ticket.id,
                request_key=request_key,
                text=case.text,
                details=case.details,
                created_at=moment,
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


async def mark(database: Database, reference: str, state: str) -> None:
    """Set a ticket's state, one of `STATES`."""
    async with database.write() as session:
        await session.execute(
            update(Ticket)
            .where(Ticket.reference == reference)
            .values(state=state, updated_at=now())
        )


def sign_reference(reference: str, secret_key: str) -> str:
    """Return the signed form of a reference for a link."""
    return str(URLSafeSerializer(secret_key, salt="ticket").dumps(reference))


def read_signed_reference(signed: str, secret_key: str) -> str:
    """Return the reference of a signed link.

    Raises:
        TicketLinkRefused: If the signature does not fit.
    """
    try:
        return str(URLSafeSerializer(secret_key, salt="ticket").loads(signed))
    except BadSignature as error:
        raise TicketLinkRefused("Ce lien n’est pas valable.") from error
