"""Gathers every table of the project, for migrations and tests."""

from __future__ import annotations

import importlib

_MODULES = (
    "bot.desk.accounts",
    "bot.ground.alerts",
    "bot.desk.accounts_staging",
    "bot.ground.limits",
    "bot.desk.incoming.leases",
    "bot.desk.outbox",
    "bot.record.daily_counts",
    "bot.record.lost_messages",
    "bot.record.ratings",
    "bot.desk.resets",
    "bot.desk.ticket_tables",
    "bot.desk.saved_replies",
    "bot.desk.ticket_links",
    "bot.record.review_tables",
    "bot.record.search_index",
    "bot.record.summaries",
    "bot.staff.tables",
    "bot.staff.notice_tables",
    "bot.desk.demo_passwords",
    "bot.record.transcript",
)


def import_tables() -> None:
    """Import the modules that declare tables, so that the metadata knows all of them."""
    for module in _MODULES:
        importlib.import_module(module)
