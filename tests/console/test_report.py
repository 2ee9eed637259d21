"""The lead's page: each figure is right, and is the number of lines of the list behind it."""

from __future__ import annotations

import asyncio
import csv
import io
import re
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from html import unescape
from itertools import pairwise

import pytest
from sqlalchemy import delete, func, select

from bot.content.delays import read_delay
from bot.content.live import current_content
from bot.desk.ticket_tables import Ticket
from bot.ground.clock import PARIS
from bot.ground.db import Database, now
from bot.record.daily_counts import DailyCount, day_of
from bot.record.erasure import erase_conversations
from bot.record.periods import PeriodFault, Span, buckets_of, read_period
from bot.record.promises import late_before
from bot.record.ratings import Rating, rate_answer, rate_article
from bot.record.recount import recount, recount_if_never
from bot.record.report import Counts, read_counts, read_report
from bot.record.retention import purge
from bot.record.summaries import Summary
from bot.web.console.report_csv import harmless
from tests.console.conftest import Console, Visitor, on_both_databases
from tests.console.written import Said, write

MARCH = Span(date(2024, 3, 1), date(2024, 3, 31))


def paris(day: str, time: str = "10:00", fold: int = 0) -> datetime:
    return datetime.fromisoformat(f"{day} {time}").replace(tzinfo=PARIS, fold=fold)


def lost(text: str = "xqzt plof") -> Said:
    return Said(text, "out_of_scope", 0.2, "lost")


def ended(outcome: str, topic: str = "mailinblack", region: str = "bretagne") -> Said:
    memory = {"topic": topic, "region": region, "outcome": outcome}
    return Said("mailinblack bloque mes mails", "mailinblack", memory=memory)


async def furnish(database: Database) -> None:
    """Hold seven conversations in March 2024, one on either side of it, and one elsewhere."""
    for key, turns, at in (
        ("before", [ended("solved")], paris("2024-02-29", "23:59")),
        ("first", [ended("solved")], paris("2024-03-01", "00:00")),
        ("solved", [lost(), ended("solved")], paris("2024-03-04", "09:10")),
        ("handed", [ended("handed_over", "document_missing")], paris("2024-03-04", "09:50")),
        ("contact", [ended("contact_given")], paris("2024-03-05", "14:00")),
        ("given-up", [lost(), lost("et puis ?"), ended("given_up", "", "")], paris("2024-03-06")),
        ("left", [lost(), Said("bonjour", "greet", memory={})], paris("2024-03-07")),
        ("last", [ended("informed", region="corse")], paris("2024-03-31", "23:59")),
        ("after", [ended("solved")], paris("2024-04-01", "00:00")),
    ):
        await write(database, key, turns, at=at)
    await write(database, "theirs", [lost("chez woundwo"), ended("solved")], "woundwo",
                at=paris("2024-03-04"))  # fmt: skip


async def counts(database: Database, span: Span = MARCH, portal: str = "resah") -> Counts:
    async with database.read() as session:
        return await read_counts(session, portal, span)


@dataclass
class Shown:
    """A figure of a page, with the list behind it."""

    value: str
    path: str


def figures_of(text: str) -> list[Shown]:
    """Return every figure of a page that leads somewhere."""
    found = re.findall(r'<a href="/console([^"]+)">(?:<span[^>]*>[^<]*</span>)?(\d+)</a>', text)
    return [Shown(value, unescape(path)) for path, value in found]


def of_each(found: Counts, kind: str) -> dict[str, int]:
    return {key: one.conversations for key, one in found.by[kind].items() if one.conversations}


async def lines_of(visitor: Visitor, path: str) -> int:
    """Return how many lines a list has, page after page."""
    count = 0
    while path:
        text = await visitor.page(path)
        count += text.count("<tr data-row>")
        found = re.search(r'rel="next" href="/console([^"]+)"', text)
        path = unescape(found[1]) if found else ""
    return count


@on_both_databases
async def test_the_figures_are_those_of_the_month_by_hand(console: Console) -> None:
    await furnish(console.database)
    found = await counts(console.database)
    every = found.all
    assert (every.conversations, every.messages, every.lost) == (7, 11, 4)
    assert (every.solved, every.handed_over, every.left, every.not_understood) == (2, 1, 2, 3)
    assert of_each(found, "topic") == {
        "mailinblack": 4, "document_missing": 1, "": 2,
    }  # fmt: skip
    assert of_each(found, "region") == {
        "bretagne": 4, "corse": 1, "": 2,
    }  # fmt: skip
    assert of_each(found, "outcome") == {
        "solved": 2, "handed_over": 1, "contact_given": 1, "given_up": 1, "": 1, "informed": 1,
    }  # fmt: skip
    assert of_each(found, "hour") == {
        "00": 1, "09": 2, "10": 2, "14": 1, "23": 1,
    }  # fmt: skip
    before = await counts(console.database, Span(date(2024, 2, 1), date(2024, 2, 29)))
    assert (before.all.conversations, before.all.solved) == (1, 1)
    theirs = await counts(console.database, portal="woundwo")
    assert (theirs.all.conversations, theirs.all.lost) == (1, 1)


