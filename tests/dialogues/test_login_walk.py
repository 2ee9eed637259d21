"""The login walk over HTTP on the real service: every state of an account, on both portals.

At each state the user also corrects the address, asks something else in between, and refuses.
"""

from __future__ import annotations

import re
import uuid
from dataclasses import dataclass

import pytest

from tests.support.mail import Mailbox, link_in, text_of
from tests.support.service import Chat, Service

ACTIVE = {
    "resah": "camille.martin@chu-exemple.example",
    "woundwo": "alex.petit@revendeur-exemple.example",
}
SEVERAL = {
    "resah": ("achats@ch-exemple.example", "ch.achats2"),
    "woundwo": ("atelier@partenaire-exemple.example", "atelier.deux"),
}
PENDING = {
    "resah": "nouvelle@ght-exemple.example",
    "woundwo": "demande@partenaire-exemple.example",
}
DISABLED = {
    "resah": "ancien@ehpad-exemple.example",
    "woundwo": "ancien@revendeur-exemple.example",
}
SENDER = {"resah": "no-reply@resah.fr", "woundwo": "noreply@woundwo.com"}
UNKNOWN = "personne.inconnue@chu-exemple.example"
PORTALS = ("resah", "woundwo")
# The limit of reset mails an account may get in an hour does not count refused or corrected walks.
OPENING = "bonjour jarrive pas a me connecter"


@dataclass(frozen=True)
class Row:
    """A state of the account: how to get there, what is said there, what must not be."""

    name: str
    portal: str
    messages: tuple[str, ...]
    says: tuple[str, ...]
    never: tuple[str, ...] = ()


def _rows() -> list[Row]:
    rows = []
    for portal in PORTALS:
        address, login = SEVERAL[portal]
        resah = portal == "resah"
        rows += [
            Row("asked", portal, (OPENING,), ("adresse e-mail",)),
            Row("active", portal, (OPENING, ACTIVE[portal]), (ACTIVE[portal], "bien reconnue")),
            Row(
                "several", portal, (OPENING, address),
                ("identifiant", *(["ancienne plateforme"] if resah else [])),
                (login, "achats1", "atelier.un"),
            ),
            Row("several, login given", portal, (OPENING, address, login), ("bien reconnue",)),
            Row(
                "pending", portal, (OPENING, PENDING[portal]),
                ("attend", "administrateur", "Resah", "48 heures", "occitanie@") if resah
                else ("gestionnaire régional", "pas vous annoncer de délai", "belgique@"),
                () if resah else ("48", "administrateur", "Resah"),
            ),
            Row(
                "disabled", portal, (OPENING, DISABLED[portal]),
                ("désactivé", "normandie@" if resah else "ouest@"),
            ),
            Row("unknown", portal, (OPENING, UNKNOWN), (UNKNOWN, "espaces", "frappe")),
            Row(
                "unknown again", portal, (OPENING, UNKNOWN, "si si c'est la bonne"),
                ("formulaire d’inscription", "administrateur", "Resah", "région") if resah
                else ("Demander un compte", "numéro client", "déjà passé commande", "région"),
                ("04 h",),
            ),
            Row(
                "no address", portal, (OPENING, "non je prefere pas"),
                ("vérifier si votre compte existe", "page de connexion", "indésirables" if resah
                 else "spams"),
            ),
            Row(
                "still refused", portal,
                (OPENING, ACTIVE[portal], "le portail refuse mon adresse"), ("espace",),
            ),
        ]  # fmt: skip
    rows.append(
        Row(
            "activated today", "woundwo", (OPENING, "active.ce.jour@revendeur-exemple.example"),
            ("activé aujourd’hui", "04 h 00", "demain", "spam", SENDER["woundwo"]),
            ("48",),
        )
    )  # fmt: skip
    return rows


ROWS = _rows()
each_row = pytest.mark.parametrize("row", ROWS, ids=lambda row: f"{row.portal}: {row.name}")


