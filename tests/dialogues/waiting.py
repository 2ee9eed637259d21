"""The steps that wait for an answer: how a conversation gets to each, and what it keeps there."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

import pytest

from tests.dialogues.portals import PORTALS
from tests.support.service import Chat, Service

OPENING = "bonjour jarrive pas a me connecter"
KNOWN = {
    "resah": "camille.martin@chu-exemple.example",
    "woundwo": "alex.petit@revendeur-exemple.example",
}
OTHER = {"resah": "achats@ch-exemple.example", "woundwo": "atelier@partenaire-exemple.example"}
UNKNOWN = "personne.inconnue@chu-exemple.example"


@dataclass(frozen=True)
class Waiting:
    """A step that waits, and the messages that lead there."""

    name: str
    portal: str
    messages: tuple[str, ...]
    walk: str
    step: str


def _login_steps() -> list[Waiting]:
    steps = []
    for portal in PORTALS:
        known, other = KNOWN[portal], OTHER[portal]
        for step, messages in {
            "ask_address": (OPENING,),
            "alone": (OPENING, "non je prefere pas"),
            "ask_login": (OPENING, other),
            "offer_reset": (OPENING, known),
            "declined": (OPENING, known, "non merci"),
            "refused_spaces": (OPENING, known, "/email_not_recognised"),
            "unknown": (OPENING, UNKNOWN),
        }.items():
            steps.append(Waiting(f"{portal} login {step}", portal, messages, "login", step))
    known = KNOWN["woundwo"]
    steps.append(
        Waiting(
            "woundwo login refused_traffic", "woundwo",
            (OPENING, known, "/email_not_recognised", "/not_solved"), "login", "refused_traffic",
        )
    )  # fmt: skip
    return steps


def _tree_steps() -> list[Waiting]:
    """Return two trees' questions, each reached by its first buttons."""
    return [
        Waiting(f"{portal} {opening}", portal, (opening, *more), walk, step)
        for portal, opening, more, walk, step in (
            ("resah", "j'ai pas recu le mail", (), "tree:mail_not_received", "address"),
            ("resah", "j'ai pas recu le mail", ("non",), "tree:mail_not_received", "junk"),
            ("resah", "je n'ai plus accès aux documents du marché", (),
             "tree:document_access", "search"),
            ("resah", "je n'ai plus accès aux documents du marché", ("/deny",),
             "tree:document_access", "rights"),
            ("woundwo", "j'ai pas recu le mail", (), "tree:mail_not_received", ""),
            ("woundwo", "comment demander un compte ?", (), "tree:account_request", ""),
        )
    ]  # fmt: skip


LOGIN_STEPS = _login_steps()
TREE_STEPS = _tree_steps()
each_step = pytest.mark.parametrize("waiting", LOGIN_STEPS + TREE_STEPS, ids=lambda w: w.name)


def reach(service: Service, waiting: Waiting) -> tuple[Chat, str]:
    """Return a new conversation that waits at a step, and what it said there."""
    chat = Chat(service, waiting.portal)
    reply = ""
    for message in waiting.messages:
        reply = chat.say(message)
    frame = open_frame(chat)
    assert frame["walk"] == waiting.walk, reply
    assert waiting.step in ("", frame["step"]), f"{frame['step']}: {reply}"
    return chat, reply


def open_frame(chat: Chat) -> dict[str, Any]:
    """Return the walk that is open, and its step."""
    stack = chat.slots["walk_stack"]
    assert stack, "no walk is open"
    frame: dict[str, Any] = stack[-1]
    return frame


def memory_of(chat: Chat) -> dict[str, Any]:
    """Return what a conversation keeps in mind."""
    memory: dict[str, Any] = chat.slots["memory"] or {}
    return memory