@on_both_databases
async def test_every_figure_is_the_length_of_its_list(console: Console) -> None:
    await furnish(console.database)
    async with console.database.write() as session:
        for key, helpful in (("solved", True), ("left", False), ("contact", True)):
            assert await rate_answer(session, "resah", key, "m1", helpful=helpful, comment="mot")
    await rate_article(console.database, "resah", "mailinblack", helpful=False)
    reader = await console.logged_in("lectrice@resah.example")
    today = day_of(now())
    for period in ("month=2024-03", f"since={today}&until={today}"):
        text = await reader.page(f"/resah/report?{period}")
        figures = figures_of(text)
        assert len(figures) >= (40 if "month" in period else 1), period
        for figure in figures:
            assert await lines_of(reader, figure.path) == int(figure.value), figure
    assert "50\u00a0%" not in await reader.page("/resah/report?month=2024-03")


async def test_a_month_stands_beside_the_month_before(console: Console) -> None:
    await furnish(console.database)
    reader = await console.logged_in("lectrice@resah.example")
    text = await reader.page("/resah/report?since=2024-03-01&until=2024-03-31")
    assert "Bilan du 01/03/2024 au 31/03/2024" in text
    assert "du 01/02/2024 au 29/02/2024" in text
    assert "avant : 1 (+600\u00a0%)" in text


@pytest.mark.parametrize(
    ("day", "begins", "ends"),
    [
        ("2024-03-31", "2024-03-30T23:00:00+00:00", "2024-03-31T22:00:00+00:00"),
        ("2024-10-27", "2024-10-26T22:00:00+00:00", "2024-10-27T23:00:00+00:00"),
    ],
)
async def test_a_day_has_23_or_25_hours(console: Console, day: str, begins: str, ends: str) -> None:
    start, end = datetime.fromisoformat(begins), datetime.fromisoformat(ends)
    hours = 0
    moment = start - timedelta(hours=1)
    while moment < end + timedelta(hours=1):
        await write(console.database, f"{moment:%d-%H}", [ended("solved")], at=moment)
        hours += start <= moment < end
        moment += timedelta(hours=1)
    assert hours in (23, 25)
    one = Span(date.fromisoformat(day), date.fromisoformat(day))
    assert (one.start, one.stop) == (start, end)
    found = await counts(console.database, one)
    assert found.all.conversations == hours
    by_hour = {hour: figures.conversations for hour, figures in found.by["hour"].items()}
    # Two o'clock does not come in March, and comes twice in October.
    assert by_hour.get("02", 0) == (0 if hours == 23 else 2)
    reader = await console.logged_in("lectrice@resah.example")
    text = await reader.page(f"/resah/report?since={day}&until={day}")
    for figure in figures_of(text):
        assert await lines_of(reader, figure.path) == int(figure.value), figure


@on_both_databases
async def test_each_turn_counts_once_and_all_can_be_counted_anew(console: Console) -> None:
    database = console.database
    await furnish(database)
    await rate_article(database, "resah", "mailinblack", helpful=True)

    async def kept() -> list[tuple[object, ...]]:
        async with database.read() as session:
            rows = await session.scalars(select(DailyCount))
            columns = DailyCount.__table__.columns.keys()
            values = [tuple(getattr(row, name) for name in columns) for row in rows]
        return sorted((row for row in values if any(row[5:])), key=str)

    by_turns = await kept()
    assert await recount_if_never(database) == 0
    for _ in range(2):
        assert await recount(database) == 10
        assert await kept() == by_turns
    async with database.write() as session:
        await session.execute(delete(DailyCount))
    assert await recount_if_never(database) == 10
    assert await kept() == by_turns


@on_both_databases
async def test_history_is_counted_though_some_of_it_went_before(database: Database) -> None:
    """A purge or an erasure before the first start leaves counts of what is gone, and no others."""
    await furnish(database)
    async with database.write() as session:
        await session.execute(delete(DailyCount))
        await erase_conversations(session, ["solved"])
    assert await recount_if_never(database) == 9
    every = (await counts(database)).all
    assert (every.conversations, every.gone, every.solved) == (7, 1, 2)
    assert await recount_if_never(database) == 0


