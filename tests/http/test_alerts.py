"""Volume that staff should know of: noticed, shown in the console, and logged once."""

from __future__ import annotations

import asyncio
import logging
from datetime import timedelta

import pytest
from sqlalchemy import func, select

from bot.content.live import current_content
from bot.ground.alerts import Alert, note
from bot.ground.db import Database
from bot.web.console.notices import notices
from tests.http.conftest import Chat, Site, Start, on_both_databases
from tests.http.volume import hits, later, only_key, use_up

WRONG = {"Authorization": "Bearer jeton-faux"}
RIGHT = {"Authorization": "Bearer jeton"}


@pytest.fixture(autouse=True)
def _small_limits(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("GUICHET_CHECKS_PER_NETWORK", "20")
    monkeypatch.setenv("GUICHET_CHECKS_PER_PORTAL", "30")


async def _alerts(database: Database) -> dict[str, int]:
    async with database.read() as session:
        found = list(await session.scalars(select(Alert).order_by(Alert.kind)))
    assert len({alert.kind for alert in found}) == len(found)
    return {alert.kind: alert.count for alert in found}


async def _told(database: Database, portal: str = "resah") -> str:
    async with database.read() as session:
        shown = await notices(session, current_content().portal(portal))
    return "\n".join(notice.text for notice in shown)


@on_both_databases
async def test_a_sweep_is_noticed_before_it_is_stopped(
    site: Site, caplog: pytest.LogCaptureFixture
) -> None:
    caplog.set_level(logging.WARNING, "bot.ground.alerts")
    chats = [Chat(site) for _ in range(2)]
    for number in range(9):
        await chats[number % 2].say(f"agent.{number}@chu-exemple.example")
        # A quarter of what a network may.
        assert await _alerts(site.database) == ({"check_network": number + 1} if number > 3 else {})
    assert len(caplog.records) == 1
    assert "@" not in caplog.text
    assert "au moins 9 adresses vérifiées depuis un réseau" in await _told(site.database)
    assert await _told(site.database, "woundwo") == ""


@on_both_databases
async def test_a_conversation_that_tries_many_addresses_can_be_read(site: Site) -> None:
    chat = Chat(site)
    for number in range(13):
        await chat.say(f"agent.{number}@chu-exemple.example")
    async with site.database.read() as session:
        shown = await notices(session, current_content().portal("resah"))
    (one,) = [notice for notice in shown if notice.conversation]
    assert one.conversation == await only_key(site, "check_conversation")


@on_both_databases
async def test_staff_are_told_that_a_portal_has_used_up_its_share(
    site: Site, caplog: pytest.LogCaptureFixture
) -> None:
    caplog.set_level(logging.WARNING, "bot.ground.alerts")
    await use_up(site, "check_portal", "resah", 30)
    for _ in range(2):
        chat = Chat(site)
        for number in range(5):
            await chat.say(f"agent.{number}@chu-exemple.example")
    assert "Toutes les vérifications d’adresses" in await _told(site.database)
    lines = [record for record in caplog.records if "check_portal" in record.getMessage()]
    assert len(lines) == 1


@on_both_databases
async def test_alerts_stay_few_whatever_is_tried(
    database: Database, caplog: pytest.LogCaptureFixture
) -> None:
    caplog.set_level(logging.WARNING, "bot.ground.alerts")
    for number in range(100):
        async with database.write() as session:
            await note(session, "check_network", "resah", f"{number:016x}", 100)
    async with database.read() as session:
        rows = await session.scalar(select(func.count()).select_from(Alert))
        others = await session.scalar(select(Alert.count).where(Alert.key == ""))
    assert (rows, others, len(caplog.records)) == (21, 80, 21)
    assert "de beaucoup d’autres encore" in await _told(database)


@on_both_databases
async def test_wrong_tokens_are_throttled_by_network(
    start: Start, caplog: pytest.LogCaptureFixture
) -> None:
    caplog.set_level(logging.INFO)
    site = await start(api_token="jeton", trusted_proxies=("127.0.0.1",))

    async def parse(token: dict[str, str], address: str) -> int:
        response = await site.client.post(
            "/model/parse", json={"text": "bonjour"}, headers={**token, "X-Forwarded-For": address}
        )
        if response.status == 429:
            body = await response.json()
            assert int(response.headers["Retry-After"]) == body["retry_after"] <= 900
            assert body["error"].endswith("minutes.") and "réseau" in body["error"]
        return response.status

    assert await parse(RIGHT, "198.51.100.1") == 200
    for network in ("192.0.2.1", "198.51.100.1"):
        told = await asyncio.gather(*(parse(WRONG, network) for _ in range(64)))
        assert sorted(told) == [401] * 20 + [429] * 44
    # A guess that is right is not told from one that is wrong; who had it before goes on.
    assert await parse(RIGHT, "192.0.2.1") == 429
    assert await parse(RIGHT, "198.51.100.1") == 200
    assert await parse(RIGHT, "203.0.113.1") == 200
    assert await hits(site, "token_network") == 40
    lines = [record for record in caplog.records if "token_network" in record.getMessage()]
    assert len(lines) == 2
    assert "jeton-faux" not in caplog.text
    assert "jetons d’accès faux" in await _told(site.database)
    await later(site, timedelta(minutes=16))
    assert await parse(RIGHT, "192.0.2.1") == 200
