"""The periods of a report: days of Paris, and the as many days before them to compare with."""

from __future__ import annotations

from calendar import monthrange
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from urllib.parse import urlencode

from bot.ground.errors import GuichetError
from bot.ground.moments import start_of

MONTHS = (
    "janvier", "février", "mars", "avril", "mai", "juin", "juillet", "août", "septembre",
    "octobre", "novembre", "décembre",
)  # fmt: skip

LENGTHS = {"7": 7, "30": 30}
"""Periods that end today, by their days."""

_MOST_DAYS = 1100
_DAILY, _WEEKLY = 45, 200
_DAY = timedelta(days=1)
_LONG_AGO = date(2000, 1, 1)


class PeriodFault(GuichetError):
    """A period cannot be understood, with a sentence for the page."""


@dataclass(frozen=True)
class Span:
    """Days, both ends included."""

    first: date
    last: date

    @property
    def start(self) -> datetime:
        """When the first day begins."""
        return start_of(self.first)

    @property
    def stop(self) -> datetime:
        """When the day after the last one begins."""
        return start_of(self.last + _DAY)

    @property
    def days(self) -> int:
        """How many days it has."""
        return (self.last - self.first).days + 1

    def __str__(self) -> str:
        if self.days == 1:
            return f"{self.first:%d/%m/%Y}"
        return f"du {self.first:%d/%m/%Y} au {self.last:%d/%m/%Y}"


@dataclass(frozen=True)
class Period:
    """What a report is about, and what it is compared with.

    Attributes:
        kind: `7`, `30`, `month` or `free`.
    """

    kind: str
    span: Span
    before: Span

    @property
    def address(self) -> str:
        """The query that asks for it again, on any day."""
        return urlencode({"since": self.span.first, "until": self.span.last})


@dataclass(frozen=True)
class Bucket:
    """Some days of a period that are drawn as one.

    Attributes:
        label: As on the axis.
    """

    span: Span
    label: str


def read_period(query: Mapping[str, str], today: date) -> Period:
    """Read the period that an address asks for; the last seven days where it asks for none.

    Raises:
        PeriodFault: If it cannot be understood.
    """
    since, until = query.get("since", "").strip(), query.get("until", "").strip()
    if since or until:
        return _free(read_day(since) or read_day(until) or today, read_day(until) or today)
    if month := query.get("month", "").strip():
        return _month(month)
    length = query.get("period", "7")
    if length not in LENGTHS:
        raise PeriodFault(f"La période « {length[:20]} » n’existe pas.")
    last = Span(today - (LENGTHS[length] - 1) * _DAY, today)
    return Period(length, last, _before(last))


def span_of(first: date | None, last: date | None, today: date) -> Span | None:
    """Return the days from one to another, until today or from long ago where one is not told.

    Raises:
        PeriodFault: If the first comes after the last.
    """
    if first is None and last is None:
        return None
    span = Span(first or _LONG_AGO, last or max(today, first or today))
    if span.first > span.last:
        raise PeriodFault("La date de début vient après la date de fin.")
    return span


def latest_months(today: date, count: int = 13) -> list[tuple[str, str]]:
    """Return the latest months as an address names them, and as people do."""
    first, months = today.replace(day=1), []
    for _ in range(count):
        months.append((f"{first:%Y-%m}", f"{MONTHS[first.month - 1]} {first.year}"))
        first = (first - _DAY).replace(day=1)
    return months


def buckets_of(span: Span) -> list[Bucket]:
    """Cut a span into days, weeks or months, as many as can be told apart in a drawing."""
    if span.days <= _DAILY:
        return [Bucket(Span(day, day), f"{day:%d/%m}") for day in _days(span)]
    found: dict[tuple[int, int], list[date]] = {}
    weekly = span.days <= _WEEKLY
    for day in _days(span):
        key = day.isocalendar()[:2] if weekly else (day.year, day.month)
        found.setdefault(key, []).append(day)
    return [
        Bucket(Span(days[0], days[-1]), f"{days[0]:%d/%m}" if weekly else f"{days[0]:%m/%Y}")
        for days in found.values()
    ]


def _days(span: Span) -> Iterator[date]:
    return (span.first + number * _DAY for number in range(span.days))


def _before(span: Span) -> Span:
    return Span(span.first - span.days * _DAY, span.first - _DAY)


def _month(text: str) -> Period:
    first = read_day(f"{text}-01")
    assert first is not None
    before = (first - _DAY).replace(day=1)
    return Period("month", _whole(first), _whole(before))


def _whole(first: date) -> Span:
    return Span(first, first.replace(day=monthrange(first.year, first.month)[1]))


def _free(first: date, last: date) -> Period:
    if first > last:
        raise PeriodFault("La date de début vient après la date de fin.")
    span = Span(first, last)
    if span.days > _MOST_DAYS:
        raise PeriodFault("La période dépasse trois ans : choisissez-en une plus courte.")
    if span == _whole(first.replace(day=1)):
        # A whole month beside the whole month before, however many days either has.
        return _month(f"{first:%Y-%m}")
    return Period("free", span, _before(span))


def read_day(text: str) -> date | None:
    """Read a day such as `2024-03-31`; None where nothing is written.

    Raises:
        PeriodFault: If it is no day that there is.
    """
    text = text.strip()
    if not text:
        return None
    try:
        day = date.fromisoformat(text)
    except ValueError:
        raise PeriodFault(f"« {text[:20]} » n’est pas une date : écrivez 2024-03-31.") from None
    if not 2000 <= day.year <= 2999:
        raise PeriodFault(f"L’année {day.year} est trop lointaine.")
    return day