def _walk_to(service: Service, row: Row) -> tuple[Chat, str]:
    chat = Chat(service, row.portal)
    reply = ""
    for message in row.messages:
        reply = chat.say(message)
    return chat, reply


@each_row
def test_each_state_says_what_the_portal_promises(service: Service, row: Row) -> None:
    _, reply = _walk_to(service, row)
    for words in row.says:
        assert words in reply, reply
    for words in row.never:
        assert words not in reply, reply


@each_row
def test_the_address_can_be_corrected(service: Service, row: Row) -> None:
    chat, _ = _walk_to(service, row)
    reply = chat.say(f"non en fait je me suis trompé, c'est {ACTIVE[row.portal]}")
    assert f"{ACTIVE[row.portal]} est bien reconnue" in reply


@each_row
def test_a_digression_is_answered_and_the_walk_goes_on(service: Service, row: Row) -> None:
    chat, before = _walk_to(service, row)
    waiting = bool(chat.slots["walk_stack"])
    reply = chat.say("vous êtes un robot ou une vraie personne ?")
    assert "assistant" in reply, reply
    if waiting:
        assert chat.slots["walk_stack"], "the walk was lost"
        # It asks again, in other words than before.
        assert len(reply.splitlines()) > 1
        assert reply.splitlines()[-1] != before.splitlines()[-1], reply
    reply = chat.say(f"mon adresse c'est {ACTIVE[row.portal]}")
    assert "bien reconnue" in reply


@each_row
def test_the_user_may_refuse_or_stop(service: Service, row: Row) -> None:
    chat, _ = _walk_to(service, row)
    for message in ("non", "non merci", "laisse tomber"):
        reply = chat.say(message)
        assert reply.strip()
    assert not chat.slots["walk_stack"]


@pytest.mark.parametrize("portal", PORTALS)
@pytest.mark.parametrize(
    "opening",
    [
        "mot de passe oublié",
        "est-ce que mon adresse est connue chez vous ? {address}",
        "le champ reste rouge, mon adresse est refusée",
        "Bonjour, impossible de me connecter avec {address}, merci de votre aide",
        "{address}",
    ],
)
def test_the_walk_opens_from_each_login_problem(
    service: Service, portal: str, opening: str
) -> None:
    chat = Chat(service, portal)
    reply = chat.say(opening.format(address=ACTIVE[portal]))
    if "{address}" in opening:
        assert "adresse e-mail**" not in reply, "an address that was given is asked for"
        assert f"{ACTIVE[portal]} est bien reconnue" in reply
    else:
        assert "adresse e-mail" in reply


@pytest.mark.parametrize("portal", PORTALS)
def test_a_reset_is_mailed_and_the_steps_after_it_lead_on(
    service: Service, mailbox: Mailbox, portal: str
) -> None:
    address, login = SEVERAL[portal]
    before = len(mailbox.to(address))
    chat = Chat(service, portal)
    for message in (OPENING, address, login):
        chat.say(message)
    reply = chat.say("oui svp")
    assert SENDER[portal] in reply and "quelques minutes" in reply and "indésirables" in reply
    mail = mailbox.wait_for(address, before + 1)[-1]
    assert mail["From"] == SENDER[portal]
    assert login in text_of(mail)
    reply = chat.click("Je n’ai rien reçu")
    assert "indésirables" in reply
    reply = chat.click("Toujours rien")
    assert ("bretagne@" if portal == "resah" else "ouest@") in reply
    redeemed = service.post("/resets/redeem", {"token": link_in(mail).partition("token=")[2]})
    assert redeemed.json() == {"portal": portal, "login": login, "email": address}
    again = service.post("/resets/redeem", {"token": link_in(mail).partition("token=")[2]})
    assert again.status_code == 410
    assert re.search("plus valable", again.json()["error"])


