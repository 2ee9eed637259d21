"""What stands in a request: the address that is to be used, the subject, what was said and done."""

from __future__ import annotations

import pytest

from tests.dialogues.handing_over import PLACE, mailbox_of, preview_in, someone
from tests.dialogues.portals import each_portal
from tests.support.service import Chat, Service

KNOWN = {
    "resah": "camille.martin@chu-exemple.example",
    "woundwo": "alex.petit@revendeur-exemple.example",
}


def lines_of(reply: str) -> dict[str, str]:
    """Return the lines of the request that a reply shows, by what they are called."""
    shown = (line.partition("** : ") for line in preview_in(reply))
    return {name.removeprefix("**"): told for name, _, told in shown}


def shown_to(service: Service, portal: str, *first: str) -> Chat:
    """Return a conversation at which a request to a place's region is shown."""
    chat = Chat(service, portal)
    for message in (*(first or ("je veux parler à quelqu'un",)), PLACE[portal][0], someone()):
        chat.say(message)
    return chat


@each_portal
def test_a_lost_mailbox_gets_no_mail_and_becomes_a_change_of_address(
    service: Service, portal: str
) -> None:
    lost, new = KNOWN[portal], someone()
    chat = Chat(service, portal)
    chat.say("impossible de me connecter")
    reply = chat.say(f"{lost}, sauf que je ne peux plus ouvrir cette boîte depuis ma mutation")
    assert "Voulez-vous que je déclenche" not in reply and "Oui, envoyez-le" not in chat.offered
    assert "nouvelle adresse" in reply, reply
    told = lines_of(chat.say(new))
    assert told["Sujet"] == "Changement d’adresse e-mail", told
    assert (told["Ancienne adresse"], told["Nouvelle adresse"]) == (lost, new)
    assert told["Répondre par mail à"] == new


@each_portal
def test_whoever_wants_another_address_is_asked_for_both(service: Service, portal: str) -> None:
    new = someone()
    chat = Chat(service, portal)
    assert "adresse e-mail actuelle" in chat.say("je souhaite changer le mail de mon compte")
    reply = chat.say(KNOWN[portal])
    assert "Oui, envoyez-le" not in chat.offered and "nouvelle adresse" in reply
    told = lines_of(chat.say(new))
    assert told["Sujet"] == "Changement d’adresse e-mail"
    assert (told["Ancienne adresse"], told["Nouvelle adresse"]) == (KNOWN[portal], new)


@each_portal
def test_a_new_address_that_is_on_no_account_yet_is_not_to_be_spelt_otherwise(
    service: Service, portal: str
) -> None:
    new = someone()
    chat = Chat(service, portal)
    chat.say("impossible de me connecter")
    assert "Je ne trouve pas" in chat.say(new)
    reply = chat.say("normal, mon compte est encore sur l'ancienne, il faut y mettre celle-là")
    assert "Quelle est la bonne adresse" not in reply, reply
    assert "changer moi-même l’adresse" in reply


@each_portal
def test_an_address_for_the_answer_is_no_login(service: Service, portal: str) -> None:
    mine = someone()
    chat = Chat(service, portal)
    chat.say("impossible de me connecter")
    chat.say(KNOWN[portal])
    told = lines_of(chat.say(f"passez ma demande à une personne, et répondez-moi sur {mine}"))
    assert told["Répondre par mail à"] == mine
    assert told["Adresse du compte"] == KNOWN[portal]


@each_portal
def test_a_line_that_is_added_changes_no_subject(service: Service, portal: str) -> None:
    chat = shown_to(service, portal)
    before = lines_of(chat.say("vous pouvez me remontrer ?"))["Sujet"]
    told = lines_of(chat.say("il manque ce que j'ai écrit : deux postes sur cinq sont touchés"))
    assert told["Sujet"] == before
    assert told["Précision"] == "Deux postes sur cinq sont touchés"


@pytest.mark.parametrize(
    ("said", "line"),
    [
        ("oui envoyez, et signalez que nos bureaux ferment à 16 h", "Nos bureaux ferment à 16 h"),
        ("J'aimerais aussi préciser que le poste est en réseau.", "Le poste est en réseau."),
        ("Je suis joignable l'après-midi", "Je suis joignable l'après-midi"),
        ("n'oubliez pas de dire : accès coupé pour le service", "Accès coupé pour le service"),
    ],
)
def test_what_announces_a_line_is_left_out_of_it(service: Service, said: str, line: str) -> None:
    chat = shown_to(service, "resah")
    assert lines_of(chat.say(said))["Précision"] == line


