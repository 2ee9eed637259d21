"""The staff side: conversations, tickets, mails, accounts and privacy, behind a login."""

from __future__ import annotations

from aiohttp import web


def add_console(app: web.Application) -> None:
    """Mount the console under `/console`."""
    # Imported here: the engine and migrations read this package's tables without its pages.
    from bot.web.console.routes import mount

    mount(app)


__all__ = ["add_console"]
