"""Whether tickets were answered within what the portal promises, counted over a period."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

from sqlalchemy import ColumnElement, and_, case, func, or_, select
from sqlalchemy.ext.asyncio import AsyncSession

from bot.content.delays import Delay
from bot.desk.ticket_tables import UNANSWERED, Ticket
from bot.ground.db import now
from bot.record.daily_counts import Key, Tally, day_of
from bot.record.periods import Span
from bot.record.search_index import is_sqlite

PROMISES = {
    "kept": "répondue dans le délai",
    "broken": "répondue trop tard, ou en retard",
    "pending": "dans le délai, sans réponse encore",
    "none": "close sans réponse",
}
"""What a ticket has become of the portal's promise."""

_LONGEST = timedelta(days=400)
_PRECISE = timedelta(seconds=1)
_MINUTES_A_DAY = 24 * 60


@dataclass(frozen=True)
class TicketFigures:
    """What was counted of tickets.

    Attributes:
        answered: Those with a first answer.
        kept: Those answered in time.
        broken: Those answered late, and those that wait for longer than was promised.
        minutes: From their creation to their first answers, added up.
    """

    tickets: int = 0
    answered: int = 0
    kept: int = 0
    broken: int = 0
    minutes: int = 0

    @property
    def share(self) -> float | None:
        """The share of promises that was kept; None where none has come to its end."""
        ended = self.kept + self.broken
        return self.kept / ended if ended else None

    @property
    def delay(self) -> timedelta | None:
        """The mean time to a first answer; None where there was none."""
        return timedelta(minutes=self.minutes / self.answered) if self.answered else None

    def __add__(self, other: TicketFigures) -> TicketFigures:
        mine, theirs = vars(self), vars(other)
        return TicketFigures(**{name: mine[name] + theirs[name] for name in mine})


def is_of(became: str, moment: datetime) -> ColumnElement[bool]:
    """Return the condition for tickets of which the promise has become this.

    Where nothing was promised, an answer keeps it at any time.

    Args:
        became: A key of `PROMISES`.
        moment: The present.
    """
    first, due = Ticket.answered_at, Ticket.first_due_at
    waits = and_(first.is_(None), Ticket.state.in_((*UNANSWERED, "waiting")))
    conditions: dict[str, ColumnElement[bool]] = {
        "kept": and_(first.is_not(None), or_(due.is_(None), first <= due)),
        "broken": or_(and_(first.is_not(None), first > due), and_(waits, due < moment)),
        "pending": and_(waits, or_(due.is_(None), due >= moment)),
        "none": and_(first.is_(None), ~waits),
    }
    return conditions[became]


async def read_tickets(session: AsyncSession, portal: str, span: Span) -> TicketFigures:
    """Return the figures of the tickets of some days, of those that are still held."""
    query = select(*_figures(session)).where(
        Ticket.portal == portal, Ticket.created_at >= span.start, Ticket.created_at < span.stop
    )
    return TicketFigures(*map(int, (await session.execute(query)).one()))


async def let_tickets_go(session: AsyncSession, which: Any, tally: Tally) -> None:
    """Keep as gone what tickets counted that are about to be erased.

    Args:
        session: The transaction that erases them; the tally is written at its end.
        which: A condition on the tickets.
        tally: Takes the changes.
    """
    columns = Ticket.portal, Ticket.created_at
    query = select(*columns, *_figures(session)).where(which).group_by(Ticket.id, *columns)
    for portal, created, *counted in await session.execute(query):
        figures = vars(TicketFigures(*map(int, counted)))
        tally.add({Key(portal, day_of(created), gone=True): figures})


def _figures(session: AsyncSession) -> tuple[ColumnElement[Any], ...]:
    """Return what is selected to count tickets, in the order of `TicketFigures`."""
    moment = now()
    if is_sqlite(session):
        days = func.julianday(Ticket.answered_at) - func.julianday(Ticket.created_at)
        minutes = days * _MINUTES_A_DAY
    else:
        minutes = func.extract("epoch", Ticket.answered_at - Ticket.created_at) / 60
    return (
        func.count(),
        func.count(Ticket.answered_at),
        func.coalesce(func.sum(case((is_of("kept", moment), 1), else_=0)), 0),
        func.coalesce(func.sum(case((is_of("broken", moment), 1), else_=0)), 0),
        func.round(func.coalesce(func.sum(minutes), 0)),
    )


def late_before(promise: Delay | None, moment: datetime) -> datetime | None:
    """Return before when a ticket must have come to be late now; None where nothing is promised."""
    if promise is None:
        return None
    early, late = moment - _LONGEST, moment
    # Who came later is answered later: halved until the moment is known to the second.
    while late - early > _PRECISE:
        middle = early + (late - early) / 2
        early, late = (middle, late) if promise.due(middle) < moment else (early, middle)
    return late