@on_both_databases
async def test_conversations_at_once_are_all_counted(database: Database) -> None:
    """Each turn changes the same counts, and erasing changes them too, in one order."""
    at = paris("2024-03-04")

    async def talk(key: str) -> None:
        for number in range(1, 4):
            await write(database, key, [ended("solved")], first=number, at=at)

    async def talk_and_erase(key: str) -> None:
        await talk(key)
        async with database.write() as session:
            await erase_conversations(session, [key])

    keys = [f"c{number}" for number in range(12)]
    await asyncio.gather(*(talk_and_erase(k) if k > "c5" else talk(k) for k in keys))
    every = (await counts(database)).all
    assert (every.conversations, every.messages, every.solved) == (12, 36, 12)
    assert every.gone == sum(key > "c5" for key in keys)


@on_both_databases
async def test_what_is_erased_still_counts_and_leaves_nothing_else(console: Console) -> None:
    database = console.database
    await furnish(database)
    async with database.write() as session:
        assert await rate_answer(session, "resah", "solved", "m1", helpful=True)
    rated = Span(day_of(now()), day_of(now()))
    before, thumbs = (await counts(database)).all, (await counts(database, rated)).all
    async with database.write() as session:
        await erase_conversations(session, ["solved", "given-up"])
    after = (await counts(database)).all
    assert after.gone == 2
    assert vars(after) == vars(before) | {"gone": 2}
    assert await recount(database) == 8
    assert (await counts(database)).all == after
    assert (await counts(database, rated)).all.liked == thumbs.liked == 1
    reader = await console.logged_in("lectrice@resah.example")
    text = await reader.page("/resah/report?month=2024-03")
    assert "2 conversations effacées depuis comptent encore" in text
    assert await lines_of(reader, "/resah/report/questions?month=2024-03") == 1
    # All of it is older than what is kept.
    await purge(database, console.settings)
    assert vars((await counts(database)).all) == vars(before) | {"gone": 7}
    async with database.read() as session:
        assert await session.scalar(select(func.count()).select_from(Summary)) == 0
        assert await session.scalar(select(func.count()).select_from(Rating)) == 0


@on_both_databases
async def test_a_thumb_that_is_changed_counts_once(database: Database) -> None:
    await write(database, "one", [ended("solved")])
    today = Span(day_of(now()), day_of(now()))
    for helpful in (True, False, False):
        async with database.write() as session:
            assert await rate_answer(session, "resah", "one", "m1", helpful=helpful)
    every = (await counts(database, today)).all
    assert (every.liked, every.disliked, every.satisfaction) == (0, 1, 0.0)


async def test_articles_are_counted_where_they_are_read(console: Console) -> None:
    visitor = await console.visitor()
    address = "/resah/faq/mailinblack"
    for _ in range(3):
        assert (await visitor.client.get(address)).status == 200
    await visitor.client.head(address)
    await visitor.client.get(address, headers={"Sec-Purpose": "prefetch"})
    await visitor.client.get(f"{address}?merci")
    assert not visitor.client.session.cookie_jar.filter_cookies(visitor.client.make_url("/"))
    reply = console_article()
    await write(console.database, "chat", [Said("c'est quoi mailinblack", reply=reply)])
    reader = await console.logged_in("lectrice@resah.example")
    await reader.page("/resah/report")
    today = Span(day_of(now()), day_of(now()))
    article = (await counts(console.database, today)).of("article", "mailinblack")
    assert (article.views, article.shown) == (3, 1)


def console_article() -> str:
    portal = current_content().portals["resah"]
    return portal.answer(portal.articles["mailinblack"])


async def test_what_is_lost_or_thought_is_masked_and_of_this_portal(console: Console) -> None:
    text = "xqzt de camille@chu-exemple.example"
    await write(console.database, "one", [lost(text), lost("plof"), lost("PLOF !")])
    await write(console.database, "theirs", [lost("chez eux")], portal="woundwo")
    async with console.database.write() as session:
        assert await rate_answer(
            session, "resah", "one", "m1", helpful=False,
            comment="<b>deux jours</b>, écrivez à camille@chu-exemple.example",
        )  # fmt: skip
    reader = await console.logged_in("lectrice@resah.example")
    report = await reader.page("/resah/report")
    assert "2 fois, la dernière" in report
    for path in ("report", "report/questions", "report/opinions", "report.csv"):
        shown = await reader.page(f"/resah/{path}")
        assert "camille@" not in shown and "chez eux" not in shown, path
    assert "&lt;b&gt;deux jours&lt;/b&gt;" in report


