"""The widget on pages that do more than load: navigate by themselves, move it, take its keys."""

from __future__ import annotations

import shutil
import subprocess
import tarfile
from collections.abc import Callable, Iterator
from typing import Any

import pytest
from playwright.sync_api import Browser, expect

from tests.browser.conftest import NAMES
from tests.browser.pages import PATIENCE, ChatPage, Watch, wait_until
from tests.browser.test_layout import PHONE
from tests.browser.test_story import ADDRESS, OPENING
from tests.support.host import HostSite
from tests.support.service import Service
from tests.support.strict import lacking

TURBO = "@hotwired/turbo@8"
NONCE = "c2VydmljZQ"

Site = Callable[..., ChatPage]


@pytest.fixture(scope="session")
def turbo(tmp_path_factory: pytest.TempPathFactory) -> str:
    """Turbo as its makers publish it."""
    folder = tmp_path_factory.mktemp("turbo")
    npm = shutil.which("npm")
    if npm is None:
        lacking("No npm on PATH to fetch Turbo with")
    fetched = subprocess.run(
        [npm, "pack", TURBO], cwd=folder, capture_output=True, text=True, timeout=120, check=False
    )
    if fetched.returncode:
        lacking(f"{TURBO} cannot be fetched: {fetched.stderr[-300:]}")
    with tarfile.open(next(folder.glob("*.tgz"))) as archive:
        file = archive.extractfile("package/dist/turbo.es2017-umd.js")
        assert file is not None
        return file.read().decode()


@pytest.fixture
def site(open_page: Callable[..., Any], host_site: HostSite, service: Service) -> Site:
    """Opens the first of two pages of another origin, which embed the widget by one tag."""

    def site(head: str = "", body: str = "", policy: str = "", **options: Any) -> ChatPage:
        for path, other in (("/first", "/second"), ("/second", "/first")):
            text = (
                f'<!doctype html><html lang="en"><head><title>{path}</title>'
                f'<link rel="icon" href="data:,">{head}</head><body><h1>{path}</h1>'
                f'<p><a href="{other}">Other page</a></p><div id="elsewhere"></div>'
                f"{body}</body></html>"
            )
            headers = {"Content-Security-Policy": policy} if policy else {}
            host_site.pages[path] = (text, "text/html", headers)
        page = open_page("about:blank", **options)
        page.goto(f"{host_site.url}/first")
        return ChatPage(page)

    return site


def _tag(service: Service, attributes: str = "defer") -> str:
    return f'<script src="{service.url}/widget.js" data-portal="resah" {attributes}></script>'


def _go(chat: ChatPage, path: str) -> None:
    chat.page.get_by_role("link", name="Other page").click()
    expect(chat.page.get_by_role("heading", name=path)).to_be_visible()


# The browser's own back/forward cache


@pytest.fixture
def cached(
    chromium: Browser, host_site: HostSite, service: Service, site: Site
) -> Iterator[ChatPage]:
    """Two pages in a browser that keeps pages which were left as they stood."""
    browser = chromium.browser_type.launch(
        executable_path=next(filter(None, map(shutil.which, NAMES))),
        args=["--no-sandbox", "--disable-gpu"],
        ignore_default_args=["--disable-back-forward-cache"],
    )
    watch = Watch()
    context = browser.new_context(locale="fr-FR", reduced_motion="reduce")
    context.set_default_timeout(PATIENCE)
    context.on("page", watch.see)
    site(head=_tag(service))
    page = context.new_page()
    page.add_init_script(
        "window.addEventListener('pageshow', e => { window.persisted = e.persisted; })"
    )
    page.goto(f"{host_site.url}/first")
    yield ChatPage(page)
    browser.close()
    assert watch.heard == []


def _back(chat: ChatPage) -> None:
    chat.page.evaluate("setTimeout(() => history.back())")
    chat.page.wait_for_url("**/first", wait_until="commit")
    wait_until(chat.page, "window.persisted === true")


