"""The REST channel for a conventional `rasa run`: Rasa's own, with what our edge does in front.

Named in `credentials.yml`, it keeps the path `/webhooks/rest/webhook`, takes the portal and the
message id from the metadata, masks passwords, and answers a repeated message with what it answered
before.
"""

from __future__ import annotations

import uuid
from collections.abc import Awaitable, Callable
from typing import Any

from rasa.core.channels.channel import UserMessage
from rasa.core.channels.rest import RestInput
from sanic import Blueprint

from actions.db import current_database
from actions.redaction import redact_passwords
from actions.settings import current_settings
from bot.engine.reply_channel import ReplyChannel
from bot.engine.tracker_store import ConversationStore


class GuichetRestInput(RestInput):  # type: ignore[misc]
    """Rasa's REST input with message ids, portals and masked passwords."""

    @classmethod
    def name(cls) -> str:
        """Return the name under which Rasa mounts the channel."""
        return "rest"

    def blueprint(self, on_new_message: Callable[[UserMessage], Awaitable[Any]]) -> Blueprint:
        """Return Rasa's blueprint around our handler."""
        store = ConversationStore(database=current_database())

        async def handle(message: UserMessage) -> Any:
            message.metadata = dict(message.metadata or {})
            message.metadata.setdefault("portal", current_settings().default_portal)
            message.metadata.setdefault("message_id", uuid.uuid4().hex)
            message.metadata.setdefault("network", "")
            message.message_id = str(message.metadata["message_id"])
            message.text = redact_passwords(message.text or "")
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
                await outer._persist_message(sent)

        return super().blueprint(handle)
