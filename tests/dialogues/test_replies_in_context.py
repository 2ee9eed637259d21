"""The second message: read as an answer to what was asked, by what it does and not by its words."""

from __future__ import annotations

import pytest

from tests.support.service import Chat, Service

KNOWN = "camille.martin@chu-exemple.example"
LOST = ("pas sûr", "ne fait pas partie", "pas bien compris")


def asked_for_a_mail(service: Service) -> Chat:
    chat = Chat(service, "resah")
    chat.say(f"mot de passe oublié, {KNOWN}")
    assert "Oui, envoyez-le" in chat.offered
    return chat


@pytest.mark.parametrize(
    ("said", "expected"),
    [
        ("deux secondes, je cherche mes lunettes", "temps"),
        ("je verrai ça lundi au bureau, merci", "quand vous voudrez"),
        ("pardon, vous pouvez répéter la question ?", "mot de passe"),
        ("mais il va se passer quoi avec ce mail, je fais comment ?", "lien"),
    ],
)
def test_a_question_stands_whatever_is_done_with_it(
    service: Service, said: str, expected: str
) -> None:
    chat = asked_for_a_mail(service)
    reply = chat.say(said)
    assert expected in reply, reply
    assert not any(words in reply for words in LOST), reply
    assert chat.slots["walk_stack"][-1]["step"] == "offer_reset"
    assert "mail part" in chat.say("oui")


def test_a_mailbox_that_nobody_reads_gets_no_mail(service: Service) -> None:
    chat = asked_for_a_mail(service)
    reply = chat.say("je n'ai plus accès à cette boîte mail, elle a été fermée")
    assert "autre" in reply and "adresse" in reply, reply
    assert "mail part" not in reply


def test_a_wish_for_a_person_counts_for_more_than_an_answer(service: Service) -> None:
    chat = asked_for_a_mail(service)
    reply = chat.say("non merci, transmettez plutôt ma demande à ma région")
    assert "auvergne-rhone-alpes@resah.example" in reply, reply
    assert "Envoyer" in chat.offered


def test_an_unclear_remark_in_a_walk_offers_no_topics(service: Service) -> None:
    chat = asked_for_a_mail(service)
    assert "Voulez-vous dire" not in chat.say("le chat est sur la table du salon bleu")
    assert "Aucune de ces propositions" not in chat.offered


def test_what_is_taken_back_is_asked_anew(service: Service) -> None:
    chat = Chat(service, "resah")
    chat.say("je ne reçois pas le mail")
    chat.say("non")
    asked = chat.say("oui, rien dedans")
    assert asked
    reply = chat.say("pardon, je me suis trompé, en fait je n'ai pas regardé les spams")
    assert "indésirables" in reply, reply


def test_an_account_state_is_written_into_the_request(service: Service) -> None:
    chat = Chat(service, "resah")
    chat.say("je n'arrive plus à me connecter, ancien@ehpad-exemple.example")
    assert "**Compte** : désactivé" in chat.say("transmettez ma demande")


def test_a_telephone_number_is_written_into_the_request(service: Service) -> None:
    chat = Chat(service, "resah")
    chat.say(f"je voudrais parler à quelqu'un, {KNOWN}")
    reply = chat.say("notez aussi mon numéro : 01 99 00 12 34")
    assert "**Téléphone** : 01 99 00 12 34" in reply, reply


def test_what_comes_to_mind_later_is_added_to_the_request(service: Service) -> None:
    chat = Chat(service, "resah")
    chat.say(f"je voudrais parler à quelqu'un, {KNOWN}")
    assert "référence" in chat.say("oui envoyez")
    reply = chat.say("j'ai oublié de préciser que ça touche aussi le bureau d'à côté")
    assert "bureau d'à côté" in reply.replace("’", "'"), reply
    assert "Envoyer" in chat.offered


@pytest.mark.parametrize("portal", ["resah", "woundwo"])
def test_a_contact_has_nothing_but_what_is_shown(service: Service, portal: str) -> None:
    chat = Chat(service, portal)
    chat.say("le contact pour Nantes svp")
    assert "ni son nom" in chat.say("et elle s'appelle comment cette dame ?")
    reply = chat.say("ils sont assurés chez qui ?")
    assert "ni son nom" not in reply and "contact" in reply


def test_a_private_person_is_not_sent_to_the_trade(service: Service) -> None:
    chat = Chat(service, "woundwo")
    reply = chat.say("je suis un particulier et ma manivelle est cassée, vous réparez ?")
    assert "gestionnaire" not in reply, reply


def test_nothing_is_counted_at_people(service: Service) -> None:
    chat = Chat(service, "resah")
    for _ in range(5):
        assert "répète" not in chat.say("et le menu de la cantine ?")
