"""What takes mails, a ticket that was answered, and mails of the person whose it is."""

from __future__ import annotations

import pytest
from sqlalchemy import select

from bot.content.live import current_content
from bot.desk.incoming.taking import Intake, Taken
from bot.desk.outbox import OutboxMail
from bot.desk.ticket_tables import Ticket, TicketEntry
from bot.ground.db import Database, now
from bot.ground.settings import current_settings

OURS = "<5f0c9a7e4b1d4c2aa0de37f1c8b6e921@aide.resah.example>"
MARIE = "marie.durand@chu-exemple.example"


@pytest.fixture
async def intake(database: Database) -> Intake:
    """What takes mails, where Marie has a ticket that was answered."""
    moment = now()
    async with database.write() as session:
        ticket = Ticket(
            reference="G-7K2M", portal="resah", region="bretagne", topic="Connexion",
            contact=MARIE, state="answered", created_at=moment, updated_at=moment,
        )  # fmt: skip
        session.add(ticket)
        await session.flush()
        session.add(
            TicketEntry(
                ticket_id=ticket.id,
                request_key="c:m:handover",
                kind="handover",
                channel="chat",
                region="bretagne",
                contact=MARIE,
                text="Bonjour",
                details={},
                created_at=moment,
            )
        )
        session.add(
            OutboxMail(
                portal="resah",
                kind="ticket",
                key="c:m:handover",
                sender="no-reply@resah.fr",
                recipient=MARIE,
                subject="Votre demande",
                text="Bonjour",
                message_id=OURS,
                state="sent",
                sent_at=moment,
                created_at=moment,
                next_attempt_at=moment,
            )
        )
    return Intake(database, current_content(), current_settings())


def written(
    text: str = "Toujours rien.",
    *,
    sender: str = MARIE,
    subject: str = "Re: Votre demande",
    message_id: str = "<r1@chu-exemple.example>",
    more: str = f"In-Reply-To: {OURS}\n",
) -> bytes:
    """Return a mail of a person's."""
    return (
        f"From: {sender}\nTo: aide@resah.example\nSubject: {subject}\nMessage-ID: {message_id}\n"
        f"{more}Content-Type: text/plain; charset=utf-8\n\n{text}\n"
    ).encode()


async def take(intake: Intake, raw: bytes, portal: str = "resah") -> Taken:
    return await intake.take(raw, current_content().portals[portal])


async def ticket_of(database: Database, reference: str = "G-7K2M") -> Ticket:
    async with database.read() as session:
        return (await session.scalars(select(Ticket).where(Ticket.reference == reference))).one()


async def messages_of(database: Database, reference: str) -> list[TicketEntry]:
    async with database.read() as session:
        rows = await session.scalars(
            select(TicketEntry)
            .join(Ticket, Ticket.id == TicketEntry.ticket_id)
            .where(Ticket.reference == reference, TicketEntry.kind.in_(("message", "automatic")))
            .order_by(TicketEntry.id)
        )
        return list(rows)
