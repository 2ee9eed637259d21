"""A ticket over HTTP: marked on the page behind its link, asked after in a new conversation."""

from __future__ import annotations

import re
import sqlite3
import time
from contextlib import closing
from email.message import EmailMessage

import pytest
import requests

from tests.dialogues.handing_over import from_nothing, mails_of, someone, ticket_link
from tests.dialogues.portals import PORTALS, each_portal
from tests.support.mail import Mailbox, text_of
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


def _post(page: str, **fields: str) -> requests.Response:
    headers = {"Sec-Fetch-Site": "same-origin", "Accept": "text/html"}
    return requests.post(page, data=fields, headers=headers, timeout=20)


def _code(mailbox: Mailbox, address: str, reference: str, count: int) -> str:
    """Return the code of the newest mail, once there are enough of them."""
    deadline = time.monotonic() + 60
    found: list[str] = []
    while time.monotonic() < deadline and len(found) < count:
        texts = [
            text_of(m) for m in mailbox.to(address) if f"[{reference}] Votre code" in m["Subject"]
        ]
        found = [code for text in texts for code in re.findall(r": (\d{6})\b", text)]
        time.sleep(0.05)
    assert len(found) == count, found
    return found[-1]


@each_portal
def test_the_link_marks_a_ticket_with_a_code_and_the_user_is_told(
    service: Service, mailbox: Mailbox, portal: str
) -> None:
    handed = from_nothing(service, portal)
    reference, contact, box = handed.reference, handed.contact, handed.address
    page = _open(service, mails_of(mailbox, box, reference)[0])
    assert "attend encore" in _state(service, portal, reference, contact)
    for _ in range(3):
        shown = requests.get(page, timeout=20)
        assert shown.status_code == 200 and reference in shown.text
        assert "nouvelle" in shown.text and 'name="code"' not in shown.text
    assert requests.head(page, timeout=20).status_code < 400
    # What was quoted the mail has the link, and gets nowhere with it.
    refused = _post(page, code="123456", name="Inconnu", state="answered")
    assert refused.status_code == 400 and "pas le bon" in refused.text
    assert "attend encore" in _state(service, portal, reference, contact)

    assert 'name="code"' in _post(page, send="1").text
    code = _code(mailbox, box, reference, 1)
    assert _post(page, code=code, name="", state="answered").status_code == 400
    marked = _post(page, code=f" {code[:3]} {code[3:]}", name="Dominique", state="answered")
    assert marked.status_code == 200 and "répondue" in marked.text
    reply = _state(service, portal, reference, contact)
    assert "réponse à votre demande" in reply and "indésirables" in reply
    # A code works once.
    assert _post(page, code=code, name="Dominique", state="closed").status_code == 400
    _post(page, send="1")
    code = _code(mailbox, box, reference, 2)
    assert _post(page, code=code, name="Dominique", state="burnt").status_code == 400
    assert _post(page, code=code, name="Dominique", state="closed").status_code == 200
    assert "est close" in _state(service, portal, reference, contact)


@each_portal
def test_what_never_left_is_not_said_to_have_arrived(
    service: Service, mailbox: Mailbox, portal: str
) -> None:
    handed = from_nothing(service, portal)
    mails_of(mailbox, handed.address, handed.reference)
    path = service.folder / "var" / "guichet.db"
    for state, said in (("waiting", "pas encore parti"), ("failed", "n’a pas pu partir")):
        with closing(sqlite3.connect(path, timeout=30)) as database, database:
            database.execute(
                "UPDATE outbox SET state = ?, next_attempt_at = '2999-01-01'"
                " WHERE kind = 'ticket' AND recipient = ? AND subject LIKE ?",
                (state, handed.address, f"%{handed.reference}%"),
            )
        reply = _state(service, portal, handed.reference, handed.contact)
        assert said in reply.replace("\n", " ") and "est arrivée" not in reply, reply


