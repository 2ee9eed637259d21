"""The console in a real browser: a Monday morning by keyboard, and what every page must keep."""

from __future__ import annotations

import re
import sqlite3
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from datetime import datetime, timedelta, timezone
from typing import Any

import pytest
from axe_playwright_python.sync_playwright import Axe
from playwright.sync_api import Browser, Page, expect

from bot.french.redaction import MARK
from tests.browser.pages import PATIENCE, Watch, scrolls_sideways
from tests.browser.test_accessibility import RULES
from tests.browser.test_injection import CORPUS
from tests.browser.test_layout import PHONE
from tests.support.command import run_command
from tests.support.service import Chat, Service

PASSWORD = "soleil-levant-2024"
TABLET = {"width": 1024, "height": 768}
STAFF = {"agent": "agent@resah.example", "admin": "chef@resah.example"}


@dataclass
class Staffed:
    """A service with conversations of a weekend, and the invitations of its staff."""

    service: Service
    invitations: dict[str, str]
    handed_over: list[str]


def _command(service: Service, *words: str) -> str:
    return run_command(*words, env=service.environment(), check=True).stdout


def _sql(service: Service, statement: str, *values: Any) -> None:
    with sqlite3.connect(service.folder / "var" / "guichet.db", timeout=20) as connection:
        connection.execute(statement, values)


def _weekend(service: Service) -> list[str]:
    """Hold the conversations of a weekend; some go wrong, some end with a ticket."""
    old = datetime.now(timezone.utc) - timedelta(days=12)
    for number in range(7):
        chat = Chat(service, "resah", sender=f"perdu{number}")
        chat.say("mailinblack bloque le mail")
        chat.say("xqzt vbnm plof")
        if number >= 5:
            # Before Friday.
            _sql(
                service,
                "UPDATE conversation_summaries SET last_at = ? WHERE conversation_id = ?",
                f"{old:%Y-%m-%d %H:%M:%S.%f}", f"resah:{chat.sender}",
            )  # fmt: skip
    Chat(service, "resah", sender="va-bien").say("mailinblack, c'est quoi ?")
    references = []
    for number in range(2):
        chat = Chat(service, "resah", sender=f"transmis{number}")
        for message in ("je veux parler à quelqu'un", "bretagne", f"p{number}@exemple.example"):
            chat.say(message)
        said = chat.click("Envoyer")
        found = re.search(r"G-\w{4}", said)
        assert found is not None, said
        references.append(found[0])
    return references


@pytest.fixture(scope="module")
def staffed(model: object, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Staffed]:
    """The real service, its staff invited on the command line."""
    service = Service(tmp_path_factory.mktemp("console")).start()
    invitations = {}
    for role, email in STAFF.items():
        told = _command(service, "users", "add", email, "--portal", "resah", "--role", role)
        invitations[role] = "/console" + told.strip().rpartition("/console")[2]
    yield Staffed(service, invitations, _weekend(service))
    service.stop()


Visit = Callable[..., Page]


@pytest.fixture
def visit(chromium: Browser, staffed: Staffed) -> Iterator[Visit]:
    """Opens the console in a fresh profile, logged in; ends with what pages complained about."""
    opened = []

    def visit(role: str = "agent", width: int = 1280, height: int = 900, **options: Any) -> Page:
        context = chromium.new_context(
            base_url=staffed.service.url, viewport={"width": width, "height": height},
            locale="fr-FR", reduced_motion="reduce", **options,
        )  # fmt: skip
        context.set_default_timeout(PATIENCE)
        watch = Watch()
        context.on("page", watch.see)
        opened.append((context, watch))
        page = context.new_page()
        if invitation := staffed.invitations.pop(role, None):
            page.goto(invitation)
            page.locator("#password").fill(PASSWORD)
            page.locator("#repeated").fill(PASSWORD)
            page.keyboard.press("Enter")
            expect(page).to_have_url(re.compile("/console/login"))
        else:
            page.goto("/console/login")
        page.locator("#email").focus()
        page.keyboard.type(STAFF[role])
        page.keyboard.press("Tab")
        page.keyboard.type(PASSWORD)
        page.keyboard.press("Enter")
        expect(page.locator("h1")).to_have_text("Espace Acheteur")
        return page

    yield visit
    for context, _ in opened:
        context.close()
    for _, watch in opened:
        assert watch.faults(re.compile("(?!)")) == []


def _tab_to(page: Page, selector: str, most: int = 60) -> None:
    """Walk to something with the tabulator, as a keyboard does."""
    for _ in range(most):
        if page.evaluate("s => document.activeElement?.matches(s)", selector):
            outline = page.evaluate("getComputedStyle(document.activeElement).outlineStyle")
            assert outline != "none", f"the focus on {selector} cannot be seen"
            return
        page.keyboard.press("Tab")
    raise AssertionError(f"the keyboard does not reach {selector}")


