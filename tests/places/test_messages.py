"""Tests of the place resolver against what users write: which words of it are a place."""

from __future__ import annotations

import pytest

from bot.french.places import PlaceAnswer, find_place
from tests.places.asking import asked, label, load, regions


def test_phrases_of_users() -> None:
    rows = load("phrases.yml")
    missed = []
    for row in rows:
        answer = find_place(row["text"], expected=row["asked"])
        if answer.outcome != "one" or regions(answer) != row["regions"]:
            missed.append((row["text"], answer))
    assert len(rows) >= 60
    assert len(missed) <= 0.05 * len(rows), missed


@pytest.mark.parametrize("countries", [False, True])
def test_messages_that_name_no_place(countries: bool) -> None:
    rows = load("no_place.yml")
    taken = [row for row in rows if find_place(row, countries=countries).outcome != "none"]
    assert len(rows) >= 300
    assert len(taken) <= 0.01 * len(rows), taken


@pytest.mark.parametrize(
    "text",
    ["je ne sais pas", "aucune idée", "pourquoi ?", "oui", "non merci", "aucun", "bonjour", "1",
     "", "   ",
     "j'ai oublié mon mot de passe", "parler à un humain", "peu importe", "M. Roanne"],
)  # fmt: skip
def test_answers_that_name_no_place(text: str) -> None:
    assert asked(text) == PlaceAnswer("none", ())


def test_bare_words_are_places_only_when_asked() -> None:
    for text in ("Y", "Us", "44", "2A", "Contes"):
        assert find_place(text).outcome == "none", text
        assert asked(text).outcome != "none", text


def test_a_letter_alone_is_no_end_of_a_misspelt_name() -> None:
    assert find_place("g tt retapé a la main é c tjs refusé").outcome == "none"
    assert regions(find_place("on est dans la Mrane")) == ["44"]


@pytest.mark.parametrize(
    "text",
    ["2019-069", "12", "48h", "04:00", "depuis 15 jours", "06 12 34 56 78", "01.44.55.66.77",
     "0612345678", "client 69000", "dossier 75012", "(2)", "le 12/03/2024", "10003456789"],
)  # fmt: skip
def test_numbers_that_are_no_place(text: str) -> None:
    assert find_place(f"mon problème : {text}").outcome == "none"
    assert find_place(text).outcome == "none"


@pytest.mark.parametrize(
    "text", ["dpt 69", "(69)", "69000", "code postal 69000", "dans le 69", "département n° 69"]
)
def test_numbers_that_are_a_place(text: str) -> None:
    assert regions(find_place(text)) == ["84"]


@pytest.mark.parametrize(
    "text", ["ÎLE DE FRANCE", "ile-de-france", "Île de France", "iledefrance", "ile  de  FRANCE."]
)
def test_case_accents_and_hyphens_are_folded(text: str) -> None:
    assert label(asked(text)) == "Île-de-France"


def test_abbreviations_are_folded() -> None:
    assert label(asked("st malo")) == "Saint-Malo (Ille-et-Vilaine)"
    assert label(asked("Ste Maxime")) == "Sainte-Maxime (Var)"
    assert label(asked("fontenay s/s bois")) == "Fontenay-sous-Bois (Val-de-Marne)"
    assert label(asked("boulogne s/ mer")) == "Boulogne-sur-Mer (Pas-de-Calais)"
    assert label(asked("marcq en baroeul")) == "Marcq-en-Barœul (Nord)"
    assert label(asked("au Mans")) == "Le Mans (Sarthe)"


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("dunkerk", "Dunkerque (Nord)"), ("lorian", "Lorient (Morbihan)"),
        ("bordo", "Bordeaux (Gironde)"), ("monpelié", "Montpellier (Hérault)"),
        ("limoj", "Limoges (Haute-Vienne)"), ("lion", "Lyon (Rhône)"),
        ("vauclus", "Vaucluse (84)"), ("haute de seine", "Hauts-de-Seine (92)"),
    ],
)  # fmt: skip
def test_typos_and_spelling_by_ear(text: str, expected: str) -> None:
    assert label(asked(text)) == expected
