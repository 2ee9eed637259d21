"""The region walk over HTTP: from what people type of where they are to a contact."""

from __future__ import annotations

import pytest

from tests.support.service import Chat, Service

ASK = "je voudrais l'adresse mail de ma région"


@pytest.mark.parametrize(
    ("typed", "address"),
    [
        ("Lyon", "auvergne-rhone-alpes@resah.example"),
        ("je suis au CHU de Lille", "hauts-de-france@resah.example"),
        ("AP-HP", "ile-de-france@resah.example"),
        ("dpt 44", "pays-de-la-loire@resah.example"),
        ("97400", "la-reunion@resah.example"),
        ("en Bretange", "bretagne@resah.example"),
        ("languedoc roussillon", "occitanie@resah.example"),
        ("69229 LYON CEDEX 02", "auvergne-rhone-alpes@resah.example"),
        ("2A", "corse@resah.example"),
        ("76", "normandie@resah.example"),
    ],
)
def test_a_place_leads_to_its_mailbox(service: Service, typed: str, address: str) -> None:
    chat = Chat(service, "resah")
    assert "région" in chat.say(ASK)
    reply = chat.say(typed)
    assert f"[{address}](mailto:{address})" in reply
    assert "48 heures" in reply


def test_woundwo_knows_countries_phones_and_customer_numbers(service: Service) -> None:
    chat = Chat(service, "woundwo")
    chat.say(ASK)
    assert "pays" in chat.say("1000")
    reply = chat.say("belgique")
    assert "belgique@woundwo.example" in reply and "](tel:+32" in reply
    assert "48" not in reply.replace("+32 0 00 00 00 01", "")
    chat = Chat(service, "woundwo")
    chat.say(ASK)
    assert "sud-est@woundwo.example" in chat.say("100234")


def test_a_name_in_several_regions_is_asked_about(service: Service) -> None:
    chat = Chat(service, "resah")
    chat.say(ASK)
    chat.say("Saint-Denis")
    assert any("Réunion" in title for title in chat.offered)
    title = next(title for title in chat.offered if "Seine-Saint-Denis" in title)
    assert "ile-de-france@" in chat.click(title)


def test_a_region_named_in_passing_is_not_asked_for(service: Service) -> None:
    chat = Chat(service, "resah")
    chat.say("bonjour, je suis au CHU de Nantes et je n'arrive pas à me connecter")
    chat.say("inconnue.personne@chu-exemple.example")
    assert "pays-de-la-loire@" in chat.say("oui c'est la bonne adresse")


def test_an_unknown_place_ends_with_the_list(service: Service) -> None:
    chat = Chat(service, "resah")
    chat.say(ASK)
    assert "département" in chat.say("xyzzyville")
    chat.say("qwertyland")
    assert "Bretagne" in chat.offered
    assert "bretagne@" in chat.click("Bretagne")


def test_the_region_can_be_corrected_and_refused(service: Service) -> None:
    chat = Chat(service, "resah")
    chat.say(ASK)
    assert "bretagne@" in chat.say("Rennes")
    assert "occitanie@" in chat.say("non pardon, Toulouse")
    chat = Chat(service, "resah")
    chat.say(ASK)
    assert chat.say("non je ne veux pas le dire")
    chat.say("laisse tomber")
    assert not chat.slots["walk_stack"]
