"""How often something may happen: reset mails, look-ups, messages, sessions.

The limits are generous enough for a hospital whose whole staff comes from one network address, and
narrow enough that the assistant cannot be used to list a portal's accounts or flood a mailbox. What
all share slows down when it is used up, and shuts nobody out: each network and each conversation
keeps a small share of its own.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta

from sqlalchemy import ColumnElement, Index, String, and_, delete, func, or_, select, update
from sqlalchemy.ext.asyncio import AsyncSession
from sqlalchemy.orm import Mapped, mapped_column

from bot.ground import alerts
from bot.ground.db import Base, Database, Moment, UnitOfWork, now
from bot.ground.errors import LimitReached

SCOPES = ("conversation", "network", "shared")
"""Whose share may be used up: one conversation's, one network's, or what all share."""

OWN_SCOPES = SCOPES[:2]


@dataclass(frozen=True)
class Limit:
    """At most `most` events of a kind under one key within `window`.

    Attributes:
        scope: What the key names; one of `SCOPES`, or another word where no sentence tells it.
        share: How many each key keeps while a limit that all share is used up.
        notice: From how many on staff are told; 0 where they never are.
    """

    kind: str
    most: int
    window: timedelta
    scope: str = "network"
    share: int = 0
    notice: int = 0


Use = tuple[Limit, str]
"""A limit with the key under which an event counts."""

_HOUR = timedelta(hours=1)
_MINUTE = timedelta(minutes=1)

RESETS_PER_ACCOUNT = Limit("reset", 5, _HOUR, "account")
CHECKS_PER_CONVERSATION = Limit("check_conversation", 12, _HOUR, "conversation", share=3, notice=12)
CHECKS_PER_NETWORK = Limit("check_network", 400, _HOUR, share=20, notice=100)
CHECKS_PER_PORTAL = Limit("check_portal", 5000, _HOUR, "shared", notice=5000)
NUMBERS_PER_CONVERSATION = Limit(
    "number_conversation", 12, _HOUR, "conversation", share=3, notice=12
)
NUMBERS_PER_NETWORK = Limit("number_network", 400, _HOUR, share=20, notice=100)
NUMBERS_PER_PORTAL = Limit("number_portal", 5000, _HOUR, "shared", notice=5000)
HANDOVERS_PER_CONVERSATION = Limit("handover", 6, _HOUR, "conversation", share=1)
HANDOVERS_PER_NETWORK = Limit("handover_network", 60, _HOUR, share=3, notice=60)
HANDOVERS_PER_MAILBOX = Limit("handover_mailbox", 120, _HOUR, "shared", notice=120)
TICKET_LOOKUPS = Limit("ticket", 8, _HOUR, "conversation")
TICKET_LOOKUPS_PER_NETWORK = Limit("ticket_network", 60, _HOUR, notice=30)
TICKET_PAGES_PER_NETWORK = Limit("ticket_page_network", 240, _HOUR)
TICKET_TRIES_PER_NETWORK = Limit("ticket_try_network", 40, _HOUR, notice=20)
TICKET_CODES_PER_TICKET = Limit("ticket_code", 5, _HOUR, "ticket", share=1)
TICKET_CODES_PER_MAILBOX = Limit("ticket_code_mailbox", 60, _HOUR, "shared", notice=60)
STAFF_INVITATIONS = Limit("staff_invitation", 60, _HOUR, "staff")
RECEIPTS_PER_ADDRESS = Limit("receipt", 5, _HOUR, "address")
FOLLOW_UPS_PER_TICKET = Limit("follow_up", 12, _HOUR, "ticket", share=1)
FOLLOW_UPS_PER_NETWORK = Limit("follow_up_network", 60, _HOUR, share=3)
WRONG_TOKENS_PER_NETWORK = Limit("token_network", 20, timedelta(minutes=15), notice=1)
RATINGS_PER_NETWORK = Limit("rating_network", 600, _HOUR)
HISTORY_PER_CONVERSATION = Limit("history", 120, _MINUTE, "conversation")
HISTORY_PER_NETWORK = Limit("history_network", 1200, _MINUTE)
SESSIONS_PER_NETWORK = Limit("session_network", 600, _HOUR)
MAILS_PER_SENDER = Limit("mail_sender", 40, _HOUR, "sender", share=2)
MAILS_PER_PORTAL = Limit("mail_portal", 3000, _HOUR, "shared", notice=3000)

KEPT = timedelta(hours=2)
"""How long an event is kept: longer than any window."""

_SKEW = timedelta(minutes=5)
"""How far the clocks of two machines may differ."""


class LimitHit(Base):
    """One event that counts towards a limit."""

    __tablename__ = "limit_hits"
    __table_args__ = (Index("ix_limit_hits_kind_key_at", "kind", "key", "at"),)

    id: Mapped[int] = mapped_column(primary_key=True)
    kind: Mapped[str] = mapped_column(String(32))
    key: Mapped[str] = mapped_column(String(128))
    at: Mapped[datetime] = mapped_column(Moment)


async def spend(database: Database, unit: UnitOfWork, *uses: Use, portal: str = "") -> None:
    """Count one event towards each of several limits, when all of them allow it.

    The events are counted again in the transaction that writes them, so that of any number of turns
    that pass here at once, only as many are kept as the limits allow.

    Args:
        database: Where past events are counted.
        unit: The unit of work that records the event.
        *uses: Limits with the key under which each counts.
        portal: Whose staff are told where there is much of it; all portals' by default.

    Raises:
        LimitReached: If one of the limits is exhausted; nothing is counted then. It is
            raised at the unit's commit where others were faster; nothing of the unit is kept then.
    """
    moment = now()
    spending = unit.find(_Spending)
    before = spending.pending if spending else Counter[Use]()
    async with database.read() as session:
        refusal = await _refusal(session, uses, moment, before)
    if refusal is not None:
        await _set_back(database, uses, moment)
        for limit, key in uses:
            if limit.kind == refusal.kind and limit.notice:
                await alerts.note_refusal(database, limit.kind, portal, key, limit.most)
        raise refusal
    if spending is None:
        spending = _Spending(is_sqlite=database.is_sqlite)
        unit.defer(spending)
    spending.add(uses, portal)


async def spend_now(database: Database, *uses: Use, portal: str = "") -> None:
    """Count one event at once, in a transaction of its own.

    Raises:
        LimitReached: If one of the limits is exhausted; nothing is counted then.
    """
    unit = UnitOfWork(database)
    await spend(database, unit, *uses, portal=portal)
    await unit.commit()


class _Spending:
    """All that one unit of work counts, in one write: two units never wait for each other."""

    def __init__(self, *, is_sqlite: bool) -> None:
        self._is_sqlite = is_sqlite
        self._events: list[tuple[tuple[Use, ...], str]] = []

    @property
    def pending(self) -> Counter[Use]:
        """How often each use stands here that no other transaction sees yet."""
        return Counter(use for uses, _ in self._events for use in uses)

    def add(self, uses: tuple[Use, ...], portal: str) -> None:
        """Add an event."""
        self._events.append((uses, portal))

    async def __call__(self, session: AsyncSession) -> None:
        """Count the events if the limits still allow them, holding their keys till the commit."""
        moment = now()
        used = sorted({(limit.kind, key): limit for limit, key in self.pending}.items())
        if not self._is_sqlite:
            for kind, key in (names for names, _ in used):
                name = func.hashtextextended(f"limit:{kind}:{key}", 0)
                await session.execute(select(func.pg_advisory_xact_lock(name)))
        much = []
        for uses, portal in self._events:
            refusal = await _refusal(session, uses, moment, Counter())
            if refusal is not None:
                raise refusal
            session.add_all(LimitHit(kind=limit.kind, key=key, at=moment) for limit, key in uses)
            await session.flush()
            for limit, key in uses:
                if limit.notice and await _full_until(session, (limit, key), limit.notice, moment):
                    much.append((limit.kind, portal, key, limit.notice))
        for one in sorted(much):
            await alerts.note(session, *one)
        for (_, key), limit in used:
            await _forget(session, limit, key, moment)


async def _refusal(
    session: AsyncSession, uses: Sequence[Use], moment: datetime, before: Counter[Use]
) -> LimitReached | None:
    """Return why an event is not allowed, the longest wait of several, or None where it is."""
    refusals, shared = [], None
    for use in uses:
        limit = use[0]
        until = await _full_until(session, use, limit.most - before[use], moment)
        if until is None:
            continue
        refusal = LimitReached(limit.kind, limit.scope, until)
        if limit.scope == "shared":
            shared = refusal
        else:
            refusals.append(refusal)
    if shared is not None and not refusals:
        own = [use for use in uses if use[0].scope != "shared"]
        for use in own:
            until = await _full_until(session, use, use[0].share - before[use], moment)
            if until is not None:
                refusals.append(LimitReached(shared.kind, "shared", min(until, shared.until)))
        if not own:
            refusals.append(shared)
    return max(refusals, key=lambda refusal: refusal.until, default=None)


async def _full_until(
    session: AsyncSession, use: Use, most: int, moment: datetime
) -> datetime | None:
    """Return until when a key has had `most` events within the window, or None where it has not.

    Events of a clock that was ahead count as if they happened now.
    """
    limit, key = use
    if most <= 0:
        return moment + limit.window
    latest = await session.scalar(
        select(LimitHit.at)
        .where(_of(limit, key), LimitHit.at > moment - limit.window)
        .order_by(LimitHit.at.desc())
        .offset(most - 1)
        .limit(1)
    )
    return None if latest is None else min(latest, moment) + limit.window


def _of(limit: Limit, key: str) -> ColumnElement[bool]:
    return and_(LimitHit.kind == limit.kind, LimitHit.key == key)


async def _forget(session: AsyncSession, limit: Limit, key: str, moment: datetime) -> None:
    await session.execute(
        delete(LimitHit).where(_of(limit, key), LimitHit.at <= moment - limit.window)
    )


async def _set_back(database: Database, uses: Sequence[Use], moment: datetime) -> None:
    """Have events of a clock that was ahead count from now on, and no longer than others."""
    ahead = or_(*(_of(limit, key) for limit, key in uses)) & (LimitHit.at > moment + _SKEW)
    async with database.read() as session:
        if await session.scalar(select(LimitHit.id).where(ahead).limit(1)) is None:
            return
    async with database.write() as session:
        await session.execute(update(LimitHit).where(ahead).values(at=moment))


async def count(session: AsyncSession, limit: Limit, key: str) -> int:
    """Count one more event, and return how many there were within the window, this one too.

    Nothing is refused: it is for what is only slowed down.

    Args:
        session: The transaction that records the event.
        limit: Whose kind and window count.
        key: Under which it counts.
    """
    moment = now()
    await _forget(session, limit, key, moment)
    mine = _of(limit, key)
    ahead = mine & (LimitHit.at > moment + _SKEW)
    await session.execute(update(LimitHit).where(ahead).values(at=moment))
    session.add(LimitHit(kind=limit.kind, key=key, at=moment))
    await session.flush()
    number = await session.scalar(select(func.count()).select_from(LimitHit).where(mine))
    return number or 0


async def forget_old(session: AsyncSession) -> None:
    """Delete the events that count no more, whatever the clock said when they happened."""
    moment = now()
    ahead = LimitHit.at > moment + _SKEW
    await session.execute(update(LimitHit).where(ahead).values(at=moment))
    await session.execute(delete(LimitHit).where(LimitHit.at < moment - KEPT))


async def reached(database: Database, *uses: Use) -> LimitReached | None:
    """Return why one more event would not be allowed, or None where it would; nothing counts."""
    async with database.read() as session:
        return await _refusal(session, uses, now(), Counter())
