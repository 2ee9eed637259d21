"""What a conversation keeps in mind over HTTP: what was told is not asked for again."""

from __future__ import annotations

import pytest

from tests.dialogues.portals import each_portal
from tests.dialogues.waiting import KNOWN, OPENING, OTHER, UNKNOWN, memory_of, open_frame
from tests.support.service import Chat, Service

SHARED_LOGIN = {"resah": "ch.achats2", "woundwo": "atelier.deux"}
PLACE = {"resah": ("Rennes", "bretagne@"), "woundwo": ("Namur", "belgique@")}
_MAIL = {"resah": "Mail non reçu", "woundwo": "Mail non reçu"}


def _begin(chat: Chat, message: str, topic: str) -> str:
    """Say a first message; where it was not clear enough, choose the topic that was meant."""
    reply = chat.say(message)
    return chat.click(topic) if "Voulez-vous dire" in reply else reply


@each_portal
@pytest.mark.parametrize(
    "first",
    [
        "Bonjour, impossible de me connecter avec {address}, je suis à {place}",
        "mot de passe oublié, mon mail est {address} et je travaille à {place}",
    ],
)
def test_what_the_first_message_told_is_not_asked_for(
    service: Service, portal: str, first: str
) -> None:
    place, mailbox = PLACE[portal]
    chat = Chat(service, portal)
    reply = chat.say(first.format(address=UNKNOWN, place=place))
    assert UNKNOWN in reply and "Quelle **adresse" not in reply
    reply = chat.say("si si c'est la bonne")
    assert mailbox in reply and "Où se trouve" not in reply, reply
    reply = chat.click("Transmettre ma demande")
    assert f"**Répondre par mail à** : {UNKNOWN}" in reply, reply


@each_portal
def test_an_address_told_in_passing_is_used_later(service: Service, portal: str) -> None:
    chat = Chat(service, portal)
    chat.say(f"bonjour, je suis {KNOWN[portal]}")
    chat.say("laisse tomber")
    reply = chat.say("en fait j'ai oublié mon mot de passe")
    assert f"{KNOWN[portal]} est bien reconnue" in reply, reply


@each_portal
def test_an_address_serves_login_tree_and_hand_over(service: Service, portal: str) -> None:
    place, mailbox = PLACE[portal]
    chat = Chat(service, portal)
    reply = _begin(chat, f"je n'ai pas reçu le mail, mon adresse est {UNKNOWN}", _MAIL[portal])
    assert "quelle **adresse e-mail**" not in reply.lower(), reply
    assert memory_of(chat)["address"] == UNKNOWN
    chat.say("laisse tomber")
    assert UNKNOWN in chat.say("mot de passe oublié")
    chat.say("laisse tomber")
    chat.say("je veux parler à quelqu'un")
    reply = chat.say(place)
    assert mailbox in reply and f"**Répondre par mail à** : {UNKNOWN}" in reply, reply


@each_portal
def test_a_region_is_asked_for_once(service: Service, portal: str) -> None:
    place, mailbox = PLACE[portal]
    chat = Chat(service, portal)
    assert "Où se trouve" in chat.say("je veux le contact de ma région")
    assert mailbox in chat.say(place)
    assert mailbox in chat.say("redonnez-moi le contact régional svp")
    for message in ("mot de passe oublié", UNKNOWN):
        chat.say(message)
    reply = chat.say("si si c'est la bonne")
    assert mailbox in reply and "Où se trouve" not in reply, reply


@each_portal
def test_a_region_told_in_passing_is_kept(service: Service, portal: str) -> None:
    place, mailbox = PLACE[portal]
    chat = Chat(service, portal)
    chat.say(f"bonjour, je travaille à {place} et je n'arrive pas à me connecter")
    chat.say("non je prefere pas donner mon adresse")
    reply = chat.click(_contact_title(chat))
    assert mailbox in reply and "Où se trouve" not in reply, reply


def _contact_title(chat: Chat) -> str:
    return next(title for title in chat.offered if "région" in title)


@each_portal
@pytest.mark.parametrize(
    "told",
    ["j'ai regardé dans les spams, rien", "rien dans mes indésirables non plus"],
)
def test_junk_that_was_searched_is_not_asked_about(
    service: Service, portal: str, told: str
) -> None:
    chat = Chat(service, portal)
    replies = [_begin(chat, f"je n'ai pas reçu le mail, {told}", _MAIL[portal])]
    replies.append(chat.say(KNOWN[portal]))
    assert memory_of(chat)["facts"]["junk_checked"] == "yes"
    assert not [reply for reply in replies if "L’avez-vous déjà fait" in reply]
    chat = Chat(service, portal)
    for message in (OPENING, OTHER[portal], SHARED_LOGIN[portal], told):
        chat.say(message)
    assert memory_of(chat)["facts"]["junk_checked"] == "yes"


@pytest.mark.parametrize(("told", "value"), [("on a mailinblack", "yes"),
                                             ("nous n'avons pas mailinblack", "no")])  # fmt: skip
def test_mailinblack_is_asked_for_once(service: Service, told: str, value: str) -> None:
    chat = Chat(service, "resah")
    first = f"je n'ai pas reçu le mail, rien dans les spams, {told}"
    replies = [_begin(chat, first, _MAIL["resah"]), chat.say("non")]
    assert memory_of(chat)["facts"]["mailinblack"] == value
    for reply in replies:
        assert "filtre-t-il les mails" not in reply, reply
    assert ("guide MailInBlack" in "\n".join(replies)) == (value == "yes"), replies


def test_a_contract_number_is_asked_for_once(service: Service) -> None:
    chat = Chat(service, "resah")
    _begin(chat, "je n'ai plus accès aux documents du marché 2020-053", "Accès aux documents")
    assert memory_of(chat)["contract"] == "2020-053"
    replies = []
    for _ in range(8):
        if not (stack := chat.slots["walk_stack"]) or stack[-1]["walk"] != "tree:document_access":
            break
        replies.append(chat.say("non"))
    assert not [reply for reply in replies if "Quel est le **numéro**" in reply], replies
    for message in ("Rennes", KNOWN["resah"]):
        if "**Marché** : 2020-053" not in "\n".join(replies):
            replies.append(chat.say(message))
    assert "**Marché** : 2020-053" in "\n".join(replies), replies


def test_the_senders_address_is_not_taken_for_the_users(service: Service) -> None:
    for portal, sender in (("resah", "no-reply@resah.fr"), ("woundwo", "noreply@woundwo.com")):
        chat = Chat(service, portal)
        _begin(chat, f"je n'ai pas reçu le mail de {sender}", _MAIL[portal])
        assert memory_of(chat).get("address") is None
        assert open_frame(chat)["walk"] == "tree:mail_not_received"
