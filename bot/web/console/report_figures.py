"""The lines of the lead's page: figures beside those of before, each with the list behind it."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Mapping
from dataclasses import dataclass
from urllib.parse import urlencode

from bot.content.live import Portal
from bot.record.filters import HOURS, NONE, OUTCOMES, Filters
from bot.record.periods import Period, Span
from bot.record.report import Counts, Figures, Report

CONVERSATIONS, QUESTIONS, OPINIONS = "conversations", "report/questions", "report/opinions"

_SHARES = ("solved", "handed_over", "left", "not_understood")


@dataclass(frozen=True)
class Line:
    """One figure.

    Attributes:
        hint: Of what it is a share, and the like.
        path: The list behind it, below the portal's page.
    """

    label: str
    now: str
    before: str
    change: str
    hint: str = ""
    path: str = ""


@dataclass(frozen=True)
class Row:
    """The figures of one topic, region, outcome or hour.

    Attributes:
        paths: The list behind each figure, by the figure's name.
    """

    label: str
    now: Figures
    before: Figures
    paths: Mapping[str, str]


def headlines(period: Period, now: Figures, before: Figures) -> list[Line]:
    """Return the figures that a lead looks at first, of a period and of the one before."""
    return [
        _count("Conversations", now.conversations, before.conversations, _begun(period)),
        *(
            _share(label, name, now, before, _begun(period, outcome=outcome))
            for label, name, outcome in (
                ("Résolues", "solved", "solved"),
                ("Transmises", "handed_over", "handed_over"),
                ("Sans suite ou abandonnées", "left", "left"),
                ("Avec un message pas compris", "not_understood", "not_understood"),
            )
        ),
        _count("Messages pas compris", now.lost, before.lost, f"{QUESTIONS}?{period.address}"),
        _decimal(
            "Messages par conversation",
            now.per_conversation,
            before.per_conversation,
            _begun(period),
        ),
        _satisfaction(now, before, period),
    ]


def of_tickets(report: Report, portal: Portal) -> list[Line]:
    """Return the figures of tickets, against what the portal promises."""
    now, before = report.tickets
    path = f"tickets?regions=all&{report.period.address}"
    lines = [_count("Demandes reçues", now.tickets, before.tickets, path)]
    if portal.promise is not None:
        shares = percent(now.share) or "–", percent(before.share) or "–"
        change = _points(now.share, before.share)
        promised = f"promis en {portal.response_delay}"
        lines += [
            Line("Délai tenu", *shares, change, promised, f"{path}&promise=kept"),
            _count("Dans le délai", now.kept, before.kept, f"{path}&promise=kept"),
            _count("Trop tard, ou en retard", now.broken, before.broken, f"{path}&promise=broken"),
        ]
    hours = [one.delay.total_seconds() / 3600 if one.delay else None for one in (now, before)]
    told = [f"{decimal(one)}\u00a0h" if one is not None else "–" for one in hours]
    change = _grown(hours[0] or 0, hours[1] or 0)
    answered = f"{now.answered} avec une réponse"
    return [*lines, Line("Première réponse après", told[0], told[1], change, answered)]


def by_topic(report: Report, topics: Mapping[str, str]) -> list[Row]:
    """Return the figures of each topic, the most frequent first."""
    return _rows(report, "topic", lambda value: topics.get(value, value) or "sans sujet reconnu")


def by_region(report: Report, portal: Portal) -> list[Row]:
    """Return the figures of each region, the most frequent first."""
    names = {region.id: region.name for region in portal.regions}
    return _rows(report, "region", lambda value: names.get(value, value) or "région pas dite")


def by_outcome(report: Report) -> list[Row]:
    """Return the figures of each outcome, the most frequent first."""
    return _rows(report, "outcome", lambda value: OUTCOMES.get(value or NONE, value))


def by_hour(report: Report) -> list[Row]:
    """Return the figures of each hour of the day."""
    return [
        Row(
            f"{int(hour)} h",
            report.now.of("hour", hour),
            report.before.of("hour", hour),
            {"conversations": _begun(report.period, hour=hour)},
        )
        for hour in HOURS
    ]


def course_paths(report: Report) -> Iterator[str]:
    """Yield the list behind each part of the period."""
    return (_begun_in(bucket.span) for bucket, _ in report.course)


def articles(report: Report, portal: Portal) -> list[Row]:
    """Return the figures of each article that was read or judged, the most read first."""
    rows = []
    for intent in _values(report, "article"):
        now, before = report.now.of("article", intent), report.before.of("article", intent)
        article = portal.articles.get(intent)
        address = f"{OPINIONS}?{report.period.address}&{urlencode({'about': intent})}"
        paths = {"liked": f"{address}&helpful=yes", "disliked": f"{address}&helpful=no"}
        rows.append(Row(article.title if article else intent, now, before, paths))
    return sorted(rows, key=lambda row: (-row.now.views - row.now.shown, row.label))


def _rows(report: Report, kind: str, name: Callable[[str], str]) -> list[Row]:
    rows = []
    for value in _values(report, kind):
        asked = {kind: value or NONE}
        paths = {"conversations": _begun(report.period, **asked)}
        if kind != "outcome":
            paths |= {share: _begun(report.period, **asked, outcome=share) for share in _SHARES}
        now, before = report.now.of(kind, value), report.before.of(kind, value)
        rows.append(Row(name(value), now, before, paths))
    return sorted(rows, key=lambda row: (-row.now.conversations, row.label.casefold()))


def _values(report: Report, kind: str) -> Iterable[str]:
    def known(counts: Counts) -> Iterator[str]:
        return (
            value
            for value, figures in counts.by.get(kind, {}).items()
            if any(vars(figures).values())
        )

    return dict.fromkeys((*known(report.now), *known(report.before)))


def _begun(period: Period, **asked: str) -> str:
    return _begun_in(period.span, **asked)


def _begun_in(span: Span, **asked: str) -> str:
    filters = Filters(begun_since=span.first, begun_until=span.last)
    return f"{CONVERSATIONS}?{filters.address(**asked)}"


def _count(label: str, now: int, before: int, path: str) -> Line:
    return Line(label, f"{now}", f"{before}", _grown(now, before), path=path)


def _share(label: str, name: str, now: Figures, before: Figures, path: str) -> Line:
    part, part_before = getattr(now, name), getattr(before, name)
    shares = share(part, now.conversations), share(part_before, before.conversations)
    return Line(label, f"{part}", f"{part_before}", _points(*shares), percent(shares[0]), path)


def _decimal(label: str, now: float | None, before: float | None, path: str) -> Line:
    return Line(label, decimal(now), decimal(before), _grown(now or 0, before or 0), path=path)


def _satisfaction(now: Figures, before: Figures, period: Period) -> Line:
    path = f"{OPINIONS}?{period.address}&about=answers"
    votes = f"{now.thumbs} pouce{'s' if now.thumbs > 1 else ''}"
    change = _points(now.satisfaction, before.satisfaction)
    shown = percent(now.satisfaction) or "–", percent(before.satisfaction) or "–"
    return Line("Réponses jugées utiles", *shown, change, votes, path)


def share(part: int, whole: int) -> float | None:
    """Return a part of a whole, or None of nothing."""
    return part / whole if whole else None


def percent(value: float | None) -> str:
    """Return a share as people read it; nothing where there is none."""
    return "" if value is None else f"{100 * value:.0f}\u00a0%"


def decimal(value: float | None) -> str:
    """Return a number with one decimal, as it is written in French."""
    return "–" if value is None else f"{value:.1f}".replace(".", ",")


def _grown(now: float, before: float) -> str:
    if not before:
        return ""
    return f"{100 * (now - before) / before:+.0f}\u00a0%".replace("-", "−")


def _points(now: float | None, before: float | None) -> str:
    if now is None or before is None:
        return ""
    points = 100 * (now - before)
    return f"{points:+.0f} point{'s' if abs(points) >= 1.5 else ''}".replace("-", "−")
