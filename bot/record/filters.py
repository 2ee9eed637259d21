"""The filters of the list of conversations: they stand in the address, and combine."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, replace
from datetime import date, timedelta
from typing import Any
from urllib.parse import urlencode

from sqlalchemy import ColumnElement, Select, literal_column, select

from bot.ground.errors import GuichetError
from bot.ground.moments import start_of
from bot.record.review_tables import Tag
from bot.record.summaries import ConversationAddress, Summary

OUTCOMES = {
    "solved": "résolue",
    "reset_sent": "mail de réinitialisation envoyé",
    "informed": "renseignée",
    "handed_over": "transmise",
    "given_up": "abandonnée",
    "refused": "transmission refusée",
    "not_understood": "pas comprise",
    "none": "sans suite",
}
"""How a conversation ended, as the list tells it."""

_SWITCHES = ("unsure", "disliked", "noted")
_MOST = 200


class FilterFault(GuichetError):
    """A filter in the address cannot be understood."""


@dataclass(frozen=True)
class Filters:
    """What the address asks for; empty where it asks for nothing.

    Attributes:
        view: `review` for what went wrong first, empty for the latest first.
        person: The fingerprint of an address.
        assigned: `me`, `none`, or empty.
        reviewed: `yes`, `no`, or empty.
    """

    view: str = ""
    q: str = ""
    since: date | None = None
    until: date | None = None
    topic: str = ""
    region: str = ""
    outcome: str = ""
    reviewed: str = ""
    assigned: str = ""
    tag: str = ""
    person: str = ""
    unsure: bool = False
    disliked: bool = False
    noted: bool = False

    def address(self, **changes: Any) -> str:
        """Return the query of the address that asks for this, with some of it changed."""
        values = vars(replace(self, **changes))
        return urlencode({name: _spelled(value) for name, value in values.items() if value})

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
                     "person")
    }  # fmt: skip
    _one_of("L’issue", texts["outcome"], *OUTCOMES)
    _one_of("La vue", texts["view"], "review")
    _one_of("« Revue »", texts["reviewed"], "yes", "no")
    _one_of("L’attribution", texts["assigned"], "me", "none")
    since, until = _day(query.get("since", "")), _day(query.get("until", ""))
    if since and until and since > until:
        raise FilterFault("La date de début vient après la date de fin.")
    values: dict[str, Any] = {**texts, **{name: query.get(name) == "1" for name in _SWITCHES}}
    return Filters(since=since, until=until, **values)


def narrow(query: Select[Any], filters: Filters, staff_id: int) -> Select[Any]:
    """Add the filters to a query of summaries.

    Conditions with a figure are written out, since a partial index is used only where its very
    condition stands in the query.
    """
    nothing: ColumnElement[int] = literal_column("0")
    if filters.since:
        query = query.where(Summary.last_at >= start_of(filters.since))
    if filters.until:
        query = query.where(Summary.last_at < start_of(filters.until + timedelta(days=1)))
    if filters.topic:
        query = query.where(Summary.topic == filters.topic)
    if filters.region:
        query = query.where(Summary.region == filters.region)
    if filters.outcome == "not_understood":
        query = query.where(Summary.lost > nothing)
    elif filters.outcome:
        query = query.where(
            Summary.outcome == ("" if filters.outcome == "none" else filters.outcome)
        )
    for name, column in (
        ("unsure", Summary.unsure),
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
    text = text.strip()
    if not text:
        return None
    try:
        day = date.fromisoformat(text)
    except ValueError:
        raise FilterFault(f"« {text[:20]} » n’est pas une date : écrivez 2024-03-31.") from None
    if not 2000 <= day.year <= 2999:
        raise FilterFault(f"L’année {day.year} est trop lointaine.")
    return day


def _one_of(what: str, text: str, *known: str) -> None:
    if text and text not in known:
        raise FilterFault(f"{what} « {text} » n’existe pas.")


def _spelled(value: Any) -> str:
    if value is True:
        return "1"
    return str(value)
