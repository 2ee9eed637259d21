"""What fits on which screen, and what is left without JavaScript."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import pytest
from playwright.sync_api import expect

from tests.browser.pages import ChatPage, scrolls_sideways, wait_until
from tests.browser.test_story import ADDRESS, OPENING

PHONE = {"width": 360, "height": 640}
MAGNIFIED = {"width": 320, "height": 256}
"""A screen of 1280 × 1024 at 400 %, as WCAG 2.1 wants it (1.4.10)."""

NOT_THERE = "Failed to load resource.*404"


@pytest.mark.parametrize("screen", [PHONE, MAGNIFIED], ids=["phone", "magnified"])
def test_every_page_fits_its_screen(
    open_page: Callable[..., Any], kept_mail: None, screen: dict[str, int]
) -> None:
    page = open_page("/", complaints=NOT_THERE, **screen)
    assert scrolls_sideways(page) == []
    for path in (
        "/personne/",
        "/resah/?q=mot+de+passe",
        "/resah/?q=" + "x" * 200,
        "/woundwo/faq/email_not_recognised",
        "/woundwo/",
        "/demo/resah/",
        "/demo/resah/reset?token=x",
        "/demo/resah/mails",
        "/demo/woundwo/?email=" + "x" * 200,
    ):
        page.goto(path)
        assert scrolls_sideways(page) == [], path
    page.goto("/demo/resah/mails")
    expect(page.get_by_role("link", name="ce lien")).to_be_visible()


@pytest.mark.parametrize("screen", [PHONE, MAGNIFIED], ids=["phone", "magnified"])
@pytest.mark.parametrize("portal", ["resah", "woundwo"])
def test_the_conversation_fits_its_screen(
    open_chat: Callable[..., ChatPage], portal: str, screen: dict[str, int]
) -> None:
    chat = open_chat(portal, **screen)
    assert scrolls_sideways(chat.page) == []
    chat.say("x" * 300)
    chat.say("je voudrais l'adresse mail de ma région")
    chat.say("Rennes")
    assert scrolls_sideways(chat.page) == []
    chat.page.get_by_role("button", name="Joindre une personne").click()
    expect(chat.page.locator("#people a").first).to_be_visible()
    assert scrolls_sideways(chat.page) == []
    chat.page.get_by_role("button", name="Fermer").click()
    expect(chat.launch).to_be_focused()
    assert scrolls_sideways(chat.page) == []


@pytest.mark.parametrize("touch", [True, False], ids=["touch", "mouse"])
def test_a_phone_shows_the_buttons_and_leaves_room_for_the_log(
    open_chat: Callable[..., ChatPage], touch: bool
) -> None:
    # With motion, as most people see it.
    chat = open_chat(
        "resah", has_touch=touch, is_mobile=touch, reduced_motion="no-preference", **PHONE
    )
    _all_buttons_in_sight(chat)
    assert chat.composer.bounding_box()["height"] <= PHONE["height"] / 3
    chat.say(OPENING)
    _all_buttons_in_sight(chat)
    chat.say(ADDRESS["resah"])
    _all_buttons_in_sight(chat)
    chat.click("Le portail refuse mon adresse")
    _all_buttons_in_sight(chat)
    # A long message takes its room from the log, which keeps its end in sight.
    chat.input.fill("une ligne\n" * 20)
    assert chat.composer.bounding_box()["height"] <= PHONE["height"] / 3
    _at_end(chat)
    chat.input.fill("x" * 1900)
    expect(chat.page.locator("#hint")).to_have_text("Encore 100 caractères possibles.")
    expect(chat.page.locator("#hint")).to_be_visible()
    assert chat.composer.bounding_box()["height"] <= PHONE["height"] / 3


def _all_buttons_in_sight(chat: ChatPage) -> None:
    """Wait until the log shows every open button; nobody scrolls."""
    assert chat.buttons.count() > 0
    wait_until(
        chat.page,
        """() => {
            const root = document.querySelector("guichet-assistant").shadowRoot;
            const log = root.getElementById("scroll").getBoundingClientRect();
            return [...root.querySelectorAll(".choices button")].every(node => {
                const box = node.getBoundingClientRect();
                return box.top >= log.top && box.bottom <= Math.min(log.bottom, innerHeight);
            });
        }""",
    )


def _at_end(chat: ChatPage) -> None:
    wait_until(
        chat.page,
        """() => {
            const log = document.querySelector("guichet-assistant")
                .shadowRoot.getElementById("scroll");
            return log.scrollHeight - log.clientHeight - log.scrollTop < 4;
        }""",
    )


def test_the_demo_portals_field_reacts_as_the_help_texts_say(open_page: Callable[..., Any]) -> None:
    page = open_page("/demo/woundwo/?email=" + ADDRESS["woundwo"])
    email, reaction = page.locator("#email"), page.locator("#email-reaction")
    submit = page.locator("#submit")
    # Filled in from outside: no reaction, and a button that stays off.
    expect(submit).to_be_disabled()
    expect(reaction).to_be_empty()
    email.press("End")
    email.press("Space")
    expect(reaction).to_contain_text("espace")
    expect(email).to_have_attribute("aria-invalid", "true")
    email.press("Backspace")
    expect(reaction).to_have_text("Adresse reconnue")
    expect(submit).to_be_enabled()
    email.fill("inconnue@revendeur-exemple.example")
    expect(reaction).to_contain_text("inconnue de notre système")
    expect(submit).to_be_disabled()
    email.fill("atelier@partenaire-exemple.example")
    expect(page.locator("#login")).to_be_visible()
