"""The story that the help page is there for, on both portals, from the first word to the login."""

from __future__ import annotations

import re
from collections.abc import Callable
from typing import Any

import pytest
from playwright.sync_api import expect

from tests.browser.pages import ChatPage, plain, tab_to
from tests.dialogues.handing_over import ticket_link
from tests.support.mail import Mailbox, link_in, text_of
from tests.support.service import Service

OPENING = "bonjour jarrive pas a me connecter"
ADDRESS = {
    "resah": "camille.martin@chu-exemple.example",
    "woundwo": "alex.petit@revendeur-exemple.example",
}
LOGIN = {"resah": "cmartin", "woundwo": "apetit"}
PASSWORD = "mistral-et-garrigue"
GONE = "Failed to load resource.*410"


def _choose_password(page: Any, password: str) -> None:
    tab_to(page.locator("#password"))
    page.keyboard.type(password)
    tab_to(page.locator("#repeated"))
    page.keyboard.type(password)
    page.keyboard.press("Enter")


@pytest.mark.parametrize("portal", sorted(ADDRESS))
def test_a_lost_password_by_keyboard_alone(
    open_page: Callable[..., Any], service: Service, mailbox: Mailbox, portal: str
) -> None:
    page = open_page("/", complaints=GONE)
    address = ADDRESS[portal]
    mails = len(mailbox.to(address))

    tab_to(page.locator(f'a[href="/{portal}/"]'))
    page.keyboard.press("Enter")
    chat = ChatPage(page).open()
    # Past all the articles, as the page offers it.
    tab_to(page.get_by_role("link", name="Aller à l’assistant"))
    page.keyboard.press("Enter")
    tab_to(chat.input)

    def type_message(text: str) -> str:
        before = chat.replies.count()
        expect(chat.input).to_be_focused()
        page.keyboard.type(text)
        page.keyboard.press("Enter")
        return chat.answer(before)

    expect(chat.replies).to_have_count(1)
    assert "adresse e-mail" in type_message(OPENING)
    assert "bien reconnue" in type_message(address)
    if portal == "resah":
        answer = type_message("oui")
    else:
        before = chat.replies.count()
        tab_to(chat.buttons.filter(has_text="Oui, envoyez-le"), back=True)
        page.keyboard.press("Enter")
        answer = chat.answer(before)
        expect(chat.input).to_be_focused()
    assert "C’est fait" in answer

    link = link_in(mailbox.wait_for(address, mails + 1)[-1])
    assert link.startswith(f"{service.url}/demo/{portal}/reset?token=")
    portal_page = page.context.new_page()
    portal_page.goto(link)
    _choose_password(portal_page, PASSWORD)
    expect(portal_page.locator("h1")).to_have_text("Mot de passe enregistré")

    tab_to(portal_page.get_by_role("link", name="Se connecter"))
    portal_page.keyboard.press("Enter")
    expect(portal_page.locator("h1")).to_have_text("Connexion")
    tab_to(portal_page.locator("#email"))
    portal_page.keyboard.type(address)
    expect(portal_page.locator("#email-reaction")).to_have_text("Adresse reconnue")
    tab_to(portal_page.locator("#password"))
    portal_page.keyboard.type(PASSWORD)
    portal_page.keyboard.press("Enter")
    expect(portal_page.locator("h1")).to_have_text("Vous êtes connecté")
    expect(portal_page.locator("main")).to_contain_text(LOGIN[portal])

    portal_page.goto(link)
    _choose_password(portal_page, "un-tout-autre-mot")
    expect(portal_page.locator("h1")).to_have_text("Ce lien n’est plus valable")
    token = link.partition("token=")[2]
    assert service.post("/resets/redeem", {"token": token}).status_code == 410

    # The help page's own conversation went on meanwhile.
    page.bring_to_front()
    assert "réglé" in type_message("c'est bon ça marche")


