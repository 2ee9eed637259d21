"""The integrators' API: Rasa's REST channel shape, parsing, trackers, and redeeming tokens.

All of it wants `Authorization: Bearer $GUICHET_API_TOKEN`, and answers 404 where no token is set.
"""

from __future__ import annotations

import hmac
import re
import uuid

from aiohttp import web
from aiohttp.typedefs import Handler

from actions.resets import redeem
from bot.engine.assistant import Incoming
from bot.errors import bad_request, error_response, errors_as_json, field, read_json
from bot.keys import ASSISTANT, CONTENT, DATABASE, DEMO_TOKEN, SENDER, SETTINGS

MOST_CHARACTERS = 8000
"""Characters of one message that are taken; the rest of the engine reads fewer."""

_MOST_ID = 90
"""Characters of an id; two of them with what a turn adds name a mail in 200."""

_SLASHES = re.compile(r"^[\s/]*/[\s/]*")


@web.middleware
async def bearer(request: web.Request, handler: Handler) -> web.StreamResponse:
    """Let only the holder of the API token in; the demo portal may redeem with its own."""
    settings = request.config_dict[SETTINGS]
    header = request.headers.get("Authorization", "")
    # Bytes that are no UTF-8 arrive as lone surrogates.
    given = header.removeprefix("Bearer ").encode(errors="surrogateescape")
    demo = request.config_dict[DEMO_TOKEN].encode()
    if request.path.endswith("/resets/redeem") and hmac.compare_digest(given, demo):
        return await handler(request)
    if settings.api_token is None:
        return error_response(404, "Introuvable.")
    if not hmac.compare_digest(given, settings.api_token.encode()):
        return error_response(401, "Jeton d’accès absent ou faux.")
    return await handler(request)


async def receive_message(request: web.Request) -> web.Response:
    """Answer a message in the shape of Rasa's REST channel."""
    body = await read_json(request)
    sender = field(body, "sender", most=_MOST_ID)
    text = field(body, "message", most=MOST_CHARACTERS)
    metadata = body.get("metadata") or {}
    if not isinstance(metadata, dict):
        raise bad_request("« metadata » doit être un objet.")
    portal = field(metadata, "portal", most=64, required=False)
    portal = portal or request.config_dict[SETTINGS].default_portal
    if portal not in request.config_dict[CONTENT].portals:
        raise bad_request(f"Le portail « {portal} » n’existe pas.")
    message_id = field(metadata, "message_id", most=_MOST_ID, required=False) or uuid.uuid4().hex
    replies = await request.config_dict[ASSISTANT].handle(
        Incoming(conversation_id=sender, portal=portal, text=text, message_id=message_id)
    )
    request.config_dict[SENDER].wake()
    return web.json_response([{"recipient_id": sender, **reply.to_json()} for reply in replies])


async def parse_message(request: web.Request) -> web.Response:
    """Tell what is understood of a text."""
    text = field(await read_json(request), "text", most=MOST_CHARACTERS)
    # Rasa takes any name behind a slash for an intent; here it is text like any other.
    read = _SLASHES.sub("", text) or "?"
    parsed = await request.config_dict[ASSISTANT].parse(read)
    return web.json_response({**parsed, "text": text})


async def show_tracker(request: web.Request) -> web.Response:
    """Return a conversation's tracker in Rasa's shape."""
    conversation_id = request.match_info["conversation_id"]
    tracker = await request.config_dict[ASSISTANT].tracker(conversation_id)
    if tracker is None:
        return error_response(404, "Cette conversation n’existe pas.")
    return web.json_response(tracker)


async def redeem_token(request: web.Request) -> web.Response:
    """Use a reset token up and tell the portal whose it was."""
    token = field(await read_json(request), "token", most=200)
    account = await redeem(request.config_dict[DATABASE], token)
    return web.json_response(
        {"portal": account.portal, "login": account.login, "email": account.address}
    )


def add_integrators(app: web.Application) -> None:
    """Mount the API on the application, behind its token."""

    def guarded(handler: Handler) -> Handler:
        async def handle(request: web.Request) -> web.StreamResponse:
            async def authorised(inner: web.Request) -> web.StreamResponse:
                return await bearer(inner, handler)

            return await errors_as_json(request, authorised)

        return handle

    app.router.add_post("/webhooks/rest/webhook", guarded(receive_message))
    app.router.add_post("/model/parse", guarded(parse_message))
    app.router.add_get("/conversations/{conversation_id}/tracker", guarded(show_tracker))
    app.router.add_post("/resets/redeem", guarded(redeem_token))
