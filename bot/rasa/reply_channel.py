"""The output channel that collects a turn's replies as they were said.

Rasa's own collecting channel cuts a text at its blank lines into several messages; an article is
one message here, so that what is answered, stored and repeated is the same.
"""

from __future__ import annotations

from typing import Any

from rasa.core.channels.channel import CollectingOutputChannel


class ReplyChannel(CollectingOutputChannel):  # type: ignore[misc]
    """Collects messages without cutting them."""

    async def send_text_message(self, recipient_id: str, text: str, **kwargs: Any) -> None:
        """Keep a text as one message."""
        await self._persist_message(self._message(recipient_id, text=text))