def test_back_shows_the_conversation_as_it_went_on(cached: ChatPage, host_site: HostSite) -> None:
    chat = cached.open()
    chat.say(OPENING)
    chat.page.goto(f"{host_site.url}/second")
    chat.replies.nth(1).wait_for()
    assert "reconnue" in chat.say(ADDRESS["resah"])
    before = chat.state()
    _back(chat)
    expect(chat.said).to_have_count(2)
    expect(chat.buttons.first).to_be_visible()
    assert chat.state() == before
    assert "C’est fait" in chat.say("oui")


def test_back_to_a_page_without_a_conversation_keeps_the_one_begun_since(
    cached: ChatPage, host_site: HostSite
) -> None:
    chat = cached
    chat.replies.first.wait_for(state="attached")
    chat.page.goto(f"{host_site.url}/second")
    chat.open()
    chat.say(OPENING)
    _back(chat)
    expect(chat.said).to_have_count(1)
    # Open as it was left, with nothing that was said lost: not now, not on the next page.
    assert "reconnue" in chat.say(ADDRESS["resah"])
    chat.page.reload()
    expect(chat.said).to_have_count(2)
    assert chat.texts() == [OPENING, ADDRESS["resah"]]


# Applications that exchange the body


@pytest.mark.parametrize("place", ["head", "body"])
def test_turbo_keeps_one_assistant_and_its_conversation(
    site: Site, service: Service, host_site: HostSite, turbo: str, place: str
) -> None:
    host_site.pages["/turbo.js"] = (turbo, "text/javascript", {})
    policy = (
        f"default-src 'none'; script-src 'self' {service.url}; img-src data:;"
        f" connect-src 'self' {service.url}; style-src 'nonce-{NONCE}'"
    )
    head = f'<meta name="csp-nonce" content="{NONCE}"><script src="/turbo.js" defer></script>'
    tag = _tag(service)
    chat = site(
        head=head + (tag if place == "head" else ""),
        body=tag if place == "body" else "",
        policy=policy,
    ).open()
    chat.page.evaluate("window.never = 'left'")
    assistants = chat.page.locator("guichet-assistant")
    chat.say(OPENING)
    _go(chat, "/second")
    expect(assistants).to_have_count(1)
    expect(chat.input).to_be_visible()
    assert chat.texts() == [OPENING]
    assert "reconnue" in chat.say(ADDRESS["resah"])
    # Back, from a snapshot in which a copy of the assistant stands.
    chat.page.evaluate("history.back()")
    expect(chat.page.get_by_role("heading", name="/first")).to_be_visible()
    expect(assistants).to_have_count(1)
    expect(chat.said).to_have_count(2)
    _go(chat, "/second")
    chat.click("Non merci")
    assert chat.texts() == [OPENING, ADDRESS["resah"], "Non merci"]
    assert chat.page.evaluate("window.never") == "left"
    expect(assistants).to_have_count(1)


def test_a_body_that_is_emptied_gets_it_back(site: Site, service: Service) -> None:
    chat = site(head=_tag(service)).open()
    chat.say(OPENING)
    chat.page.evaluate("document.body.innerHTML = '<h1>Emptied</h1>'")
    expect(chat.page.locator("guichet-assistant")).to_have_count(1)
    expect(chat.input).to_be_visible()
    assert "reconnue" in chat.say(ADDRESS["resah"])


def test_a_page_that_takes_it_out_each_time_is_left_in_peace(site: Site, service: Service) -> None:
    chat = site(head=_tag(service)).open()
    chat.page.evaluate(
        """() => new MutationObserver(() => document.querySelector("guichet-assistant")?.remove())
            .observe(document.body, {childList: true})"""
    )
    chat.page.evaluate("document.querySelector('guichet-assistant').remove()")
    expect(chat.page.locator("guichet-assistant")).to_have_count(0)


