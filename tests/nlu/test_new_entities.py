"""Entities beyond addresses and contract numbers, and addresses written in odd ways."""

from __future__ import annotations

import pytest

from bot.rasa.components.entities import find_entities


def _found(text: str) -> list[tuple[str, str]]:
    return [(entity["entity"], entity["value"]) for entity in find_entities(text)]


@pytest.mark.parametrize(
    "text",
    [
        "jean.dupont@\nchu-lyon.fr",
        "jean.dupont\n@ chu-lyon.fr",
        "jean.dupont@chu-lyon . fr",
        "jean.dupont(at)chu-lyon.fr",
        "jean.dupont [arobase] chu-lyon.fr",
        "jean point dupont arobase\nchu tiret lyon point fr",
        "jean pt dupont arobase chu trait d'union lyon pt fr",
    ],
)
def test_addresses_with_spaces_breaks_and_words(text: str) -> None:
    assert _found(text) == [("email", "jean.dupont@chu-lyon.fr")]


def test_a_sentence_after_an_address_is_no_part_of_it() -> None:
    assert _found("mon mail est a@chu.fr. Merci") == [("email", "a@chu.fr")]


@pytest.mark.parametrize(
    ("text", "entity"),
    [
        ("mon numéro client est 123 456", ("customer_number", "123456")),
        ("n° client : C-10234", ("customer_number", "C10234")),
        ("code client 88412", ("customer_number", "88412")),
        ("mon login est jdupont2", ("login", "jdupont2")),
        ("identifiant : j.dupont", ("login", "j.dupont")),
        ("login « camille »", ("login", "camille")),
        ("marché n°2019069", ("contract_number", "2019-069")),
        ("2019.069", ("contract_number", "2019-069")),
        ("vos messages passent par mail in black", ("mailinblack", "mailinblack")),
        ("le MIB de l'hôpital", ("mailinblack", "mailinblack")),
        ("avec mozilla firefox", ("browser", "firefox")),
        ("j'utilise IE 11", ("browser", "internet explorer")),
        ("le BPU n'y est pas", ("document_kind", "bordereau de prix")),
        ("il manque un avenant", ("document_kind", "avenant")),
    ],
)
def test_kinds(text: str, entity: tuple[str, str]) -> None:
    assert _found(text) == [entity]


@pytest.mark.parametrize(
    "text",
    [
        "mon identifiant est refusé",
        "mon login ne marche pas",
        "je suis client depuis 2019",
        "où trouver mon numéro client ?",
        "le 12 mars 2021",
    ],
)
def test_nothing_is_found_where_nothing_is(text: str) -> None:
    assert _found(text) == []


def test_an_address_hides_what_stands_in_it() -> None:
    assert _found("facture@edge.example") == [("email", "facture@edge.example")]
