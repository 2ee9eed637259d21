"""Every public page measured by axe against WCAG 2.1 A and AA; the console hears nothing."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import pytest
from axe_playwright_python.sync_playwright import Axe
from playwright.sync_api import expect

from tests.browser.pages import ChatPage, Watch
from tests.browser.test_layout import MAGNIFIED, NOT_THERE, PHONE
from tests.browser.test_story import ADDRESS, OPENING

TAGS = ["wcag2a", "wcag2aa", "wcag21a", "wcag21aa"]
RULES = {"runOnly": {"type": "tag", "values": [*TAGS, "best-practice"]}}


def _violations(page: Any) -> list[str]:
    """Return what axe finds; it looks into shadow roots by itself."""
    results = Axe().run(page, options=RULES).response
    # A page on which hardly a rule applied was not measured.
    assert len(results["passes"]) > 5
    return [
        f"{rule['id']}: {node['target']} {node['html'][:120]}"
        for rule in results["violations"]
        for node in rule["nodes"]
    ]


@pytest.mark.parametrize("scheme", ["light", "dark"])
@pytest.mark.parametrize(
    "path",
    [
        "/",
        "/personne/",
        "/resah/",
        "/woundwo/",
        "/resah/?q=mot+de+passe+oublie",
        "/resah/?q=zzzzzz",
        "/resah/faq/document_missing",
        "/woundwo/faq/login_problem?merci",
        "/demo/resah/",
        "/demo/woundwo/reset?token=x",
        "/demo/woundwo/reset",
        "/demo/resah/mails",
    ],
)
def test_a_page_has_no_barrier(
    open_page: Callable[..., Any], kept_mail: None, path: str, scheme: str
) -> None:
    # What axe puts into the page is not the page's own script.
    page = open_page(
        path, complaints=f"{NOT_THERE}|resource.*410", bypass_csp=True, color_scheme=scheme
    )
    if page.locator("guichet-assistant").count():
        ChatPage(page).replies.first.wait_for(state="attached")
    assert _violations(page) == []


# Each screen with each portal and each scheme, and each portal with each scheme.
@pytest.mark.parametrize(
    ("portal", "screen", "scheme"),
    [
        pytest.param("resah", {}, "light", id="resah-wide-light"),
        pytest.param("woundwo", {}, "dark", id="woundwo-wide-dark"),
        pytest.param("resah", PHONE, "dark", id="resah-phone-dark"),
        pytest.param("woundwo", PHONE, "light", id="woundwo-phone-light"),
        pytest.param("resah", MAGNIFIED, "light", id="resah-magnified-light"),
        pytest.param("woundwo", MAGNIFIED, "dark", id="woundwo-magnified-dark"),
    ],
)
def test_a_conversation_has_no_barrier(
    open_chat: Callable[..., ChatPage], portal: str, screen: dict[str, int], scheme: str
) -> None:
    chat = open_chat(portal, bypass_csp=True, color_scheme=scheme, **screen)
    chat.say(OPENING)
    chat.say(ADDRESS[portal])
    assert _violations(chat.page) == []
    chat.say("je voudrais l'adresse mail de ma région")
    chat.page.locator(".rating button").nth(1).click()
    expect(chat.page.locator(".word input")).to_be_visible()
    assert _violations(chat.page) == []
    chat.page.get_by_role("button", name="Options").click()
    assert _violations(chat.page) == []
    chat.page.get_by_role("button", name="Effacer la conversation").click()
    assert _violations(chat.page) == []
    chat.page.get_by_role("button", name="Joindre une personne").click()
    assert _violations(chat.page) == []


@pytest.mark.parametrize("scheme", ["light", "dark"])
@pytest.mark.parametrize("screen", [{}, PHONE], ids=["wide", "phone"])
def test_a_message_that_is_stuck_has_no_barrier(
    open_chat: Callable[..., ChatPage], screen: dict[str, int], scheme: str
) -> None:
    chat = open_chat(
        "resah",
        bypass_csp=True,
        complaints=r"resource.*(503|429|400)",
        color_scheme=scheme,
        **screen,
    )
    status = 400
    headers: dict[str, str] = {}

    def refuse(route: Any) -> None:
        body = '{"error": "Trop de demandes."}'
        route.fulfill(status=status, content_type="application/json", body=body, headers=headers)

    chat.page.route("**/chat/messages", refuse)
    chat.write("refusé")
    expect(chat.log).to_contain_text("Non envoyé.")
    status = 429
    chat.write("en attente")
    expect(chat.alert).to_contain_text("Réessayer")
    assert _violations(chat.page) == []
    status, headers = 503, {"Retry-After": "60"}
    chat.alert.get_by_role("button", name="Réessayer").click()
    expect(chat.status).to_contain_text("Rien n’est perdu")
    assert _violations(chat.page) == []


def test_the_demo_portals_field_has_no_barrier(open_page: Callable[..., Any]) -> None:
    page = open_page("/demo/resah/", bypass_csp=True)
    page.locator("#email").fill("inconnue@chu-exemple.example")
    expect(page.locator("#email-reaction")).to_contain_text("inconnue")
    assert _violations(page) == []
    page.locator("#email").fill("achats@ch-exemple.example")
    expect(page.locator("#login")).to_be_visible()
    assert _violations(page) == []


def test_replies_are_announced_and_the_focus_stays(open_chat: Callable[..., ChatPage]) -> None:
    chat = open_chat("resah")
    expect(chat.page.locator("#log")).to_have_attribute("aria-live", "polite")
    chat.say(OPENING)
    expect(chat.input).to_be_focused()
    chat.click("Je préfère ne pas la donner")
    expect(chat.input).to_be_focused()
    chat.option("Recommencer")
    expect(chat.replies).to_have_count(1)
    expect(chat.input).to_be_focused()


def test_what_a_page_may_not_do_is_heard(chromium: Any, open_page: Callable[..., Any]) -> None:
    """The silence that all other tests hear is worth something."""
    page = open_page("/resah/", complaints="Content Security Policy|TrustedHTML")
    watch = Watch()
    watch.see(page)
    with page.expect_console_message():
        page.evaluate("document.body.append(document.createElement('style'))")
        page.evaluate("document.querySelector('style').append('body { color: red }')")
    assert any("Content Security Policy" in line for line in watch.heard)
