"""Tests of the place resolver against every official name and against what users write."""

from __future__ import annotations

import importlib.util
import sys
import threading
import time
from pathlib import Path
from types import ModuleType
from typing import Any

import pytest
import yaml
from hypothesis import example, given, settings
from hypothesis import strategies as st

from actions.places import PlaceAnswer, find_place
from actions.places.index import Index, index

HERE = Path(__file__).resolve().parent
SCRIPTS = HERE.parent.parent / "scripts"


def script(name: str) -> ModuleType:
    spec = importlib.util.spec_from_file_location(f"_{name}", SCRIPTS / f"{name}.py")
    assert spec and spec.loader
    module = importlib.util.module_from_spec(spec)
    # Dataclasses look their module up by name.
    sys.modules[spec.name] = module
    spec.loader.exec_module(module)
    return module


def load(name: str) -> list[Any]:
    rows: list[Any] = yaml.safe_load((HERE / name).read_text("utf-8"))
    return rows


def regions(answer: PlaceAnswer) -> list[str]:
    codes = [code for place in answer.places for code in place.covers]
    return [code.removeprefix("region:") for code in codes if code.startswith("region:")]


def asked(text: str, *, countries: bool = False) -> PlaceAnswer:
    return find_place(text, expected=True, countries=countries)


def label(answer: PlaceAnswer) -> str:
    assert answer.outcome == "one", answer
    return answer.places[0].label


def test_every_official_name_and_code() -> None:
    scores = script("check_places").measure()
    totals = {score.title: score.total for score in scores}
    assert totals["commune names of one région"] > 30_000
    assert totals["postcodes of one région"] > 6_000
    assert totals["régions by name"] == 18
    assert [failure for score in scores for failure in score.failures] == []


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


def test_bare_words_are_places_only_when_asked() -> None:
    for text in ("Y", "Us", "44", "2A", "Contes"):
        assert find_place(text).outcome == "none", text
        assert asked(text).outcome != "none", text


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


def test_former_communes() -> None:
    assert regions(asked("Arbignieu")) == ["84"]


@given(st.text(max_size=200), st.booleans(), st.booleans())
@example("\u0130 2a\u00a0(", True, True)
@example("s/", True, False)
@example("l'", True, True)
@example("²³ ٣٤ ৪৫৬৭৮", True, True)
@settings(max_examples=300, deadline=None)
def test_any_text_gets_an_answer(text: str, expected: bool, countries: bool) -> None:
    answer = find_place(text, expected=expected, countries=countries)
    sizes = {"none": {0}, "one": {1}, "several": set(range(2, 7)), "country_needed": set(range(7))}
    assert len(answer.places) in sizes[answer.outcome]


WORDS = (
    "lyon st je suis à en dans le la du CHU 93 69003 2A ( ) - , cedex paris bretange 1000".split()
)


@given(st.lists(st.sampled_from(WORDS), max_size=12), st.booleans(), st.booleans())
@settings(max_examples=300, deadline=None)
def test_any_order_of_words_gets_an_answer(
    words: list[str], expected: bool, countries: bool
) -> None:
    find_place(" ".join(words), expected=expected, countries=countries)


@pytest.mark.parametrize(
    "text",
    ["a" * 10_000, "lyon " * 2_000, "saint " * 1_700, "1" * 10_000, "69 " * 3_300,
     "je suis en bretange " * 500, "-" * 10_000, "à l'" * 2_500],
    ids=range(8),
)  # fmt: skip
def test_long_texts_are_read_quickly(text: str) -> None:
    find_place("lyon", expected=True, countries=True)
    for expected in (False, True):
        start = time.perf_counter()
        find_place(text, expected=expected, countries=True)
        assert time.perf_counter() - start < 1.0


def test_speed_on_messages() -> None:
    rows = load("no_place.yml") + [row["text"] for row in load("phrases.yml")]
    find_place("lyon", expected=True)
    times = []
    for row in rows:
        start = time.perf_counter()
        find_place(row)
        times.append(time.perf_counter() - start)
    assert sorted(times)[len(times) // 2] < 0.003


def test_threads_share_one_index() -> None:
    found: list[Index] = []
    threads = [threading.Thread(target=lambda: found.append(index())) for _ in range(8)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert len({id(one) for one in found}) == 1


def test_the_data_file_has_the_same_bytes_for_the_same_content() -> None:
    build = script("build_places")
    content = {"regions": {"84": "Auvergne-Rhône-Alpes"}, "communes": {}}
    assert build.pack(content) == build.pack(dict(reversed(content.items())))
    assert build.OUTPUT.stat().st_size < 1_000_000