def test_a_tag_run_again_puts_it_back(site: Site, service: Service) -> None:
    chat = site(head=_tag(service)).open()
    chat.page.evaluate("document.documentElement.replaceChild("
        "document.createElement('body'), document.body)")  # fmt: skip
    chat.page.evaluate(
        """address => new Promise(done => {
            const node = document.createElement("script");
            node.onload = done;
            node.dataset.portal = "resah";
            node.src = address;
            document.body.append(node);
        })""",
        f"{service.url}/widget.js",
    )
    expect(chat.page.locator("guichet-assistant")).to_have_count(1)
    expect(chat.input).to_be_visible()


@pytest.mark.parametrize("attributes", ["", "async", "defer"])
def test_the_tag_may_stand_in_the_head_as_it_likes(
    site: Site, service: Service, attributes: str
) -> None:
    chat = site(head=_tag(service, attributes)).open()
    assert "adresse e-mail" in chat.say(OPENING)
    expect(chat.page.locator("guichet-assistant")).to_have_count(1)


@pytest.mark.parametrize("screen", [{}, PHONE], ids=["wide", "phone"])
def test_moved_while_open_it_stays_open(
    site: Site, service: Service, screen: dict[str, int]
) -> None:
    chat = site(head=_tag(service), **screen).open()
    chat.say(OPENING)
    chat.page.evaluate(
        "document.querySelector('#elsewhere').append(document.querySelector('guichet-assistant'))"
    )
    expect(chat.input).to_be_visible()
    above = "node => node.matches(':popover-open, :modal')"
    assert chat.page.locator(".window:visible").evaluate(above)
    assert "reconnue" in chat.say(ADDRESS["resah"])
    chat.page.keyboard.press("Escape")
    expect(chat.launch).to_be_visible()
    chat.page.evaluate("document.body.append(document.querySelector('guichet-assistant'))")
    expect(chat.launch).to_be_visible()
    expect(chat.input).not_to_be_visible()


# Keys


def test_what_is_typed_fires_no_shortcut_of_the_page(site: Site, service: Service) -> None:
    chat = site(head=_tag(service), body='<input id="search" aria-label="Search">').open()
    chat.page.evaluate(
        """() => {
            window.taken = [];
            for (const type of ["keydown", "keypress", "keyup", "input", "paste"]) {
                for (const target of [document, window]) {
                    target.addEventListener(type, event => {
                        taken.push(type + event.key);
                        if (type === "keydown" && event.target.tagName !== "INPUT"
                                && ["/", "s"].includes(event.key)) {
                            event.preventDefault();
                            document.querySelector("#search").focus();
                        }
                    });
                }
            }
        }"""
    )
    text = "mon compte est ferme le 19/03/2021 svp"
    chat.input.press_sequentially(text)
    expect(chat.input).to_have_value(text)
    before = chat.replies.count()
    chat.input.press("Enter")
    chat.answer(before)
    chat.page.keyboard.press("Tab")
    chat.log.press("s")
    chat.page.get_by_role("button", name="Options").press("Enter")
    chat.page.keyboard.press("Escape")
    chat.page.keyboard.press("Escape")
    expect(chat.launch).to_be_focused()
    # The key that closed the window rises on what has the focus then.
    assert set(chat.page.evaluate("taken")) <= {"keyupEscape"}
    # Outside its window the page's keys are the page's.
    chat.page.keyboard.press("/")
    expect(chat.page.locator("#search")).to_be_focused()


@pytest.mark.parametrize("how", [{"keyCode": 229}, {"isComposing": True}])
def test_enter_that_ends_a_composition_sends_nothing(
    site: Site, service: Service, how: dict[str, Any]
) -> None:
    chat = site(head=_tag(service)).open()
    chat.input.fill("mot de pa")
    press = """(node, how) => node.dispatchEvent(new KeyboardEvent("keydown",
        {key: "Enter", bubbles: true, composed: true, cancelable: true, ...how}))"""
    chat.input.evaluate(press, how)
    expect(chat.input).to_have_value("mot de pa")
    assert chat.said.count() == 0
    chat.input.evaluate(press, {"keyCode": 13})
    expect(chat.said).to_have_count(1)
    chat.settle()
