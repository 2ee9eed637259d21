"""The conventional `rasa run` with `rasa run actions` says and stores what the service does.

The same dialogues go through both; texts, buttons, slots, stored events and mails are compared. The
other commands that a Rasa developer expects at the project's root are run here too.
"""

from __future__ import annotations

import re
import subprocess
from collections.abc import Iterator
from concurrent.futures import Future, ThreadPoolExecutor
from dataclasses import dataclass, field
from email.message import EmailMessage
from pathlib import Path
from typing import Any

import pytest
import requests

from tests.dialogues.test_login_walk import ACTIVE, DISABLED, OPENING, PENDING, SEVERAL, UNKNOWN
from tests.support.conventional import Conventional, rasa
from tests.support.mail import Mailbox, text_of
from tests.support.service import ROOT, Service

pytestmark = [pytest.mark.slow, pytest.mark.timeout(400)]

PASSWORD = "Lavande38!"
UNSURE = (
    "compte mail", "mon espace document mail", "administrateur mail accès", "mail document",
    "mail compte", "document accès", "accès compte", "espace région",
)  # fmt: skip
"""Messages of which one at least is unclear to any model, so that topics are offered."""


class Click(str):
    """The title of a button that is clicked."""


@dataclass(frozen=True)
class Dialogue:
    """What a user of a portal writes and clicks, and words that the last replies must hold."""

    name: str
    portal: str
    messages: tuple[str, ...]
    says: tuple[str, ...] = ()


def _dialogues() -> list[Dialogue]:
    rows = []
    for portal in ("resah", "woundwo"):
        several, login = SEVERAL[portal]
        active = ACTIVE[portal]
        rows += [
            Dialogue(
                "active, mail not received", portal,
                (OPENING, active, "oui svp", Click("Je n’ai rien reçu"), Click("Toujours rien")),
                ("mailto:",),
            ),
            Dialogue(
                "several accounts", portal, (OPENING, several, "je sais plus", "merci"), ("plaisir",)
            ),
            Dialogue(
                "login given", portal, (OPENING, several, login, "oui", "merci"), ("Parfait",)
            ),
            Dialogue("pending", portal, (OPENING, PENDING[portal]), ("attend", "mailto:")),
            Dialogue("disabled", portal, (OPENING, DISABLED[portal]), ("désactivé", "mailto:")),
            Dialogue(
                "unknown, region by town", portal,
                (OPENING, UNKNOWN, "si si c'est la bonne", "Lyon", "merci"), ("plaisir",),
            ),
            Dialogue(
                "correction, refused address", portal,
                (
                    OPENING, UNKNOWN, f"non en fait je me suis trompé, c'est {active}",
                    Click("Le portail refuse mon adresse"), Click("Toujours refusée"),
                    "toujours pareil", "merci",
                ),
            ),
            Dialogue(
                "digressions", portal,
                (
                    "bonjour", OPENING, "vous êtes un robot ou une vraie personne ?", active,
                    "c'est quoi mailinblack ?", "je n'ai pas accès aux documents",
                    "non merci", "laisse tomber",
                ),
            ),
            Dialogue(
                "refusal, several places", portal,
                (OPENING, "non je prefere pas", "non", "Saint-Denis", "je ne sais pas"),
            ),
            Dialogue(
                "restart and cancel", portal,
                (OPENING, active, "on recommence depuis le début", active, "annuler", "merci"),
            ),
            Dialogue(
                "typed password", portal,
                (f"jarrive pas a me connecter mon mot de passe est {PASSWORD}", active),
                ("bien reconnue",),
            ),
            Dialogue(
                "a person, outside any walk", portal,
                ("je veux parler à quelqu'un", "35000", "qsdf jklm wxcv", "azer tyui"),
            ),
        ]  # fmt: skip
    rows.append(
        Dialogue(
            "activated today", "woundwo",
            (OPENING, "active.ce.jour@revendeur-exemple.example", Click("Mon contact régional")),
            ("mailto:",),
        )
    )  # fmt: skip
    return rows


