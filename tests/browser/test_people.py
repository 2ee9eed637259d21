"""A colleague's first days: invited, with a phone that is lost and a password that is forgotten."""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any

import pyotp
import pytest
from axe_playwright_python.sync_playwright import Axe
from playwright.sync_api import Browser, Page, expect

from tests.browser.pages import PATIENCE, Watch, scrolls_sideways
from tests.browser.test_accessibility import RULES
from tests.browser.test_layout import PHONE
from tests.support.command import run_command
from tests.support.mail import Mailbox, link_in
from tests.support.service import Chat, Service

CHIEF = "chef@resah.example"
NEW = "tom@resah.example"
FIRST, SECOND = "soleil-levant-2024", "trois-bateaux-au-port"


@dataclass
class Team:
    """A service that sends its mail, and the link with which its first admin comes in."""

    service: Service
    mailbox: Mailbox
    invitation: str


@pytest.fixture(scope="module")
def team(model: object, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Team]:
    """The real service with a real mail server."""
    mailbox = Mailbox().start()
    env = {"GUICHET_SMTP_URL": f"{mailbox.url}?starttls=never"}
    service = Service(tmp_path_factory.mktemp("people"), env).start()
    words = ("users", "add", CHIEF, "--portal", "resah", "--role", "admin")
    told = run_command(*words, env=service.environment(), check=True).stdout
    yield Team(service, mailbox, "/console" + told.strip().rpartition("/console")[2])
    service.stop()
    mailbox.stop()


@pytest.fixture
def browser_of(chromium: Browser, team: Team) -> Iterator[Any]:
    """Opens fresh profiles; ends with what their pages complained about."""
    opened = []

    def browser_of(**options: Any) -> Page:
        context = chromium.new_context(
            base_url=team.service.url, locale="fr-FR", reduced_motion="reduce",
            viewport={"width": 1280, "height": 900}, bypass_csp=False, **options,
        )  # fmt: skip
        context.set_default_timeout(PATIENCE)
        watch = Watch()
        context.on("page", watch.see)
        opened.append((context, watch))
        return context.new_page()

    yield browser_of
    for context, _ in opened:
        context.close()
    for _, watch in opened:
        assert watch.faults(re.compile("(?!)")) == []


def _choose_password(page: Page, link: str, password: str) -> None:
    page.goto(link)
    page.locator("#password").fill(password)
    page.locator("#repeated").fill(password)
    page.keyboard.press("Enter")
    expect(page.locator(".done")).to_contain_text("Votre mot de passe est enregistré")


def _log_in(page: Page, email: str, password: str) -> None:
    page.locator("#email").fill(email)
    page.locator("#password").fill(password)
    page.keyboard.press("Enter")


def _log_out(page: Page) -> None:
    page.get_by_role("button", name="Se déconnecter").click()
    expect(page.locator(".done")).to_have_text("Vous êtes déconnecté.")


def _mail(team: Team, count: int) -> str:
    return link_in(team.mailbox.wait_for(NEW, count)[-1])


def _hand_over(team: Team, sender: str) -> str:
    chat = Chat(team.service, "resah", sender=sender)
    for message in ("je veux parler à quelqu'un", "bretagne", "camille@exemple.example"):
        chat.say(message)
    reference = re.search(r"G-\w{4}", chat.click("Envoyer"))
    assert reference is not None
    return reference[0]


