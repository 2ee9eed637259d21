"""The integrators' API: Rasa's REST channel shape, parsing, trackers, tokens, incoming mails.

All of it wants `Authorization: Bearer $GUICHET_API_TOKEN`, and answers 404 where no token is set.
"""

from __future__ import annotations

import hmac
import re
import uuid

from aiohttp import web
from aiohttp.typedefs import Handler

from bot.desk.resets import redeem
from bot.ground.conversation_names import (
    MOST_ID,
    BadMetadata,
    conversation_name,
    read_metadata,
    refuse_misplaced,
    refuse_unknown,
)
from bot.rasa.incoming import Incoming
from bot.web.api.asked import slots_of_asked
from bot.web.api.incoming_mails import take_mail
from bot.web.edge import read_json, reads_itself
from bot.web.errors import (
    bad_request,
    bearer_token,
    error_response,
    errors_as_json,
    field,
    storable,
)
from bot.web.keys import ASSISTANT, CONTENT, DATABASE, DEMO_TOKEN, SENDER, SETTINGS
from bot.web.paces import pace_messages
from bot.web.tokens import admits

MOST_CHARACTERS = 8000
"""Characters of one message that are taken; the rest of the engine reads fewer."""

_QUERY = frozenset({"portal"})

_SLASHES = re.compile(r"^[\s/]*/[\s/]*")


@web.middleware
async def bearer(request: web.Request, handler: Handler) -> web.StreamResponse:
    """Let only the holder of the API token in; the demo portal may redeem with its own."""
    settings = request.config_dict[SETTINGS]
    # Bytes that are no UTF-8 arrive as lone surrogates.
    given = bearer_token(request).encode(errors="surrogateescape")
    demo = request.config_dict[DEMO_TOKEN].encode()
    if request.path.endswith("/resets/redeem") and hmac.compare_digest(given, demo):
        return await handler(request)
    if settings.api_token is None:
        return error_response(404, "Introuvable.")
    if not await admits(request, given, settings.api_token.encode()):
        return error_response(401, "Jeton d’accès absent ou faux.")
    return await handler(request)


async def receive_message(request: web.Request) -> web.Response:
    """Answer a message in the shape of Rasa's REST channel."""
    body = await read_json(request)
    sender = field(body, "sender", most=MOST_ID)
    text = field(body, "message", most=MOST_CHARACTERS)
    default = request.config_dict[SETTINGS].default_portal
    try:
        refuse_misplaced(body)
        portal, message_id = read_metadata(
            body.get("metadata"), request.config_dict[CONTENT].portals, default
        )
    except BadMetadata as error:
        raise bad_request(str(error)) from None
    conversation = conversation_name(portal, sender)
    await pace_messages(
        request, request.config_dict[CONTENT].portals[portal], conversation, server=True
    )
    replies = await request.config_dict[ASSISTANT].handle(
        Incoming(
            conversation_id=conversation,
            portal=portal,
            text=text,
            message_id=storable(message_id) or uuid.uuid4().hex,
        )
    )
    request.config_dict[SENDER].wake()
    return web.json_response([{"recipient_id": sender, **reply.to_json()} for reply in replies])


async def parse_message(request: web.Request) -> web.Response:
    """Tell what is understood of a text, and what it does with the question that it answers."""
    body = await read_json(request)
    text = field(body, "text", most=MOST_CHARACTERS)
    asked = slots_of_asked(body, request.config_dict[CONTENT].portals)
    # Rasa takes any name behind a slash for an intent; here it is text like any other.
    read = _SLASHES.sub("", text) or "?"
    parsed = await request.config_dict[ASSISTANT].parse(read, asked)
    if asked is not None and "moves" not in parsed:
        raise bad_request("Aucune question n’est posée à cette étape de ce sujet.")
    return web.json_response({**parsed, "text": text})


async def show_tracker(request: web.Request) -> web.Response:
    """Return a conversation's tracker in Rasa's shape.

    It is found by its sender and `?portal=`; without one by its whole name, as the console shows
    it, or by its sender on the default portal.
    """
    given = storable(request.match_info["conversation_id"])
    content, settings = request.config_dict[CONTENT], request.config_dict[SETTINGS]
    try:
        refuse_unknown(request.query, _QUERY, "L’adresse ne connaît pas")
        portal, _ = read_metadata(dict(request.query), content.portals, settings.default_portal)
    except BadMetadata as error:
        raise bad_request(str(error)) from None
    names = [conversation_name(portal, given)]
    if not request.query:
        names.insert(0, given)
    for name in names:
        tracker = await request.config_dict[ASSISTANT].tracker(name)
        if tracker is not None:
            break
    else:
        return error_response(404, "Cette conversation n’existe pas.")
    return web.json_response({**tracker, "sender_id": given})


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
    app.router.add_post("/mails/incoming", reads_itself(guarded(take_mail)))
