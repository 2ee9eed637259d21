"""What is said of a mail that did not come is what became of it: waiting, refused or sent."""

from __future__ import annotations

import sqlite3
import time
from collections.abc import Iterator
from contextlib import closing

import pytest

from tests.support.mail import Mailbox
from tests.support.service import Chat, Service

ADDRESS = "camille.martin@chu-exemple.example"
MASKED = "c…@chu-exemple.example"


@pytest.fixture
def asked(service: Service, mailbox: Mailbox) -> Iterator[Chat]:
    """A conversation in which the reset mail is offered."""
    chat = Chat(service, "resah")
    assert "bien reconnue" in chat.say(f"mot de passe oublié {ADDRESS}")
    yield chat
    mailbox.refused.clear()
    with closing(sqlite3.connect(service.folder / "var" / "guichet.db", timeout=30)) as database:
        database.execute("DELETE FROM outbox WHERE recipient = ? AND state != 'sent'", (ADDRESS,))
        database.commit()


def _until(service: Service, state: str) -> None:
    """Wait until the last mail to the address is in a state; one that waits, until it was tried."""
    deadline = time.monotonic() + 60
    # An attempt is counted when it begins: only what it failed for tells that it is over.
    query = "SELECT state, error FROM outbox WHERE recipient = ? ORDER BY id DESC LIMIT 1"
    while time.monotonic() < deadline:
        with closing(
            sqlite3.connect(service.folder / "var" / "guichet.db", timeout=30)
        ) as database:
            row = database.execute(query, (ADDRESS,)).fetchone()
        if row and row[0] == state and (row[1] or state != "waiting"):
            return
        time.sleep(0.1)
    raise AssertionError(f"the last mail is not {state}: {row}")


def _mails(service: Service) -> int:
    with closing(sqlite3.connect(service.folder / "var" / "guichet.db", timeout=30)) as database:
        count: int = database.execute("SELECT COUNT(*) FROM outbox").fetchone()[0]
    return count


def test_a_mail_that_left_is_told_with_its_time_and_a_further_one_is_asked_for(
    service: Service, asked: Chat
) -> None:
    sent = asked.say("oui")
    assert "une heure, jusqu'à " in sent.replace("’", "'")
    _until(service, "sent")
    told = asked.say("j'ai rien reçu")
    assert "est parti à " in told and MASKED in told and "indésirables" in told
    before = _mails(service)
    again = asked.say("renvoyez-le")
    assert ADDRESS in again and "C. M" not in again and "Voulez-vous" in again
    assert _mails(service) == before
    assert "2ᵉ mail" in asked.say("oui")
    assert _mails(service) == before + 1


def test_a_mail_that_waits_is_told_to_wait(service: Service, mailbox: Mailbox, asked: Chat) -> None:
    mailbox.refused[ADDRESS] = "451 4.7.1 Greylisted, try again"
    asked.say("oui")
    _until(service, "waiting")
    told = asked.say("toujours rien reçu")
    assert "attend depuis" in told and MASKED in told and "repart" in told


def test_a_refused_address_is_told_and_not_mailed_again(
    service: Service, mailbox: Mailbox, asked: Chat
) -> None:
    mailbox.refused[ADDRESS] = "550 5.1.1 No such user here"
    asked.say("oui")
    _until(service, "failed")
    told = asked.say("je n'ai rien reçu")
    assert "cette boîte n'existe pas" in told.replace("’", "'") and MASKED in told
    assert "autre adresse e-mail" in told.replace("*", "")
    other = Chat(service, "resah")
    other.say(f"mot de passe oublié {ADDRESS}")
    before = _mails(service)
    refused = other.say("oui")
    assert "n'existe pas" in refused.replace("’", "'") and "un mail part" not in refused
    assert _mails(service) == before


def test_nothing_is_sent_upon_a_bare_yes_after_i_send_nothing(
    service: Service, asked: Chat
) -> None:
    before = _mails(service)
    assert "je n'envoie rien" in asked.say("non merci").replace("’", "'")
    assert ADDRESS in asked.say("oui")
    assert _mails(service) == before
    assert "C'est fait" in asked.say("oui").replace("’", "'")


def test_a_wait_after_the_walk_looks_at_the_outbox_too(service: Service, asked: Chat) -> None:
    asked.say("oui")
    _until(service, "sent")
    asked.say("merci")
    assert "est parti à " in asked.say("j'ai pas reçu le mail")
