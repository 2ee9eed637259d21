"""An assistant in the test's own process, on both databases."""

from __future__ import annotations

from collections.abc import AsyncIterator
from pathlib import Path

import pytest

from bot.desk.accounts import AccountRow
from bot.ground.db import Database, now
from bot.ground.settings import current_settings
from bot.rasa.assistant import Assistant
from bot.rasa.incoming import Incoming

KNOWN = "camille@chu-exemple.example"


@pytest.fixture
async def assistant(database: Database, model: Path) -> AsyncIterator[Assistant]:
    """An assistant with one active account on each portal."""
    async with database.write() as session:
        for portal in ("resah", "woundwo"):
            session.add(
                AccountRow(
                    portal=portal, email=KNOWN, address=KNOWN, login="camille", status="active",
                    demo=True, activated_at=now().replace(year=2024),
                )
            )  # fmt: skip
    assistant = Assistant(current_settings(), database, model)
    yield assistant
    await assistant.close()


class Talker:
    """Sends messages of one conversation and returns the replies as one text."""

    def __init__(self, assistant: Assistant, conversation: str, portal: str = "resah") -> None:
        self.assistant = assistant
        self.conversation = conversation
        self.portal = portal
        self.count = 0

    async def say(self, text: str, message_id: str | None = None) -> str:
        """Send one message."""
        self.count += 1
        replies = await self.assistant.handle(
            Incoming(self.conversation, self.portal, text, message_id or f"m{self.count}")
        )
        return "\n".join(reply.text for reply in replies)


@pytest.fixture
def talker(assistant: Assistant) -> Talker:
    """A conversation on Resah's portal."""
    return Talker(assistant, "conversation")
