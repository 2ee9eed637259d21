"""What the application hands to its request handlers, by typed key."""

from __future__ import annotations

from typing import TYPE_CHECKING

from aiohttp import web

from bot.content.live import Content
from bot.desk.incoming.taking import Intake
from bot.desk.sender import OutboxSender
from bot.ground.db import Database
from bot.ground.settings import Settings
from bot.record.article_views import ArticleViews

if TYPE_CHECKING:
    # Hashing an address must not load Rasa.
    from bot.rasa.assistant import Assistant

SETTINGS: web.AppKey[Settings] = web.AppKey("settings", Settings)
DATABASE: web.AppKey[Database] = web.AppKey("database", Database)
CONTENT: web.AppKey[Content] = web.AppKey("content", Content)
ASSISTANT: web.AppKey[Assistant] = web.AppKey("assistant")
SENDER: web.AppKey[OutboxSender] = web.AppKey("sender", OutboxSender)
ARTICLE_VIEWS: web.AppKey[ArticleViews] = web.AppKey("article_views", ArticleViews)
INTAKE: web.AppKey[Intake] = web.AppKey("intake", Intake)
KNOWN_SERVERS: web.AppKey[dict[str, None]] = web.AppKey("known_servers", dict[str, None])
"""Networks from which the right API token came since the start, the latest last."""

DEMO_TOKEN: web.AppKey[str] = web.AppKey("demo_token", str)
"""A token of the service's own with which the demo portal calls `POST /resets/redeem`."""