def _type_day(page: Page, day: datetime) -> None:
    """Type a date into the field that has the focus, in the order of the browser's own language."""
    for order in ("%m%d%Y", "%d%m%Y"):
        for _ in range(3):
            page.keyboard.press("Backspace")
            page.keyboard.press("ArrowLeft")
        page.keyboard.type(f"{day:{order}}")
        if page.evaluate("document.activeElement.value") == f"{day:%Y-%m-%d}":
            return
    raise AssertionError("the date cannot be typed")


def test_monday_morning_by_keyboard(visit: Visit, staffed: Staffed) -> None:
    """Five conversations about MailInBlack went wrong since Friday; two tickets wait."""
    page = visit()
    _tab_to(page, '.side a[href$="/conversations"]')
    page.keyboard.press("Enter")
    expect(page.locator("h1")).to_have_text("Conversations")
    page.keyboard.press("/")
    page.keyboard.type("Mailinblack bloqué")
    page.keyboard.press("Tab")
    friday = datetime.now() - timedelta(days=4)
    _type_day(page, friday)
    _tab_to(page, "#f-outcome")
    page.keyboard.type("pas comprise")
    _tab_to(page, ".filters button")
    page.keyboard.press("Enter")
    expect(page).to_have_url(re.compile("outcome=not_understood"))
    rows = page.locator("tr[data-row]")
    expect(rows).to_have_count(5)
    expect(page.locator("mark").first).to_have_text("mailinblack")
    list_address = page.url
    for number in range(5):
        for _ in range(number + 1):
            page.keyboard.press("j")
        page.keyboard.press("o")
        expect(page.locator("h1")).to_contain_text("Conversation du")
        page.keyboard.press("n")
        page.keyboard.type(f"Note {number} : filtre à expliquer")
        page.keyboard.press("Tab")
        page.keyboard.press("Enter")
        expect(page.locator(".done")).to_have_text("La note est enregistrée.")
        page.keyboard.press("r")
        expect(page.locator(".done")).to_have_text("La conversation est marquée comme revue.")
        page.goto(list_address)
    page.goto(f"{list_address}&noted=1&reviewed=yes")
    expect(rows).to_have_count(5)
    for number in range(2):
        _tab_to(page, '.side a[href$="/tickets"]')
        page.keyboard.press("Enter")
        expect(page.locator("h1")).to_have_text("Demandes")
        page.keyboard.press("j")
        page.keyboard.press("o")
        expect(page.locator("h1")).to_contain_text(staffed.handed_over[number])
        page.wait_for_load_state()
        page.keyboard.press("m")
        expect(page.get_by_label(f"Réponse à p{number}@exemple.example")).to_be_focused()
        page.keyboard.press("Escape")
        page.keyboard.press("r")
        expect(page.locator(".done")).to_have_text("La demande est marquée comme répondue.")
        # Said once: neither loaded again nor in an address that is passed on.
        expect(page).not_to_have_url(re.compile("done="))
        page.keyboard.press("c")
        expect(page.locator("h1")).to_contain_text("Conversation du")
        expect(page.locator("aside")).to_contain_text(staffed.handed_over[number])
    page.goto("/console/resah/tickets?state=todo")
    expect(page.locator("main")).to_contain_text("Aucune demande")


PAGES = (
    "", "report", "report/questions", "report/opinions", "conversations",
    "conversations?q=mailinblack", "conversations?view=review",
    "conversations/resah:perdu0", "conversations/resah:transmis0", "tickets", "mails", "accounts",
    "register", "person", "record", "users", "users/1", "webhook",
)  # fmt: skip


@pytest.mark.parametrize("scheme", ["light", "dark"])
@pytest.mark.parametrize("screen", [{}, TABLET, PHONE], ids=["wide", "tablet", "phone"])
def test_no_page_has_a_barrier_or_scrolls_sideways(
    visit: Visit, staffed: Staffed, screen: dict[str, int], scheme: str
) -> None:
    page = visit("admin", bypass_csp=True, color_scheme=scheme, **screen)
    paths = [*(f"/console/resah/{path}" for path in PAGES), "/console/me", "/console/login"]
    paths += ["/console/me/notices", "/console/lost"]
    paths.append(f"/console/resah/tickets/{staffed.handed_over[0]}")
    for path in paths:
        page.goto(path)
        for summary in page.locator("summary").all()[:2]:
            summary.click()
        results = Axe().run(page, options=RULES).response
        assert len(results["passes"]) > 5
        violations = [
            f"{path} {rule['id']}: {node['target']} {node['html'][:120]}"
            for rule in results["violations"]
            for node in rule["nodes"]
        ]
        assert violations == []
        if navigation := page.locator(".side").all():
            # No higher than its links, however short the page: what it lists is one look away.
            box = navigation[0].bounding_box()
            if screen == PHONE:
                assert box["height"] < PHONE["height"] / 3, path
        # Wide tables scroll in a place of their own, which the keyboard reaches.
        wide = scrolls_sideways(page)
        assert [name for name in wide if not name.startswith("DIV#")] == [], path
        # On a screen of staff nothing is cut off.
        assert screen == PHONE or wide == [], path
        if screen != PHONE:
            assert _too_small(page) == [], path


