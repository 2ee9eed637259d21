"""How a message is read: its normal form, the calibration of the scores, and the bands."""

from __future__ import annotations

import time
from pathlib import Path

import numpy as np
import pytest

from bot.content.live import load_content
from bot.dialogue.openers import OPENERS
from bot.french.text import normalise
from bot.ground.db import Database
from bot.ground.settings import ROOT, load_settings
from bot.rasa.assistant import Assistant
from bot.reading.bands import ALIKE, together
from bot.reading.calibration import Calibration

BANDS = {"sure", "unsure", "lost"}


@pytest.mark.parametrize(
    ("text", "normal"),
    [
        ("Mot de passe OUBLIÉ", "mot de passe oublie"),
        ("  mot\tde\n passe  ", "mot de passe"),
        ("J’arrive pas", "j arrive pas"),
        ("J'arrive pas", "j arrive pas"),
        ("cœur Œuvre", "coeur oeuvre"),
        ("voir https://a.example/x?y=1 ici", "voir zzlien ici"),
        ("www.resah.fr", "zzlien"),
        ("marché 2019-069", "marche zznombre zznombre"),
        ("ça marche pas !!!", "ca marche pas !"),
        ("quoi ??", "quoi ??"),
        ("rien (du tout), hélas…", "rien du tout helas"),
        ("𝗠𝗼𝘁 𝗱𝗲 𝗽𝗮𝘀𝘀𝗲", "mot de passe"),
        ("", ""),
        ("🙂", ""),
    ],
)
def test_normal_forms(text: str, normal: str) -> None:
    assert normalise(text) == normal


@pytest.mark.parametrize(
    ("long", "short"),
    [
        ("merciiiii", "merci"),
        ("bonjourrrrr", "bonjour"),
        ("nonnnn", "non"),
        ("ouiiii", "oui"),
        ("saluuuut", "salut"),
        ("au secouuuurs", "au secours"),
    ],
)
def test_letters_repeated_for_emphasis_count_once(long: str, short: str) -> None:
    assert normalise(long) == normalise(short)


def test_double_letters_stay() -> None:
    assert normalise("adresse appelle connexion") == "adresse appelle connexion"


def test_probabilities_are_a_softmax_at_the_temperature() -> None:
    scores = np.array([[1.0, 0.0, -1.0], [1000.0, -1000.0, 0.0]])
    warm = Calibration(temperature=1.0).probabilities(scores)
    assert np.allclose(warm.sum(axis=1), 1)
    assert np.allclose(warm[0], np.exp(scores[0]) / np.exp(scores[0]).sum())
    assert warm[1].tolist() == [1.0, 0.0, 0.0]
    assert Calibration(temperature=0.1).probabilities(scores)[0, 0] > warm[0, 0]


@pytest.mark.parametrize(
    ("confidence", "among_three", "band"),
    [(1.0, 1.0, "sure"), (0.6, 0.9, "sure"), (0.59, 0.9, "unsure"), (0.3, 0.2, "lost")],
)
def test_bands(confidence: float, among_three: float, band: str) -> None:
    calibration = Calibration(sure=np.full(2, 0.6), lost=0.5)
    assert calibration.band(0, confidence, among_three) == band


def test_each_intent_wants_its_own_confidence() -> None:
    calibration = Calibration(sure=np.array([0.7, 0.5]), lost=0.1)
    assert calibration.band(1, 0.6, 0.9) == "sure"
    assert calibration.band(0, 0.6, 0.9) == "unsure"


def test_nothing_is_sure_before_fitting() -> None:
    assert Calibration().band(0, 1.0, 1.0) == "unsure"


def test_intents_that_are_answered_alike_count_together() -> None:
    both = (("login_problem", 0.5), ("out_of_scope", 0.2), ("password_reset", 0.3))
    assert together(both) == pytest.approx(0.8)
    assert together((("training", 0.5), ("login_problem", 0.5))) == 0.5


def test_what_counts_together_begins_alike() -> None:
    *_, login, documents = ALIKE
    assert {OPENERS[intent] for intent in login} == {"login"}
    articles = load_content(ROOT / "faq").portal("resah").articles
    for intent in documents:
        tree = articles[intent].tree
        assert tree is not None and "links.markets" in tree.steps[tree.first].say[0]


@pytest.fixture(scope="module")
def assistant(model: Path, tmp_path_factory: pytest.TempPathFactory) -> Assistant:
    """The trained model behind an assistant, for parsing only."""
    settings = load_settings({"GUICHET_VAR_DIR": str(tmp_path_factory.mktemp("nlu"))})
    return Assistant(settings, Database(settings.database_url), model)


async def test_plain_messages_are_understood(assistant: Assistant) -> None:
    expected = {
        "bonjour": "greet",
        "merci beaucoup": "thank",
        "mot de passe oublié": "password_reset",
        "jai pa recu le mail": "mail_not_received",
        "mon adresse n'est pas reconnue": "email_not_recognised",
    }
    read = {text: await assistant.parse(text) for text in expected}
    assert {text: parsed["intent"]["name"] for text, parsed in read.items()} == expected
    assert all(parsed["band"] == "sure" for parsed in read.values())


@pytest.mark.parametrize(
    "text",
    [
        "xqzt blorp fnord",
        "ksjdhf",
        "🙂",
        "...",
    ],
)
async def test_gibberish_is_not_taken_for_sure(assistant: Assistant, text: str) -> None:
    parsed = await assistant.parse(text)
    assert parsed["band"] in {"unsure", "lost"} or parsed["intent"]["name"] == "out_of_scope"


async def test_a_parse_has_ranking_entities_and_band(assistant: Assistant) -> None:
    parsed = await assistant.parse("Mon adresse a@b.example n'est pas reconnue")
    ranking = parsed["intent_ranking"]
    assert len(ranking) == 10
    assert ranking[0] == {key: parsed["intent"][key] for key in ("name", "confidence")}
    confidences = [row["confidence"] for row in ranking]
    assert confidences == sorted(confidences, reverse=True) and sum(confidences) <= 1.0001
    assert parsed["entities"][0]["value"] == "a@b.example"
    assert parsed["band"] in BANDS


async def test_parsing_is_quick_however_long_the_message(assistant: Assistant) -> None:
    examples = (ROOT / "data" / "nlu" / "login.yml").read_text(encoding="utf-8")
    await assistant.parse("bonjour")
    for text, cap in (("je ne reçois pas le mail", 0.03), (examples[:8000], 0.15)):
        times = []
        for _ in range(9):
            started = time.process_time()
            await assistant.parse(text)
            times.append(time.process_time() - started)
        assert min(times) < cap, text[:30]
