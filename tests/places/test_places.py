"""Tests of the place resolver against every official name, and of what each kind of name covers."""

from __future__ import annotations

import importlib.util
import sys
from pathlib import Path
from types import ModuleType

import pytest

from bot.french.places import PlaceAnswer, find_place
from bot.french.places.index import index
from tests.places.asking import asked, label, regions
from tests.places.official import measure

SCRIPTS = Path(__file__).resolve().parents[2] / "scripts"


def script(name: str) -> ModuleType:
    spec = importlib.util.spec_from_file_location(f"_{name}", SCRIPTS / f"{name}.py")
    assert spec and spec.loader
    module = importlib.util.module_from_spec(spec)
    # Dataclasses look their module up by name.
    sys.modules[spec.name] = module
    spec.loader.exec_module(module)
    return module


def test_every_official_name_and_code() -> None:
    scores = measure()
    totals = {score.title: score.total for score in scores}
    assert totals["commune names of one région"] > 30_000
    assert totals["postcodes of one région"] > 6_000
    assert totals["régions by name"] == 18
    assert [failure for score in scores for failure in score.failures] == []


def test_the_data_file_has_the_same_bytes_for_the_same_content() -> None:
    build = script("build_places")
    content = {"regions": {"84": "Auvergne-Rhône-Alpes"}, "communes": {}}
    assert build.pack(content) == build.pack(dict(reversed(content.items())))
    assert build.OUTPUT.stat().st_size < 1_000_000


def test_labels_and_codes() -> None:
    lyon = asked("lyon").places[0]
    assert (lyon.label, lyon.kind) == ("Lyon (Rhône)", "commune")
    assert lyon.covers == ("dep:69", "region:84", "pays:FR")
    assert lyon.population > 500_000
    assert asked("bretagne").places[0].covers == ("region:53", "pays:FR")
    assert label(asked("69")) == "Rhône (69)"
    assert asked("guadeloupe").places[0].covers == ("dep:971", "region:01", "pays:FR")


def test_homonyms_in_several_regions_are_asked_about() -> None:
    answer = asked("Valence")
    assert answer.outcome == "several"
    assert [place.label for place in answer.places][:2] == [
        "Valence (Drôme)",
        "Valence (Tarn-et-Garonne)",
    ]
    for text in ("Saint-Denis", "Saint-Martin", "La Rochelle", "Clermont", "Villefranche"):
        answer = asked(text)
        assert answer.outcome == "several", text
        assert 2 <= len(answer.places) <= 6
        people = [place.population for place in answer.places]
        assert people == sorted(people, reverse=True)
        assert len(set(regions(answer))) == len(answer.places)


def test_homonyms_of_one_region_keep_the_codes_that_are_true_of_all() -> None:
    homonyms: dict[str, set[str]] = {}
    for commune in index().communes:
        if commune.current:
            homonyms.setdefault(commune.name, set()).add(commune.dep)
    known = index().departements
    tried = 0
    for name, deps in homonyms.items():
        if len(deps) > 1 and len({known[dep][1] for dep in deps}) == 1 and tried < 100:
            answer = asked(name)
            tried += 1
            if answer.places[0].kind == "commune":
                assert answer.outcome == "one", name
                assert not any(code.startswith("dep:") for code in answer.places[0].covers), name
    assert tried > 20


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("Saint-Denis 93", "Saint-Denis (Seine-Saint-Denis)"),
        ("Saint-Denis (974)", "Saint-Denis (La Réunion)"),
        ("Saint-Denis la Réunion", "Saint-Denis (La Réunion)"),
        ("Valence dans la Drôme", "Valence (Drôme)"),
        ("26000 Valence", "Valence (Drôme)"),
        ("Vienne", "Vienne (86)"),
        ("38200 Vienne", "Vienne (Isère)"),
        ("Vienne en Isère", "Vienne (Isère)"),
        ("La Marne", "Marne (51)"),
        ("Paris", "Paris (75)"),
        ("37160 Buxeuil", "Buxeuil (Vienne)"),
        ("Evry 91", "Évry-Courcouronnes (Essonne)"),
        ("Lyon et Grenoble", "Auvergne-Rhône-Alpes"),
        ("pas en Bretagne mais en Normandie", "Normandie"),
    ],
)
def test_what_settles_a_homonym(text: str, expected: str) -> None:
    assert label(asked(text)) == expected


def test_places_of_two_regions_are_asked_about() -> None:
    assert regions(asked("Lyon et Lille")) == ["84", "32"]
    assert sorted(regions(asked("01410"))) == ["27", "84"]


@pytest.mark.parametrize("text", ["Lyon 3e", "lyon 3", "Lyon 3ème arrondissement", "Lyon III"])
def test_arrondissements(text: str) -> None:
    assert label(asked(text)) == "Lyon (Rhône)"
    assert label(find_place(text)) == "Lyon (Rhône)"


def test_arrondissement_numbers_are_no_departements() -> None:
    assert label(asked("Paris 13")) == "Paris (75)"
    assert label(asked("Paris 20ème")) == "Paris (75)"
    assert label(asked("Marseille 8")) == "Marseille (Bouches-du-Rhône)"


@pytest.mark.parametrize("expected", [False, True])
def test_cedex(expected: bool) -> None:
    assert label(find_place("69229 LYON CEDEX 02", expected=expected)) == "Lyon (Rhône)"
    answer = find_place("35033 RENNES CEDEX 9", expected=expected)
    assert regions(answer) == ["53"]
    assert regions(find_place("44093 Cedex 1", expected=expected)) == ["52"]


