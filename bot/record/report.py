"""The figures of a period, read from the counts by day."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date

from sqlalchemy import func, select
from sqlalchemy.ext.asyncio import AsyncSession

from bot.record.daily_counts import ALL, MEASURES, DailyCount
from bot.record.periods import Bucket, Period, Span
from bot.record.promises import TicketFigures, read_tickets


@dataclass(frozen=True)
class Figures:
    """What was counted of something over a span.

    Attributes:
        lost: Messages that were not understood.
        not_understood: Conversations with such a message.
        gone: Conversations among them that were erased since, so that no list has them any more.
    """

    conversations: int = 0
    messages: int = 0
    lost: int = 0
    not_understood: int = 0
    solved: int = 0
    handed_over: int = 0
    left: int = 0
    liked: int = 0
    disliked: int = 0
    views: int = 0
    shown: int = 0
    tickets: int = 0
    answered: int = 0
    kept: int = 0
    broken: int = 0
    minutes: int = 0
    gone: int = 0

    @property
    def per_conversation(self) -> float | None:
        """Messages a conversation; None where there was none."""
        return self.messages / self.conversations if self.conversations else None

    @property
    def thumbs(self) -> int:
        """Thumbs, up and down."""
        return self.liked + self.disliked

    @property
    def satisfaction(self) -> float | None:
        """The share of thumbs up; None where nobody gave one."""
        return self.liked / self.thumbs if self.thumbs else None


@dataclass(frozen=True)
class Counts:
    """All figures of a span: `by[kind][value]`, `all` of them under the empty value."""

    by: Mapping[str, Mapping[str, Figures]] = field(default_factory=dict)

    @property
    def all(self) -> Figures:
        """The figures of everything together."""
        return self.of(ALL, "")

    def of(self, kind: str, value: str) -> Figures:
        """Return the figures of one topic, region and so on."""
        return self.by.get(kind, {}).get(value, Figures())


@dataclass(frozen=True)
class Report:
    """A period beside the one before it.

    Attributes:
        tickets: Of the period and of the one before, with what is gone.
        course: The figures of each part of the period, in order.
    """

    period: Period
    now: Counts
    before: Counts
    tickets: tuple[TicketFigures, TicketFigures]
    course: Sequence[tuple[Bucket, Figures]]


async def read_report(
    session: AsyncSession, portal: str, period: Period, buckets: Sequence[Bucket]
) -> Report:
    """Return the figures of a period.

    Args:
        session: Reads them.
        portal: Whose; the caller has checked that they may be read.
        period: Which days, and with which they are compared.
        buckets: The parts of the period.
    """
    by_day = await _by_day(session, portal, period.span)
    now = await read_counts(session, portal, period.span)
    before = await read_counts(session, portal, period.before)
    return Report(
        period,
        now,
        before,
        tickets=(
            await read_tickets(session, portal, period.span) + _gone(now.all),
            await read_tickets(session, portal, period.before) + _gone(before.all),
        ),
        course=[(bucket, _sum_of(by_day, bucket.span)) for bucket in buckets],
    )


async def read_counts(session: AsyncSession, portal: str, span: Span) -> Counts:
    """Return what was counted on the days of a span."""
    sums = [func.sum(getattr(DailyCount, name)) for name in MEASURES]
    rows = await session.execute(
        select(DailyCount.kind, DailyCount.value, DailyCount.gone, *sums)
        .where(DailyCount.portal == portal, DailyCount.day.between(span.first, span.last))
        .group_by(DailyCount.kind, DailyCount.value, DailyCount.gone)
    )
    found: dict[str, dict[str, Figures]] = {}
    for kind, value, gone, *counted in rows:
        values = found.setdefault(kind, {})
        values[value] = _plus(values.get(value, Figures()), counted, gone=gone)
    return Counts(found)


def _gone(figures: Figures) -> TicketFigures:
    return TicketFigures(**{name: getattr(figures, name) for name in vars(TicketFigures())})


async def _by_day(session: AsyncSession, portal: str, span: Span) -> dict[date, Figures]:
    columns = [getattr(DailyCount, name) for name in MEASURES]
    rows = await session.execute(
        select(DailyCount.day, DailyCount.gone, *columns).where(
            DailyCount.portal == portal,
            DailyCount.day.between(span.first, span.last),
            DailyCount.kind == ALL,
        )
    )
    found: dict[date, Figures] = {}
    for day, gone, *counted in rows:
        found[day] = _plus(found.get(day, Figures()), counted, gone=gone)
    return found


def _sum_of(by_day: Mapping[date, Figures], span: Span) -> Figures:
    total = Figures()
    for day, figures in by_day.items():
        if span.first <= day <= span.last:
            total = Figures(
                **{name: count + getattr(total, name) for name, count in vars(figures).items()}
            )
    return total


def _plus(known: Figures, counted: Sequence[int], *, gone: bool) -> Figures:
    sums = {
        name: getattr(known, name) + int(count)
        for name, count in zip(MEASURES, counted, strict=True)
    }
    of_them_gone = sums["conversations"] - known.conversations if gone else 0
    return Figures(**sums, gone=known.gone + of_them_gone)
