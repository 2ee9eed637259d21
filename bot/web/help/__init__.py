"""The public side: the list of portals, a portal's help page, and the chat's own API."""

from __future__ import annotations

from aiohttp import web

from bot.web.api.chat import add_api
from bot.web.help.views import add_views
from bot.web.keys import SETTINGS
from bot.web.network import trusted_networks


def add_chat(app: web.Application) -> None:
    """Mount the public pages and the chat API.

    Raises:
        SettingsError: If the setting that names the reverse proxies is malformed.
    """
    trusted_networks(app[SETTINGS].trusted_proxies)
    add_api(app)
    add_views(app)


__all__ = ["add_chat"]
