"""Finds what happened to tickets, from what stands in the database, whatever wrote it there.

So that nothing that writes a ticket needs to know who wants to hear of it. Each event has a key and
is written down once; whoever finds it tells it in the same transaction.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime, timedelta

from sqlalchemy import String, cast, func, literal, select
from sqlalchemy.ext.asyncio import AsyncSession
from sqlalchemy.orm import aliased

from bot.content.live import Content
from bot.desk.ticket_tables import UNANSWERED, Ticket, TicketEntry
from bot.ground.db import now
from bot.staff.audit import staff_of_subject
from bot.staff.notice_tables import TicketEvent
from bot.staff.tables import StaffAction

LOOK_BACK = timedelta(days=2)
"""How far back it is looked: longer than the service stands still for."""

_CHUNK = 400


@dataclass(frozen=True)
class _Found:
    """What happened, before it is known whether it was found already."""

    key: str
    kind: str
    ticket: Ticket
    user_id: int | None = None
    actor_id: int | None = None


async def new_events(session: AsyncSession, content: Content) -> list[TicketEvent]:
    """Return what happened and was not found before; it is not in the session yet."""
    since = now() - LOOK_BACK
    found = [
        *await _new(session, since),
        *await _messages(session, since),
        *await _assigned(session, content, since),
        *await _overdue(session, content),
    ]
    known = await _known(session, [one.key for one in found])
    return [_event(one) for one in found if one.key not in known]


def _event(found: _Found) -> TicketEvent:
    ticket = found.ticket
    return TicketEvent(
        key=found.key,
        portal=ticket.portal,
        kind=found.kind,
        reference=ticket.reference,
        region=ticket.region,
        user_id=found.user_id,
        actor_id=found.actor_id,
        at=now(),
    )


async def _new(session: AsyncSession, since: datetime) -> list[_Found]:
    key = literal("new:").concat(Ticket.reference)
    rows = await session.scalars(
        select(Ticket).where(
            Ticket.created_at > since,
            ~select(TicketEvent.id).where(TicketEvent.key == key).exists(),
        )
    )
    return [_Found(f"new:{ticket.reference}", "new", ticket) for ticket in rows]


async def _messages(session: AsyncSession, since: datetime) -> list[_Found]:
    """Return what people added to their tickets: the entry that opened one is none."""
    earlier = aliased(TicketEntry)
    before = select(earlier.id).where(
        earlier.ticket_id == TicketEntry.ticket_id, earlier.id < TicketEntry.id
    )
    key = literal("message:").concat(cast(TicketEntry.id, String))
    rows = await session.execute(
        select(TicketEntry.id, Ticket)
        .join(Ticket, Ticket.id == TicketEntry.ticket_id)
        .where(
            TicketEntry.created_at > since,
            TicketEntry.kind.in_(("message", "handover")),
            before.exists(),
            ~select(TicketEvent.id).where(TicketEvent.key == key).exists(),
        )
    )
    return [_Found(f"message:{number}", "message", ticket) for number, ticket in rows]


async def _assigned(session: AsyncSession, content: Content, since: datetime) -> list[_Found]:
    """Return who was given a ticket and still has it."""
    key = literal("assigned:").concat(cast(StaffAction.id, String))
    rows = await session.execute(
        select(StaffAction, Ticket)
        .join(Ticket, Ticket.reference == StaffAction.subject)
        .where(
            StaffAction.portal.in_(list(content.portals)),
            StaffAction.at > since,
            StaffAction.action == "assigned",
            StaffAction.portal == Ticket.portal,
            ~select(TicketEvent.id).where(TicketEvent.key == key).exists(),
        )
    )
    return [
        _Found(f"assigned:{row.id}", "assigned", ticket, ticket.assigned_to, row.user_id)
        for row, ticket in rows
        if ticket.assigned_to is not None and staff_of_subject(row.detail) == ticket.assigned_to
    ]


async def _overdue(session: AsyncSession, content: Content) -> list[_Found]:
    """Return whose promise was broken lately: what is late for longer was found, or is no news."""
    moment = now()
    promises = {one.id: one.promise for one in content.portals.values() if one.promise}
    spans = [promise.longest for promise in promises.values()]
    since = moment - LOOK_BACK - max(spans, default=timedelta())
    rows = await session.scalars(
        select(Ticket).where(
            Ticket.state.in_(UNANSWERED),
            Ticket.portal.in_(list(promises)),
            func.coalesce(Ticket.reopened_at, Ticket.created_at) > since,
        )
    )
    found = []
    for ticket in rows:
        due = promises[ticket.portal].due(ticket.waiting_since)
        if moment - LOOK_BACK < due < moment:
            key = f"overdue:{ticket.reference}:{ticket.waiting_since:%Y%m%d%H%M%S}"
            found.append(_Found(key, "overdue", ticket))
    return found


async def _known(session: AsyncSession, keys: list[str]) -> set[str]:
    known: set[str] = set()
    for chunk in _chunks(keys):
        known |= set(
            await session.scalars(select(TicketEvent.key).where(TicketEvent.key.in_(chunk)))
        )
    return known


def _chunks(keys: list[str]) -> Iterable[list[str]]:
    return (keys[at : at + _CHUNK] for at in range(0, len(keys), _CHUNK))