@pytest.mark.parametrize(
    ("text", "region"),
    [
        ("971", "01"), ("972", "02"), ("973", "03"), ("974", "04"), ("976", "06"),
        ("975", "975"), ("977", "977"), ("978", "978"), ("986", "986"), ("987", "987"),
        ("988", "988"), ("97400", "04"), ("97133", "977"), ("97150", "978"), ("97500", "975"),
        ("98800", "988"), ("98735", "987"), ("98600", "986"), ("97300 Cayenne", "03"),
        ("Nouméa", "988"), ("tahiti", "987"), ("mamoudzou", "06"), ("fort de france", "02"),
        ("20", "94"), ("2A", "94"), ("2b", "94"), ("20000", "94"), ("20137", "94"),
        ("20200", "94"), ("20620", "94"), ("Ajaccio", "94"), ("corse du sud", "94"),
    ],
)  # fmt: skip
def test_overseas_and_corsica(text: str, region: str) -> None:
    answer = asked(text)
    assert answer.outcome == "one"
    assert regions(answer) == [region]


def test_corsican_postcodes_have_their_departement() -> None:
    assert asked("20000").places[0].covers[0] == "dep:2A"
    assert asked("20200").places[0].covers[0] == "dep:2B"
    assert asked("20").places[0].covers == ("region:94", "pays:FR")


def test_overseas_as_a_whole_is_asked_about() -> None:
    answer = asked("dom tom")
    assert answer.outcome == "several"
    assert answer.places[0].label == "La Réunion"


@pytest.mark.parametrize(
    ("text", "region"),
    [
        ("Alsace", "44"), ("Limousin", "75"), ("Auvergne", "84"), ("Picardie", "32"),
        ("Haute-Normandie", "28"), ("Franche-Comté", "27"), ("Midi-Pyrénées", "76"),
        ("Centre", "24"), ("PACA", "93"), ("AURA", "84"), ("Bourgogne", "27"),
        ("Nord-Pas-de-Calais", "32"), ("Champagne-Ardenne", "44"), ("Poitou-Charentes", "75"),
        ("Rhône-Alpes", "84"), ("Aquitaine", "75"), ("Languedoc-Roussillon", "76"),
        ("Lorraine", "44"), ("Basse-Normandie", "28"), ("IDF", "11"),
    ],
)  # fmt: skip
def test_former_and_short_names_of_regions(text: str, region: str) -> None:
    assert regions(asked(text)) == [region]


@pytest.mark.parametrize(
    ("text", "region"),
    [
        ("AP-HP", "11"), ("l'aphp", "11"), ("HCL", "84"), ("AP-HM", "93"), ("ap hm", "93"),
        ("CHU de Lille", "32"), ("chu bordeaux", "75"), ("CHRU Nancy", "44"), ("hnfc", "27"),
        ("CHU st etienne", "84"), ("CHU de la Réunion", "04"), ("le CHU de Lile", "32"),
        ("hôpital Henri-Mondor", "11"), ("centre hospitalier de saint brieuc", "53"),
    ],
)  # fmt: skip
def test_hospitals(text: str, region: str) -> None:
    assert regions(find_place(text)) == [region]
    assert regions(asked(text)) == [region]


@pytest.mark.parametrize(
    ("text", "code"),
    [
        ("Belgique", "BE"), ("belgigue", "BE"), ("je suis en Suisse", "CH"), ("swisse", "CH"),
        ("Luxembourg", "LU"), ("allemagn", "DE"), ("pays bas", "NL"), ("Autriche", "AT"),
        ("Italie", "IT"), ("espagne", "ES"), ("Monaco", "MC"), ("98000", "MC"), ("canada", "CA"),
        ("québec", "CA"), ("Maroc", "MA"), ("Bruxelles", "BE"), ("bruxelle", "BE"),
        ("Liège", "BE"), ("geneve", "CH"), ("Montréal", "CA"), ("Lausanne", "CH"),
        ("B-1000 Bruxelles", "BE"), ("CH-1200", "CH"), ("L-1234", "LU"), ("10115 Berlin", "DE"),
        ("4000 Liège Belgique", "BE"), ("1000 Lausanne Suisse", "CH"), ("98000 Monaco", "MC"),
    ],
)  # fmt: skip
def test_countries(text: str, code: str) -> None:
    answer = asked(text, countries=True)
    assert answer.outcome == "one"
    assert answer.places[0].covers == (f"pays:{code}",)
    assert answer.places[0].kind == "country"
    assert all("pays:FR" in place.covers for place in asked(text).places)


def test_foreign_towns_stand_among_their_french_homonyms() -> None:
    answer = asked("Mons", countries=True)
    assert answer.outcome == "several"
    assert answer.places[0].label == "Mons (Belgique)"


def test_four_digits_ask_for_the_country() -> None:
    assert asked("1000", countries=True) == PlaceAnswer("country_needed", ())
    answer = asked("4000 Liège", countries=True)
    assert answer.outcome == "country_needed"
    assert [place.label for place in answer.places] == ["Belgique"]
    assert find_place("code postal 1000", countries=True).outcome == "country_needed"
    for text in ("mon code est 4000", "depuis 2024", "1000"):
        assert find_place(text, countries=True).outcome == "none"
    assert asked("1000").outcome == "none"


@pytest.mark.parametrize("countries", [False, True])
def test_french_places_stay_french(countries: bool) -> None:
    for text in ("Lyon", "69000", "44", "Bretagne", "Vienne"):
        assert asked(text, countries=countries) == asked(text)


def test_former_communes() -> None:
    assert regions(asked("Arbignieu")) == ["84"]
