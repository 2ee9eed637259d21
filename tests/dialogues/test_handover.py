"""A hand-over over HTTP: shown, agreed to, mailed, marked as answered, asked after."""

from __future__ import annotations

import re
import time
import uuid
from dataclasses import dataclass
from email.message import EmailMessage

import pytest
import requests

from actions.tickets import new_reference
from bot.engine.nlu.entities import find_entities
from tests.support.mail import Mailbox, text_of
from tests.support.service import Chat, Service

PORTALS = ("resah", "woundwo")
each_portal = pytest.mark.parametrize("portal", PORTALS)

OPENING = "bonjour jarrive pas a me connecter"
KNOWN = {
    "resah": "camille.martin@chu-exemple.example",
    "woundwo": "alex.petit@revendeur-exemple.example",
}
REGION = {"resah": "auvergne-rhone-alpes", "woundwo": "sud-est"}
"""Where the known accounts belong."""

PLACE = {"resah": ("Rennes", "bretagne"), "woundwo": ("Liège", "belgique")}
TRANSMIT = "Transmettre ma demande"
ADD = "Ajouter une précision"
REFUSE = "Ne pas envoyer"
_REFERENCE = re.compile(r"G-[0-9A-Z]{4}\b")
_READABLE = re.compile(r"G-[2-9ACDEFGHJKMNP-Y]{4}")


def _someone() -> str:
    return f"personne.{uuid.uuid4().hex[:8]}@essai-exemple.example"


def _mailbox(portal: str, region: str) -> str:
    return f"{region}@{portal}.example"


def _plain(text: str) -> str:
    return re.sub("[\u00a0\u202f]", " ", text)


def _preview(reply: str) -> list[str]:
    """Return the lines of the message that is shown before agreeing."""
    lines = [line.strip() for line in reply.splitlines()]
    return [line for line in lines if line.startswith("**") and " : " in line]


def _reference(reply: str) -> str:
    match = _REFERENCE.search(reply)
    assert match, reply
    return match.group()


def _mails(mailbox: Mailbox, address: str, reference: str, count: int = 1) -> list[EmailMessage]:
    """Return the mails of one ticket once there are enough of them."""
    found: list[EmailMessage] = []
    deadline = time.monotonic() + 20
    while time.monotonic() < deadline and len(found) < count:
        found = [mail for mail in mailbox.to(address) if reference in mail["Subject"]]
        time.sleep(0.05)
    assert len(found) == count, f"{len(found)} mails of {reference} for {address}, not {count}"
    return found


def _link(mail: EmailMessage) -> str:
    match = re.search(r"https?://\S+/tickets/[\w.-]+", text_of(mail))
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


def _from_nothing(service: Service, portal: str, *lines: str) -> Handed:
    """Hand over from a first message that asks for a person, under a reference that is read."""
    while not find_entities((handed := _hand_over(service, portal, *lines)).reference):
        pass
    return handed


def _hand_over(service: Service, portal: str, *lines: str) -> Handed:
    place, region = PLACE[portal]
    contact = _someone()
    chat = Chat(service, portal)
    chat.say("je veux parler à quelqu'un")
    chat.say(place)
    reply = chat.say(contact)
    for line in lines:
        chat.click(ADD)
        reply = chat.say(line)
    preview = _preview(reply)
    reply = chat.click("Envoyer")
    address = _mailbox(portal, region)
    return Handed(chat, contact, address, preview, _reference(reply), reply)


@each_portal
def test_from_nothing_it_asks_for_region_and_address_only(service: Service, portal: str) -> None:
    place, region = PLACE[portal]
    chat = Chat(service, portal)
    reply = chat.say("je veux parler à quelqu'un")
    assert "région" in reply and "adresse e-mail" not in reply
    reply = chat.say(place)
    assert "adresse e-mail" in reply and _mailbox(portal, region) not in reply
    contact = _someone()
    reply = chat.say(contact)
    assert _mailbox(portal, region) in reply
    assert f"**Répondre à** : {contact}" in _preview(reply)
    assert {"Envoyer", ADD, REFUSE} <= set(chat.offered)