@pytest.mark.parametrize(
    ("portal", "place", "mailbox_address", "phone"),
    [
        ("resah", "Rennes", "bretagne@resah.example", ""),
        ("woundwo", "Lyon", "sud-est@woundwo.example", "0199000004"),
    ],
)
def test_an_unknown_address_leads_to_the_regions_mailbox(
    open_chat: Callable[..., ChatPage],
    portal: str,
    place: str,
    mailbox_address: str,
    phone: str,
) -> None:
    chat = open_chat(portal)
    chat.say(OPENING)
    assert "Je ne trouve pas" in chat.say(f"personne.inconnue@{ADDRESS[portal].split('@')[1]}")
    assert "région" in chat.say("si si c'est la bonne")
    assert mailbox_address in chat.say(place)
    links = {f"mailto:{mailbox_address}": mailbox_address}
    if phone:
        links[f"tel:{phone}"] = phone
    for address, shown in links.items():
        link = chat.replies.last.locator(f'a[href="{address}"]')
        assert link.inner_text().replace(" ", "") == shown
        # Scrolls it into view and makes sure that nothing lies over it.
        link.click(trial=True)


def test_a_request_is_handed_over_and_marked_by_who_answers(
    open_chat: Callable[..., ChatPage], mailbox: Mailbox
) -> None:
    region = "corse@resah.example"
    mails = len(mailbox.to(region))
    chat = open_chat("resah")
    chat.say("je voudrais l'adresse mail de ma région")
    assert region in chat.say("Ajaccio")
    answer = chat.click("Transmettre ma demande")
    if "adresse e-mail" in answer:
        answer = chat.say(ADDRESS["resah"])
    assert region in answer
    answer = chat.click("Envoyer")
    assert "C’est transmis" in answer
    mail = mailbox.wait_for(region, mails + 1)[-1]

    page = chat.page.context.new_page()
    page.goto(ticket_link(mail).rstrip(")"))
    expect(page.locator(".lead").first).to_have_text("État\u00a0: nouvelle")
    assert page.locator("h1").inner_text().removeprefix("Demande ") in plain(answer)
    for number, (button, state) in enumerate(
        (("Marquer comme répondue", "répondue"), ("Rouvrir", "en cours")), start=2
    ):
        page.get_by_role("button", name="code").click()
        code = re.search(r": (\d{6})\b", text_of(mailbox.wait_for(region, mails + number)[-1]))
        assert code is not None
        page.locator("#code").fill(code[1])
        page.locator("#name").fill("Dominique")
        page.get_by_role("button", name=button).click()
        expect(page.locator(".lead").first).to_have_text(f"État\u00a0: {state}")


@pytest.mark.parametrize("portal", sorted(ADDRESS))
def test_from_the_widget_on_the_portals_own_site_to_its_login_by_keyboard_alone(
    open_page: Callable[..., Any], service: Service, mailbox: Mailbox, portal: str
) -> None:
    page = open_page("about:blank")
    page.goto(f"{service.demo_url}/demo/{portal}/")
    address = ADDRESS[portal]
    mails = len(mailbox.to(address))
    chat = ChatPage(page)
    chat.launch.wait_for()
    tab_to(chat.launch)
    page.keyboard.press("Enter")
    expect(chat.input).to_be_focused()
    for text in ("mot de passe oublié", address, "oui"):
        before = chat.replies.count()
        page.keyboard.type(text)
        page.keyboard.press("Enter")
        answer = chat.answer(before)
        expect(chat.input).to_be_focused()
    assert "C’est fait" in answer
    page.keyboard.press("Escape")
    expect(chat.launch).to_be_focused()

    token = link_in(mailbox.wait_for(address, mails + 1)[-1]).partition("token=")[2]
    page.goto(f"{service.demo_url}/demo/{portal}/reset?token={token}")
    _choose_password(page, PASSWORD + portal)
    expect(page.locator("h1")).to_have_text("Mot de passe enregistré")
    tab_to(page.get_by_role("link", name="Se connecter"))
    page.keyboard.press("Enter")
    tab_to(page.locator("#email"))
    page.keyboard.type(address)
    expect(page.locator("#email-reaction")).to_have_text("Adresse reconnue")
    tab_to(page.locator("#password"))
    page.keyboard.type(PASSWORD + portal)
    page.keyboard.press("Enter")
    expect(page.locator("h1")).to_have_text("Vous êtes connecté")
    # The conversation came along over all these pages.
    chat.launch.wait_for()
    tab_to(chat.launch)
    page.keyboard.press("Enter")
    expect(chat.said).to_have_count(3)
    assert page.context.cookies() == []
