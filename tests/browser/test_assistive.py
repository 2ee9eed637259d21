"""What assistive technology meets in the assistant's window, as far as a browser can tell it."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import pytest
from playwright.sync_api import expect

from tests.browser.pages import ChatPage, plain, scrolls_sideways, tab_to, wait_until
from tests.browser.test_layout import MAGNIFIED, PHONE
from tests.browser.test_story import ADDRESS, OPENING

SPACING = """* { line-height: 1.5 !important; letter-spacing: .12em !important;
    word-spacing: .16em !important } p { margin-bottom: 2em !important }"""
"""The text spacing of WCAG 2.1, criterion 1.4.12."""

FOCUSED = """() => {
    const node = document.activeElement;
    const inner = node.shadowRoot ? node.shadowRoot.activeElement : node;
    return inner.id || inner.title || inner.textContent;
}"""


def test_the_order_of_the_focus_is_the_order_on_the_screen(
    open_chat: Callable[..., ChatPage],
) -> None:
    chat = open_chat("resah", width=800)
    expect(chat.input).to_be_focused()
    chat.page.locator("#title").focus()
    order = []
    for _ in range(12):
        chat.page.keyboard.press("Tab")
        order.append(plain(chat.page.evaluate(FOCUSED)))
    assert order[:11] == [
        "Options", "Fermer l’assistant", "scroll", "Connexion impossible", "Mail non reçu",
        "Accès aux documents", "Demander un compte", "message", "Envoyer", "Joindre une personne",
        order[10],
    ]  # fmt: skip


def test_the_focus_comes_back_where_it_was(open_chat: Callable[..., ChatPage]) -> None:
    chat = open_chat("resah", width=800)
    options = chat.page.get_by_role("button", name="Options")
    options.focus()
    chat.page.keyboard.press("Enter")
    expect(options).to_have_attribute("aria-expanded", "true")
    expect(chat.page.get_by_role("button", name="Recommencer")).to_be_focused()
    chat.page.keyboard.press("Escape")
    expect(options).to_be_focused()
    expect(options).to_have_attribute("aria-expanded", "false")
    chat.page.keyboard.press("Escape")
    expect(chat.launch).to_be_focused()
    chat.page.keyboard.press("Enter")
    expect(chat.input).to_be_focused()


def test_a_choice_by_keyboard_leaves_the_focus_in_the_window(
    open_chat: Callable[..., ChatPage],
) -> None:
    chat = open_chat("resah")
    tab_to(chat.buttons.first, back=True)
    before = chat.replies.count()
    chat.page.keyboard.press("Enter")
    expect(chat.input).to_be_focused()
    chat.answer(before)


def test_new_lines_are_announced_and_old_ones_are_not(open_chat: Callable[..., ChatPage]) -> None:
    chat = open_chat("resah")
    log = chat.page.locator("#log")
    assert log.get_attribute("role") == "log"
    assert log.locator(".line").count() == 0
    chat.say(OPENING)
    chat.say(ADDRESS["resah"])
    assert log.locator(".line").count() == 4
    count = log.get_by_text("3 réponses proposées")
    expect(count).to_have_count(1)
    # The thumbs below each answer are not read out with it.
    assert set(
        log.locator(".rating").evaluate_all("nodes => nodes.map(node => node.ariaLive)")
    ) == {"off"}
    chat.page.reload()
    chat.open()
    expect(chat.said).to_have_count(2)
    assert log.locator(".line").count() == 0
    assert chat.page.locator("#past .line").count() == 5
    tree = chat.page.locator("#past").aria_snapshot()
    assert "Messages précédents" in tree and "3 réponses proposées" in tree


def test_errors_are_alerts_and_what_goes_on_is_a_status(open_chat: Callable[..., ChatPage]) -> None:
    chat = open_chat("resah")
    expect(chat.alert).to_have_role("alert")
    expect(chat.status).to_have_role("status")
    expect(chat.input).to_have_accessible_name("Votre message")
    expect(chat.input).to_have_accessible_description(
        "Entrée pour envoyer, Maj + Entrée pour aller à la ligne."
    )


def test_the_window_has_a_name_and_its_language(open_chat: Callable[..., ChatPage]) -> None:
    chat = open_chat("woundwo", width=800)
    window = chat.page.get_by_role("dialog", name="Portail B2B")
    expect(window).to_be_visible()
    assert window.evaluate("node => node.closest('[lang]').lang") == "fr"
    unnamed = chat.page.locator("guichet-assistant button").evaluate_all(
        "nodes => nodes.filter(node => !node.textContent.trim()).length"
    )
    assert unnamed == 0


@pytest.mark.parametrize("screen", [{}, PHONE, MAGNIFIED], ids=["wide", "phone", "magnified"])
def test_spaced_text_is_neither_cut_nor_hidden(
    open_chat: Callable[..., ChatPage], screen: dict[str, int]
) -> None:
    chat = open_chat("resah", **screen)
    chat.page.evaluate(
        """css => {
            const sheet = new CSSStyleSheet();
            sheet.replaceSync(css);
            const root = document.querySelector("guichet-assistant").shadowRoot;
            root.adoptedStyleSheets = [...root.adoptedStyleSheets, sheet];
        }""",
        SPACING,
    )
    chat.say(OPENING)
    chat.say(ADDRESS["resah"])
    assert scrolls_sideways(chat.page) == []
    cut = chat.page.evaluate(
        """() => [...document.querySelector("guichet-assistant").shadowRoot
            .querySelectorAll("button, .bubble, .names, .hint, p")]
            .filter(node => !node.closest(".spoken") && node.offsetParent
                && (node.scrollWidth > node.clientWidth + 1
                    || node.scrollHeight > node.clientHeight + 1)
                && getComputedStyle(node).display !== "inline")
            .map(node => node.outerHTML.slice(0, 80))"""
    )
    assert cut == []


def test_at_400_percent_one_can_read_and_write(open_chat: Callable[..., ChatPage]) -> None:
    chat = open_chat("resah", **MAGNIFIED)
    chat.say(OPENING)
    box, field = chat.log.bounding_box(), chat.input.bounding_box()
    assert box["height"] >= 90
    assert field["y"] + field["height"] <= MAGNIFIED["height"]
    chat.page.get_by_role("button", name="Options").click()
    chat.page.get_by_role("link", name="Voir toutes les réponses").scroll_into_view_if_needed()
    expect(chat.page.get_by_role("link", name="Voir toutes les réponses")).to_be_in_viewport()


def _keep_in(held: list[Any]) -> Callable[[Any], None]:
    return lambda route: held.append(route)


def test_nothing_moves_for_those_who_asked(open_chat: Callable[..., ChatPage]) -> None:
    for motion, moves in (("reduce", False), ("no-preference", True)):
        chat = open_chat("resah", reduced_motion=motion)
        style = chat.log.evaluate("node => getComputedStyle(node).scrollBehavior")
        assert (style == "smooth") is moves
        held: list[Any] = []
        chat.page.route("**/chat/messages", _keep_in(held))
        chat.write(OPENING)
        expect(chat.status).to_have_text("L’assistant écrit…")
        dot = chat.page.locator(".dots i").first
        assert (dot.evaluate("node => node.getAnimations().length") > 0) is moves
        held[0].continue_()
        chat.answer(1)


def test_forced_colours_leave_edges_and_marks(open_chat: Callable[..., ChatPage]) -> None:
    chat = open_chat("resah", forced_colors="active")
    chat.click("Connexion impossible")
    for part in (".you .bubble", ".line.assistant .bubble", ".choice", ".chosen", "#message"):
        style = chat.page.locator(part).last.evaluate(
            "node => { const s = getComputedStyle(node);"
            " return [s.borderTopStyle, s.borderTopWidth, s.borderTopColor, s.backgroundColor]; }"
        )
        assert style[0] == "solid" and style[1] != "0px" and style[2] != style[3], part


@pytest.mark.parametrize("scheme", ["light", "dark"])
def test_targets_are_large_enough(open_chat: Callable[..., ChatPage], scheme: str) -> None:
    chat = open_chat("resah", color_scheme=scheme, **PHONE)
    chat.say(OPENING)
    wait_until(chat.page, "document.readyState === 'complete'")
    small = chat.page.locator("guichet-assistant button:visible").evaluate_all(
        """nodes => nodes.map(node => [node.textContent, node.getBoundingClientRect()])
            .filter(([, box]) => box.width < 24 || box.height < 24).map(([text]) => text)"""
    )
    assert small == []