@each_portal
def test_from_a_login_walk_it_asks_for_nothing_and_tells_what_was_tried(
    service: Service, portal: str
) -> None:
    chat = Chat(service, portal)
    for message in (OPENING, KNOWN[portal]):
        chat.say(message)
    chat.click("Le portail refuse mon adresse")
    reply = chat.click("Toujours refusée")
    if portal == "woundwo":
        reply = chat.say("toujours pareil")
    assert _mailbox(portal, REGION[portal]) in reply
    reply = chat.click(TRANSMIT)
    preview = _preview(reply)
    assert f"**Répondre à** : {KNOWN[portal]}" in preview, reply
    tried = next(line for line in preview if line.startswith("**Déjà essayé**"))
    assert "Adresse retapée sans espace" in tried
    assert ("Nouvel essai" in tried) == (portal == "woundwo")


@each_portal
def test_all_said_in_the_first_message_leads_straight_to_the_preview(
    service: Service, portal: str
) -> None:
    place, region = PLACE[portal]
    contact = _someone()
    reply = Chat(service, portal).say(
        f"je veux parler à quelqu'un, je suis à {place}, mon adresse est {contact}"
    )
    assert _mailbox(portal, region) in reply, reply
    assert f"**Répondre à** : {contact}" in _preview(reply)


@each_portal
def test_what_is_mailed_is_what_was_shown(service: Service, mailbox: Mailbox, portal: str) -> None:
    line = "Je suis joignable le matin seulement."
    handed = _from_nothing(service, portal, line)
    assert f"**Précision** : {line}" in handed.preview
    mail = _mails(mailbox, handed.address, handed.reference)[0]
    assert mail["To"] == handed.address
    assert mail["Reply-To"] == handed.contact
    assert mail["From"] == ("no-reply@resah.fr" if portal == "resah" else "noreply@woundwo.com")
    text = _plain(text_of(mail))
    shown, _, rest = text.partition("Référence :")
    preview = [row.replace("**", "") for row in handed.preview]
    assert [row.strip() for row in shown.splitlines() if row.strip()] == preview
    assert handed.reference in rest.splitlines()[0]
    for said in ("je veux parler à quelqu'un", PLACE[portal][0], handed.contact, line):
        assert f"Utilisateur : {said}" in text, text
    assert "Assistant : " in text
    assert "/affirm" not in text and "/inform_reference" not in text
    assert _link(mail)
    assert ("48 heures" in handed.reply) == (portal == "resah")


@each_portal
def test_several_lines_are_added_one_after_the_other(
    service: Service, mailbox: Mailbox, portal: str
) -> None:
    first, second = "Bureau fermé le vendredi.", "Mon collègue a le même souci."
    handed = _from_nothing(service, portal, first, second)
    told = next(line for line in handed.preview if line.startswith("**Précision**"))
    assert first in told and second in told
    text = _plain(text_of(_mails(mailbox, handed.address, handed.reference)[0]))
    assert first in text and second in text


@each_portal
def test_a_remark_at_the_preview_is_added_without_a_button(service: Service, portal: str) -> None:
    chat = Chat(service, portal)
    for message in ("je veux parler à quelqu'un", PLACE[portal][0], _someone()):
        chat.say(message)
    reply = chat.say("dites-leur que la salle du bloc B est fermée")
    assert "la salle du bloc B est fermée" in " ".join(_preview(reply)), reply