async def test_a_spreadsheet_reads_it_and_runs_nothing(console: Console) -> None:
    await furnish(console.database)
    moment = paris("2024-03-08")
    await write(console.database, "evil", [lost('=HYPERLINK("http://x.example";"é")')], at=moment)
    reader = await console.logged_in("lectrice@resah.example")
    response = await reader.get("/resah/report.csv?month=2024-03")
    assert response.headers["Content-Type"] == "text/csv; charset=utf-8"
    assert (
        'filename="bilan-resah-2024-03-01-2024-03-31.csv"'
        in response.headers["Content-Disposition"]
    )
    raw = await response.read()
    assert raw.startswith(b"\xef\xbb\xbf")
    rows = list(csv.reader(io.StringIO(raw.decode("utf-8-sig"), newline=""), delimiter=";"))
    head = rows[0]
    assert head[:4] == ["Rubrique", "Libellé", "Valeur", "Période précédente"]
    assert rows[2][:4] == ["L’essentiel", "Conversations", "8", "1"]
    topics = {row[1]: dict(zip(head, row, strict=False)) for row in rows if row[0] == "Par sujet"}
    assert topics["sans sujet reconnu"]["Conversations"] == "3"
    assert sum(int(row["Conversations"]) for row in topics.values()) == 8
    cells = [cell for row in rows for cell in row]
    assert any(cell.startswith("'=HYPERLINK") for cell in cells)
    labels = [row[1] for row in rows]
    assert not [label for label in labels if label.startswith(("=", "+", "-", "@", "\t", "\r"))]
    # A change of ours is no formula, and stays as it is.
    assert rows[2][4] == "+700\u00a0%"
    assert not [cell for row in rows for cell in row[2:] if cell.startswith("'")]


async def test_what_is_asked_often_is_told_with_its_number(
    console: Console, monkeypatch: pytest.MonkeyPatch
) -> None:
    await write(console.database, "one", [lost("plof"), lost("plof"), lost("plof")])
    reader = await console.logged_in("lectrice@resah.example")
    cut = "parmi les 2 derniers messages"
    for most, words, section in (
        (3, "", "Questions pas comprises;plof;3;"),
        (2, cut, f"Questions pas comprises ({cut});plof;2;"),
    ):
        monkeypatch.setattr("bot.web.console.report_views._LATEST_LOST", most)
        text = await reader.page("/resah/report")
        assert f"{most} fois, la dernière" in text and (cut in text) == bool(words)
        assert section in await (await reader.get("/resah/report.csv")).text()


@pytest.mark.parametrize("text", ["=1+1", "+33", "-2", "@SUM(A1)", "\t=1", "\r=1"])
def test_what_would_be_a_formula_is_a_text(text: str) -> None:
    assert harmless(text) == f"'{text}"
    assert harmless("mot") == "mot" and harmless("") == ""


@pytest.mark.parametrize(
    ("query", "sentence"),
    [
        ("period=9", "n’existe pas"),
        ("since=hier", "n’est pas une date"),
        ("since=2024-02-31", "n’est pas une date"),
        ("month=2024-13", "n’est pas une date"),
        ("since=2024-03-02&until=2024-03-01", "après la date de fin"),
        ("since=2015-01-01&until=2024-03-01", "trois ans"),
        ("since=1999-01-01", "trop lointaine"),
    ],
)
async def test_a_bad_period_is_told(console: Console, query: str, sentence: str) -> None:
    reader = await console.logged_in("lectrice@resah.example")
    for path in ("report", "report/questions", "report/opinions"):
        text = await reader.page(f"/resah/{path}?{query}", status=400)
        assert sentence in text and 'role="alert"' in text
    assert (await reader.get(f"/resah/report.csv?{query}")).status == 400
    for query in ("helpful=peut-être", "about=rien"):
        assert "n’existe pas" in await reader.page(f"/resah/report/opinions?{query}", status=400)


def test_periods_and_what_they_are_compared_with() -> None:
    today = date(2024, 3, 15)
    week = read_period({}, today)
    assert (week.span, week.before) == (
        Span(date(2024, 3, 9), today), Span(date(2024, 3, 2), date(2024, 3, 8)),
    )  # fmt: skip
    month = read_period({"month": "2024-03"}, today)
    assert (month.span, month.before) == (MARCH, Span(date(2024, 2, 1), date(2024, 2, 29)))
    free = read_period({"since": "2024-03-05", "until": "2024-03-06"}, today)
    assert free.before == Span(date(2024, 3, 3), date(2024, 3, 4))
    assert read_period({"since": "2024-03-14"}, today).span.last == today
    with pytest.raises(PeriodFault):
        read_period({"month": "mars"}, today)


