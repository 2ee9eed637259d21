"""Gathers every table of the project, for migrations and tests."""

from __future__ import annotations

import importlib

_MODULES = (
    "bot.desk.accounts",
    "bot.ground.alerts",
    "bot.desk.accounts_staging",
    "bot.ground.limits",
    "bot.desk.outbox",
    "actions.ratings",
    "bot.desk.resets",
    "bot.desk.tickets",
    "bot.desk.ticket_links",
    "bot.console.review_tables",
    "bot.console.search_index",
    "bot.console.summaries",
    "bot.staff.tables",
    "bot.desk.demo_passwords",
    "actions.transcript",
)


def import_tables() -> None:
    """Import the modules that declare tables, so that the metadata knows all of them."""
    for module in _MODULES:
        importlib.import_module(module)