def test_a_button_of_before_is_no_remark(service: Service) -> None:
    """A payload that is pressed late must not end in the mail."""
    chat = Chat(service, "resah")
    chat.say("j'ai pas recu le mail")
    chat.say("non")
    old = next(payload for payload in chat.offered.values() if "choice" in payload)
    for message in ("je veux parler à quelqu'un", "Rennes", _someone()):
        chat.say(message)
    for reply in (chat.say(old), chat.click(ADD) and chat.say(old)):
        assert "/inform_reference" not in reply, reply
    assert not any("Précision" in line for line in _preview(chat.say("bonjour")))


@each_portal
@pytest.mark.parametrize("refusal", [REFUSE, "non merci", "non n'envoyez rien", "laisse tomber"])
def test_nothing_is_sent_without_agreement(
    service: Service, mailbox: Mailbox, portal: str, refusal: str
) -> None:
    place, region = PLACE[portal]
    address = _mailbox(portal, region)
    contact = _someone()
    chat = Chat(service, portal)
    for message in ("je veux parler à quelqu'un", place, contact):
        chat.say(message)
    reply = chat.click(refusal) if refusal == REFUSE else chat.say(refusal)
    assert not _REFERENCE.search(reply), reply
    if refusal != "laisse tomber":
        assert address in reply, reply
    assert not chat.slots["walk_stack"]
    # The outbox sends in order: once a later ticket has arrived, an earlier mail would have.
    later = _from_nothing(service, portal)
    _mails(mailbox, later.address, later.reference)
    assert not [mail for mail in mailbox.to(address) if mail["Reply-To"] == contact]


@each_portal
def test_what_is_neither_yes_nor_no_sends_nothing(service: Service, portal: str) -> None:
    chat = Chat(service, portal)
    for message in ("je veux parler à quelqu'un", PLACE[portal][0], _someone()):
        chat.say(message)
    for message in ("peut-être", "vous êtes un robot ?", "je ne sais pas", "👍🤷"):
        reply = chat.say(message)
        assert not _REFERENCE.search(reply), f"{message}: {reply}"
        assert chat.slots["walk_stack"], message
    assert _REFERENCE.search(chat.say("oui"))


@each_portal
def test_without_an_address_the_contact_is_given_instead(service: Service, portal: str) -> None:
    place, region = PLACE[portal]
    chat = Chat(service, portal)
    for message in ("je veux parler à quelqu'un", place):
        chat.say(message)
    reply = chat.click("Je préfère ne pas la donner")
    assert _mailbox(portal, region) in reply
    assert not chat.slots["walk_stack"]


def test_without_a_region_there_is_nobody_to_hand_over_to(service: Service) -> None:
    chat = Chat(service, "resah")
    chat.say("je veux parler à quelqu'un")
    reply = chat.say("non")
    assert "région" in reply
    assert not chat.slots["walk_stack"]


@each_portal
def test_the_address_can_still_be_corrected(
    service: Service, mailbox: Mailbox, portal: str
) -> None:
    place, region = PLACE[portal]
    chat = Chat(service, portal)
    for message in ("je veux parler à quelqu'un", place, _someone()):
        chat.say(message)
    other = _someone()
    reply = chat.say(f"non en fait c'est {other}")
    assert f"**Répondre à** : {other}" in _preview(reply), reply
    reference = _reference(chat.click("Envoyer"))
    mail = _mails(mailbox, _mailbox(portal, region), reference)[0]
    assert mail["Reply-To"] == other


def test_a_reference_can_be_read_aloud(service: Service) -> None:
    assert _READABLE.fullmatch(_from_nothing(service, "resah").reference)
    for _ in range(2_000):
        reference = new_reference()
        assert _READABLE.fullmatch(reference), reference


def test_every_reference_is_recognised_when_it_is_typed() -> None:
    lost = {
        reference
        for reference in (new_reference() for _ in range(2_000))
        if {"ticket_reference": reference}
        not in [{e["entity"]: e["value"]} for e in find_entities(f"ma demande {reference} ?")]
    }
    assert not lost, f"{len(lost)} of 2000, such as {min(lost)}"


