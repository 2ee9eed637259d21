"""Who is told of what happens: by mail, a few at a time, and by the portal's webhook."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from sqlalchemy import delete, func, select
from sqlalchemy.ext.asyncio import AsyncSession

from bot.content.live import Content
from bot.desk.ticket_tables import Ticket
from bot.ground.db import Database, now
from bot.ground.settings import Settings
from bot.staff.events import new_events
from bot.staff.notice_tables import KINDS, Notice, NoticeChoice, TicketEvent, WebhookCall
from bot.staff.sessions import Staff
from bot.staff.tables import ALL_PORTALS, StaffGrant, StaffUser
from bot.staff.webhooks import queue_calls

_LOCK = "guichet:notices"
_CHUNK = 200


async def gather(database: Database, content: Content, settings: Settings) -> int:
    """Find what happened, and note it for everybody who wants to know.

    Args:
        database: Where tickets stand.
        content: Knows the portals and their promises.
        settings: The address of the console, for links.

    Returns:
        How many events were found.
    """
    async with database.read() as session:
        # Mostly there is nothing, and SQLite has one writer.
        if not await new_events(session, content):
            return 0
    async with database.write() as session:
        if not database.is_sqlite:
            # One process finds; the keys of two would meet.
            lock = select(func.pg_advisory_xact_lock(func.hashtextextended(_LOCK, 0)))
            await session.execute(lock)
        # A few at a time, so that turns need not wait long for SQLite's one writer.
        events = (await new_events(session, content))[:_CHUNK]
        session.add_all(events)
        session.add_all(await _notes(session, events))
        await queue_calls(session, events, content, settings)
    return len(events)


async def choices_of(session: AsyncSession, user_id: int) -> set[tuple[str, str]]:
    """Return of what somebody wants to be told, as portal and kind."""
    rows = await session.execute(
        select(NoticeChoice.portal, NoticeChoice.kind).where(NoticeChoice.user_id == user_id)
    )
    return {(portal, kind) for portal, kind in rows}


async def choose(session: AsyncSession, staff: Staff, wanted: set[tuple[str, str]]) -> None:
    """Keep of what somebody wants to be told; portals without a role of theirs do not count."""
    before = await choices_of(session, staff.id)
    wanted = {(portal, kind) for portal, kind in wanted if kind in KINDS and staff.role(portal)}
    for portal, kind in before - wanted:
        for table in (NoticeChoice, Notice):
            await session.execute(
                delete(table).where(
                    table.user_id == staff.id, table.portal == portal, table.kind == kind
                )
            )
    session.add_all(
        NoticeChoice(
            user_id=staff.id,
            portal=portal,
            kind=kind,
            # The first digest is the next morning's.
            sent_at=now() if kind == "digest" else None,
        )
        for portal, kind in sorted(wanted - before)
    )


async def forget_gone(session: AsyncSession) -> None:
    """Delete what is noted of tickets that are not there any more."""
    present = select(Ticket.reference)
    await session.execute(delete(TicketEvent).where(TicketEvent.reference.not_in(present)))
    await session.execute(delete(Notice).where(Notice.reference.not_in(present)))
    await session.execute(
        delete(WebhookCall).where(
            WebhookCall.reference != "", WebhookCall.reference.not_in(present)
        )
    )


@dataclass(frozen=True)
class _Wish:
    """That somebody with a role on a portal wants to be told of a kind of event there."""

    user_id: int
    regions: tuple[str, ...]


async def _notes(session: AsyncSession, events: Sequence[TicketEvent]) -> list[Notice]:
    """Return events as they wait for the next mails of whom they concern."""
    wishes = await _wishes(session)
    references = [event.reference for event in events]
    rows = await session.execute(
        select(Ticket.reference, Ticket.assigned_to).where(Ticket.reference.in_(references))
    )
    assigned: dict[str, int | None] = {reference: user_id for reference, user_id in rows}
    return [
        Notice(
            user_id=number,
            portal=event.portal,
            kind=event.kind,
            reference=event.reference,
            at=event.at,
        )
        for event in events
        for number in _concerned(
            event, wishes.get((event.portal, event.kind), []), assigned.get(event.reference)
        )
    ]


def _concerned(event: TicketEvent, wishes: list[_Wish], assigned_to: int | None) -> list[int]:
    """Return whom an event concerns: who has its region, or has the ticket alone."""
    if event.kind == "assigned":
        # Who takes a ticket knows it.
        taken = event.user_id == event.actor_id
        return [wish.user_id for wish in wishes if wish.user_id == event.user_id and not taken]
    if event.kind != "new" and any(wish.user_id == assigned_to for wish in wishes):
        return [wish.user_id for wish in wishes if wish.user_id == assigned_to]
    return [
        wish.user_id
        for wish in wishes
        if not event.region or not wish.regions or event.region in wish.regions
    ]


async def _wishes(session: AsyncSession) -> dict[tuple[str, str], list[_Wish]]:
    """Return who wants to be told of what, by portal and kind, and still has a role there."""
    grants: dict[tuple[int, str], tuple[str, ...]] = {
        (row.user_id, row.portal): tuple(row.regions)
        for row in await session.scalars(
            select(StaffGrant)
            .join(StaffUser, StaffUser.id == StaffGrant.user_id)
            .where(StaffUser.disabled_at.is_(None))
        )
    }
    found: dict[tuple[str, str], list[_Wish]] = {}
    for choice in await session.scalars(select(NoticeChoice)):
        own = (choice.user_id, choice.portal)
        if own in grants or (choice.user_id, ALL_PORTALS) in grants:
            wish = _Wish(choice.user_id, grants.get(own, ()))
            found.setdefault((choice.portal, choice.kind), []).append(wish)
    return found
