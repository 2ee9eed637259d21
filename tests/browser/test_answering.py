"""From a hand-over in the widget to its end: answered in the console, followed by its person."""

from __future__ import annotations

import re
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
from playwright.sync_api import Page, expect

from tests.browser.pages import ChatPage, scrolls_sideways
from tests.browser.test_accessibility import _violations
from tests.browser.test_console import PASSWORD
from tests.browser.test_layout import PHONE
from tests.dialogues.handing_over import reference_in, someone
from tests.support.command import run_command
from tests.support.mail import Mailbox, text_of
from tests.support.service import Service

AGENT = "nora@resah.example"


def _link(text: str) -> str:
    found = re.search(r"https?://[^\s/]+(/suivi/[\w.-]+)", text)
    assert found, text
    return found[1]


def _hand_over(open_chat: Callable[..., ChatPage], contact: str) -> tuple[ChatPage, str]:
    chat = open_chat("resah")
    chat.say("je veux parler à quelqu'un")
    chat.say("Ajaccio")
    chat.say(contact)
    answer = chat.click("Envoyer")
    assert "C’est transmis" in answer
    return chat, reference_in(answer)


def _log_in(page: Page, service: Service) -> None:
    told = run_command(
        "users", "add", AGENT, "--portal", "resah", "--role", "agent",
        env=service.environment(), check=True,
    ).stdout  # fmt: skip
    if "/console/invitation" in told:
        page.goto("/console" + told.strip().rpartition("/console")[2])
        page.locator("#password").fill(PASSWORD)
        page.locator("#repeated").fill(PASSWORD)
        page.keyboard.press("Enter")
        expect(page).to_have_url(re.compile("/console/login"))
    page.goto("/console/login")
    page.locator("#email").fill(AGENT)
    page.locator("#password").fill(PASSWORD)
    page.keyboard.press("Enter")
    expect(page.locator("h1")).to_have_text("Espace Acheteur")


