"""A hand-over over HTTP: shown, agreed to, mailed once."""

from __future__ import annotations

import re

import pytest

from bot.desk.tickets import new_reference
from bot.rasa.components.entities import find_entities
from tests.dialogues.handing_over import (
    ADD,
    PLACE,
    REFERENCE,
    from_nothing,
    mailbox_of,
    mails_of,
    preview_in,
    reference_in,
    someone,
    ticket_link,
)
from tests.dialogues.portals import each_portal
from tests.support.mail import Mailbox, text_of
from tests.support.service import Chat, Service

OPENING = "bonjour jarrive pas a me connecter"
KNOWN = {
    "resah": "camille.martin@chu-exemple.example",
    "woundwo": "alex.petit@revendeur-exemple.example",
}
REGION = {"resah": "auvergne-rhone-alpes", "woundwo": "sud-est"}
"""Where the known accounts belong."""

TRANSMIT = "Transmettre ma demande"
REFUSE = "Ne pas envoyer"
_READABLE = re.compile(r"G-[2-9ACDEFGHJKMNP-Y]{4}")


def _plain(text: str) -> str:
    return re.sub("[\u00a0\u202f]", " ", text)


@each_portal
def test_from_nothing_it_asks_for_region_and_address_only(service: Service, portal: str) -> None:
    place, region = PLACE[portal]
    chat = Chat(service, portal)
    reply = chat.say("je veux parler à quelqu'un")
    assert "région" in reply and "adresse e-mail" not in reply
    reply = chat.say(place)
    assert "adresse e-mail" in reply and mailbox_of(portal, region) not in reply
    contact = someone()
    reply = chat.say(contact)
    assert mailbox_of(portal, region) in reply
    assert f"**Répondre par mail à** : {contact}" in preview_in(reply)
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
    assert mailbox_of(portal, REGION[portal]) in reply
    reply = chat.click(TRANSMIT)
    preview = preview_in(reply)
    assert f"**Répondre par mail à** : {KNOWN[portal]}" in preview, reply
    tried = next(line for line in preview if line.startswith("**Déjà essayé**"))
    assert "Adresse retapée sans espace" in tried
    assert ("Nouvel essai" in tried) == (portal == "woundwo")


@each_portal
def test_all_said_in_the_first_message_leads_straight_to_the_preview(
    service: Service, portal: str
) -> None:
    place, region = PLACE[portal]
    contact = someone()
    reply = Chat(service, portal).say(
        f"je veux parler à quelqu'un, je suis à {place}, mon adresse est {contact}"
    )
    assert mailbox_of(portal, region) in reply, reply
    assert f"**Répondre par mail à** : {contact}" in preview_in(reply)


@each_portal
def test_what_is_mailed_is_what_was_shown(service: Service, mailbox: Mailbox, portal: str) -> None:
    line = "Je suis joignable le matin seulement."
    handed = from_nothing(service, portal, line)
    assert f"**Précision** : {line}" in handed.preview
    mail = mails_of(mailbox, handed.address, handed.reference)[0]
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
    assert ticket_link(mail)
    assert ("48 heures" in handed.reply) == (portal == "resah")


@each_portal
def test_several_lines_are_added_one_after_the_other(
    service: Service, mailbox: Mailbox, portal: str
) -> None:
    first, second = "Bureau fermé le vendredi.", "Mon collègue a le même souci."
    handed = from_nothing(service, portal, first, second)
    told = next(line for line in handed.preview if line.startswith("**Précision**"))
    assert first in told and second in told
    text = _plain(text_of(mails_of(mailbox, handed.address, handed.reference)[0]))
    assert first in text and second in text


@each_portal
def test_a_remark_at_the_preview_is_added_without_a_button(service: Service, portal: str) -> None:
    chat = Chat(service, portal)
    for message in ("je veux parler à quelqu'un", PLACE[portal][0], someone()):
        chat.say(message)
    reply = chat.say("dites-leur que la salle du bloc B est fermée")
    assert "La salle du bloc B est fermée" in " ".join(preview_in(reply)), reply


