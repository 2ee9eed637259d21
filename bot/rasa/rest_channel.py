"""The REST channel for a conventional `rasa run`: Rasa's own, with what our edge does in front.

Named in `credentials.yml`, it keeps the path `/webhooks/rest/webhook`, takes the portal and the
message id from the metadata, names conversations by portal and sender, masks passwords, and answers
a repeated message with what it answered before.
"""

from __future__ import annotations

import uuid
from collections.abc import Awaitable, Callable
from typing import Any

from rasa.core.channels.channel import UserMessage
from rasa.core.channels.rest import RestInput
from sanic import Blueprint, response
from sanic.exceptions import SanicException
from sanic.request import Request
from sanic.response import HTTPResponse

from bot.content.live import current_content
from bot.french.redaction import MASKED, redact_passwords
from bot.ground.conversation_names import (
    MOST_ID,
    BadMetadata,
    conversation_name,
    read_metadata,
    refuse_misplaced,
)
from bot.ground.settings import current_settings
from bot.rasa.reply_channel import ReplyChannel
from bot.rasa.tracker_store import ConversationStore

_MOST = {"sender": MOST_ID, "message": 8000}


class GuichetRestInput(RestInput):  # type: ignore[misc]
    """Rasa's REST input with message ids, portals and masked passwords."""

    @classmethod
    def name(cls) -> str:
        """Return the name under which Rasa mounts the channel."""
        return "rest"

    def blueprint(self, on_new_message: Callable[[UserMessage], Awaitable[Any]]) -> Blueprint:
        """Return Rasa's blueprint around our handler."""
        store = ConversationStore()

        async def handle(message: UserMessage) -> Any:
            sender, default = message.sender_id, current_settings().default_portal
            portal, message_id = read_metadata(message.metadata, current_content().portals, default)
            message.sender_id = conversation_name(portal, sender)
            message.message_id = message_id or uuid.uuid4().hex
            message.metadata = {
                "portal": portal,
                "message_id": message.message_id,
                "network": "",
                MASKED: True,
            }
            before = await store.last_said(message.sender_id)
            known = await store.conversation(message.sender_id)
            if known is None or (message.text or "").strip() not in known.offered:
                message.text = redact_passwords(message.text or "", before)
            answered = await store.replies_to(message.sender_id, message.message_id)
            # Rasa answers with what its own channel, a list or a stream, was given in the end.
            outer, message.output_channel = message.output_channel, ReplyChannel()
            if answered is None:
                await on_new_message(message)
            else:
                for reply in answered:
                    value = reply.to_json()
                    await message.output_channel.send_response(message.sender_id, value)
            for sent in message.output_channel.messages:
                await outer._persist_message({**sent, "recipient_id": sender})

        blueprint = super().blueprint(handle)

        @blueprint.middleware("request")  # type: ignore[untyped-decorator]
        async def refuse(request: Request) -> HTTPResponse | None:
            # Rasa's own handler would log what is raised later, and answer an empty list.
            sentence = _mistake(request) if request.method == "POST" else ""
            return response.json({"error": sentence}, 400) if sentence else None

        return blueprint


def _mistake(request: Request) -> str:
    """Return what is wrong with a message, or an empty text."""
    try:
        body = request.json
    except SanicException:
        body = None
    if not isinstance(body, dict):
        return "Le corps de la requête doit être un objet JSON."
    for name, most in _MOST.items():
        value = body.get(name)
        if not isinstance(value, str) or not value.strip():
            return f"« {name} » manque ou n’est pas un texte."
        if len(value) > most:
            return f"« {name} » dépasse {most} caractères."
    try:
        refuse_misplaced(body)
        portals = current_content().portals
        read_metadata(body.get("metadata"), portals, current_settings().default_portal)
    except BadMetadata as error:
        return str(error)
    return ""