def test_a_later_reset_voids_the_earlier(service: Service, mailbox: Mailbox) -> None:
    address = "admin@chu-exemple.example"
    tokens = []
    for count in (1, 2):
        chat = Chat(service, "resah")
        for message in ("mot de passe oublié", address, "oui"):
            chat.say(message)
        tokens.append(link_in(mailbox.wait_for(address, count)[-1]).partition("token=")[2])
    assert service.post("/resets/redeem", {"token": tokens[0]}).status_code == 410
    assert service.post("/resets/redeem", {"token": tokens[1]}).status_code == 200


def test_reset_mails_are_limited_and_the_user_is_told_what_to_do(
    service: Service, mailbox: Mailbox
) -> None:
    address = "sans.region@revendeur-exemple.example"
    reply = ""
    for _ in range(6):
        chat = Chat(service, "woundwo")
        for message in ("mot de passe oublié", address):
            chat.say(message)
        reply = chat.say("oui")
    assert "déjà" in reply and "région" in reply
    assert len(mailbox.wait_for(address, 5)) == 5


def test_address_checks_are_limited_in_one_conversation(service: Service) -> None:
    chat = Chat(service, "resah")
    replies = [chat.say(f"essai{number}.{uuid.uuid4().hex[:6]}@chu-exemple.example")
               for number in range(14)]  # fmt: skip
    assert "plusieurs adresses" in " ".join(replies)


def test_a_slip_in_the_domain_is_mended_by_a_button(service: Service) -> None:
    chat = Chat(service, "resah")
    chat.say(OPENING)
    reply = chat.say("camille.martin@chu-exmple.example")
    assert "**camille.martin@chu-exemple.example**" in reply
    assert "bien reconnue" in chat.click("camille.martin@chu-exemple.example")
    chat = Chat(service, "woundwo")
    chat.say(OPENING)
    assert "**alex@gmail.com**" in chat.say("alex@gmial.com")


@pytest.mark.parametrize(
    "typed",
    [
        "camille.martin @chu-exemple.example",
        "<camille.martin@chu-exemple.example>",
        "mailto:camille.martin@chu-exemple.example",
        "CAMILLE.MARTIN@CHU-EXEMPLE.EXAMPLE.",
        "\u00a0camille.martin@chu-exemple.example,",
        "camille.martin\uff20chu-exemple.example",
        "mon mail camille point martin arobase chu tiret exemple point example",
    ],
)
def test_addresses_are_read_as_people_type_them(service: Service, typed: str) -> None:
    chat = Chat(service, "resah")
    chat.say(OPENING)
    assert "camille.martin@chu-exemple.example est bien reconnue" in chat.say(typed)


def test_still_refused_leads_from_spaces_to_the_contact(service: Service) -> None:
    """WOUNDWO's text names unusual login traffic in between, Resah's does not."""
    for portal, contact in (("resah", "auvergne-rhone-alpes@"), ("woundwo", "sud-est@")):
        chat = Chat(service, portal)
        for message in (OPENING, ACTIVE[portal]):
            chat.say(message)
        assert "espace" in chat.click("Le portail refuse mon adresse")
        reply = chat.click("Toujours refusée")
        if portal == "woundwo":
            assert "trafic" in reply and "minutes" in reply
            reply = chat.say("toujours pareil")
        assert contact in reply
        assert ("48 heures" in reply) == (portal == "resah")


def test_solved_ends_the_walk_and_is_recorded(service: Service) -> None:
    chat = Chat(service, "resah")
    for message in (OPENING, ACTIVE["resah"]):
        chat.say(message)
    chat.say("c'est bon je suis connectée")
    assert chat.slots["memory"]["outcome"] == "solved"
    assert not chat.slots["walk_stack"]


def test_a_typed_password_is_masked_and_the_user_warned(service: Service) -> None:
    chat = Chat(service, "resah")
    reply = chat.say("jarrive pas a me connecter mon mot de passe est Lavande38!")
    assert "Ne me donnez jamais votre mot de passe" in reply
    assert "Lavande38" not in str(service.tracker(chat.sender))
