"""The help page: searched while one types, beside the assistant, and whole without a script."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import pytest
from playwright.sync_api import expect

from tests.browser.pages import ChatPage, plain, scrolls_sideways, tab_to
from tests.browser.test_assistive import SPACING
from tests.browser.test_layout import MAGNIFIED, PHONE

MOST_BYTES = 60 * 1000


def test_it_searches_while_one_types_and_forgives(open_page: Callable[..., Any]) -> None:
    page = open_page("/resah/")
    page.locator("#q").press_sequentially("pasword oublier")
    found = page.locator("#found")
    expect(found).to_contain_text("pour « pasword oublier »".replace(" »", "\u00a0»"))
    expect(page.locator("#announced")).to_have_role("status")
    expect(page.locator("#announced")).to_contain_text("réponse")
    hit = page.locator("#hits a").first
    expect(hit).to_have_text("Comment obtenir un nouveau mot de passe\u00a0?")
    tab_to(hit)
    page.keyboard.press("Enter")
    expect(page.locator("h1")).to_have_text("Comment obtenir un nouveau mot de passe\u00a0?")
    page.go_back()
    page.locator("#q").fill("")
    expect(page.locator("#results")).to_be_hidden()


def test_what_is_not_found_can_be_asked(open_page: Callable[..., Any]) -> None:
    page = open_page("/resah/")
    page.locator("#q").fill("zzzzzz")
    expect(page.locator("#found")).to_contain_text("Aucune réponse")
    page.get_by_role("button", name="Poser la question à l’assistant").click()
    chat = ChatPage(page)
    chat.answer(1)
    assert chat.texts() == ["zzzzzz"]


@pytest.mark.parametrize("screen", [{}, PHONE], ids=["wide", "phone"])
def test_an_article_opens_the_assistant_at_its_own_tree(
    open_page: Callable[..., Any], screen: dict[str, int]
) -> None:
    page = open_page("/resah/faq/document_missing", **screen)
    page.get_by_role("button", name="Avancer pas à pas avec l’assistant").click()
    chat = ChatPage(page)
    assert "Mes Marchés" in chat.answer(1)
    assert chat.texts() == ["Document manquant"]
    assert "Oui, sans le document" in [plain(text) for text in chat.buttons.all_inner_texts()]
    # And back: the answer leads to the article that it comes from.
    link = chat.replies.last.locator(".lead a")
    assert link.get_attribute("href").endswith("/resah/faq/document_missing")
    assert not link.get_attribute("target")
    chat.click("Oui, sans le document")
    if screen:
        # The focus goes back to what opened the window.
        page.keyboard.press("Escape")
        expect(page.locator("[data-ask]")).to_be_focused()
    page.goto("/resah/faq/training")
    ChatPage(page).open()
    expect(chat.said).to_have_count(2)


def test_an_article_is_rated_with_the_keyboard(open_page: Callable[..., Any]) -> None:
    page = open_page("/woundwo/faq/login_problem")
    field = page.get_by_label("Un mot de plus")
    for _ in range(3):
        page.keyboard.press("Tab")
    field.focus()
    page.keyboard.type("très clair")
    tab_to(page.get_by_role("button", name="Oui, il m’a aidé"))
    page.keyboard.press("Enter")
    expect(page.get_by_role("status").filter(has_text="Merci, votre avis")).to_be_visible()


@pytest.mark.parametrize("portal", ["resah", "woundwo"])
def test_without_javascript_all_is_there_but_the_assistant(
    open_page: Callable[..., Any], portal: str
) -> None:
    page = open_page(f"/{portal}/", java_script_enabled=False)
    expect(page.locator("noscript .note")).to_be_visible()
    assert page.locator(".titles a").count() >= 20
    page.get_by_label("Chercher dans l’aide").fill("mdp oublie")
    page.keyboard.press("Enter")
    hit = page.locator("#hits a").first
    expect(hit).to_be_visible()
    hit.click()
    expect(page.locator("article .text p, article .text li").first).to_be_visible()
    expect(page.locator("[data-ask]")).to_be_hidden()
    page.get_by_role("button", name="Non, pas vraiment").click()
    expect(page.get_by_text("Merci, votre avis est enregistré.")).to_be_visible()
    page.goto(f"/{portal}/?q=zzzz")
    expect(page.get_by_text("Essayez avec d’autres mots")).to_be_visible()
    expect(page.locator("[data-say]")).to_be_hidden()
    links = page.locator('#contacts a[href^="mailto:"]')
    assert links.count() >= 5
    expect(links.last).to_be_visible()
    if portal == "woundwo":
        expect(page.locator('#contacts a[href="tel:0199000002"]')).to_be_visible()


def test_it_is_light_still_and_keeps_to_itself(open_page: Callable[..., Any]) -> None:
    page = open_page("about:blank")
    requests: list[str] = []
    page.on("request", lambda request: requests.append(request.url))
    page.add_init_script(
        """window.shifts = 0;
        new PerformanceObserver(list => list.getEntries().forEach(e => { shifts += e.value; }))
            .observe({type: "layout-shift", buffered: true});"""
    )
    for path in ("/resah/", "/woundwo/", "/resah/faq/document_missing"):
        for width in (1280, 360):
            page.set_viewport_size({"width": width, "height": 800})
            page.goto(path)
            ChatPage(page).replies.first.wait_for(state="attached")
            page.wait_for_load_state("networkidle")
            assert page.evaluate("shifts") == 0, (path, width)
    session = page.context.new_cdp_session(page)
    session.send("Network.enable")
    session.send("Network.setCacheDisabled", {"cacheDisabled": True})
    received: list[float] = []
    session.on("Network.loadingFinished", lambda event: received.append(event["encodedDataLength"]))
    page.goto("/resah/")
    ChatPage(page).replies.first.wait_for(state="attached")
    page.wait_for_load_state("networkidle")
    assert 20_000 < sum(received) <= MOST_BYTES, received
    assert len({url.split("/")[2] for url in requests}) == 1
    assert page.context.cookies() == []


def test_on_paper_there_is_the_text_alone(open_page: Callable[..., Any]) -> None:
    page = open_page("/resah/faq/mailinblack")
    ChatPage(page).replies.first.wait_for(state="attached")
    page.emulate_media(media="print")
    expect(page.locator("article")).to_be_visible()
    for part in ("guichet-assistant", ".helped", ".banner .out", ".foot", "[data-ask]"):
        expect(page.locator(part).first).to_be_hidden()
    shown = page.locator(".text a").first.evaluate(
        "node => getComputedStyle(node, '::after').content"
    )
    assert "attr(href)" in shown or "https://" in shown


def test_the_first_tabs_lead_past_the_banner(open_page: Callable[..., Any]) -> None:
    page = open_page("/resah/")
    page.keyboard.press("Tab")
    expect(page.get_by_role("link", name="Aller au contenu")).to_be_focused()
    expect(page.get_by_role("link", name="Aller au contenu")).to_be_in_viewport()
    page.keyboard.press("Tab")
    expect(page.get_by_role("link", name="Aller à l’assistant")).to_be_focused()
    page.keyboard.press("Enter")
    page.keyboard.press("Tab")
    expect(page.get_by_role("button", name="Options")).to_be_focused()
    assert scrolls_sideways(page) == []


@pytest.mark.parametrize(
    ("screen", "first"), [({}, "Options"), (PHONE, "Aide")], ids=["wide", "phone"]
)
def test_whoever_comes_before_the_assistant_is_led_to_it(
    open_page: Callable[..., Any], screen: dict[str, int], first: str
) -> None:
    page = open_page("about:blank", **screen)
    held: list[Any] = []
    page.route("**/chat/portal", lambda route: held.append(route))
    page.goto("/resah/")
    for key in ("Tab", "Tab", "Enter", "Tab"):
        page.keyboard.press(key)
    early = page.get_by_text("L’assistant n’est pas encore chargé.")
    expect(early).to_be_focused()
    expect(early).to_be_in_viewport()
    assert scrolls_sideways(page) == []
    held.pop().continue_()
    expect(page.get_by_role("button", name=first)).to_be_focused()
    expect(early).to_be_hidden()


@pytest.mark.parametrize("screen", [{}, PHONE, MAGNIFIED], ids=["wide", "phone", "magnified"])
@pytest.mark.parametrize("path", ["/woundwo/?q=mail", "/resah/faq/mailinblack"])
def test_spaced_text_has_room(
    open_page: Callable[..., Any], path: str, screen: dict[str, int]
) -> None:
    page = open_page(path, **screen)
    page.evaluate(
        """css => {
            const sheet = new CSSStyleSheet();
            sheet.replaceSync(css);
            document.adoptedStyleSheets = [sheet];
        }""",
        SPACING,
    )
    assert scrolls_sideways(page) == []
    cut = page.evaluate(
        """() => [...document.querySelectorAll("h1, h2, p, a, button, label, th, td, li")]
            .filter(node => node.offsetParent && !node.closest(".spoken, .skips")
                && getComputedStyle(node).display !== "inline"
                && (node.scrollWidth > node.clientWidth + 1
                    || node.scrollHeight > node.clientHeight + 1))
            .map(node => node.outerHTML.slice(0, 80))"""
    )
    assert cut == []