@pytest.mark.parametrize(("days", "most"), [(1, 1), (45, 45), (46, 8), (200, 30), (366, 13)])
def test_a_long_period_is_cut_into_parts_without_gap(days: int, most: int) -> None:
    span = Span(date(2024, 1, 1), date(2024, 1, 1) + timedelta(days=days - 1))
    parts = [bucket.span for bucket in buckets_of(span)]
    assert len(parts) <= most
    assert (parts[0].first, parts[-1].last) == (span.first, span.last)
    assert sum(part.days for part in parts) == days
    assert all(b.first - a.last == timedelta(days=1) for a, b in pairwise(parts))


PROMISED = timedelta(hours=48)


async def hold_tickets(database: Database) -> None:
    """Hold tickets of March 2024 that kept the promise, broke it, or were closed without answer."""
    start, hour = paris("2024-03-04"), timedelta(hours=1)
    rows = (
        ("G-AAAA", start, "answered", start + PROMISED),
        ("G-AAAC", start, "closed", start + 2 * hour),
        ("G-AAAD", start, "answered", start + PROMISED + timedelta(seconds=1)),
        ("G-AAAE", start, "new", None),
        ("G-AAAF", start, "closed", None),
        ("G-AAAG", paris("2024-02-29", "23:59"), "answered", paris("2024-03-01")),
        ("G-AAAH", now() - hour, "open", None),
    )
    async with database.write() as session:
        for reference, created, state, answered in rows:
            session.add(
                Ticket(
                    reference=reference, portal="resah", conversation_id=reference,
                    region="bretagne", topic="Filtre", contact="camille@chu-exemple.example",
                    state=state, created_at=created, updated_at=answered or created,
                    answered_at=answered,
                )
            )  # fmt: skip


@on_both_databases
async def test_tickets_are_held_against_the_promise(console: Console) -> None:
    await hold_tickets(console.database)
    reader = await console.logged_in("lectrice@resah.example")
    month = read_period({"month": "2024-03"}, day_of(now()))
    for erased in (False, True):
        if erased:
            await purge(console.database, console.settings)
        async with console.database.read() as session:
            report = await read_report(session, "resah", month, [])
        march, february = report.tickets
        assert (march.tickets, march.answered, march.kept, march.broken) == (5, 3, 2, 2)
        assert march.share == 0.5 and march.delay == timedelta(minutes=5880 / 3)
        assert (february.tickets, february.kept) == (1, 1)
        text = await reader.page("/resah/report?month=2024-03")
        assert "50\u00a0%" in text and "32,7\u00a0h" in text
        for figure in figures_of(text):
            if figure.path.startswith("/resah/tickets"):
                lines = 0 if erased else int(figure.value)
                assert await lines_of(reader, figure.path) == lines, figure
    for query in ("promise=jamais", "since=hier", "since=2024-03-02&until=2024-03-01"):
        assert 'role="alert"' in await reader.page(f"/resah/tickets?{query}", status=400)


@on_both_databases
async def test_the_overview_tells_what_is_late_and_how_the_week_went(console: Console) -> None:
    await hold_tickets(console.database)
    await write(console.database, "one", [ended("solved")])
    reader = await console.logged_in("lectrice@resah.example")
    text = await reader.page("/resah/")
    assert "<strong>2</strong> demandes en attente" in text
    assert "<strong>1</strong> demande en retard" in text
    days = (now() - paris("2024-03-04")).days
    assert f"la plus ancienne attend depuis {days} j" in text
    late = await reader.page("/resah/tickets?state=late")
    assert "G-AAAE" in late and "G-AAAH" not in late
    assert "Conversations : </span>1</a>" in text


@pytest.mark.parametrize("sentence", ["48 heures", "1 heure", "3 jours", "2 jours ouvrés"])
def test_late_is_what_came_before_a_moment(sentence: str) -> None:
    promise = read_delay(sentence)
    assert promise is not None
    for day in range(25, 32):
        moment = paris(f"2024-03-{day}", "11:00")
        since = late_before(promise, moment)
        assert since is not None
        second = timedelta(seconds=2)
        assert promise.due(since - second) < moment <= promise.due(since + second)
    assert late_before(None, moment) is None
