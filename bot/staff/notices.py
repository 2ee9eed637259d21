"""Who is told of what happens: by mail, a few at a time, and by the portal's webhook."""

from __future__ import annotations

from collections.abc import Sequence

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
        events = await new_events(session, content)
        session.add_all(events)
        for event in events:
            await _note(session, event)
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


async def _note(session: AsyncSession, event: TicketEvent) -> None:
    """Note an event for the next mail of whom it concerns."""
    if event.kind == "assigned":
        # Who takes a ticket knows it.
        if event.user_id == event.actor_id:
            return
        wishing = await _wishing(session, event)
        concerned: Sequence[int] = [number for number in wishing if number == event.user_id]
    else:
        concerned = await _in_region(session, event, await _wishing(session, event))
    session.add_all(
        Notice(
            user_id=number,
            portal=event.portal,
            kind=event.kind,
            reference=event.reference,
            at=event.at,
        )
        for number in concerned
    )


async def _wishing(session: AsyncSession, event: TicketEvent) -> list[int]:
    """Return who wants to be told of such events and still has a role on the portal."""
    return list(
        await session.scalars(
            select(NoticeChoice.user_id)
            .join(StaffUser, StaffUser.id == NoticeChoice.user_id)
            .join(StaffGrant, StaffGrant.user_id == NoticeChoice.user_id)
            .where(
                NoticeChoice.portal == event.portal,
                NoticeChoice.kind == event.kind,
                StaffGrant.portal.in_((event.portal, ALL_PORTALS)),
                StaffUser.disabled_at.is_(None),
            )
            .distinct()
        )
    )


async def _in_region(
    session: AsyncSession, event: TicketEvent, users: Sequence[int]
) -> Sequence[int]:
    """Return whose region a ticket is of; of one that falls to somebody, them alone."""
    if event.kind != "new":
        assigned = await session.scalar(
            select(Ticket.assigned_to).where(Ticket.reference == event.reference)
        )
        if assigned in users:
            return [number for number in users if number == assigned]
    grants = await session.execute(
        select(StaffGrant.user_id, StaffGrant.regions).where(
            StaffGrant.user_id.in_(users), StaffGrant.portal == event.portal
        )
    )
    regions = {number: names for number, names in grants}
    return [
        number
        for number in users
        if not event.region or not regions.get(number) or event.region in regions[number]
    ]
