"""Limits: counted per key within a window, all of several or none, and only by what commits."""

from __future__ import annotations

import asyncio
import uuid
from datetime import timedelta

import pytest
from sqlalchemy import func, select, update

from actions.db import Database, now, unit_of_work
from actions.errors import LimitReached
from actions.limits import Limit, LimitHit, spend

THREE = Limit("three", 3, timedelta(hours=1))
ONE = Limit("one", 1, timedelta(minutes=5))


async def use(database: Database, *uses: tuple[Limit, str]) -> None:
    async with unit_of_work(database) as unit:
        await spend(database, unit, *uses)


async def hits(database: Database) -> int:
    async with database.read() as session:
        return await session.scalar(select(func.count()).select_from(LimitHit)) or 0


async def age(database: Database, by: timedelta) -> None:
    async with database.write() as session:
        await session.execute(update(LimitHit).values(at=now() - by))


async def test_as_many_as_the_limit_says_and_no_more(database: Database) -> None:
    for _ in range(3):
        await use(database, (THREE, "a"))
    with pytest.raises(LimitReached) as caught:
        await use(database, (THREE, "a"))
    assert str(caught.value) == "three"
    assert await hits(database) == 3


async def test_keys_and_kinds_are_counted_apart(database: Database) -> None:
    await use(database, (ONE, "a"))
    await use(database, (ONE, "b"))
    await use(database, (Limit("other", 1, ONE.window), "a"))
    with pytest.raises(LimitReached):
        await use(database, (ONE, "a"))


async def test_what_is_past_the_window_counts_no_more_and_is_removed(database: Database) -> None:
    await use(database, (ONE, "a"))
    await age(database, timedelta(minutes=4))
    with pytest.raises(LimitReached):
        await use(database, (ONE, "a"))
    await age(database, timedelta(minutes=6))
    await use(database, (ONE, "a"))
    assert await hits(database) == 1


async def test_of_several_limits_all_are_spent_or_none(database: Database) -> None:
    await use(database, (ONE, "a"))
    with pytest.raises(LimitReached):
        await use(database, (THREE, "a"), (ONE, "a"))
    assert await hits(database) == 1
    await use(database, (THREE, "a"), (ONE, "b"))
    assert await hits(database) == 3


async def test_a_turn_that_is_not_kept_costs_nothing(database: Database) -> None:
    async with unit_of_work(database) as unit:
        await spend(database, unit, (ONE, "a"))
        unit.discard()
    with pytest.raises(RuntimeError):
        async with unit_of_work(database) as unit:
            await spend(database, unit, (ONE, "a"))
            raise RuntimeError
    assert await hits(database) == 0
    await use(database, (ONE, "a"))


async def test_of_many_at_once_as_many_pass_as_the_limit_says(database: Database) -> None:
    ten = Limit("ten", 10, timedelta(hours=1))
    checked, waiting = asyncio.Event(), 0

    async def turn() -> bool:
        nonlocal waiting
        try:
            async with unit_of_work(database) as unit:
                await spend(database, unit, (ten, "a"), (THREE, uuid.uuid4().hex))
                waiting += 1
                if waiting == 30:
                    checked.set()
                await checked.wait()
        except LimitReached:
            return False
        return True

    passed = await asyncio.gather(*(turn() for _ in range(30)))
    assert passed.count(True) == 10
    assert await hits(database) == 20


async def test_a_clock_that_was_ahead_shuts_nobody_out(database: Database) -> None:
    await use(database, (ONE, "a"))
    await age(database, -timedelta(days=2))
    await use(database, (ONE, "a"))
    assert await hits(database) == 1
    with pytest.raises(LimitReached):
        await use(database, (ONE, "a"))