@dataclass
class Pair:
    """The two, each with a database and a mailbox of its own, prepared alike."""

    conventional: Conventional
    service: Service
    boxes: tuple[Mailbox, Mailbox]
    counts: dict[str, int] = field(default_factory=dict)

    def send(
        self, sender: str, portal: str, text: str, message_id: str
    ) -> tuple[list[dict[str, Any]], list[dict[str, Any]]]:
        """Send one message to both and return both replies."""
        metadata = {"portal": portal, "message_id": message_id}
        theirs = self.conventional.post(sender, text, dict(metadata))
        response = self.service.post(
            "/webhooks/rest/webhook",
            {"sender": sender, "message": text, "metadata": metadata},
        )
        response.raise_for_status()
        return theirs, response.json()

    def trackers(self, sender: str) -> tuple[dict[str, Any], dict[str, Any]]:
        """Return both trackers with all events."""
        url = f"{self.conventional.url}/conversations/{sender}/tracker"
        response = requests.get(url, params={"include_events": "ALL"}, timeout=30)
        response.raise_for_status()
        return response.json(), self.service.tracker(sender)


@pytest.fixture(scope="module")
def pair(model: Path, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Pair]:
    boxes = (Mailbox().start(), Mailbox().start())
    folder = tmp_path_factory.mktemp("pair")
    # Links in mails name it, so it is the same for both.
    shared = {"GUICHET_PUBLIC_URL": "http://aide.example"}
    conventional = Conventional(
        folder / "rasa", model, env=shared | {"GUICHET_SMTP_URL": boxes[0].url}
    )
    service = Service(folder / "service", env=shared | {"GUICHET_SMTP_URL": boxes[1].url})
    try:
        conventional.launch()
        service.start()
        conventional.wait()
        yield Pair(conventional, service, boxes)
    finally:
        conventional.stop()
        service.stop()
        for box in boxes:
            box.stop()


def _talk(pair: Pair, dialogue: Dialogue) -> tuple[str, list[str]]:
    """Hold a dialogue with both, comparing reply by reply."""
    sender = re.sub(r"\W+", "-", f"{dialogue.portal} {dialogue.name}")
    offered: dict[str, str] = {}
    texts: list[str] = []
    for number, message in enumerate(dialogue.messages):
        typed = offered[message] if isinstance(message, Click) else message
        theirs, ours = pair.send(sender, dialogue.portal, typed, f"m{number}")
        assert theirs == ours, message
        assert ours, "silence"
        texts = [reply["text"] for reply in ours]
        for reply in ours:
            offered |= {button["title"]: button["payload"] for button in reply.get("buttons", ())}
    again = pair.send(sender, dialogue.portal, typed, f"m{number}")
    assert again == (theirs, ours)
    return sender, texts


def _same(event: dict[str, Any]) -> dict[str, Any]:
    """Return an event without what tells one run from another."""
    event = {k: v for k, v in event.items() if k != "timestamp"}
    return event


def _compare_stored(pair: Pair, sender: str) -> None:
    theirs, ours = pair.trackers(sender)
    assert theirs["slots"] == ours["slots"]
    assert theirs["active_loop"] == ours["active_loop"]
    assert PASSWORD not in str(theirs) + str(ours)
    their_events = [_same(event) for event in theirs["events"]]
    our_events = [_same(event) for event in ours["events"]]
    assert their_events == our_events


@pytest.mark.parametrize("dialogue", _dialogues(), ids=lambda d: f"{d.portal}: {d.name}")
def test_a_dialogue_goes_the_same_way(pair: Pair, dialogue: Dialogue) -> None:
    sender, texts = _talk(pair, dialogue)
    for words in dialogue.says:
        assert words in "\n".join(texts)
    _compare_stored(pair, sender)