def test_a_button_of_before_is_no_remark(service: Service) -> None:
    """A payload that is pressed late must not end in the mail."""
    chat = Chat(service, "resah")
    chat.say("j'ai pas recu le mail")
    chat.say("non")
    old = next(payload for payload in chat.offered.values() if "choice" in payload)
    for message in ("je veux parler à quelqu'un", "Rennes", someone()):
        chat.say(message)
    for reply in (chat.say(old), chat.click(ADD) and chat.say(old)):
        assert "/inform_reference" not in reply, reply
    assert not any("Précision" in line for line in preview_in(chat.say("bonjour")))


@each_portal
@pytest.mark.parametrize("refusal", [REFUSE, "non merci", "non n'envoyez rien", "laisse tomber"])
def test_nothing_is_sent_without_agreement(
    service: Service, mailbox: Mailbox, portal: str, refusal: str
) -> None:
    place, region = PLACE[portal]
    address = mailbox_of(portal, region)
    contact = someone()
    chat = Chat(service, portal)
    for message in ("je veux parler à quelqu'un", place, contact):
        chat.say(message)
    reply = chat.click(refusal) if refusal == REFUSE else chat.say(refusal)
    assert not REFERENCE.search(reply), reply
    if refusal != "laisse tomber":
        assert address in reply, reply
    assert not chat.slots["walk_stack"]
    # The outbox sends in order: once a later ticket has arrived, an earlier mail would have.
    later = from_nothing(service, portal)
    mails_of(mailbox, later.address, later.reference)
    assert not [mail for mail in mailbox.to(address) if mail["Reply-To"] == contact]


@each_portal
def test_what_is_neither_yes_nor_no_sends_nothing(service: Service, portal: str) -> None:
    chat = Chat(service, portal)
    for message in ("je veux parler à quelqu'un", PLACE[portal][0], someone()):
        chat.say(message)
    for message in ("peut-être", "vous êtes un robot ?", "je ne sais pas", "👍🤷"):
        reply = chat.say(message)
        assert not REFERENCE.search(reply), f"{message}: {reply}"
        assert chat.slots["walk_stack"], message
    assert REFERENCE.search(chat.say("oui"))


@each_portal
def test_without_an_address_the_contact_is_given_instead(service: Service, portal: str) -> None:
    place, region = PLACE[portal]
    chat = Chat(service, portal)
    for message in ("je veux parler à quelqu'un", place):
        chat.say(message)
    reply = chat.click("Je préfère ne pas la donner")
    assert mailbox_of(portal, region) in reply
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
    for message in ("je veux parler à quelqu'un", place, someone()):
        chat.say(message)
    other = someone()
    reply = chat.say(f"non en fait c'est {other}")
    assert f"**Répondre par mail à** : {other}" in preview_in(reply), reply
    reference = reference_in(chat.click("Envoyer"))
    mail = mails_of(mailbox, mailbox_of(portal, region), reference)[0]
    assert mail["Reply-To"] == other


def test_a_reference_can_be_read_aloud(service: Service) -> None:
    assert _READABLE.fullmatch(from_nothing(service, "resah").reference)
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
    handed = from_nothing(service, portal)
    chat = handed.chat
    mails_of(mailbox, handed.address, handed.reference)
    reply = chat.say("je veux parler à quelqu'un")
    assert f"**Répondre par mail à** : {handed.contact}" in preview_in(reply), reply
    chat.click(ADD)
    chat.say("Il y a aussi le compte de mon collègue.")
    reply = chat.click("Envoyer")
    assert reference_in(reply) == handed.reference
    assert "ajouté" in reply
    mails = mails_of(mailbox, handed.address, handed.reference, 2)
    assert "le compte de mon collègue" in text_of(mails[1])
    assert mails[0]["Message-ID"] != mails[1]["Message-ID"]
    assert ticket_link(mails[1]) and mails[1]["In-Reply-To"] == mails[0]["Message-ID"]


@each_portal
def test_a_repeated_message_sends_once(service: Service, mailbox: Mailbox, portal: str) -> None:
    place, region = PLACE[portal]
    chat = Chat(service, portal)
    for message in ("je veux parler à quelqu'un", place, someone()):
        chat.say(message)
    answers = [service.send(chat.sender, "/affirm", portal, "sent-twice") for _ in range(3)]
    assert answers[0] == answers[1] == answers[2]
    reference = reference_in(answers[0][0].text)
    mails_of(mailbox, mailbox_of(portal, region), reference)
    later = from_nothing(service, portal)
    mails_of(mailbox, later.address, later.reference)
    mails_of(mailbox, mailbox_of(portal, region), reference, 1)