def test_a_subject_is_corrected_by_words_and_no_line_is_lost(service: Service) -> None:
    chat = shown_to(service, "resah", "il me manque la convention du marché 2020-014", "je vois le "
                    "marché, pas le document")  # fmt: skip
    before = lines_of(chat.say("vous pouvez me remontrer ?"))
    assert before["Sujet"] == "Document manquant"
    told = lines_of(chat.say("l'objet est faux, c'est notre filtre MailInBlack"))
    assert told["Sujet"] == "Filtre MailInBlack"
    assert told["Répondre par mail à"] == before["Répondre par mail à"]
    assert told["Marché"] == "2020-014"
    assert "Précision" not in told


def test_a_subject_that_is_not_named_is_asked_for(service: Service) -> None:
    chat = shown_to(service, "resah")
    reply = chat.say("le sujet n'est pas bon")
    assert "Quel est le bon sujet" in reply
    assert lines_of(chat.click("Changement d’adresse e-mail"))["Sujet"] == (
        "Changement d’adresse e-mail"
    )


def test_a_contract_that_is_seen_is_not_one_that_is_invisible(service: Service) -> None:
    chat = Chat(service, "resah")
    chat.say("je ne trouve pas le marché 2021-033")
    chat.say("si, je vois bien le marché, mais l'avenant n'y est pas")
    for message in ("je veux parler à quelqu'un", "Rennes", someone()):
        reply = chat.say(message)
    told = lines_of(reply)
    assert told["Sujet"] == "Document manquant", told
    assert "sans le trouver" not in told.get("Déjà essayé", "")


def test_what_was_only_proposed_was_not_tried(service: Service) -> None:
    chat = Chat(service, "resah")
    for message in ("mon établissement utilise MailInBlack", "toujours rien", "Rennes"):
        chat.say(message)
    told = lines_of(chat.say(someone()))
    assert "proposé" not in told["Déjà essayé"] and "à vérifier" not in told["Déjà essayé"]
    assert "Guide MailInBlack suivi" in told["Déjà essayé"]


def test_urgency_and_how_long_it_lasts_are_kept(service: Service) -> None:
    chat = Chat(service, "resah")
    for message in (
        "ça fait 4 jours que mon inscription est en attente",
        "c'est urgent, j'ai une commande pour demain",
        "je veux parler à quelqu'un",
        "Rennes",
    ):
        chat.say(message)
    told = lines_of(chat.say(someone()))
    assert "4 jours" in told["Précision"] and "urgent" in told["Précision"]


def test_a_place_that_is_named_corrects_the_region(service: Service) -> None:
    chat = shown_to(service, "resah")
    reply = chat.say("pardon, la région c'est la Normandie, pas la Bretagne")
    told = lines_of(reply)
    assert told["Région"] == "Normandie" and "Précision" not in told
    assert mailbox_of("resah", "normandie") in reply


@pytest.mark.parametrize("portal", ["resah", "woundwo"])
def test_a_number_to_call_is_told_before_anything_is_asked(service: Service, portal: str) -> None:
    chat = Chat(service, portal)
    reply = chat.say("je préfère appeler, je peux avoir quelqu'un au téléphone ?")
    said = "Chaque région a son numéro" if portal == "woundwo" else "pas de numéro de téléphone"
    assert said in reply, reply
    reply = chat.say(PLACE[portal][0])
    assert "Répondre par mail à" not in reply
    assert ("tél." in reply) == (portal == "woundwo")


def test_a_place_in_a_line_that_is_added_stays_in_it(service: Service) -> None:
    chat = shown_to(service, "resah")
    before = lines_of(chat.say("vous pouvez me remontrer ?"))["Région"]
    told = lines_of(chat.say("non attendez, mettez que c'est pour notre site de Rennes"))
    assert told["Région"] == before
    assert told["Précision"] == "C'est pour notre site de Rennes"


def test_a_number_that_is_given_is_a_line(service: Service) -> None:
    chat = shown_to(service, "woundwo")
    told = lines_of(chat.say("rappelez-moi au 01 99 00 12 34"))
    assert told["Téléphone"] == "01 99 00 12 34"
    assert "Précision" not in told or "01 99" not in told["Précision"]


def test_a_wish_for_a_person_beside_an_address_keeps_the_rest(service: Service) -> None:
    mine = someone()
    chat = Chat(service, "woundwo")
    chat.say("je ne trouve pas mon numéro client")
    chat.say(
        f"tant pis. Transmettez ma demande à quelqu'un, j'ai la facture F2291. Mon mail est {mine}"
    )
    told = lines_of(chat.say("Liège"))
    assert told["Répondre par mail à"] == mine
    assert "F2291" in told["Précision"]


def test_who_would_call_after_a_contact_gets_no_request(service: Service) -> None:
    chat = Chat(service, "woundwo")
    chat.say("le contact de ma région svp")
    chat.say("Liège")
    reply = chat.say("je préfère les appeler, c'est quel numéro ?")
    assert "tél." in reply and "Répondre par mail à" not in reply
