"""The filters of the list of conversations: they stand in the address, and combine."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, replace
from datetime import date
from typing import Any
from urllib.parse import urlencode

from sqlalchemy import ColumnElement, Select, literal_column, select

from bot.ground.errors import GuichetError
from bot.record.daily_counts import LEFT
from bot.record.periods import PeriodFault, Span, read_day
from bot.record.review_tables import Tag
from bot.record.summaries import ConversationAddress, Summary

OUTCOMES = {
    "solved": "résolue",
    "reset_sent": "réinitialisation envoyée",
    "informed": "renseignée",
    "handed_over": "transmise",
    "contact_given": "contact donné",
    "given_up": "abandonnée",
    "refused": "transmission refusée",
    "not_understood": "pas comprise",
    "none": "sans suite",
}
"""How a conversation ended, as the list tells it."""

SOUGHT = {**OUTCOMES, "left": "sans suite ou abandonnée"}
"""What may be asked for as an outcome."""

NONE = "none"
"""What an address asks for where a topic, a region or an outcome is not known."""

_SWITCHES = ("unsure", "liked", "disliked", "noted")
HOURS = tuple(f"{hour:02}" for hour in range(24))
"""Hours of the day, as an address names them."""

_DAYS = ("since", "until", "begun_since", "begun_until")
_MOST = 200


class FilterFault(GuichetError):
    """A filter in the address cannot be understood."""


@dataclass(frozen=True)
class Filters:
    """What the address asks for; empty where it asks for nothing.

    Attributes:
        view: `review` for what went wrong first, empty for the latest first.
        person: The fingerprint of an address.
        begun_since: The first day on which it may have begun; since and until are about its end.
        hour: The hour of Paris in which it began, as two digits.
        assigned: `me`, `none`, or empty.
        reviewed: `yes`, `no`, or empty.
    """

    view: str = ""
    q: str = ""
    since: date | None = None
    until: date | None = None
    begun_since: date | None = None
    begun_until: date | None = None
    hour: str = ""
    topic: str = ""
    region: str = ""
    outcome: str = ""
    reviewed: str = ""
    assigned: str = ""
    tag: str = ""
    person: str = ""
    unsure: bool = False
    liked: bool = False
    disliked: bool = False
    noted: bool = False

    def address(self, **changes: Any) -> str:
        """Return the query of the address that asks for this, with some of it changed."""
        values = vars(replace(self, **changes))
        return urlencode({name: _spelled(value) for name, value in values.items() if value})

    @property
    def by_beginning(self) -> bool:
        """Whether conversations are asked for by when they began, and so listed in that order."""
        return bool(self.begun_since or self.begun_until) and not self.view

    @property
    def active(self) -> bool:
        """Whether anything but the view is asked for."""
        return replace(self, view="") != Filters()


def read_filters(query: Mapping[str, str]) -> Filters:
    """Read the filters of an address.

    Raises:
        FilterFault: If one cannot be understood, with a sentence for the page.
    """
    texts = {
        name: query.get(name, "").strip()[:_MOST]
        for name in ("view", "q", "topic", "region", "outcome", "reviewed", "assigned", "tag",
                     "person", "hour")
    }  # fmt: skip
    _one_of("L’issue", texts["outcome"], *SOUGHT)
    _one_of("La vue", texts["view"], "review")
    _one_of("« Revue »", texts["reviewed"], "yes", "no")
    _one_of("L’attribution", texts["assigned"], "me", "none")
    _one_of("L’heure", texts["hour"], *HOURS)
    days: dict[str, Any] = {name: _day(query.get(name, "")) for name in _DAYS}
    for first, last in (_DAYS[:2], _DAYS[2:]):
        since, until = days[first], days[last]
        if since and until and since > until:
            raise FilterFault("La date de début vient après la date de fin.")
    values: dict[str, Any] = {**texts, **{name: query.get(name) == "1" for name in _SWITCHES}}
    return Filters(**days, **values)


def narrow(query: Select[Any], filters: Filters, staff_id: int) -> Select[Any]:
    """Add the filters to a query of summaries.

    Conditions with a figure are written out, since a partial index is used only where its very
    condition stands in the query.
    """
    nothing: ColumnElement[int] = literal_column("0")
    query = _narrow_by_days(query, filters)
    if filters.topic:
        query = query.where(Summary.topic == _known(filters.topic))
    if filters.region:
        query = query.where(Summary.region == _known(filters.region))
    if filters.outcome == "not_understood":
        query = query.where(Summary.lost > nothing)
    elif filters.outcome == "left":
        query = query.where(Summary.outcome.in_(LEFT))
    elif filters.outcome:
        query = query.where(Summary.outcome == _known(filters.outcome))
    for name, column in (
        ("unsure", Summary.unsure),
        ("liked", Summary.liked),
        ("disliked", Summary.disliked),
        ("noted", Summary.notes),
    ):
        if getattr(filters, name):
            query = query.where(column > nothing)
    if filters.reviewed == "yes":
        query = query.where(Summary.reviewed_at.is_not(None))
    if filters.reviewed == "no" or filters.view == "review":
        query = query.where(Summary.reviewed_at.is_(None))
    if filters.view == "review":
        query = query.where(Summary.trouble > nothing)
    if filters.assigned == "me":
        query = query.where(Summary.assigned_to == staff_id, Summary.assigned_to.is_not(None))
    elif filters.assigned == "none":
        query = query.where(Summary.assigned_to.is_(None))
    return _narrow_by_others(query, filters)


def _narrow_by_days(query: Select[Any], filters: Filters) -> Select[Any]:
    for column, first, last in (
        (Summary.last_at, filters.since, filters.until),
        (Summary.started_at, filters.begun_since, filters.begun_until),
    ):
        if first:
            query = query.where(column >= Span(first, first).start)
        if last:
            query = query.where(column < Span(last, last).stop)
    if filters.hour:
        query = query.where(Summary.began_hour == int(filters.hour))
    return query


def _known(value: str) -> str:
    return "" if value == NONE else value


def _narrow_by_others(query: Select[Any], filters: Filters) -> Select[Any]:
    if filters.tag:
        tagged = select(Tag.conversation_id).where(
            Tag.tag == filters.tag, Tag.portal == Summary.portal
        )
        query = query.where(Summary.conversation_id.in_(tagged))
    if filters.person:
        named = select(ConversationAddress.conversation_id).where(
            ConversationAddress.portal == Summary.portal,
            ConversationAddress.fingerprint == filters.person,
        )
        query = query.where(Summary.conversation_id.in_(named))
    return query


def _day(text: str) -> date | None:
    try:
        return read_day(text)
    except PeriodFault as fault:
        raise FilterFault(str(fault)) from None


def _one_of(what: str, text: str, *known: str) -> None:
    if text and text not in known:
        raise FilterFault(f"{what} « {text} » n’existe pas.")


def _spelled(value: Any) -> str:
    if value is True:
        return "1"
    return str(value)
