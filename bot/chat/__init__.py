"""The public side: the list of portals, a portal's help page, and the chat's own API."""

from __future__ import annotations

from aiohttp import web

from bot.chat.api import add_api
from bot.chat.views import add_views
from bot.keys import SETTINGS
from bot.network import trusted_networks


def add_chat(app: web.Application) -> None:
    """Mount the public pages and the chat API.

    Raises:
        SettingsError: If the setting that names the reverse proxies is malformed.
    """
    trusted_networks(app[SETTINGS].trusted_proxies)
    add_api(app)
    add_views(app)


__all__ = ["add_chat"]
