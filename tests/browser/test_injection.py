"""Thirty texts that are markup or script elsewhere: here they are read as they were typed."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path
from typing import Any
from urllib.parse import quote

import pytest
from playwright.sync_api import expect

from tests.browser.pages import ChatPage
from tests.browser.test_story import OPENING

CORPUS = (Path(__file__).parent / "injections.txt").read_text(encoding="utf-8").splitlines()

SHOWN = "div, span, p, br, ul, ol, li, strong, a, button"
"""All that the log may consist of."""


def _is_only_text(chat: ChatPage, texts: list[str]) -> None:
    assert [
        "".join(node.evaluate("node => [...node.childNodes].slice(1).map(n => n.data)"))
        for node in chat.said.all()
    ] == texts
    assert chat.log.locator(f"*:not({SHOWN})").count() == 0
    addresses = chat.log.locator("a").evaluate_all("nodes => nodes.map(node => node.protocol)")
    assert set(addresses) <= {"https:", "http:", "mailto:", "tel:"}
    attributes = chat.log.evaluate(
        "log => [...log.querySelectorAll('*')].flatMap(node => node.getAttributeNames())"
    )
    assert not [name for name in attributes if name.startswith("on") or name == "style"]
    assert chat.page.evaluate("window.hit === undefined && document.title.startsWith('Aide')")


def test_the_corpus_is_whole() -> None:
    assert len(CORPUS) == len(set(CORPUS)) == 30


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
    expect(chat.replies).to_have_count(count)
    _is_only_text(chat, texts)


def test_the_demo_portal_shows_an_address_as_text(open_page: Callable[..., Any]) -> None:
    page = open_page("/demo/resah/")
    for text in CORPUS:
        page.goto(f"/demo/resah/?email={quote(text)}")
        assert page.locator("#email").input_value() == text
        assert page.locator("script:not([src]), img, svg, iframe").count() == 0
        assert page.evaluate("window.hit === undefined")


def test_replies_are_no_markup_either(open_chat: Callable[..., ChatPage]) -> None:
    """Even if a reply held it: what is not light Markdown is text."""
    chat = open_chat("resah")
    shown = chat.page.evaluate(
        """corpus => corpus.map(text => {
            const place = document.createElement("div");
            place.append(Guichet.markdown(text));
            document.getElementById("log").append(place);
            return place.textContent.length > 0;
        })""",
        CORPUS,
    )
    assert all(shown)
    _is_only_text(chat, [])
