"""The lead's page: what a period brought beside the one before, and the lists behind figures."""

from __future__ import annotations

from typing import Any

from aiohttp import web

from bot.ground.db import now
from bot.record.daily_counts import day_of
from bot.record.filters import FilterFault
from bot.record.lost_messages import PAGE as QUESTIONS_PAGE
from bot.record.lost_messages import Asked, count_lost, list_lost, most_asked
from bot.record.opinions import (
    ABOUT,
    HELPFUL,
    Opinion,
    Sought,
    count_opinions,
    list_opinions,
    read_sought,
)
from bot.record.opinions import PAGE as OPINIONS_PAGE
from bot.record.periods import Period, PeriodFault, buckets_of, latest_months, read_period
from bot.record.report import Report, read_report
from bot.staff.scope import Scope
from bot.web.console import report_figures as figures
from bot.web.console.access import scope
from bot.web.console.charts import HEIGHT, WIDTH, Amount, draw
from bot.web.console.conversation_page import topics_of
from bot.web.console.pages import show
from bot.web.console.report_csv import as_csv
from bot.web.keys import ARTICLE_VIEWS

_LATEST_LOST = 500
"""Messages that were not understood among which the most frequent are looked for."""

_MOST_QUESTIONS = 12
_MOST_COMMENTS = 8
_MOST_IN_FILE = 500
_MOST_DIGITS = 6


async def show_report(request: web.Request) -> web.Response:
    """Show the figures of a period."""
    here = scope(request)
    period, fault = _period(request)
    report, questions, comments = await _read(request, here, period, _MOST_COMMENTS)
    values: dict[str, Any] = {
        **_choices(period, fault),
        "report": report,
        "lines": figures.headlines(period, report.now.all, report.before.all),
        "tickets": figures.of_tickets(report, here.portal),
        "topics": figures.by_topic(report, topics_of(here)),
        "regions": figures.by_region(report, here.portal),
        "outcomes": figures.by_outcome(report),
        "hours": figures.by_hour(report),
        "articles": figures.articles(report, here.portal),
        "course": list(zip(report.course, figures.course_paths(report), strict=True)),
        "course_chart": draw(
            [Amount(part.label, one.conversations, one.solved) for part, one in report.course]
        ),
        "hours_chart": draw(
            [Amount(row.label, row.now.conversations) for row in figures.by_hour(report)]
        ),
        "drawing": (WIDTH, HEIGHT),
        "questions": most_asked(questions[:_LATEST_LOST], _MOST_QUESTIONS),
        "latest": _among(questions),
        "comments": comments,
        "percent": figures.percent,
        "share": figures.share,
    }
    return show(request, "report.html", values, status=400 if fault else 200)


async def download(request: web.Request) -> web.Response:
    """Give the figures of a period as a file for a spreadsheet."""
    here = scope(request)
    period, fault = _period(request)
    if fault:
        raise web.HTTPBadRequest(text=fault)
    report, questions, comments = await _read(request, here, period, _MOST_IN_FILE)
    tables = (
        ("Par sujet", figures.by_topic(report, topics_of(here))),
        ("Par région", figures.by_region(report, here.portal)),
        ("Par issue", figures.by_outcome(report)),
        ("Par heure", figures.by_hour(report)),
        ("Articles", figures.articles(report, here.portal)),
    )
    lines = [
        *figures.headlines(period, report.now.all, report.before.all),
        *figures.of_tickets(report, here.portal),
    ]
    asked = most_asked(questions[:_LATEST_LOST], _LATEST_LOST)
    text = as_csv(report, lines, tables, asked, comments, latest=_among(questions))
    span = period.span
    name = f"bilan-{here.portal.id}-{span.first}-{span.last}.csv"
    return web.Response(
        text=text,
        content_type="text/csv",
        charset="utf-8",
        headers={
            "Content-Disposition": f'attachment; filename="{name}"',
            "Cache-Control": "no-store",
        },
    )


async def show_questions(request: web.Request) -> web.Response:
    """List the messages that were not understood, those of the latest conversations first."""
    here = scope(request)
    period, fault = _period(request)
    page = _page(request)
    async with here.database.read() as session:
        found = await list_lost(session, here.portal, period.span, page=page)
        total = await count_lost(session, here.portal.id, period.span)
    values = {
        **_choices(period, fault),
        "questions": found,
        "total": total,
        "page": page,
        "has_next": page * QUESTIONS_PAGE < total,
    }
    return show(request, "questions.html", values, status=400 if fault else 200)


async def show_opinions(request: web.Request) -> web.Response:
    """List what people thought of answers and articles, the latest first."""
    here = scope(request)
    period, fault = _period(request)
    sought = Sought()
    try:
        sought = read_sought(request.query, here.portal)
    except FilterFault as error:
        fault = str(error)
    page = _page(request)
    async with here.database.read() as session:
        found = await list_opinions(session, here.portal, period.span, sought, page=page)
        total = await count_opinions(session, here.portal, period.span, sought)
    titles = {intent: article.title for intent, article in here.portal.articles.items()}
    values = {
        **_choices(period, fault),
        "opinions": found,
        "sought": sought,
        "helpful": HELPFUL,
        "about": {
            **ABOUT,
            **({sought.about: titles[sought.about]} if sought.about in titles else {}),
        },
        "titles": titles,
        "total": total,
        "page": page,
        "has_next": page * OPINIONS_PAGE < total,
    }
    return show(request, "opinions.html", values, status=400 if fault else 200)


async def _read(
    request: web.Request, here: Scope, period: Period, most_comments: int
) -> tuple[Report, list[Asked], list[Opinion]]:
    await request.config_dict[ARTICLE_VIEWS].write()
    portal, span = here.portal, period.span
    async with here.database.read() as session:
        report = await read_report(session, portal.id, period, buckets_of(span))
        # One more than is counted, which tells whether there are more.
        questions = await list_lost(session, portal, span, most=_LATEST_LOST + 1)
        comments = await list_opinions(
            session, portal, span, Sought(words=True), most=most_comments
        )
    return report, questions, comments


def _among(questions: list[Asked]) -> int:
    """Return among how many of the latest messages they were counted; 0 if among all."""
    return _LATEST_LOST if len(questions) > _LATEST_LOST else 0


def _period(request: web.Request) -> tuple[Period, str]:
    """Return the period that is asked for, or the usual one and why another cannot be shown."""
    today = day_of(now())
    try:
        return read_period(request.query, today), ""
    except PeriodFault as fault:
        return read_period({}, today), str(fault)


def _choices(period: Period, fault: str) -> dict[str, Any]:
    months = latest_months(day_of(now()))
    return {"period": period, "fault": fault, "months": months}


def _page(request: web.Request) -> int:
    text = request.query.get("page", "1")
    known = text.isascii() and text.isdecimal() and len(text) <= _MOST_DIGITS
    return max(1, int(text)) if known else 1
