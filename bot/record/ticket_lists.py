"""Hand-overs as the staff see them: open first, with their age against the promised delay."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from hashlib import sha256
from urllib.parse import parse_qsl, urlencode

from sqlalchemy import ColumnElement, and_, case, exists, false, func, or_, select
from sqlalchemy.ext.asyncio import AsyncSession

from bot.content.live import Portal
from bot.desk.privacy import fingerprint
from bot.desk.ticket_tables import STATE_NAMES, UNANSWERED, Ticket, TicketEntry
from bot.ground.db import now
from bot.ground.moments import age
from bot.record.periods import Span
from bot.record.promises import is_of, late_before
from bot.record.summaries import ConversationAddress
from bot.staff.scope import Scope

MAIL_FATES = {
    "sent": "parti",
    "waiting": "pas encore parti",
    "refused": "pas parti : la région n’est pas prévenue",
    "unknown": "n’est plus gardé",
}

TO_DO = "todo"
LATE = "late"
LISTED_STATES = {TO_DO: "à traiter", LATE: "en retard", **STATE_NAMES}
"""What the list can be narrowed to."""

_RANKS = {"new": 0, "open": 0, "waiting": 1, "answered": 2, "closed": 3}
_ORDER = case(_RANKS, value=Ticket.state, else_=4)
PAGE = 50
_REFERENCE = 4
_LIST = ("q", "person", "state", "regions", "mine", "since", "until", "promise", "page")
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


def wait_of(ticket: Ticket, portal: Portal, moment: datetime) -> Wait:
    """Return how long a ticket has waited."""
    text = age(ticket.waiting_since, moment)
    if portal.promise is None or not ticket.is_unanswered:
        return Wait(text, late=False)
    due = portal.promise.due(ticket.waiting_since)
    if moment > due:
        return Wait(f"{text} : en retard (promis en {portal.response_delay})", late=True)
    left = max(1, int((due - moment).total_seconds() // 3600))
    return Wait(f"{text} : reste {left} h", late=False)


@dataclass(frozen=True)
class Listing:
    """One page of tickets, and how many there are in all."""

    tickets: list[Ticket]
    total: int
    page: int

    @property
    def has_next(self) -> bool:
        """Whether another page follows."""
        return self.page * PAGE < self.total


async def list_tickets(
    session: AsyncSession,
    scope: Scope,
    *,
    state: str,
    everywhere: bool,
    mine: bool,
    words: str = "",
    person: str = "",
    span: Span | None = None,
    promise: str = "",
    page: int = 1,
) -> Listing:
    """Return tickets: unanswered ones first, the oldest at the top; of the others the newest.

    Args:
        session: Reads them.
        scope: The portal.
        state: Only those in this state, a key of `LISTED_STATES`; empty for all.
        everywhere: Whether other regions than one's own count.
        mine: Whether only those count that fall to who asks.
        words: A reference as people say it, or words that all stand in a ticket; of whatever
            region and state it is.
        person: The fingerprint of an address; only the tickets of whoever has it.
        span: Only those that came on these days.
        promise: Only those of which the promise has become this, a key of `PROMISES`.
        page: Which page, from 1.
    """
    query = scope.select(Ticket)
    if person:
        query = query.where(Ticket.id.in_(await _tickets_of(session, scope, person)))
    elif words:
        query = query.where(_names(words))
    else:
        if state == TO_DO:
            query = query.where(Ticket.state.in_(UNANSWERED))
        elif state == LATE:
            query = query.where(is_late(scope.portal))
        elif state:
            query = query.where(Ticket.state == state)
        if not everywhere:
            query = query.where(of_regions(scope))
        if mine:
            query = query.where(Ticket.assigned_to == scope.staff.id)
        if span:
            query = query.where(Ticket.created_at >= span.start, Ticket.created_at < span.stop)
        if promise:
            query = query.where(is_of(promise, now()))
    counted = query.with_only_columns(Ticket.id).subquery()
    total = await session.scalar(select(func.count()).select_from(counted))
    waited = waited_since()
    rows = await session.scalars(
        query.order_by(
            _ORDER, case((Ticket.state.in_(UNANSWERED), waited)), waited.desc(), Ticket.id
        )
        .limit(PAGE)
        .offset((page - 1) * PAGE)
    )
    return Listing(list(rows), total or 0, page)


def waited_since() -> ColumnElement[datetime]:
    """Return since when a ticket waits for an answer, as the database knows it."""
    return func.coalesce(Ticket.reopened_at, Ticket.created_at)


def is_late(portal: Portal) -> ColumnElement[bool]:
    """Return the condition for the tickets that wait for longer than was promised."""
    since = late_before(portal.promise, now())
    if since is None:
        return false()
    return and_(Ticket.state.in_(UNANSWERED), waited_since() < since)


def _names(words: str) -> ColumnElement[bool]:
    """Return the condition for a reference, and for the tickets in which all words stand."""
    every = [
        or_(
            Ticket.topic.icontains(word, autoescape=True),
            exists().where(
                TicketEntry.ticket_id == Ticket.id,
                TicketEntry.text.icontains(word, autoescape=True),
            ),
        )
        for word in words.split()
    ]
    return or_(Ticket.reference == reference_in(words), and_(*every))


async def _tickets_of(session: AsyncSession, scope: Scope, person: str) -> list[int]:
    """Return the tickets of whoever has an address: those that mails opened tell it themselves."""
    named = select(ConversationAddress.conversation_id).where(
        ConversationAddress.portal == scope.portal.id, ConversationAddress.fingerprint == person
    )
    rows = await session.execute(
        scope.select(Ticket)
        .where(or_(Ticket.conversation_id.is_(None), Ticket.conversation_id.in_(named)))
        .with_only_columns(Ticket.id, Ticket.conversation_id, Ticket.contact)
    )
    return [
        number
        for number, conversation, contact in rows
        if conversation is not None or fingerprint(contact, scope.secret_key) == person
    ]


def of_regions(scope: Scope) -> ColumnElement[bool]:
    """Return the condition for the tickets of one's regions, and for those of none yet."""
    return Ticket.region.in_(["", *(region.id for region in scope.regions)])


def version_of(ticket: Ticket) -> str:
    """Return what stands for a ticket's present state in the list."""
    facts = (ticket.state, ticket.assigned_to, ticket.region, ticket.updated_at)
    return sha256(repr(facts).encode()).hexdigest()[:16]


def list_of(query: str) -> str:
    """Return the filters and page of the list from which a ticket was opened, and nothing else."""
    values = dict(parse_qsl(query))
    return urlencode({name: values[name] for name in _LIST if values.get(name)})


def reference_in(words: str) -> str:
    """Return the reference that somebody typed, `G-7P2W`, `7p2w` or `g7p2w`, or an empty text."""
    letters = "".join(char for char in words.upper() if char.isascii() and char.isalnum())
    if len(letters) == _REFERENCE + 1 and letters.startswith("G"):
        letters = letters[1:]
    return f"G-{letters}" if len(letters) == _REFERENCE else ""


def topic_of(ticket: Ticket) -> str:
    """Return what a ticket is about, for people: it may be about nothing in particular."""
    return ticket.topic or _NO_TOPIC