def _too_small(page: Page) -> list[str]:
    """Return what is pressed in lists and is less than 24 px high, closer than that to the next."""
    found: list[str] = page.evaluate(
        """() => [...document.querySelectorAll("td a, td button, summary, .side a, .pages a")]
            .filter(node => node.checkVisibility())
            .filter(node => (node.closest("tr") || node).getBoundingClientRect().height < 24)
            .map(node => node.outerHTML.slice(0, 80))"""
    )
    return found


def test_tabs_are_told_apart(visit: Visit, staffed: Staffed) -> None:
    page = visit("admin")
    titles = set()
    for path in PAGES:
        page.goto(f"/console/resah/{path}")
        titles.add(page.title())
    assert len(titles) == len(PAGES)
    page.goto("/console/resah/conversations/resah:perdu0")
    assert page.title().startswith("Conversation ") and "mailinblack" in page.title()


def test_what_was_typed_is_text_in_the_console(visit: Visit, staffed: Staffed) -> None:
    chat = Chat(staffed.service, "resah", sender="corpus")
    for text in CORPUS:
        chat.say(text)
    page = visit("admin")
    page.goto("/console/resah/conversations/resah:corpus")
    expect(page.locator(".bubble.user")).to_have_count(len(CORPUS))
    words = page.locator(".bubble.user .words").all_text_contents()
    # An address in it is masked, and what looks like a secret; the rest stands as it was typed.
    pairs = zip(words, CORPUS, strict=True)
    assert all(shown == typed for shown, typed in pairs if "@" not in typed and MARK not in shown)
    for text in CORPUS[:6]:
        page.goto("/console/resah/conversations/resah:corpus")
        page.locator("#note").fill(text)
        page.get_by_role("button", name="Ajouter la note").click()
        expect(page.locator(".note .words").last).to_have_text(text)
    tags = [tag.strip()[:40] for text in CORPUS[:6] for tag in text.split(",") if tag.strip()]
    for tag in tags:
        page.locator("#tag").fill(tag)
        page.get_by_role("button", name="Ajouter l’étiquette").click()
        expect(page.locator(".done")).to_be_visible()
    for path in (*PAGES, "conversations/resah:corpus", "conversations?q=window"):
        page.goto(f"/console/resah/{path}")
        assert page.locator("script:not([src]), img, svg:not(.chart), iframe, object").count() == 0
        assert page.evaluate("window.hit === undefined"), path
        names = page.evaluate(
            "[...document.querySelectorAll('*')].flatMap(node => node.getAttributeNames())"
        )
        assert not [name for name in names if name.startswith("on") or name == "style"]


def test_a_conversation_that_goes_on_is_followed(visit: Visit, staffed: Staffed) -> None:
    chat = Chat(staffed.service, "resah", sender="en-cours")
    chat.say("bonjour")
    page = visit()
    page.goto("/console/resah/conversations/resah:en-cours")
    expect(page.locator(".turn")).to_have_count(1)
    chat.say("mot de passe oublié")
    expect(page.locator(".turn")).to_have_count(2)
    expect(page.locator("#live")).to_contain_text("La conversation continue")
    expect(page.locator(".turn").last).to_contain_text("mot de passe oublié")


def test_everything_works_without_scripts(visit: Visit, staffed: Staffed) -> None:
    Chat(staffed.service, "resah", sender="sans-js").say("le document est introuvable")
    page = visit(java_script_enabled=False)
    page.goto("/console/resah/conversations")
    page.locator("#f-q").fill("documents introuvables")
    page.get_by_role("button", name="Filtrer").click()
    page.locator("a[data-open]").first.click()
    page.locator("#note").fill("Sans script")
    page.get_by_role("button", name="Ajouter la note").click()
    expect(page.locator(".note")).to_contain_text("Sans script")
    page.locator("summary", has_text="Ce n’était pas ça").first.click()
    page.locator("select[name=meant]").first.select_option("mailinblack")
    page.get_by_role("button", name="Corriger").click()
    expect(page.locator(".done")).to_have_text("La correction est enregistrée.")
    page.get_by_role("button", name="Marquer comme revue").click()
    expect(page.locator(".done")).to_have_text("La conversation est marquée comme revue.")
    page.get_by_role("button", name="Se déconnecter").click()
    expect(page.locator(".done")).to_have_text("Vous êtes déconnecté.")
