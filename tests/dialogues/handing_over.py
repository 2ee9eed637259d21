"""Hands over from a first message on, and finds the mails that this sends."""

from __future__ import annotations

import re
import time
import uuid
from dataclasses import dataclass
from email.message import EmailMessage

from bot.rasa.components.entities import find_entities
from tests.support.mail import Mailbox, text_of
from tests.support.service import Chat, Service

PLACE = {"resah": ("Rennes", "bretagne"), "woundwo": ("Liège", "belgique")}
ADD = "Ajouter une précision"
REFERENCE = re.compile(r"G-[0-9A-Z]{4}\b")


def someone() -> str:
    """Return an address that nobody gave before."""
    return f"personne.{uuid.uuid4().hex[:8]}@essai-exemple.example"


def mailbox_of(portal: str, region: str) -> str:
    """Return the address of a region's contact."""
    return f"{region}@{portal}.example"


def preview_in(reply: str) -> list[str]:
    """Return the lines of the message that is shown before agreeing."""
    lines = [line.strip() for line in reply.splitlines()]
    return [line for line in lines if line.startswith("**") and " : " in line]


def reference_in(reply: str) -> str:
    """Return the reference that a reply tells."""
    match = REFERENCE.search(reply)
    assert match, reply
    return match.group()


def mails_of(mailbox: Mailbox, address: str, reference: str, count: int = 1) -> list[EmailMessage]:
    """Return the mails of one ticket once there are enough of them."""
    found: list[EmailMessage] = []
    deadline = time.monotonic() + 60
    while time.monotonic() < deadline and len(found) < count:
        found = [mail for mail in mailbox.to(address) if reference in mail["Subject"]]
        time.sleep(0.05)
    assert len(found) == count, f"{len(found)} mails of {reference} for {address}, not {count}"
    return found


def ticket_link(mail: EmailMessage) -> str:
    """Return the link to a ticket's page that stands in its mail."""
    match = re.search(r"https?://[^\s/]+/tickets/[\w.-]+", text_of(mail))
    assert match, text_of(mail)
    return match.group()


@dataclass
class Handed:
    """A hand-over that was agreed to."""

    chat: Chat
    contact: str
    address: str
    preview: list[str]
    reference: str
    reply: str


def from_nothing(service: Service, portal: str, *lines: str) -> Handed:
    """Hand over from a first message that asks for a person, under a reference that is read."""
    while not find_entities((handed := _hand_over(service, portal, *lines)).reference):
        pass
    return handed


def _hand_over(service: Service, portal: str, *lines: str) -> Handed:
    place, region = PLACE[portal]
    contact = someone()
    chat = Chat(service, portal)
    chat.say("je veux parler à quelqu'un")
    chat.say(place)
    reply = chat.say(contact)
    for line in lines:
        chat.click(ADD)
        reply = chat.say(line)
    preview = preview_in(reply)
    reply = chat.click("Envoyer")
    address = mailbox_of(portal, region)
    return Handed(chat, contact, address, preview, reference_in(reply), reply)
