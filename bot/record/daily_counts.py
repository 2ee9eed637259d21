"""Counts by day, so that a report over a year costs what one over a day does.

A day is one of Paris: it has 23 or 25 hours twice a year. A conversation counts whole on the day on
which it began, and what it counts changes with each of its turns, in the turn's own transaction.
Counts outlive what was counted: when conversations are erased, what they counted is kept apart as
`gone`, so that the rest can be counted anew at any time.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable
from datetime import date, datetime
from functools import lru_cache
from typing import Any, NamedTuple

from sqlalchemy import String, Table
from sqlalchemy.dialects import postgresql, sqlite
from sqlalchemy.ext.asyncio import AsyncSession
from sqlalchemy.orm import Mapped, mapped_column

from bot.ground.clock import PARIS
from bot.ground.db import Base

MEASURES = (
    "conversations", "messages", "lost", "not_understood", "solved", "handed_over", "left",
    "liked", "disliked", "views", "shown", "tickets", "answered", "kept", "broken", "minutes",
)  # fmt: skip

ALL = "all"
"""The kind that counts everything of a day once."""

_BY = ("topic", "region", "outcome", "hour")


class DailyCount(Base):
    """What was counted on one day.

    Attributes:
        kind: `all`, or by what it is counted: `topic`, `region`, `outcome`, `hour`, `article`.
        value: Which topic, region and so on; empty where it is not known.
        gone: Whether it counts what was erased since.
        lost: Messages that were not understood.
        not_understood: Conversations with such a message.
        left: Conversations that came to no end, or were given up.
        liked: Thumbs up; for answers under `all`, for articles under `article`.
        views: How often the page of an article was opened.
        shown: How often an article was said in the chat.
        tickets: Tickets that were erased; those that are held are counted where they stand. Of
            them `answered`, with the promise `kept` or `broken`, after `minutes` added up.
    """

    __tablename__ = "daily_counts"
    __table_args__ = ({"sqlite_with_rowid": False},)

    portal: Mapped[str] = mapped_column(String(64), primary_key=True)
    day: Mapped[date] = mapped_column(primary_key=True)
    kind: Mapped[str] = mapped_column(String(16), primary_key=True)
    value: Mapped[str] = mapped_column(String(128), primary_key=True)
    gone: Mapped[bool] = mapped_column(primary_key=True)
    conversations: Mapped[int] = mapped_column(default=0)
    messages: Mapped[int] = mapped_column(default=0)
    lost: Mapped[int] = mapped_column(default=0)
    not_understood: Mapped[int] = mapped_column(default=0)
    solved: Mapped[int] = mapped_column(default=0)
    handed_over: Mapped[int] = mapped_column(default=0)
    left: Mapped[int] = mapped_column(default=0)
    liked: Mapped[int] = mapped_column(default=0)
    disliked: Mapped[int] = mapped_column(default=0)
    views: Mapped[int] = mapped_column(default=0)
    shown: Mapped[int] = mapped_column(default=0)
    tickets: Mapped[int] = mapped_column(server_default="0")
    answered: Mapped[int] = mapped_column(server_default="0")
    kept: Mapped[int] = mapped_column(server_default="0")
    broken: Mapped[int] = mapped_column(server_default="0")
    minutes: Mapped[int] = mapped_column(server_default="0")


class Key(NamedTuple):
    """What is counted together."""

    portal: str
    day: date
    kind: str = ALL
    value: str = ""
    gone: bool = False


Counted = dict[Key, dict[str, int]]
"""What something counts, by key and measure."""


class Countable(NamedTuple):
    """What of a conversation is counted."""

    portal: str
    started_at: datetime
    topic: str
    region: str
    outcome: str
    messages: int
    lost: int


class Tally:
    """Changes to counts, collected and written at once.

    Counts are the last thing that a transaction writes, in the order of their keys: two that change
    the same ones then wait for each other, and never in a circle.
    """

    def __init__(self) -> None:
        self._changes: dict[Key, Counter[str]] = {}

    def add(self, counted: Counted, times: int = 1) -> None:
        """Add what something counts, or take it back where `times` is -1."""
        for key, measures in counted.items():
            change = self._changes.setdefault(key, Counter())
            for name, count in measures.items():
                change[name] += times * count

    def let_go(self, counted: Counted) -> None:
        """Keep as gone what something counted that is erased."""
        self.add(counted, -1)
        self.add({key._replace(gone=True): measures for key, measures in counted.items()})

    async def write(self, session: AsyncSession) -> None:
        """Change the counts by what was collected."""
        rows = [
            {**key._asdict(), **{name: change[name] for name in MEASURES}}
            for key, change in sorted(self._changes.items())
            if any(change.values())
        ]
        if rows:
            await session.execute(_adding(session.get_bind().dialect.name), rows)
        self._changes.clear()


def day_of(moment: datetime) -> date:
    """Return the day of Paris on which something was."""
    return moment.astimezone(PARIS).date()


def hour_of(moment: datetime) -> int:
    """Return the hour of Paris in which something was."""
    return moment.astimezone(PARIS).hour


def counted_of(one: Countable) -> Counted:
    """Return what a conversation counts."""
    once = {
        "conversations": 1,
        "not_understood": int(one.lost > 0),
        "solved": int(one.outcome == "solved"),
        "handed_over": int(one.outcome == "handed_over"),
        "left": int(one.outcome in LEFT),
    }
    day = day_of(one.started_at)
    values = (one.topic, one.region, one.outcome, f"{hour_of(one.started_at):02}")
    counted: Counted = {
        Key(one.portal, day, kind, value): once for kind, value in zip(_BY, values, strict=True)
    }
    counted[Key(one.portal, day)] = {**once, "messages": one.messages, "lost": one.lost}
    return counted


LEFT = ("", "given_up")
"""The outcomes of conversations that came to no end."""


def thumb_of(portal: str, article: str, at: datetime, *, helpful: bool) -> Counted:
    """Return what a thumb counts: on an article, or on an answer where that is empty."""
    kind = "article" if article else ALL
    return {Key(portal, day_of(at), kind, article): {"liked" if helpful else "disliked": 1}}


def article_counts(portal: str, day: date, name: str, articles: Iterable[str]) -> Counted:
    """Return what articles count that were opened (`views`) or said in the chat (`shown`)."""
    return {
        Key(portal, day, "article", intent): {name: count}
        for intent, count in Counter(articles).items()
    }


@lru_cache(maxsize=2)
def _adding(dialect: str) -> Any:
    table = DailyCount.__table__
    assert isinstance(table, Table)
    insert = sqlite.insert if dialect == "sqlite" else postgresql.insert
    statement: Any = insert(table)
    return statement.on_conflict_do_update(
        index_elements=list(table.primary_key.columns),
        set_={name: table.c[name] + statement.excluded[name] for name in MEASURES},
    )
