"""Answers outside walks: each intent on each portal, unclear messages, and what is not known."""

from __future__ import annotations

import pytest

from bot.content.live import load_content
from bot.dialogue.openers import OPENERS
from bot.ground.settings import ROOT
from bot.ground.yaml_text import read_yaml
from tests.support.service import Chat, Service
from tests.support.training import sentences

CONTENT = load_content(ROOT / "faq")
INTENTS = [next(iter(entry)) for entry in read_yaml(ROOT / "domain.yml")["intents"]]


@pytest.mark.parametrize("portal", sorted(CONTENT.portals))
@pytest.mark.parametrize("intent", INTENTS)
def test_every_intent_gets_an_answer_of_its_portal(
    service: Service, intent: str, portal: str
) -> None:
    chat = Chat(service, portal)
    # A training example is understood by the model, whatever it is worth elsewhere.
    text = sentences()[intent][0]
    reply = chat.say(text)
    understood = service.post("/model/parse", {"text": text}).json()
    assert reply.strip()
    if understood["band"] != "sure" or understood["intent"]["name"] != intent:
        return
    article = CONTENT.portals[portal].articles.get(intent)
    if intent in OPENERS or (article is not None and article.tree is not None):
        assert chat.slots["walk_stack"] or "mailto:" in reply
    elif article is not None:
        said = CONTENT.portals[portal].answer(article).replace("\u00a0", " ")
        assert said[:60] in reply


@pytest.mark.parametrize(
    ("portal", "message"),
    [
        ("woundwo", "comment faire avec mailinblack ?"),
        ("woundwo", "je ne vois pas mon marché dans mes marchés"),
        ("resah", "où trouver mon numéro client ?"),
    ],
)
def test_what_a_portal_knows_nothing_about_is_said_with_a_contact(
    service: Service, portal: str, message: str
) -> None:
    chat = Chat(service, portal)
    reply = chat.say(message)
    assert "Sur ce point, je n’ai pas d’information" in reply
    contact = next(title for title in chat.offered if "contact" in title.lower())
    assert "région" in chat.click(contact)


def test_an_unclear_message_is_asked_about_with_topics(service: Service) -> None:
    for message in ("compte mail", "mon espace document mail", "administrateur mail accès"):
        chat = Chat(service, "resah")
        reply = chat.say(message)
        if "Voulez-vous dire" in reply:
            assert "Aucune de ces propositions" in chat.offered
            assert 2 <= len(chat.offered) <= 4
            first = next(iter(chat.offered))
            assert "Voulez-vous dire" not in chat.click(first)
            return
    pytest.fail("no message was asked about")


def test_gibberish_is_asked_to_be_said_otherwise_once_then_a_contact_is_offered(
    service: Service,
) -> None:
    chat = Chat(service, "resah")
    replies = [chat.say(text) for text in ("zzqx vbn", "plop wrtz", "kjhg fdsq mlk")]
    assert all(reply.strip() for reply in replies)
    assert any("contact" in title.lower() for title in chat.offered)