def test_a_colleagues_first_days(browser_of: Any, team: Team) -> None:
    chief = browser_of()
    _choose_password(chief, team.invitation, FIRST)
    _log_in(chief, CHIEF, FIRST)
    chief.get_by_role("link", name="Équipe").click()
    chief.get_by_label("Adresse e-mail").fill(NEW)
    chief.get_by_label("Rôle").select_option("agent")
    chief.get_by_label("Bretagne").check()
    chief.get_by_role("button", name="Inviter").click()
    expect(chief.locator(".done")).to_have_text("L’invitation est partie par mail.")

    tom = browser_of()
    _choose_password(tom, _mail(team, 1), FIRST)
    _log_in(tom, NEW, FIRST)
    expect(tom.locator("h1")).to_have_text("Espace Acheteur")
    tom.get_by_role("link", name=NEW).click()
    picture = tom.locator("main img")
    expect(picture).to_be_visible()
    assert picture.evaluate("image => image.naturalWidth") > 100, "the square is not shown"
    key = tom.locator("code.secret").inner_text()
    assert re.fullmatch(r"([A-Z2-7]{4} ){7}[A-Z2-7]{4}", key)
    tom.get_by_label("Code à six chiffres").fill(pyotp.TOTP(key.replace(" ", "")).now())
    tom.locator("#totp ~ form #password").fill(FIRST)
    tom.get_by_role("button", name="Activer").click()
    codes = tom.locator(".codes code").all_inner_texts()
    assert len(codes) == 10
    tom.get_by_role("link", name="Je les ai notés").click()
    expect(tom.locator("main")).to_contain_text("Il vous reste 10 codes de secours")
    tom.get_by_role("link", name="Choisir de quoi un mail me prévient").click()
    tom.get_by_label("une nouvelle demande dans mes régions").check()
    tom.get_by_role("button", name="Enregistrer").click()
    expect(tom.locator(".done")).to_have_text("Vos notifications sont enregistrées.")
    _log_out(tom)

    # The phone is lost.
    tom.get_by_role("link", name="Mot de passe oublié ?").wait_for()
    _log_in(tom, NEW, FIRST)
    tom.locator("#code").fill(codes[0])
    tom.keyboard.press("Enter")
    expect(tom.locator("h1")).to_have_text("Espace Acheteur")
    _log_out(tom)

    # And the password.
    tom.get_by_role("link", name="Mot de passe oublié ?").click()
    tom.locator("#email").fill(NEW)
    tom.get_by_role("button", name="Recevoir un lien").click()
    expect(tom.locator(".done")).to_contain_text("un mail vient de partir")
    _choose_password(tom, _mail(team, 2), SECOND)
    _log_in(tom, NEW, SECOND)
    tom.locator("#code").fill(codes[1].lower())
    tom.keyboard.press("Enter")
    expect(tom.locator("h1")).to_have_text("Espace Acheteur")

    # A person hands over, and the colleague of their region hears of it.
    reference = _hand_over(team, "transmis")
    tom.goto(_mail(team, 3))
    expect(tom.locator("h1")).to_contain_text(reference)

    # What a key did, another undoes.
    state = tom.locator("dt", has_text="État").locator("+ dd")
    before = state.inner_text()
    tom.keyboard.press("r")
    expect(state).to_have_text("répondue")
    tom.keyboard.press("z")
    expect(tom.locator(".done")).to_contain_text("C’est annulé")
    expect(state).to_have_text(before)

    # Only what one wants acts on a key.
    tom.goto("/console/me")
    tom.get_by_label("Agir d’une seule touche sur les pages").uncheck()
    tom.locator("#keys + form button").click()
    tom.goto("/console/resah/tickets")
    tom.keyboard.press("j")
    assert tom.evaluate("document.activeElement === document.body")
    tom.goto(f"/console/resah/tickets/{reference}")
    tom.keyboard.press("r")
    tom.keyboard.press("c")
    expect(tom.locator("h1")).to_contain_text(reference)
    expect(tom.locator(".keys")).to_be_hidden()

    # The tab tells of what comes while it is open.
    tom.clock.install()
    tom.goto("/console/resah/tickets")
    expect(tom).to_have_title(re.compile(r"^\(1\) Demandes"))
    _hand_over(team, "encore")
    tom.clock.fast_forward(61_000)
    expect(tom).to_have_title(re.compile(r"^\(2\) Demandes"))

    # The chief sees it all, and takes the access back.
    chief.goto("/console/resah/record")
    for words in ("a donné un rôle à", "s’est connecté avec un code de secours"):
        expect(chief.locator("main")).to_contain_text(words)
    chief.get_by_role("link", name="Équipe").click()
    chief.get_by_role("link", name=NEW).click()
    chief.get_by_role("button", name="Retirer le rôle sur ce portail").click()
    expect(chief.locator("table")).not_to_contain_text(NEW)
    tom.goto("/console/resah/tickets")
    expect(tom.locator("h1")).to_have_text("Console du support")


@pytest.mark.parametrize("screen", [{}, PHONE], ids=["wide", "phone"])
def test_the_pages_of_ones_own_access_have_no_barrier(
    chromium: Browser, team: Team, screen: dict[str, int]
) -> None:
    portal = "woundwo" if screen else "resah"
    email = f"axe@{portal}.example"
    words = ("users", "add", email, "--portal", portal, "--role", "admin")
    told = run_command(*words, env=team.service.environment(), check=True).stdout
    viewport: Any = {"width": 1280, "height": 900, **screen}
    context = chromium.new_context(
        base_url=team.service.url, locale="fr-FR", bypass_csp=True, viewport=viewport
    )
    context.set_default_timeout(PATIENCE)
    page = context.new_page()

    def look(where: str) -> None:
        found = Axe().run(page, options=RULES).response["violations"]
        assert [f"{where} {rule['id']}: {rule['nodes'][0]['html']}" for rule in found] == []
        assert [name for name in scrolls_sideways(page) if not name.startswith("DIV#")] == [], where

    page.goto("/console" + told.strip().rpartition("/console")[2])
    look("invitation")
    page.locator("#password").fill("motdepasse2024!")
    page.locator("#repeated").fill("motdepasse2024!")
    page.keyboard.press("Enter")
    expect(page.locator(".fault")).to_contain_text("premiers que l’on essaie")
    look("invitation refused")
    _choose_password(page, page.url, FIRST)
    page.goto("/console/lost")
    page.locator("#email").fill(email)
    page.keyboard.press("Enter")
    expect(page.locator(".done")).to_be_visible()
    look("link sent")
    page.goto("/console/login")
    _log_in(page, email, FIRST)
    expect(page.locator(".me")).to_be_visible()
    page.goto("/console/me")
    key = page.locator("code.secret").inner_text().replace(" ", "")
    page.locator("#code").fill(pyotp.TOTP(key).now())
    page.locator("#totp ~ form #password").fill(FIRST)
    page.keyboard.press("Enter")
    expect(page.locator(".codes code")).to_have_count(10)
    look("codes")
    page.goto("/console/me")
    look("account")
    page.goto(f"/console/{portal}/webhook")
    page.locator("#url").fill("https://outil.example/guichet")
    page.get_by_role("button", name="Enregistrer").click()
    expect(page.locator("code.secret")).to_contain_text("whsec_")
    page.get_by_role("button", name="Envoyer un essai").click()
    expect(page.locator("table")).to_contain_text("essai")
    look("webhook")
    page.goto(f"/console/{portal}/users")
    page.locator("table a").first.click()
    look("colleague")
    _log_out(page)
    _log_in(page, email, FIRST)
    expect(page.locator("#code")).to_be_focused()
    look("code")
    context.close()
