"""Limits: counted per key within a window, all of several or none, and only by what commits."""

from __future__ import annotations

import asyncio
import uuid
from datetime import timedelta

import pytest
from sqlalchemy import func, select, update

from bot.ground.db import Database, now, unit_of_work
from bot.ground.errors import LimitReached
from bot.ground.limits import KEPT, Limit, LimitHit, forget_old, spend, spend_now

THREE = Limit("three", 3, timedelta(hours=1))
ONE = Limit("one", 1, timedelta(minutes=5))


ALL = Limit("all", 5, timedelta(hours=1), "shared")
FEW = Limit("few", 100, timedelta(hours=1), "network", share=2)


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


async def test_a_clock_that_was_ahead_shuts_nobody_out_for_longer_and_forgets_nothing(
    database: Database,
) -> None:
    await use(database, (ONE, "a"))
    await age(database, -timedelta(days=2))
    with pytest.raises(LimitReached) as caught:
        await use(database, (ONE, "a"))
    assert caught.value.seconds <= 300
    # From the first refusal on it is as old as it can be: it counts for one window, not for days.
    await age_of_what_stands(database)
    await use(database, (ONE, "a"))
    assert await hits(database) == 1


async def age_of_what_stands(database: Database) -> None:
    """Let a window pass for events that are not ahead of the clock."""
    async with database.write() as session:
        for hit in await session.scalars(select(LimitHit)):
            assert hit.at <= now()
            hit.at -= ONE.window


async def test_a_purge_bounds_what_is_kept_whatever_the_clock_said(database: Database) -> None:
    for number in range(20):
        await use(database, (ONE, f"{number}"))
    await age(database, KEPT + timedelta(minutes=1))
    await use(database, (ONE, "new"))
    async with database.write() as session:
        await forget_old(session)
    assert await hits(database) == 1
    await age(database, -timedelta(days=400))
    async with database.write() as session:
        await forget_old(session)
    await age_of_what_stands(database)


async def test_the_error_tells_when_it_is_possible_again(database: Database) -> None:
    await use(database, (ONE, "a"))
    await age(database, timedelta(minutes=3))
    with pytest.raises(LimitReached) as caught:
        await use(database, (ONE, "a"))
    assert (caught.value.kind, caught.value.scope) == ("one", "network")
    assert 110 <= caught.value.seconds <= 120
    await use(database, (THREE, "b"))
    await use(database, (THREE, "b"))
    await age(database, timedelta(minutes=30))
    await use(database, (THREE, "b"))
    with pytest.raises(LimitReached) as caught:
        await use(database, (THREE, "b"))
    assert 1790 <= caught.value.seconds <= 1800


async def test_of_several_limits_the_longest_wait_is_told(database: Database) -> None:
    await use(database, (ONE, "a"))
    for _ in range(3):
        await use(database, (THREE, "a"))
    with pytest.raises(LimitReached) as caught:
        await use(database, (ONE, "a"), (THREE, "a"))
    assert caught.value.kind == "three"


async def test_what_all_share_leaves_everybody_a_little(database: Database) -> None:
    for _ in range(5):
        await use(database, (ALL, "portal"), (FEW, "greedy"))
    with pytest.raises(LimitReached) as caught:
        await use(database, (ALL, "portal"), (FEW, "greedy"))
    assert (caught.value.kind, caught.value.scope) == ("all", "shared")
    for network in ("one", "other"):
        await use(database, (ALL, "portal"), (FEW, network))
        await use(database, (ALL, "portal"), (FEW, network))
        with pytest.raises(LimitReached):
            await use(database, (ALL, "portal"), (FEW, network))
    # Without a share of one's own there is none to keep.
    with pytest.raises(LimitReached):
        await use(database, (ALL, "portal"))


async def test_a_limit_of_hundreds_is_exact_among_128_at_once(database: Database) -> None:
    forty = Limit("forty", 40, timedelta(hours=1))
    start = asyncio.Event()

    async def one(number: int) -> bool:
        await start.wait()
        try:
            await spend_now(database, (forty, "net"), (THREE, f"talk {number % 16}"))
        except LimitReached:
            return False
        return True

    tasks = [asyncio.create_task(one(number)) for number in range(128)]
    start.set()
    assert (await asyncio.gather(*tasks)).count(True) == 40
    assert await hits(database) == 80


async def test_what_one_unit_spends_twice_counts_twice(database: Database) -> None:
    async with unit_of_work(database) as unit:
        for _ in range(3):
            await spend(database, unit, (THREE, "a"))
        with pytest.raises(LimitReached):
            await spend(database, unit, (THREE, "a"))
    assert await hits(database) == 3
