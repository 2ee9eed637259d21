"""Lines of a request taken out by words, and what is made of the offer to pass one on."""

from __future__ import annotations

import pytest

from tests.dialogues.handing_over import PLACE, someone
from tests.dialogues.portals import each_portal
from tests.dialogues.test_requests import lines_of, shown_to
from tests.support.service import Chat, Service


def _contact_told(service: Service, portal: str) -> Chat:
    chat = Chat(service, portal)
    chat.say("quel est le contact de ma région ?")
    chat.say(PLACE[portal][0])
    assert "Transmettre ma demande" in chat.offered
    return chat


def test_what_was_not_tried_goes_from_the_request(service: Service) -> None:
    chat = Chat(service, "resah")
    for message in (
        "il me manque des droits d'accès",
        "oui il en manque une",
        "nous n'avons pas d'administrateur",
        "Rennes",
    ):
        chat.say(message)
    told = lines_of(chat.say(someone()))
    assert "Droits d’accès regardés" in told["Déjà essayé"]
    reply = chat.say("c'est pas vrai j'ai rien regardé du tout, retirez cette ligne")
    assert "Déjà essayé" not in lines_of(reply) and "Envoyer" in chat.offered


def test_the_one_line_that_is_named_goes(service: Service) -> None:
    chat = shown_to(service, "woundwo")
    chat.say("rajoutez mon portable 06 12 00 00 34 et dites que la boutique ferme à midi")
    told = lines_of(chat.say("finalement supprimez mon numéro de téléphone"))
    assert "Téléphone" not in told, told
    assert "midi" in told["Précision"], told


def test_which_line_goes_is_asked_where_none_is_named(service: Service) -> None:
    chat = shown_to(service, "woundwo")
    chat.say("rajoutez mon portable 06 12 00 00 34 et dites que la boutique ferme à midi")
    reply = chat.say("il y a une ligne de trop, enlevez-la")
    assert "Que faut-il retirer" in reply, reply
    told = lines_of(chat.click("La précision"))
    assert "Précision" not in told and "Téléphone" in told


@each_portal
def test_who_takes_the_offer_up_in_words_has_the_rest_written_down(
    service: Service, portal: str
) -> None:
    chat = _contact_told(service, portal)
    address = someone()
    reply = chat.say(f"oui faites suivre svp, et répondez-moi à {address}")
    told = lines_of(reply)
    assert told["Répondre par mail à"] == address and "Envoyer" in chat.offered


@each_portal
@pytest.mark.parametrize(
    "words", ["non merci, pas la peine de faire suivre", "non ça ira, je vais leur écrire moi-même"]
)
def test_who_turns_the_offer_down_is_asked_nothing(
    service: Service, portal: str, words: str
) -> None:
    chat = _contact_told(service, portal)
    reply = chat.say(words)
    assert "adresse" not in reply.lower() and "?" not in reply, reply


@each_portal
def test_who_asks_for_whom_the_contact_is_gets_it_not_word_for_word_again(
    service: Service, portal: str
) -> None:
    chat = _contact_told(service, portal)
    reply = chat.say("et cette boîte c'est pour tout le secteur ou juste chez nous ?")
    assert "Votre contact (" not in reply and "contact" in reply


def test_who_wants_no_request_any_more_is_not_asked_for_an_address(service: Service) -> None:
    chat = _contact_told(service, "resah")
    assert "adresse e-mail" in chat.click("Transmettre ma demande")
    reply = chat.say("finalement non laissez, je n'ai plus besoin qu'on transmette")
    assert "je n’envoie rien" in reply or "j’arrête là" in reply
