"""Every conversation written in this folder's YAML files, held over HTTP on the real service.

What the two FAQ texts tell is not only written somewhere: it is said to people who ask.
`tests/faq/facts.yml` lists the sentences of the texts and the words that tell them in the articles;
the words of each fact are looked for in one conversation of its portal. In one file with the
conversations, so that these are held only once where several processes share out the tests.
"""

from __future__ import annotations

from collections.abc import Callable
from functools import cache
from typing import Any

import pytest

from bot.ground.settings import ROOT
from bot.ground.yaml_text import read_yaml
from tests.dialogues.scripted import Conversation, Played, conversations, plain

FACTS: dict[str, list[dict[str, Any]]] = read_yaml(ROOT / "tests" / "faq" / "facts.yml")

# Such sentences name what people ask; it is they who say it.
ASKED = ("The question", "The case", "Heading")

# Where a conversation tells a fact otherwise than the article on the help page does.
OTHERWISE: dict[str, dict[int, list[str]]] = {
    "resah": {
        10: ["vérifier si votre compte existe", "page de connexion", "saisissez l'adresse"],
        11: ["utilisiez sur l'ancienne plateforme", "générer un nouveau mot de passe"],
        13: ["partagée", "identifiant", "ancienne plateforme"],
        18: ["administrateur de votre structure", "qui valide les comptes"],
        20: ["connaissez-vous cet administrateur", "relation adhérents", "48 heures"],
        23: ["ils viennent tous de", "vous en recevez un"],
        32: ["votre région", "48 heures", "DSI"],
        41: ["administrateur de votre structure", "famille d'achat", "contrairement à l'ancienne"],
    },
    "woundwo": {
        8: ["bien reconnue"],
        9: ["bien reconnue", "choisir un nouveau mot de passe"],
        12: ["je ne trouve pas l'adresse", "n'est pas connue"],
        13: ["fautes de frappe", "espaces en trop"],
        15: ["patientez quelques minutes", "réessayez"],
        16: ["espace avant ou après", "trafic", "votre contact"],
        17: ["champ e-mail", "bouton"],
        18: ["remplissage automatique", "firefox"],
        21: ["la vérification se lance-t-elle", "le bouton s'active-t-il"],
        22: ["parfois un ou deux clics de plus"],
        30: ["une demande ne sert que si le portail ne la connaît pas encore"],
        31: ["déjà connue du portail", "nouveau mot de passe"],
        48: ["pour faire seul", "mot de passe oublié"],
        50: ["saisissez votre adresse"],
        52: ["je ne trouve pas l'adresse", "fautes de frappe"],
        53: ["je ne trouve pas l'adresse", "votre contact"],
        57: ["votre contact", "transmettre ma demande"],
    },
}


def _held() -> list[object]:
    return [
        pytest.param(
            conversation,
            id=conversation.name,
            marks=(
                [pytest.mark.xfail(reason=conversation.known_problem, strict=True)]
                if conversation.known_problem
                else []
            ),
        )
        for conversation in conversations()
    ]


@pytest.mark.parametrize("conversation", _held())
def test_the_conversation_goes_as_written(
    played: Callable[[Conversation], Played], conversation: Conversation
) -> None:
    held = played(conversation)
    if held.mistakes:
        pytest.fail(str(held), pytrace=False)


def _told() -> list[object]:
    cases = []
    for portal, entries in FACTS.items():
        for entry in entries:
            if "said_in" not in entry or entry["fact"].startswith(ASKED):
                continue
            number = entry["n"]
            words = OTHERWISE[portal].get(number, entry["words"])
            cases.append(pytest.param(portal, words, id=f"{portal} {number}"))
    return cases


def _folded(text: str) -> str:
    return " ".join(plain(text).casefold().split())


@pytest.fixture(scope="session")
def said(played: Callable[[Conversation], Played]) -> Callable[[str], list[str]]:
    """All that was said in each conversation of a portal."""

    @cache
    def of(portal: str) -> list[str]:
        return [
            _folded("\n".join(played(conversation).replies))
            for conversation in conversations()
            if conversation.portal == portal
        ]

    return of


@pytest.mark.parametrize(("portal", "words"), _told())
def test_a_fact_is_told_in_a_conversation(
    said: Callable[[str], list[str]], portal: str, words: list[str]
) -> None:
    told = (
        all(any(_folded(choice) in text for choice in word.split("|")) for word in words)
        for text in said(portal)
    )
    assert any(told), words