def test_a_request_is_answered_and_followed_to_its_end(
    open_chat: Callable[..., ChatPage],
    open_page: Callable[..., Any],
    service: Service,
    mailbox: Mailbox,
    tmp_path: Path,
) -> None:
    contact, second = someone(), someone()
    chat, reference = _hand_over(open_chat, contact)
    receipt = mailbox.wait_for(contact)[-1]
    assert reference in receipt["Subject"] and "48 heures" in text_of(receipt).replace("\xa0", " ")
    assert receipt["Auto-Submitted"] == "auto-generated"

    agent = open_page("/console/login", complaints="409|400")
    _log_in(agent, service)
    agent.goto("/console/resah/replies")
    agent.locator("#title").fill(f"Guide {reference}")
    agent.locator("#text").fill("Le guide est joint à la demande {reference}.")
    agent.get_by_role("button", name="Ajouter").click()
    expect(agent.locator(".done")).to_have_text("La réponse type est enregistrée.")
    agent.goto(f"/console/resah/tickets?q={reference}")
    agent.keyboard.press("j")
    agent.keyboard.press("o")
    expect(agent.locator("h1")).to_contain_text(reference)
    expect(agent.locator(".facts dd").first).to_have_text("nouvelle")
    # The mailbox refuses the first answer.
    mailbox.refused[contact] = "550 5.1.1 No such user"
    agent.locator("#saved").select_option(label=f"Guide {reference}")
    agent.get_by_role("button", name="Insérer").click()
    expect(agent.locator("#reply")).to_have_value(
        re.compile(rf"^Bonjour,\n\nLe guide est joint à la demande {reference}\.\n\nCordialement,")
    )
    guide = tmp_path / "guide d’été.pdf"
    guide.write_bytes(b"%PDF-1.4 \x00\xff")
    agent.locator("#files").set_input_files(guide)
    agent.get_by_label("répondue", exact=True).check()
    agent.get_by_role("button", name="Envoyer la réponse").click()
    expect(agent.locator(".done")).to_contain_text("La réponse part par mail")
    expect(agent.locator(".facts dd").first).to_have_text("répondue")
    for _ in range(60):
        agent.reload()
        if "n’a rien reçu" in agent.locator(".thread").inner_text():
            break
        agent.wait_for_timeout(250)
    expect(agent.locator(".entry.reply")).to_contain_text("cette boîte n’existe pas")
    assert "n’a pas pu partir" in chat.say("où en est ma demande ?")
    agent.get_by_label("Envoyer à une autre adresse").fill(second)
    agent.get_by_role("button", name="Envoyer", exact=True).click()
    expect(agent.locator(".done")).to_contain_text("repart vers l’autre adresse")
    reply = mailbox.wait_for(second)[-1]
    mailbox.refused.clear()
    assert reply["From"] == "no-reply@resah.fr" and reply["Reply-To"] == "corse@resah.example"
    assert reply["In-Reply-To"] == receipt["Message-ID"] == reply["References"]
    assert f"Le guide est joint à la demande {reference}." in text_of(reply)
    [file] = reply.iter_attachments()
    assert file.get_filename() == guide.name and file.get_content() == guide.read_bytes()
    assert "vous a été envoyée" in chat.say("où en est ma demande ?")

    # The link of the first address is void, as it may be a stranger's.
    stranger = open_page(_link(text_of(receipt)), complaints="404")
    expect(stranger.locator("main")).to_contain_text("Ce lien ne vaut plus")
    person = open_page(_link(text_of(reply)))
    expect(person.locator("main")).to_contain_text("vous a été envoyée")
    expect(person.locator(".exchange.reply")).to_contain_text("Le guide est joint")
    assert AGENT not in person.content()
    person.locator("#text").fill("Le guide s’arrête à la page 2.")
    person.get_by_role("button", name="Envoyer").click()
    expect(person.locator("[role=status]")).to_have_text("Votre message est ajouté à la demande.")
    expect(person.locator("main")).to_contain_text("de nouveau ouverte")
    assert "nouveau message" in mailbox.wait_for("corse@resah.example")[-1]["Subject"]
    assert "de nouveau ouverte" in chat.say("où en est ma demande ?")

    agent.reload()
    expect(agent.locator(".facts dd").first).to_have_text("en cours")
    kinds = agent.locator(".entry .who strong").all_inner_texts()
    assert kinds == ["Transmis par l’assistant", "Réponse", "Message de la personne"]
    agent.keyboard.press("m")
    agent.keyboard.press("Control+Home")
    agent.keyboard.press("End")
    agent.keyboard.type("\n\nVoici la suite.")
    # A note in between takes nothing of what is being written.
    agent.keyboard.press("Escape")
    agent.keyboard.press("n")
    agent.keyboard.type("Vu avec Dominique.")
    agent.get_by_role("button", name="Ajouter la note").click()
    expect(agent.locator(".entry.note")).to_contain_text("Vu avec Dominique.")
    expect(agent.locator("#note")).to_have_value("")
    expect(agent.locator("#reply")).to_have_value(re.compile("Voici la suite"))
    agent.get_by_label("en attente de la personne", exact=True).check()
    agent.get_by_role("button", name="Envoyer la réponse").click()
    expect(agent.locator(".facts dd").first).to_have_text("en attente de la personne")
    expect(agent.locator("#reply")).not_to_have_value(re.compile("Voici la suite"))
    later = mailbox.wait_for(second, 2)[-1]
    assert later["In-Reply-To"] == reply["Message-ID"]
    assert "attend votre réponse" in chat.say("où en est ma demande ?")

    person.goto(_link(text_of(later)))
    assert "Dominique" not in person.content()
    person.get_by_role("link", name="C’est réglé").click()
    person.get_by_role("button", name="Oui, c’est réglé").click()
    expect(person.locator("[role=status]")).to_contain_text("la demande est close")
    assert "est close" in chat.say("où en est ma demande ?")


@pytest.mark.parametrize("screen", [{}, PHONE], ids=["wide", "phone"])
@pytest.mark.parametrize("scheme", ["light", "dark"])
def test_its_pages_have_no_barrier(
    open_chat: Callable[..., ChatPage],
    open_page: Callable[..., Any],
    service: Service,
    mailbox: Mailbox,
    screen: dict[str, int],
    scheme: str,
) -> None:
    contact = someone()
    _, reference = _hand_over(open_chat, contact)
    path = _link(text_of(mailbox.wait_for(contact)[-1]))
    page = open_page(path, complaints="400", bypass_csp=True, color_scheme=scheme, **screen)
    page.get_by_role("button", name="Envoyer").click()
    expect(page.locator("[role=alert]")).to_contain_text("est vide")
    assert _violations(page) == [] and scrolls_sideways(page) == []
    page.goto(f"{path}/regle")
    assert _violations(page) == [] and scrolls_sideways(page) == []
    agent = open_page(
        "/console/login", complaints="400", bypass_csp=True, color_scheme=scheme, **screen
    )
    _log_in(agent, service)
    for place in ("replies", f"tickets/{reference}"):
        agent.goto(f"/console/resah/{place}")
        assert _violations(agent) == [], place
        assert [name for name in scrolls_sideways(agent) if not name.startswith("DIV#")] == []
