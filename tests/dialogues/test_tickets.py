"""A ticket over HTTP: marked on the page behind its link, asked after in a new conversation."""

from __future__ import annotations

import re
from email.message import EmailMessage

import requests

from tests.dialogues.handing_over import from_nothing, mails_of, someone, ticket_link
from tests.dialogues.portals import PORTALS, each_portal
from tests.support.mail import Mailbox
from tests.support.service import Chat, Service


def _state(service: Service, portal: str, reference: str, address: str) -> str:
    """Ask in a new conversation where a ticket stands."""
    chat = Chat(service, portal)
    asked = chat.say(f"où en est ma demande {reference} ?")
    assert "adresse e-mail" in asked and reference in asked, asked
    assert not re.search(r"attend encore|réponse à votre demande|est close", asked)
    return chat.say(address)


def _open(service: Service, mail: EmailMessage) -> str:
    """Return the link's address on the service under test."""
    return f"{service.url}/tickets/{ticket_link(mail).rpartition('/')[2]}"


@each_portal
def test_the_link_marks_a_ticket_and_the_user_is_told(
    service: Service, mailbox: Mailbox, portal: str
) -> None:
    handed = from_nothing(service, portal)
    reference, contact = handed.reference, handed.contact
    page = _open(service, mails_of(mailbox, handed.address, reference)[0])
    assert "attend encore" in _state(service, portal, reference, contact)
    for _ in range(3):
        shown = requests.get(page, timeout=20)
        assert shown.status_code == 200 and reference in shown.text
        assert "en attente" in shown.text
    assert requests.head(page, timeout=20).status_code < 400
    assert "attend encore" in _state(service, portal, reference, contact)

    marked = requests.post(page, data={"state": "answered"}, timeout=20)
    assert marked.status_code == 200 and "répondue" in marked.text
    reply = _state(service, portal, reference, contact)
    assert "réponse à votre demande" in reply and "indésirables" in reply
    requests.post(page, data={"state": "closed"}, timeout=20)
    assert "est close" in _state(service, portal, reference, contact)
    assert requests.post(page, data={"state": "burnt"}, timeout=20).status_code == 400
    assert "est close" in _state(service, portal, reference, contact)


def test_a_forged_link_opens_nothing(service: Service, mailbox: Mailbox) -> None:
    handed = from_nothing(service, "resah")
    page = _open(service, mails_of(mailbox, handed.address, handed.reference)[0])
    for forged in (page[:-1], page + "x", page.replace("/tickets/", "/tickets/x"),
                   f"{service.url}/tickets/{handed.reference}"):  # fmt: skip
        assert requests.get(forged, timeout=20).status_code == 404, forged
        answer = requests.post(forged, data={"state": "closed"}, timeout=20)
        assert answer.status_code == 404, forged
    assert "attend encore" in _state(service, "resah", handed.reference, handed.contact)


@each_portal
def test_a_wrong_reference_and_a_wrong_address_get_the_same_answer(
    service: Service, portal: str
) -> None:
    handed = from_nothing(service, portal)
    unknown = "G-2222"
    wrong_address = _state(service, portal, handed.reference, someone())
    wrong_reference = _state(service, portal, unknown, handed.contact)
    assert "Je ne trouve pas" in wrong_address
    assert wrong_address.replace(handed.reference, "…") == wrong_reference.replace(unknown, "…")
    other = PORTALS[1 - PORTALS.index(portal)]
    elsewhere = _state(service, other, handed.reference, handed.contact)
    assert "Je ne trouve pas" in elsewhere


@each_portal
def test_a_ticket_is_told_in_the_same_message_as_its_address(service: Service, portal: str) -> None:
    handed = from_nothing(service, portal)
    reply = Chat(service, portal).say(
        f"où en est ma demande {handed.reference.lower()} ? mon adresse est {handed.contact}"
    )
    assert "attend encore" in reply, reply


def test_look_ups_are_limited(service: Service) -> None:
    chat = Chat(service, "resah")
    for number in range(8):
        chat.say(f"où en est ma demande G-222{number + 2} ?")
        assert "Je ne trouve pas" in chat.say(someone())
    chat.say("où en est ma demande G-3333 ?")
    reply = chat.say(someone())
    assert "plusieurs fois" in reply and "région" in reply
