"""Two problems in one message are treated one after the other, through the conductor."""

from __future__ import annotations

import copy
from collections.abc import AsyncIterator
from pathlib import Path
from typing import Any

import pytest

from actions.talks import remember
from bot.content.live import current_content
from bot.desk.accounts import current_accounts
from bot.dialogue.conductor import conduct
from bot.dialogue.flow import Frame, Talk
from bot.dialogue.heard import Heard
from bot.dialogue.problems import note_second_problem, take_up_next_problem
from bot.ground import db
from bot.ground.db import Database
from tests.conftest import forget_settings, use_settings
from tests.dialogues.portals import each_portal

MAILBOX = {"resah": "bretagne@", "woundwo": "belgique@"}


@pytest.fixture
async def sqlite(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> AsyncIterator[Database]:
    use_settings(
        monkeypatch,
        GUICHET_DATABASE_URL=f"sqlite:///{tmp_path / 'guichet.db'}",
        GUICHET_VAR_DIR=str(tmp_path),
    )
    database = db.current_database()
    async with database.engine.begin() as connection:
        await connection.run_sync(db.Base.metadata.create_all)
    yield database
    await database.dispose()
    forget_settings()


class InProcess:
    """A conversation whose messages are handed over as they would be understood."""

    def __init__(self, database: Database, portal: str) -> None:
        self.database = database
        self.portal = portal
        self.memory: dict[str, Any] = {}
        self.stack: list[dict[str, Any]] = []

    async def hear(self, text: str, intent: str, **heard: Any) -> str:
        """Take one message through the walks and return the replies as one text."""
        talk = Talk(
            conversation_id="two",
            message_id=text,
            network="",
            portal=current_content().portal(self.portal),
            heard=Heard(text, intent, **heard),
            database=self.database,
            accounts=current_accounts(),
            memory=copy.deepcopy(self.memory),
            stack=[Frame.from_json(frame) for frame in self.stack],
        )
        remember(talk)
        if not talk.stack:
            note_second_problem(talk)
        assert await conduct(talk)
        await take_up_next_problem(talk)
        self.memory, self.stack = talk.memory, [frame.to_json() for frame in talk.stack]
        return "\n".join(said.text for said in talk.said).replace("\u00a0", " ")


@each_portal
async def test_two_problems_are_treated_one_after_the_other(sqlite: Database, portal: str) -> None:
    chat = InProcess(sqlite, portal)
    both = ("password_reset", "regional_contact")
    reply = await chat.hear("mot de passe oublié et je cherche mon contact", both[0], problems=both)
    assert "deux questions" in reply and "adresse e-mail" in reply
    assert chat.memory["next_problem"] == "regional_contact"
    reply = await chat.hear("c'est bon ça marche", "solved")
    assert "Passons à votre autre question" in reply and "Où se trouve" in reply
    reply = await chat.hear("Rennes" if portal == "resah" else "Namur", "inform_region")
    assert MAILBOX[portal] in reply
    assert "next_problem" not in chat.memory and not chat.stack


@each_portal
async def test_a_second_problem_that_is_only_answered_is_answered(
    sqlite: Database, portal: str
) -> None:
    chat = InProcess(sqlite, portal)
    await chat.hear(
        "mot de passe oublié, et qui me répond ?", "password_reset",
        problems=("password_reset", "bot_challenge"),
    )  # fmt: skip
    reply = await chat.hear("c'est bon ça marche", "solved")
    assert "assistant" in reply
    assert not chat.stack and "next_problem" not in chat.memory


@each_portal
async def test_giving_up_drops_the_second_problem_too(sqlite: Database, portal: str) -> None:
    chat = InProcess(sqlite, portal)
    both = ("password_reset", "mail_not_received")
    await chat.hear("mot de passe oublié et pas reçu le mail", both[0], problems=both)
    reply = await chat.hear("laisse tomber", "cancel")
    assert "Passons" not in reply and not chat.stack and "next_problem" not in chat.memory


async def test_an_unclear_or_single_problem_announces_nothing(sqlite: Database) -> None:
    for heard in (
        {"problems": ("password_reset",)},
        {"problems": ("password_reset", "mail_not_received"), "band": "unsure"},
        {"problems": ("password_reset", "password_reset")},
        {"problems": ("password_reset", "greet")},
    ):
        chat = InProcess(sqlite, "resah")
        reply = await chat.hear("mot de passe oublié", "password_reset", **heard)
        assert "deux questions" not in reply, heard
        assert "next_problem" not in chat.memory
