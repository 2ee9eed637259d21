"""The chat's own API: sessions, messages answered once, histories, ratings, what a widget shows."""

from __future__ import annotations

import json
import re

from aiohttp import web
from aiohttp.typedefs import Handler

from bot.content.article_finder import finder_of
from bot.content.live import Article, Portal
from bot.ground.limits import RATINGS_PER_NETWORK, spend_now
from bot.rasa.incoming import Incoming
from bot.record.ratings import MOST_CHARACTERS as MOST_OF_A_RATING
from bot.record.ratings import rate_answer
from bot.record.transcript import topic_payload
from bot.web.api.history import MOST_TURNS, as_message, erase, number_of, read_history
from bot.web.api.offers import offer
from bot.web.api.origins import preflight, refuse_other_sites, shared
from bot.web.api.sessions import ChatSession, new_session, sign, verify
from bot.web.api.widget_config import what_a_widget_shows
from bot.web.edge import read_json
from bot.web.errors import bad_request, bearer_token, errors_as_json, field
from bot.web.keys import ASSISTANT, CONTENT, DATABASE, SENDER, SETTINGS
from bot.web.network import client_network
from bot.web.paces import pace_history, pace_messages, pace_sessions

MOST_CHARACTERS = 2000
"""Characters of one message."""

_MOST_ID = 64
_MOST_SESSION = 1000
_MOST_DIGITS = 9
_MESSAGE_ID = re.compile(r"[A-Za-z0-9_.:-]+")


async def open_session(request: web.Request) -> web.Response:
    """Issue a session with a conversation of its own."""
    portal = _portal(request)
    await pace_sessions(request, portal)
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
    offered_by = field(body, "offered_by", most=_MOST_ID, required=False)
    intent = field(body, "article", most=_MOST_ID, required=False)
    if intent:
        text = topic_payload(_article(portal, intent).intent)
    else:
        text = field(body, "message", most=MOST_CHARACTERS)
    await pace_messages(request, portal, session.conversation)
    if intent:
        await offer(request.config_dict[DATABASE], session, text)
    replies = await request.config_dict[ASSISTANT].handle(
        Incoming(
            conversation_id=session.conversation,
            portal=portal.id,
            text=text,
            message_id=message_id,
            network=client_network(request),
            channel="web",
            offered_by=offered_by,
        )
    )
    request.config_dict[SENDER].wake()
    finder = finder_of(portal)
    messages = [as_message(reply.to_json(), finder) for reply in replies]
    turn = await number_of(request.config_dict[DATABASE], session.conversation, message_id)
    return _json({"messages": messages, "turn": turn})


async def show_history(request: web.Request) -> web.Response:
    """Return a page of the session's conversation as it stood on the screen, the latest first."""
    portal = _portal(request)
    session = _bearer(request, portal)
    before = _number(request, "before")
    await pace_history(request, portal, session.conversation)
    most = min(_number(request, "most") or MOST_TURNS, MOST_TURNS)
    page = await read_history(
        request.config_dict[DATABASE], portal, session.conversation, before=before, most=most
    )
    return _json({"turns": page.turns, "before": page.before})


async def erase_history(request: web.Request) -> web.Response:
    """Delete the session's conversation; a request that it was handed over in stays."""
    session = _bearer(request, _portal(request))
    # A turn on its way would write the conversation anew.
    async with request.config_dict[ASSISTANT].locks.lock(session.conversation):
        await erase(request.config_dict[DATABASE], session.conversation)
    return web.Response(status=204)


async def rate(request: web.Request) -> web.Response:
    """Keep whether an answer helped, with a word on it if there is one."""
    portal = _portal(request)
    body = await read_json(request)
    token = field(body, "session", most=_MOST_SESSION)
    session = verify(request.config_dict[SETTINGS], token, portal.id)
    message_id = field(body, "message_id", most=_MOST_ID)
    comment = field(body, "comment", most=MOST_OF_A_RATING, required=False)
    helpful = body.get("helpful")
    if not isinstance(helpful, bool):
        raise bad_request("« helpful » doit être vrai ou faux.")
    database = request.config_dict[DATABASE]
    await spend_now(database, (RATINGS_PER_NETWORK, client_network(request)))
    key = session.conversation
    async with database.write() as writing:
        if not await rate_answer(
            writing, portal.id, key, message_id, helpful=helpful, comment=comment
        ):
            raise web.HTTPNotFound(text="Cette réponse n’existe plus.")
    return web.Response(status=204)


async def show_portal(request: web.Request) -> web.Response:
    """Return what a widget shows of a portal: names, colours, contacts, and its sentences."""
    shown = what_a_widget_shows(_portal(request), MOST_CHARACTERS)
    response = _json(shown)
    response.headers["Cache-Control"] = "no-cache"
    response.enable_compression()
    return response


def add_api(app: web.Application) -> None:
    """Mount the API under each portal."""

    def guarded(handler: Handler) -> Handler:
        async def handle(request: web.Request) -> web.StreamResponse:
            async def own(inner: web.Request) -> web.StreamResponse:
                refuse_other_sites(inner)
                return await handler(inner)

            return await errors_as_json(request, own)

        return shared(handle)

    for path, handlers in (
        ("portal", {"GET": show_portal}),
        ("session", {"POST": open_session}),
        ("messages", {"POST": receive_message}),
        ("history", {"GET": show_history, "DELETE": erase_history}),
        ("ratings", {"POST": rate}),
    ):
        resource = app.router.add_resource(f"/{{portal}}/chat/{path}")
        for method, handler in handlers.items():
            resource.add_route(method, guarded(handler))
        resource.add_route("OPTIONS", guarded(preflight))


def _bearer(request: web.Request, portal: Portal) -> ChatSession:
    return verify(request.config_dict[SETTINGS], bearer_token(request), portal.id)


def _number(request: web.Request, name: str) -> int | None:
    value = request.query.get(name)
    if value is None:
        return None
    if not (value.isascii() and value.isdecimal() and len(value) <= _MOST_DIGITS):
        raise bad_request(f"« {name} » doit être un nombre entier.")
    return int(value)


def _article(portal: Portal, intent: str) -> Article:
    article = portal.articles.get(intent)
    if article is None:
        raise web.HTTPNotFound(text="Cet article n’existe pas.")
    return article


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
