"""Sentences that others wrote for the moments of consent: nothing is done without a yes.

Each is said at its question on the real service; what was done is read from the database.
"""

from __future__ import annotations

import sqlite3
from collections import Counter
from contextlib import closing
from dataclasses import dataclass
from functools import cached_property
from pathlib import Path

import pytest

from bot.ground.yaml_text import read_yaml
from tests.dialogues.handing_over import PLACE, someone
from tests.support.service import Chat, Service

SENTENCES = read_yaml(Path(__file__).parent / "consent" / "by_others.yml")
MOMENTS = ("reset_offer", "ticket_preview", "suggested_address", "solved_question")
LEAST_YES = 0.9
"""Share of plain yeses that must act; what is missed is asked once more."""

_RESET = "camille.martin@chu-exemple.example"
_SLIP = ("alex.petit@revendeur-exmple.example", "alex.petit@revendeur-exemple.example")


@dataclass
class Asked:
    """A conversation at one of the questions."""

    service: Service
    moment: str

    @cached_property
    def chat(self) -> Chat:
        """The conversation, led to its question."""
        portal = "woundwo" if self.moment == "suggested_address" else "resah"
        chat = Chat(self.service, portal)
        if self.moment == "reset_offer":
            reply = chat.say(f"mot de passe oublié {_RESET}")
            assert "bien reconnue" in reply, reply
        elif self.moment == "ticket_preview":
            for message in ("je veux parler à quelqu'un", PLACE[portal][0], someone()):
                reply = chat.say(message)
            assert "Envoyer" in chat.offered, reply
        elif self.moment == "suggested_address":
            reply = chat.say(f"mot de passe oublié {_SLIP[0]}")
            assert _SLIP[1] in reply, reply
        else:
            reply = chat.say("mes mails arrivent dans les spams")
            assert "Est-ce réglé" in reply, reply
        return chat

    def acts_on(self, sentence: str) -> bool:
        """Say a sentence at the question; tell whether the act was done."""
        chat = self.chat
        before = self._mails()
        chat.say(sentence)
        if self.moment in {"reset_offer", "ticket_preview"}:
            return self._mails() != before
        memory = chat.slots.get("memory") or {}
        if self.moment == "suggested_address":
            return bool(memory.get("address") == _SLIP[1])
        return bool(memory.get("outcome") == "solved")

    def _mails(self) -> int:
        path = self.service.folder / "var" / "guichet.db"
        with closing(sqlite3.connect(path, timeout=30)) as database:
            count: int = database.execute("SELECT COUNT(*) FROM outbox").fetchone()[0]
        return count


@pytest.mark.slow
@pytest.mark.parametrize("moment", MOMENTS)
def test_nothing_is_done_without_a_yes_and_plain_yeses_act(
    peopled_service: Service, moment: str
) -> None:
    done: list[str] = []
    missed: list[str] = []
    count: Counter[str] = Counter()
    for row in SENTENCES:
        if row["moment"] != moment:
            continue
        peopled_service.forget_limits()
        acted = Asked(peopled_service, moment).acts_on(row["text"])
        count[row["means"]] += 1
        if acted and row["means"] != "yes":
            done.append(row["text"])
        if not acted and row["means"] == "yes":
            missed.append(row["text"])
    assert not done, f"done without a yes: {done}"
    assert count["yes"] - len(missed) >= LEAST_YES * count["yes"], f"plain yeses missed: {missed}"
