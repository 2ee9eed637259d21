"""Outages with a real proxy in between: nothing typed is lost, and the person is told in French."""

from __future__ import annotations

import os
import signal
import time
from collections.abc import Callable, Iterator
from email.utils import formatdate

import pytest
from playwright.sync_api import Browser, expect

from tests.browser.pages import ChatPage, wait_until
from tests.browser.test_story import ADDRESS, OPENING
from tests.support.proxy import Proxy, Refusal
from tests.support.service import Service

AWAY = "Failed to load resource: (net::ERR|the server responded with a status of (429|503))"
DRAFT = "ce que j’écris en attendant"
PACED = "Le service ne répond pas pour l’instant. Rien n’est perdu : nouvel essai automatique."


@pytest.fixture
def proxy(service: Service) -> Iterator[Proxy]:
    """A proxy in front of the service."""
    proxy = Proxy(service.port).start()
    yield proxy
    proxy.stop()


@pytest.fixture
def chat(open_page: Callable[..., ChatPage], proxy: Proxy) -> ChatPage:
    """A conversation through the proxy."""
    page = open_page("about:blank", complaints=AWAY)
    page.goto(f"{proxy.url}/resah/")
    return ChatPage(page).open()


def _answered(chat: ChatPage, *texts: str) -> None:
    """Wait until all was answered, each once, with the draft still there."""
    chat.settle()
    expect(chat.replies).to_have_count(1 + len(texts))
    expect(chat.status).to_be_empty()
    expect(chat.alert).to_be_empty()
    assert chat.texts() == list(texts)
    expect(chat.input).to_have_value(DRAFT)


@pytest.mark.parametrize("status", [503, 429])
@pytest.mark.parametrize("told", ["seconds", "date"])
def test_what_a_proxy_refuses_is_sent_again_when_it_says(
    chat: ChatPage, proxy: Proxy, status: int, told: str
) -> None:
    chat.say(OPENING)
    after = "3" if told == "seconds" else formatdate(time.time() + 4, usegmt=True)
    proxy.refusal = Refusal("/chat/messages", 1, status, {"Retry-After": after})
    started = time.monotonic()
    chat.write(ADDRESS["resah"])
    expect(chat.status).to_contain_text(PACED)
    chat.input.fill(DRAFT)
    _answered(chat, OPENING, ADDRESS["resah"])
    assert time.monotonic() - started >= 2.5
    assert sum("messages" in line for line in proxy.seen) == 3


def test_earlier_messages_and_the_portal_wait_as_told(chat: ChatPage, proxy: Proxy) -> None:
    chat.say(OPENING)
    proxy.refusal = Refusal("/chat/portal", 1, 429, {"Retry-After": "1"})
    chat.page.reload()
    chat.open()
    expect(chat.said).to_have_count(1)
    proxy.refusal = Refusal("/chat/history", 1, 429, {"Retry-After": "2"})
    chat.page.reload()
    chat.open()
    expect(chat.status).to_contain_text(PACED)
    expect(chat.said).to_have_count(1)
    expect(chat.status).to_be_empty()


def test_a_service_that_restarts_is_waited_for(chat: ChatPage, proxy: Proxy) -> None:
    chat.say(OPENING)
    proxy.stop()
    chat.write(ADDRESS["resah"])
    chat.input.fill(DRAFT)
    expect(chat.status).to_have_text("La connexion est interrompue, nouvel essai…")
    proxy.start()
    _answered(chat, OPENING, ADDRESS["resah"])


def test_a_page_loaded_again_while_the_service_restarts_keeps_what_was_typed(
    chat: ChatPage, proxy: Proxy
) -> None:
    chat.say(OPENING)
    proxy.refusal = Refusal("/chat/messages", 99, 503)
    chat.write(ADDRESS["resah"])
    expect(chat.status).to_contain_text(PACED)
    chat.input.fill(DRAFT)
    chat.page.reload()
    chat.open()
    expect(chat.input).to_have_value(DRAFT)
    expect(chat.said).to_have_count(2)
    expect(chat.status).to_contain_text(PACED)
    proxy.refusal = None
    _answered(chat, OPENING, ADDRESS["resah"])


def test_a_laptop_that_slept_goes_on_where_it_was(
    chromium: Browser, chat: ChatPage, proxy: Proxy
) -> None:
    chat.say(OPENING)
    info = chromium.new_browser_cdp_session().send("SystemInfo.getProcessInfo")["processInfo"]
    pages = [process["id"] for process in info if process["type"] == "renderer"]
    proxy.stop()
    chat.write(ADDRESS["resah"])
    chat.input.fill(DRAFT)
    expect(chat.status).to_have_text("La connexion est interrompue, nouvel essai…")
    try:
        for page in pages:
            os.kill(page, signal.SIGSTOP)
        proxy.start()
        asked = len(proxy.seen)
        time.sleep(3)
        assert len(proxy.seen) == asked
    finally:
        for page in pages:
            os.kill(page, signal.SIGCONT)
    _answered(chat, OPENING, ADDRESS["resah"])


def test_a_service_away_for_long_says_so_and_keeps_all(chat: ChatPage, proxy: Proxy) -> None:
    chat.say(OPENING)
    proxy.refusal = Refusal("/chat/messages", 99, 503, {"Retry-After": "1"})
    chat.write(ADDRESS["resah"])
    chat.input.fill(DRAFT)
    again = chat.alert.get_by_role("button", name="Réessayer")
    expect(again).to_be_visible()
    expect(chat.alert).to_contain_text("Le service ne répond pas pour l’instant.")
    wait_until(chat.page, "sessionStorage.length > 0")
    proxy.refusal = None
    again.click()
    _answered(chat, OPENING, ADDRESS["resah"])
