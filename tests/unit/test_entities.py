"""Entities with a fixed form are found where they stand, and nowhere else."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from bot.ground.addresses import is_address, normalise_address
from bot.rasa.components.entities import find_entities
from tests.support.timing import cpu_seconds

CAMILLE = "camille.martin@chu-exemple.example"


def found(text: str, name: str) -> list[str]:
    return [entity["value"] for entity in find_entities(text) if entity["entity"] == name]


@pytest.mark.parametrize(
    "text",
    [
        CAMILLE,
        f"mon mail c'est {CAMILLE} merci",
        f"({CAMILLE})",
        f"<{CAMILLE}>",
        f"mailto:{CAMILLE}",
        f"{CAMILLE}.",
        f"{CAMILLE},",
        f"adresse:{CAMILLE};login:cmartin",
        "CAMILLE.MARTIN@CHU-Exemple.Example !",
        "camille.martin＠chu-exemple.example",
        "camille.martin @ chu-exemple.example",
        "camille.martin@ chu-exemple.example",
        "camille.martin\u00a0@\u202fchu-exemple.example",
        "camille.martin\u200b@chu-\u00adexemple.example",
        "\ufeffcamille.martin@chu-exemple.example",
        "camille point martin arobase chu tiret exemple point example",
        "Camille Point Martin AROBASE chu-exemple point example",
        "c'est camille.martin arobase chu-exemple.example, voilà",
        "camille point martin at chu tiret du 6 exemple dot example",
        "camille dot martin arobaz chu tiret du milieu exemple point example",
    ],
)
def test_an_address_is_read_however_it_is_written(text: str) -> None:
    assert found(text, "email") == [CAMILLE]


@pytest.mark.parametrize(
    "dash", ["tiret bas", "tiret du 8", "tiret du huit", "tiret du bas", "underscore", "Underscore"]
)
def test_a_spoken_underscore(dash: str) -> None:
    text = f"camille {dash} martin arobase gmail point com"
    assert found(text, "email") == ["camille_martin@gmail.com"]


@pytest.mark.parametrize(
    ("text", "addresses"),
    [
        ("pas a@x.fr mais b@y.fr", ["a@x.fr", "b@y.fr"]),
        ("a@x.fr,b@y.fr", ["a@x.fr", "b@y.fr"]),
        ("a@x.fr ou camille arobase gmail point com", ["a@x.fr", "camille@gmail.com"]),
        ("c'est l'hopital@chu.example", ["l'hopital@chu.example"]),
        ("é.dupont+achats@hôpital.example", ["é.dupont+achats@hôpital.example"]),
    ],
)
def test_addresses_come_in_their_order(text: str, addresses: list[str]) -> None:
    assert found(text, "email") == addresses


@pytest.mark.parametrize(
    ("text", "numbers"),
    [
        ("2019-069", ["2019-069"]),
        ("le marché 2019-069 et 2021/123 svp", ["2019-069", "2021-123"]),
        ("marché n°2019-069.", ["2019-069"]),
        ("2019 - 069", ["2019-069"]),
        ("2019‐069", ["2019-069"]),
        ("2019–069", ["2019-069"]),
        ("2019_069", ["2019-069"]),
        ("2019 069", ["2019-069"]),
    ],
)
def test_contract_numbers(text: str, numbers: list[str]) -> None:
    assert found(text, "contract_number") == numbers


@pytest.mark.parametrize(
    ("text", "reference"),
    [
        ("G-7K2M", "G-7K2M"),
        ("ticket g-7k2m", "G-7K2M"),
        ("ma référence est G - 7K2M.", "G-7K2M"),
        ("(G-0000)", "G-0000"),
        ("G4D6H", "G-4D6H"),
        ("g 4d6h", "G-4D6H"),
        ("suivi G4D6H", "G-4D6H"),
        ("où en est ma demande n° g4d6h ?", "G-4D6H"),
        ("mon ticket : GKHMA", "G-KHMA"),
    ],
)
def test_ticket_references(text: str, reference: str) -> None:
    assert found(text, "ticket_reference") == [reference]


@pytest.mark.parametrize(
    "text",
    [
        "j'ai oublié mon mot de passe",
        "Bonjour, je n’arrive plus à me connecter depuis le 12/03/2024.",
        "appelez-moi au 06 12 34 56 78 ou 01.99.00.00.01",
        "je suis à l'hôpital, at work",
        "le point sur l'arobase du clavier",
        "je ne trouve pas le @ sur mon clavier",
        "@support vous êtes là ?",
        "camille@chu",
        "camille@",
        "@gmail.com",
        "camille.martin",
        "voir https://espace-acheteur.resah.example/connexion",
        "en 2021, 150 personnes ont été formées",
        "ouvert 2021-2022",
        "numéro 12019-069",
        "numéro 2019-0691",
        "client 100234",
        "marché 1999-069",
        "grand-est",
        "G-7K2",
        "G-7K2MA",
        "G-ILOU",
        "plan G-20",
        "g4",
        "j'ai payé g4d6h euros",
        "une demande garde",
        "MA DEMANDE GARDE UN STATUT",
        "GARDE",
        "mon-G-mail ne marche pas",
        "il faut tiret bas ou underscore ?",
        "",
        "   ",
        "🙂",
    ],
)
def test_ordinary_sentences_hold_none(text: str) -> None:
    assert find_entities(text) == []


def test_an_entity_stands_where_it_says() -> None:
    text = f"marché 2019-069, ticket G-7K2M, {CAMILLE}"
    entities = find_entities(text)
    assert [entity["entity"] for entity in entities] == [
        "contract_number", "ticket_reference", "email",
    ]  # fmt: skip
    assert [text[e["start"] : e["end"]] for e in entities] == ["2019-069", "G-7K2M", CAMILLE]


@given(st.text())
def test_any_text_is_read(text: str) -> None:
    for entity in find_entities(text):
        assert 0 <= entity["start"] < entity["end"] <= len(text)
        if entity["entity"] == "email":
            assert is_address(entity["value"])
            assert normalise_address(entity["value"]) == entity["value"]


@pytest.mark.parametrize(
    "piece", ["a", "a.", "a@", "a@b.", "a point ", "tiret du ", "2019-", "camille arobase "]
)
def test_a_long_text_is_read_quickly(piece: str) -> None:
    text = piece * (8000 // len(piece))
    assert cpu_seconds(lambda: find_entities(text), limit=1) < 1
