"""The chat's own API: issue a session, answer a message once, give the history back."""

from __future__ import annotations

import json
import re

from aiohttp import web
from aiohttp.typedefs import Handler

from actions.content import Portal
from actions.db import unit_of_work
from actions.limits import SESSIONS_PER_NETWORK, spend
from bot.chat.history import as_message, read_history
from bot.chat.sessions import new_session, sign, verify
from bot.engine.assistant import Incoming
from bot.errors import bad_request, errors_as_json, field, read_json
from bot.keys import ASSISTANT, CONTENT, DATABASE, SENDER, SETTINGS
from bot.network import client_network

MOST_CHARACTERS = 2000
"""Characters of one message."""

_MOST_ID = 64
_MOST_SESSION = 1000
_MESSAGE_ID = re.compile(r"[A-Za-z0-9_.:-]+")


async def open_session(request: web.Request) -> web.Response:
    """Issue a session with a conversation of its own."""
    portal = _portal(request)
    database = request.config_dict[DATABASE]
    async with unit_of_work(database) as unit:
        await spend(database, unit, (SESSIONS_PER_NETWORK, client_network(request)))
    token = sign(request.config_dict[SETTINGS], new_session(portal.id))
    return _json({"session": token}, status=201)


async def receive_message(request: web.Request) -> web.Response:
    """Answer a message; the same message again gets the same answer."""
    portal = _portal(request)
    body = await read_json(request)
    token = field(body, "session", most=_MOST_SESSION)
    session = verify(request.config_dict[SETTINGS], token, portal.id)
    message_id = field(body, "message_id", most=_MOST_ID)
    if not _MESSAGE_ID.fullmatch(message_id):
        raise bad_request(
            "« message_id » ne peut contenir que lettres sans accent, chiffres et signes simples."
        )
    text = field(body, "message", most=MOST_CHARACTERS)
    replies = await request.config_dict[ASSISTANT].handle(
        Incoming(
            conversation_id=session.conversation,
            portal=portal.id,
            text=text,
            message_id=message_id,
            network=client_network(request),
            channel="web",
        )
    )
    request.config_dict[SENDER].wake()
    return _json({"messages": [as_message(reply.to_json()) for reply in replies]})


async def show_history(request: web.Request) -> web.Response:
    """Return the session's conversation as it stood on the screen."""
    portal = _portal(request)
    token = request.headers.get("Authorization", "").removeprefix("Bearer ").strip()
    session = verify(request.config_dict[SETTINGS], token, portal.id)
    turns = await read_history(request.config_dict[DATABASE], session.conversation)
    return _json({"turns": turns})


def add_api(app: web.Application) -> None:
    """Mount the API under each portal."""

    def guarded(handler: Handler) -> Handler:
        async def handle(request: web.Request) -> web.StreamResponse:
            return await errors_as_json(request, handler)

        return handle

    app.router.add_post("/{portal}/chat/session", guarded(open_session))
    app.router.add_post("/{portal}/chat/messages", guarded(receive_message))
    app.router.add_get("/{portal}/chat/history", guarded(show_history))


def _portal(request: web.Request) -> Portal:
    portal = request.config_dict[CONTENT].portals.get(request.match_info["portal"])
    if portal is None:
        raise web.HTTPNotFound(text="Ce portail n’existe pas.")
    return portal


def _json(value: object, *, status: int = 200) -> web.Response:
    return web.json_response(
        value,
        status=status,
        headers={"Cache-Control": "no-store"},
        dumps=lambda body: json.dumps(body, ensure_ascii=False),
    )
