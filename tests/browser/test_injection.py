"""A hundred texts that are markup or script elsewhere: here they are read as they were typed."""

from __future__ import annotations

import json
from collections.abc import Callable
from pathlib import Path
from typing import Any
from urllib.parse import quote

import pytest
from playwright.sync_api import expect

from bot.french.redaction import MARK
from tests.browser.pages import ChatPage, plain
from tests.browser.test_story import OPENING

CORPUS = (Path(__file__).parent / "injections.txt").read_text(encoding="utf-8").splitlines()

SHOWN = "div, span, p, br, ul, ol, li, strong, a, button, svg, path"
"""All that the log may consist of."""


def _is_only_text(chat: ChatPage, texts: list[str]) -> None:
    shown = [
        "".join(node.evaluate("node => [...node.childNodes].slice(1).map(n => n.data)"))
        for node in chat.said.all()
    ]
    # What looks like a secret is masked, whatever else it may be.
    pairs = zip(shown, texts, strict=True)
    assert [each for each in pairs if each[0] != each[1] and MARK not in each[0]] == []
    assert chat.log.locator(f"*:not({SHOWN})").count() == 0
    addresses = chat.log.locator("a").evaluate_all("nodes => nodes.map(node => node.protocol)")
    assert set(addresses) <= {"https:", "http:", "mailto:", "tel:"}
    attributes = chat.log.evaluate(
        "log => [...log.querySelectorAll('*')].flatMap(node => node.getAttributeNames())"
    )
    assert not [name for name in attributes if name.startswith("on") or name == "style"]
    assert chat.page.evaluate("window.hit === undefined && document.title.startsWith('Aide')")


def test_the_corpus_is_whole() -> None:
    assert len(CORPUS) == len(set(CORPUS)) >= 100


@pytest.mark.parametrize("kind", ["message", "address"])
def test_what_is_typed_is_shown_as_text(open_chat: Callable[..., ChatPage], kind: str) -> None:
    chat = open_chat("resah")
    texts = list(CORPUS)
    if kind == "address":
        chat.say(OPENING)
        texts = [OPENING, *(f"mon adresse est {text}@exemple.example" for text in CORPUS)]
    for text in texts[chat.said.count() :]:
        chat.write(text)
    expect(chat.said).to_have_count(len(texts))
    chat.settle()
    assert chat.replies.count() > len(texts)
    _is_only_text(chat, texts)
    count = chat.replies.count()
    chat.page.reload()
    chat.read_earlier(len(texts))
    expect(chat.replies).to_have_count(count)
    _is_only_text(chat, texts)


def test_the_demo_portal_shows_an_address_as_text(open_page: Callable[..., Any]) -> None:
    page = open_page("/demo/resah/")
    for text in CORPUS:
        page.goto(f"/demo/resah/?email={quote(text)}")
        assert page.locator("#email").input_value() == text
        foreign = "document.querySelectorAll('script:not([src]), img, svg, iframe').length"
        assert page.evaluate(foreign) == 0
        assert page.evaluate("window.hit === undefined")


def test_replies_and_their_buttons_are_no_markup_either(open_chat: Callable[..., ChatPage]) -> None:
    """Even if a reply held it: what is not light Markdown is text."""
    chat = open_chat("resah")
    replies = [
        {
            "text": text,
            "buttons": [{"title": text, "payload": text}],
            "article": {"id": text, "title": text},
            "solved": True,
        }
        for text in CORPUS
    ]
    body = json.dumps({"messages": replies})
    chat.page.route(
        "**/chat/messages",
        lambda route: route.fulfill(content_type="application/json", body=body),
    )
    chat.say("bonjour")
    expect(chat.replies).to_have_count(len(CORPUS) + 1)
    assert all(text.strip() for text in chat.replies.all_inner_texts())
    # The two that ask whether it is solved come after the last reply's own.
    assert [plain(title) for title in chat.buttons.all_text_contents()][:-2] == [
        plain(text) for text in CORPUS
    ]
    _is_only_text(chat, ["bonjour"])
