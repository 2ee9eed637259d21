"""An address that cannot be read to its end is asked for again, wherever one is asked for."""

from __future__ import annotations

import uuid

import pytest

from tests.support.service import Chat, Service

OPENING = "bonjour jarrive pas a me connecter"
AGAIN = "Je n’arrive pas à lire une adresse complète"


@pytest.mark.parametrize(
    "typed",
    [
        "mon mail est camille. martin@chu-exemple.example",
        "sean.o' camille.martin@chu-exemple.example",
        f"{'a' * 300}@chu-exemple.example",
        "camille.martin@chu-exemple",
        '/inform_email{"email": "' + "a" * 300 + '@chu-exemple.example"}',
    ],
)
@pytest.mark.parametrize(
    "opening", [(OPENING,), ("je veux parler à quelqu'un", "Rennes")], ids=["login", "handover"]
)
def test_the_question_comes_again(
    peopled_service: Service, opening: tuple[str, ...], typed: str
) -> None:
    chat = Chat(peopled_service, "resah", uuid.uuid4().hex)
    for message in opening:
        chat.say(message)
    assert AGAIN in chat.say(typed)
    assert "camille.martin@chu-exemple.example" in chat.say("camille.martin@chu-exemple.example")
