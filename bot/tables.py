"""Gathers every table of the project, for migrations and tests."""

from __future__ import annotations

import importlib

_MODULES = (
    "actions.accounts",
    "bot.ground.alerts",
    "actions.accounts_staging",
    "bot.ground.limits",
    "actions.outbox",
    "actions.ratings",
    "actions.resets",
    "actions.tickets",
    "actions.ticket_links",
    "bot.console.review_tables",
    "bot.console.search_index",
    "bot.console.summaries",
    "bot.console.tables",
    "bot.demo.passwords",
    "actions.transcript",
)


def import_tables() -> None:
    """Import the modules that declare tables, so that the metadata knows all of them."""
    for module in _MODULES:
        importlib.import_module(module)
