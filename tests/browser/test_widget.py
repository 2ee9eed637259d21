"""The widget on a site that is not ours: strict, hostile, and of another origin."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import pytest
from playwright.sync_api import expect

from tests.browser.pages import ChatPage, wait_until
from tests.browser.test_layout import PHONE
from tests.browser.test_story import ADDRESS, OPENING
from tests.support.host import HostSite
from tests.support.service import Service

MOST_BYTES = 14 * 1000
HOSTILE = """
* { font-size: 9px !important; color: red !important; position: static !important;
    display: inline !important; opacity: .1 !important; background: lime !important;
    font-family: fantasy !important; letter-spacing: 1em !important; direction: rtl !important;
    transform: scale(.3) !important; visibility: hidden !important; margin: 99px !important }
html { font-size: 4px !important }
button, dialog, textarea, a { display: none !important }
:root { --paper: black; --ink: black; --primary: black }
guichet-assistant { all: unset !important; display: none !important; zoom: 3 !important }
"""

Host = Callable[..., ChatPage]


@pytest.fixture
def host(open_page: Callable[..., Any], host_site: HostSite, service: Service) -> Host:
    """Opens a page of another origin that embeds the widget by one tag."""

    def host(css: str = "", policy: str = "", before: str = "", **options: Any) -> ChatPage:
        page = open_page("about:blank", **options)
        body = f"""<!doctype html><html lang="en"><head><title>Portal</title>
            <link rel="icon" href="data:,"><link rel="stylesheet" href="/host.css">
            <script src="{service.url}/widget.js" data-portal="resah" defer></script></head>
            <body><h1>Portal</h1><p><a href="/other">Other page</a></p></body></html>"""
        headers = {"Content-Security-Policy": policy} if policy else {}
        host_site.pages["/"] = (body, "text/html", headers)
        host_site.pages["/host.css"] = (css, "text/css", {})
        if before:
            page.add_init_script(before)
        page.goto(host_site.url)
        return ChatPage(page)

    return host


def _policy(service: Service) -> str:
    return (
        f"default-src 'none'; script-src {service.url}; connect-src {service.url};"
        f" style-src 'self' {service.url}; img-src data:; require-trusted-types-for 'script';"
        " trusted-types 'none'"
    )


def _watch_requests(page: Any) -> list[str]:
    requests: list[str] = []
    page.context.on("request", lambda request: requests.append(request.url))
    return requests


VIOLATIONS = """window.violations = [];
document.addEventListener("securitypolicyviolation", e => violations.push(e.violatedDirective));"""


def test_it_talks_from_another_origin_under_a_strict_policy(host: Host, service: Service) -> None:
    chat = host(policy=_policy(service), before=VIOLATIONS)
    requests = _watch_requests(chat.page)
    chat.open()
    chat.say(OPENING)
    assert "reconnue" in chat.say(ADDRESS["resah"])
    chat.click("Non merci")
    chat.page.get_by_role("button", name="Joindre une personne").click()
    chat.page.get_by_role("button", name="Transmettre ma demande").click()
    chat.settle()
    with chat.page.expect_download() as download:
        chat.option("Télécharger la conversation")
    with open(download.value.path(), encoding="utf-8-sig") as file:
        text = file.read()
    assert ADDRESS["resah"] in text and "Vous\u00a0: " in text
    assert chat.page.evaluate("violations") == []
    hosts = {url.split("/")[2] for url in requests if not url.startswith("blob:")}
    assert hosts == {service.url.split("/")[2]}
    assert chat.page.context.cookies() == []
    assert chat.page.evaluate("document.cookie + Object.keys(localStorage).join()") == ""


def test_without_style_sheets_in_scripts_it_takes_one_that_the_policy_knows(
    host: Host, service: Service
) -> None:
    before = VIOLATIONS + "window.CSSStyleSheet = undefined;"
    chat = host(policy=_policy(service), before=before).open()
    assert "adresse e-mail" in chat.say(OPENING)
    position = "node => getComputedStyle(node).position"
    assert chat.page.locator("div.window").evaluate(position) == "fixed"
    assert chat.page.evaluate("violations") == []


@pytest.mark.parametrize("screen", [{}, PHONE], ids=["wide", "phone"])
def test_a_hostile_page_changes_nothing(host: Host, screen: dict[str, int]) -> None:
    calm, hostile = host(**screen).open(), host(css=HOSTILE, **screen).open()
    looks = []
    for chat in (calm, hostile):
        chat.say(OPENING)
        chat.input.fill("bonjour")
        looks.append(
            chat.page.evaluate(
                """() => {
                    const root = document.querySelector("guichet-assistant").shadowRoot;
                    return [...root.querySelectorAll(".window, .window *")].map(node => {
                        const style = getComputedStyle(node), box = node.getBoundingClientRect();
                        return [node.tagName, style.fontSize, style.fontFamily, style.color,
                            style.backgroundColor, style.letterSpacing, style.direction,
                            style.visibility, Math.round(box.width), Math.round(box.height)].join();
                    });
                }"""
            )
        )
    assert looks[0] == looks[1]
    font = hostile.page.locator(".bubble").first.evaluate("node => getComputedStyle(node).fontSize")
    assert font == "16px"


def test_an_origin_that_was_not_named_cannot_talk(
    open_page: Callable[..., Any], host_site: HostSite, service: Service
) -> None:
    page = open_page("about:blank", complaints="CORS policy|net::ERR_FAILED")
    body = f'<script src="{service.url}/widget.js" data-portal="resah" defer></script><p>x'
    host_site.pages["/stranger"] = (body, "text/html", {})
    with page.expect_console_message(lambda message: "CORS" in message.text):
        page.goto(f"http://localhost:{host_site.port}/stranger")
    expect(page.locator(".launch")).to_have_count(0)


def test_a_page_may_embed_it_twice(host: Host, service: Service) -> None:
    chat = host()
    chat.replies.first.wait_for(state="attached")
    chat.page.evaluate(
        """address => new Promise(done => {
            const node = document.createElement("script");
            node.onload = done;
            node.dataset.portal = "resah";
            node.src = address;
            document.head.append(node);
        })""",
        f"{service.url}/widget.js?again",
    )
    expect(chat.page.locator("guichet-assistant")).to_have_count(1)


def test_it_is_small_and_moves_nothing(host: Host, service: Service) -> None:
    before = """window.shifts = 0;
    new PerformanceObserver(list => list.getEntries().forEach(e => { shifts += e.value; }))
        .observe({type: "layout-shift", buffered: true});"""
    chat = host(before=before).open()
    chat.say(OPENING)
    sizes = chat.page.evaluate(
        """() => Object.fromEntries(performance.getEntriesByType("resource")
            .map(entry => [new URL(entry.name).pathname, entry.encodedBodySize]))"""
    )
    # Of another origin: the browser tells sizes only where it is told that it may.
    assert 0 < sizes["/widget.js"] <= MOST_BYTES, sizes
    assert chat.page.evaluate("shifts") == 0


def test_it_stays_open_from_page_to_page_and_ends_with_the_time(
    host: Host, host_site: HostSite
) -> None:
    chat = host().open()
    chat.say(OPENING)
    chat.input.fill("brouillon")
    before = chat.state()
    chat.page.goto(f"{host_site.url}/?deux")
    expect(chat.said).to_have_count(1)
    # Open as it was, but nothing is taken from the new page's focus.
    expect(chat.input).to_be_visible()
    assert chat.page.evaluate("document.activeElement === document.body")
    expect(chat.input).to_have_value("brouillon")
    assert chat.state() == before
    chat.page.evaluate(
        """() => Object.entries(sessionStorage).forEach(([key, value]) => {
            const kept = {...JSON.parse(value), at: Date.now() - 25 * 3600e3};
            sessionStorage.setItem(key, JSON.stringify(kept));
        })"""
    )
    chat.page.goto(f"{host_site.url}/?trois")
    chat.open()
    assert chat.said.count() == 0


def test_on_a_phone_the_page_behind_is_out_of_reach(host: Host) -> None:
    chat = host(**PHONE).open()
    behind = chat.page.get_by_role("link", name="Other page")
    wait_until(chat.page, "document.activeElement.localName === 'guichet-assistant'")
    for _ in range(12):
        chat.page.keyboard.press("Tab")
        assert not behind.evaluate("node => node === document.activeElement")
    chat.page.keyboard.press("Escape")
    expect(chat.launch).to_be_focused()
    chat.page.keyboard.press("Shift+Tab")
    expect(behind).to_be_focused()
