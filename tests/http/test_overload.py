"""Too much at once, and grounds that give way: said early, truly, and health answers meanwhile."""

from __future__ import annotations

import asyncio
import shutil
import sqlite3
import time
from contextlib import closing
from pathlib import Path

from bot.web import readiness
from bot.web.readiness import files_trouble
from tests.http.conftest import Chat, Site, Start, sentence_of


async def _reason(site: Site) -> str:
    started = time.monotonic()
    response = await site.client.get("/readyz")
    took = time.monotonic() - started
    body = await response.json()
    # Long before SQLite gives up waiting for a lock.
    assert took < 6, took
    if response.status == 200:
        assert body == {"status": "ready"}
        return ""
    assert (response.status, body["status"]) == (503, "unavailable")
    assert response.headers["Retry-After"] == "5"
    assert (await site.client.get("/healthz")).status == 200
    reason: str = body["reason"]
    return reason


async def test_too_many_turns_are_refused_early(start: Start) -> None:
    site = await start(waiting_turns=2)
    chats = [Chat(site) for _ in range(8)]
    for chat in chats:
        await chat.open()
    answers = await asyncio.gather(*(chat.post("bonjour") for chat in chats))
    statuses = sorted(answer.status for answer in answers)
    assert statuses[:2] == [200, 200]
    assert statuses[-1] == 503
    for answer in answers:
        if answer.status == 503:
            assert answer.headers["Retry-After"] == "3"
            assert "Réessayez" in await sentence_of(answer)
    assert (await chats[-1].post("bonjour")).status == 200


async def test_ready_while_all_is_well(site: Site) -> None:
    assert await _reason(site) == ""


async def test_a_locked_database_is_told(site: Site, tmp_path: Path) -> None:
    with closing(sqlite3.connect(tmp_path / "guichet.db", isolation_level=None)) as other:
        other.execute("BEGIN IMMEDIATE")
        assert "verrouillée" in await _reason(site)
        other.execute("ROLLBACK")
    assert await _reason(site) == ""


async def test_a_database_that_was_taken_away_is_told_and_takes_no_turn(
    site: Site, tmp_path: Path
) -> None:
    chat = Chat(site)
    assert await chat.say("bonjour")
    assert await _reason(site) == ""
    for path in list(tmp_path.glob("guichet.db*")):  # noqa: ASYNC240
        path.rename(tmp_path / f"away-{path.name}")
    assert "n’est plus là" in await _reason(site)
    response = await chat.post("mot de passe oublié")
    assert (response.status, response.headers["Retry-After"]) == (503, "3")
    await sentence_of(response)
    for path in list(tmp_path.glob("away-*")):  # noqa: ASYNC240
        path.rename(tmp_path / path.name.removeprefix("away-"))
    assert await _reason(site) == ""
    assert (await chat.post("mot de passe oublié")).status == 200


async def test_a_missing_model_is_told(start: Start, model: Path, tmp_path: Path) -> None:
    site = await start()
    copy = tmp_path / "copy.tar.gz"
    shutil.copy(model, copy)
    site.assistant.model_path = copy
    assert await _reason(site) == ""
    copy.unlink()
    assert "modèle" in await _reason(site)


async def test_a_folder_that_cannot_be_written_is_told(start: Start, tmp_path: Path) -> None:
    site = await start(var_dir=tmp_path / "gone")
    assert files_trouble(site.settings) == readiness.READ_ONLY
    assert "dossier" in await _reason(site)
