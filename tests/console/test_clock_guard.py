"""A clock that jumps ahead never has everything forgotten at once; one set back breaks nothing."""

from __future__ import annotations

import asyncio
import logging
from contextlib import suppress
from datetime import datetime, timedelta

import pytest
from sqlalchemy import func, select

from bot.ground.db import Database, now
from bot.ground.settings import current_settings
from bot.record import clock_guard
from bot.record.retention import purge, purge_daily
from bot.record.transcript import Conversation


async def _fill(database: Database) -> None:
    async with database.write() as session:
        for number in range(24):
            at = now() - timedelta(days=number)
            session.add(Conversation(id=f"c{number}", portal="resah", created_at=at, last_at=at))


async def _left(database: Database) -> int:
    async with database.read() as session:
        return await session.scalar(select(func.count()).select_from(Conversation)) or 0


def _set(monkeypatch: pytest.MonkeyPatch, ahead: timedelta) -> None:
    real = now

    def shifted() -> datetime:
        return real() + ahead

    for module in ("clock_guard", "retention"):
        monkeypatch.setattr(f"bot.record.{module}.now", shifted)


async def test_a_jump_ahead_waits_for_an_operator(
    database: Database, monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture
) -> None:
    settings = current_settings()
    await _fill(database)
    await purge(database, settings)
    _set(monkeypatch, timedelta(days=400))
    with caplog.at_level(logging.ERROR, "bot.record.retention"):
        task = asyncio.create_task(purge_daily(database, settings))
        for _ in range(100):
            if clock_guard.waits(settings):
                break
            await asyncio.sleep(0.05)
        task.cancel()
        with suppress(asyncio.CancelledError):
            await task
    assert "horloge" in caplog.text
    assert await _left(database) == 24
    # Asked for by name, it is done.
    assert (await purge(database, settings))["conversations"] == 24
    assert not clock_guard.waits(settings)


async def test_the_usual_share_goes_whatever_the_time_since(
    database: Database, monkeypatch: pytest.MonkeyPatch
) -> None:
    settings = current_settings()
    await _fill(database)
    await purge(database, settings)
    _set(monkeypatch, timedelta(days=69))
    assert not await clock_guard.is_suspect(database, settings)
    _set(monkeypatch, timedelta(days=-400))
    assert not await clock_guard.is_suspect(database, settings)
    assert (await purge(database, settings))["conversations"] == 0
    assert await _left(database) == 24
