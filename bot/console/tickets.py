"""Hand-overs as the staff see them: open first, with their age against the promised delay."""

from __future__ import annotations

import re
from dataclasses import dataclass
from datetime import datetime, timedelta
from urllib.parse import quote, urlencode

from sqlalchemy import case, select
from sqlalchemy.ext.asyncio import AsyncSession

from actions.content import Portal
from actions.db import now
from actions.tickets import Ticket, TicketEntry
from bot.console.access import Scope
from bot.console.clock import age

STATES = {"open": "en attente", "answered": "répondue", "closed": "close"}

_ORDER = case({"open": 0, "answered": 1, "closed": 2}, value=Ticket.state, else_=3)
_HOURS = re.compile(r"(\d+)\s*h")
_MOST = 200
_NO_TOPIC = "Demande d’aide"


@dataclass(frozen=True)
class Wait:
    """How long a ticket has waited, against what the portal promises.

    Attributes:
        text: For people, as in `52 h, promis en 48 h`.
        late: Whether the promise is broken.
    """

    text: str
    late: bool


def promised(portal: Portal) -> timedelta | None:
    """Return within what time the portal promises an answer, or None where it promises none."""
    found = _HOURS.search(portal.response_delay or "")
    return timedelta(hours=int(found[1])) if found else None


def wait_of(ticket: Ticket, portal: Portal, moment: datetime) -> Wait:
    """Return how long a ticket has waited."""
    passed, delay = moment - ticket.created_at, promised(portal)
    text = age(ticket.created_at, moment)
    if delay is None or ticket.state != "open":
        return Wait(text, late=False)
    if passed > delay:
        return Wait(f"{text} : en retard (promis en {portal.response_delay})", late=True)
    left = max(1, int((delay - passed).total_seconds() // 3600))
    return Wait(f"{text} : reste {left} h", late=False)


async def list_tickets(
    session: AsyncSession, scope: Scope, *, state: str, everywhere: bool, mine: bool
) -> list[Ticket]:
    """Return tickets: open ones first, the oldest of them at the top.

    Args:
        session: Reads them.
        scope: The portal.
        state: Only those in this state; empty for all.
        everywhere: Whether other regions than one's own count.
        mine: Whether only those count that fall to who asks.
    """
    query = scope.select(Ticket)
    if state:
        query = query.where(Ticket.state == state)
    if not everywhere:
        query = query.where(Ticket.region.in_([region.id for region in scope.regions]))
    if mine:
        query = query.where(Ticket.assigned_to == scope.staff.id)
    rows = await session.scalars(query.order_by(_ORDER, Ticket.created_at).limit(_MOST))
    return list(rows)


async def entries_of(session: AsyncSession, ticket: Ticket) -> list[TicketEntry]:
    """Return what was handed over, oldest first."""
    rows = await session.scalars(
        select(TicketEntry).where(TicketEntry.ticket_id == ticket.id).order_by(TicketEntry.id)
    )
    return list(rows)


def topic_of(ticket: Ticket) -> str:
    """Return what a ticket is about, for people: it may be about nothing in particular."""
    return ticket.topic or _NO_TOPIC


def reply_link(ticket: Ticket, portal: Portal) -> str:
    """Return the `mailto:` link that opens an answer with its text prepared."""
    body = (
        f"Bonjour,\n\nVous nous avez écrit à propos de « {topic_of(ticket)} »"
        f" (demande {ticket.reference}).\n\n\n\nCordialement,\n{portal.name}"
    )
    values = {"subject": f"{portal.name} : votre demande {ticket.reference}", "body": body}
    # Mail programs read a plus sign as it is, so spaces must be %20.
    return f"mailto:{quote(ticket.contact, safe='@')}?{urlencode(values, quote_via=quote)}"


async def change_state(session: AsyncSession, ticket: Ticket, state: str) -> None:
    """Set a ticket's state, one of `STATES`."""
    ticket.state = state
    ticket.updated_at = now()