@each_portal
def test_a_second_hand_over_adds_to_the_first(
    service: Service, mailbox: Mailbox, portal: str
) -> None:
    handed = _from_nothing(service, portal)
    chat = handed.chat
    _mails(mailbox, handed.address, handed.reference)
    reply = chat.say("je veux parler à quelqu'un")
    assert f"**Répondre à** : {handed.contact}" in _preview(reply), reply
    chat.click(ADD)
    chat.say("Il y a aussi le compte de mon collègue.")
    reply = chat.click("Envoyer")
    assert _reference(reply) == handed.reference
    assert "ajouté" in reply
    mails = _mails(mailbox, handed.address, handed.reference, 2)
    assert "le compte de mon collègue" in text_of(mails[1])
    assert mails[0]["Message-ID"] != mails[1]["Message-ID"]
    assert _link(mails[0]) == _link(mails[1])


@each_portal
def test_a_repeated_message_sends_once(service: Service, mailbox: Mailbox, portal: str) -> None:
    place, region = PLACE[portal]
    chat = Chat(service, portal)
    for message in ("je veux parler à quelqu'un", place, _someone()):
        chat.say(message)
    answers = [service.send(chat.sender, "/affirm", portal, "sent-twice") for _ in range(3)]
    assert answers[0] == answers[1] == answers[2]
    reference = _reference(answers[0][0].text)
    _mails(mailbox, _mailbox(portal, region), reference)
    later = _from_nothing(service, portal)
    _mails(mailbox, later.address, later.reference)
    _mails(mailbox, _mailbox(portal, region), reference, 1)


# --- The page behind the link, and the question where it stands -----------------------------------


def _state(service: Service, portal: str, reference: str, address: str) -> str:
    """Ask in a new conversation where a ticket stands."""
    chat = Chat(service, portal)
    asked = chat.say(f"où en est ma demande {reference} ?")
    assert "adresse e-mail" in asked and reference in asked, asked
    assert not re.search(r"attend encore|réponse à votre demande|est close", asked)
    return chat.say(address)


def _open(service: Service, mail: EmailMessage) -> str:
    """Return the link's address on the service under test."""
    return f"{service.url}/tickets/{_link(mail).rpartition('/')[2]}"


@each_portal
def test_the_link_marks_a_ticket_and_the_user_is_told(
    service: Service, mailbox: Mailbox, portal: str
) -> None:
    handed = _from_nothing(service, portal)
    reference, contact = handed.reference, handed.contact
    page = _open(service, _mails(mailbox, handed.address, reference)[0])
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
    handed = _from_nothing(service, "resah")
    page = _open(service, _mails(mailbox, handed.address, handed.reference)[0])
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
    handed = _from_nothing(service, portal)
    unknown = "G-2222"
    wrong_address = _state(service, portal, handed.reference, _someone())
    wrong_reference = _state(service, portal, unknown, handed.contact)
    assert "Je ne trouve pas" in wrong_address
    assert wrong_address.replace(handed.reference, "…") == wrong_reference.replace(unknown, "…")
    other = PORTALS[1 - PORTALS.index(portal)]
    elsewhere = _state(service, other, handed.reference, handed.contact)
    assert "Je ne trouve pas" in elsewhere


@each_portal
def test_a_ticket_is_told_in_the_same_message_as_its_address(service: Service, portal: str) -> None:
    handed = _from_nothing(service, portal)
    reply = Chat(service, portal).say(
        f"où en est ma demande {handed.reference.lower()} ? mon adresse est {handed.contact}"
    )
    assert "attend encore" in reply, reply


def test_look_ups_are_limited(service: Service) -> None:
    chat = Chat(service, "resah")
    for number in range(8):
        chat.say(f"où en est ma demande G-222{number + 2} ?")
        assert "Je ne trouve pas" in chat.say(_someone())
    chat.say("où en est ma demande G-3333 ?")
    reply = chat.say(_someone())
    assert "plusieurs fois" in reply and "région" in reply