def test_a_code_is_not_guessed(service: Service, mailbox: Mailbox) -> None:
    handed = from_nothing(service, "resah")
    page = _open(service, mails_of(mailbox, handed.address, handed.reference)[0])
    _post(page, send="1")
    code = _code(mailbox, handed.address, handed.reference, 1)
    wrong = f"{(int(code) + 1) % 10**6:06d}"
    for _ in range(5):
        assert _post(page, code=wrong, name="Dominique", state="closed").status_code == 400
    assert _post(page, code=code, name="Dominique", state="closed").status_code == 400
    for _ in range(4):
        assert _post(page, send="1").status_code == 200
    late = _post(page, send="1")
    assert late.status_code == 429 and "Plusieurs codes" in late.text
    foreign = requests.post(page, data={"send": "1"}, headers={"Sec-Fetch-Site": "cross-site"},
                            timeout=20)  # fmt: skip
    assert foreign.status_code == 403


@each_portal
def test_a_second_hand_over_moves_the_ticket(
    service: Service, mailbox: Mailbox, portal: str
) -> None:
    first = from_nothing(service, portal, "Le lecteur de badges ne répond plus.")
    place = {"resah": "Marseille", "woundwo": "Lille"}[portal]
    other = someone()
    reply = first.chat.say(f"je veux parler à quelqu'un à {place}, mon adresse est {other}")
    box = re.search(r"enverrai à (\S+@\S+),|prête pour (\S+@\S+) :", reply)
    assert box is not None, reply
    assert first.reference in first.chat.click("Envoyer")
    moved = (box[1] or box[2]).strip()
    assert moved != first.address
    mail = mails_of(mailbox, moved, first.reference)[0]
    before = mails_of(mailbox, first.address, first.reference)[0]
    assert mail["Reply-To"] == other and mail["In-Reply-To"] == before["Message-ID"]
    # What went to the other region is told to this one, too.
    assert "badges" in text_of(mail).partition("Déjà transmis")[2].partition("Conversation")[0]
    for address in (first.contact, other):
        assert f"envoyée à {moved}" in _state(service, portal, first.reference, address)


@pytest.mark.parametrize(("kind", "most"), [("handover", 6), ("handover_mailbox", 120)])
def test_hand_overs_are_limited(service: Service, mailbox: Mailbox, kind: str, most: int) -> None:
    handed = from_nothing(service, "resah")
    mails_of(mailbox, handed.address, handed.reference)
    with closing(sqlite3.connect(service.folder / "var" / "guichet.db", timeout=30)) as database:
        query = 'SELECT "key", at FROM limit_hits WHERE kind = ?'
        found = database.execute(query, (kind,)).fetchall()
        assert len(found) == 1
        insert = 'INSERT INTO limit_hits (kind, "key", at) VALUES (?, ?, ?)'
        database.executemany(insert, [(kind, *found[0])] * (most - 1))
        database.commit()
    handed.chat.say("je veux parler à quelqu'un")
    reply = handed.chat.click("Envoyer")
    assert "trop de demandes" in reply and handed.address in reply
    mails_of(mailbox, handed.address, handed.reference, 1)


def test_a_forged_link_opens_nothing(service: Service, mailbox: Mailbox) -> None:
    handed = from_nothing(service, "resah")
    page = _open(service, mails_of(mailbox, handed.address, handed.reference)[0])
    for forged in (page[:-1], page + "x", page.replace("/tickets/", "/tickets/x"),
                   f"{service.url}/tickets/{handed.reference}"):  # fmt: skip
        assert requests.get(forged, timeout=20).status_code == 404, forged
        answer = _post(forged, state="closed")
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
def test_a_ticket_is_told_in_the_same_message_as_its_address(
    service: Service, mailbox: Mailbox, portal: str
) -> None:
    handed = from_nothing(service, portal)
    mails_of(mailbox, handed.address, handed.reference)
    time.sleep(0.5)
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
