"""Wires the web application together."""

from __future__ import annotations

import asyncio
import hashlib
import hmac
from collections.abc import AsyncIterator
from contextlib import suppress

import aiohttp_jinja2
from aiohttp import web
from sqlalchemy.exc import SQLAlchemyError

from bot.content.live import Content
from bot.desk.incoming.taking import Intake
from bot.desk.sender import OutboxSender
from bot.ground.db import Database
from bot.ground.settings import Settings
from bot.rasa.assistant import Assistant
from bot.record.article_views import ArticleViews
from bot.web.api.integrators import add_integrators
from bot.web.console.routes import add_console
from bot.web.demo.routes import add_demo
from bot.web.edge import edge
from bot.web.headers import add_headers
from bot.web.health import add_health
from bot.web.help import add_chat
from bot.web.help.follow_page import add_follow_up
from bot.web.help.ticket_page import add_tickets
from bot.web.keys import (
    ARTICLE_VIEWS,
    ASSISTANT,
    CONTENT,
    DATABASE,
    DEMO_TOKEN,
    INTAKE,
    KNOWN_SERVERS,
    SENDER,
    SETTINGS,
)
from bot.web.pages import add_pages, errors_as_pages
from bot.web.widget import add_widget

_MOST_BODY = 64 * 1024


def create_app(
    settings: Settings,
    database: Database,
    content: Content,
    assistant: Assistant,
    sender: OutboxSender,
) -> web.Application:
    """Return the application with every part mounted under the base path."""
    app = web.Application(client_max_size=_MOST_BODY)
    app[SETTINGS] = settings
    app[DATABASE] = database
    app[CONTENT] = content
    app[ASSISTANT] = assistant
    app[SENDER] = sender
    app[ARTICLE_VIEWS] = ArticleViews(database)
    app.cleanup_ctx.append(_count_views)
    app[INTAKE] = Intake(database, content, settings)
    app[KNOWN_SERVERS] = {}
    app[DEMO_TOKEN] = _demo_token(settings)
    add_pages(app)
    app.middlewares.append(edge)
    add_health(app)
    add_integrators(app)
    add_demo(app)
    add_tickets(app)
    add_follow_up(app)
    add_widget(app)
    add_console(app)
    add_chat(app)
    if not settings.base_path:
        return app
    root = web.Application()
    root.add_subapp(settings.base_path, app)
    # What lies beside the base path leads nowhere, and says so as everywhere else.
    root[SETTINGS] = settings
    root[aiohttp_jinja2.APP_KEY] = aiohttp_jinja2.get_env(app)
    root.middlewares.append(errors_as_pages)
    root.on_response_prepare.append(add_headers)
    return root


async def _count_views(app: web.Application) -> AsyncIterator[None]:
    """Write while it runs which articles were opened, and the last of it when it ends."""
    views = app[ARTICLE_VIEWS]
    writing = asyncio.create_task(views.run(), name="article views")
    yield
    writing.cancel()
    with suppress(asyncio.CancelledError):
        await writing
    with suppress(SQLAlchemyError, OSError):
        await views.write()


def _demo_token(settings: Settings) -> str:
    """Return the demo portal's token, the same in all processes that share the port."""
    key = settings.secret_key.encode()
    return hmac.new(key, b"guichet.demo.redeem", hashlib.sha256).hexdigest()
