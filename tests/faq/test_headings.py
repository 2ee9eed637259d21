"""Every heading of the two help texts, and each as five people ask it, opens its own answer."""

from __future__ import annotations

import pytest
import yaml

from bot.content.live import load_content
from bot.dialogue.openers import OPENERS
from bot.dialogue.tree import tree_name
from bot.ground.settings import ROOT
from tests.support.service import Chat, Service

CONTENT = load_content(ROOT / "faq")
HEADINGS = yaml.safe_load((ROOT / "tests" / "faq" / "headings.yml").read_text(encoding="utf-8"))
MOST_MISSED = 0.05


def _opened(service: Service, portal: str, message: str, topics: list[str]) -> str:
    """Return what was replied instead of one of the topics, or nothing."""
    chat = Chat(service, portal)
    reply = chat.say(message)
    walks = {frame["walk"] for frame in chat.slots["walk_stack"] or ()}
    for topic in topics:
        article = CONTENT.portals[portal].articles[topic]
        said = CONTENT.portals[portal].answer(article).replace("\u00a0", " ")
        if {OPENERS.get(topic), tree_name(topic)} & walks or said[:60] in reply:
            return ""
    return reply or "(nothing)"


@pytest.mark.parametrize(
    ("portal", "heading", "topics"),
    [
        pytest.param(portal, entry["heading"], entry["opens"], id=f"{portal} {entry['opens'][0]}")
        for portal, entries in HEADINGS.items()
        for entry in entries
    ],
)
def test_a_heading_opens_its_own_answer(
    service: Service, portal: str, heading: str, topics: list[str]
) -> None:
    assert not _opened(service, portal, heading, topics)


@pytest.mark.parametrize("portal", sorted(HEADINGS))
def test_other_wordings_of_the_headings_do_too(service: Service, portal: str) -> None:
    asked = [(words, entry["opens"]) for entry in HEADINGS[portal] for words in entry["asked"]]
    replies = {words: _opened(service, portal, words, topics) for words, topics in asked}
    missed = {words: reply for words, reply in replies.items() if reply}
    assert len(missed) <= MOST_MISSED * len(asked), missed
