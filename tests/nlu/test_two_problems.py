"""Two problems in one message are found; one told at length is not cut in two."""

from __future__ import annotations

import json
from collections.abc import Sequence
from pathlib import Path

import pytest

from bot.ground.db import Database
from bot.ground.settings import load_settings
from bot.ground.yaml_text import read_yaml
from bot.rasa.assistant import Assistant
from bot.reading.model import Prediction
from bot.reading.problems import find_problems, split_clauses

CASES = read_yaml(Path(__file__).parent / "problems.yml")
LONG = 90
TOPICS = {
    "mot de passe": "password_reset",
    "connecter": "login_problem",
    "avenant": "document_missing",
    "webinaire": "training",
}


def _by_keyword(texts: Sequence[str]) -> list[Prediction]:
    found = []
    for text in texts:
        ranking = [(name, 0.95) for word, name in TOPICS.items() if word in text]
        ranking = ranking or [("out_of_scope", 0.95)]
        found.append(Prediction(tuple(ranking), "sure" if len(ranking) == 1 else "unsure"))
    return found


def _intents(text: str) -> list[str]:
    return [each.intent for each in find_problems(text, _by_keyword, _by_keyword([text])[0])]


@pytest.mark.parametrize(
    "text",
    [
        "mot de passe oublié et en plus il manque un avenant",
        "1) mot de passe oublié 2) il manque un avenant",
        "mot de passe oublié. Par ailleurs il manque un avenant",
        "mot de passe oublié\n- il manque un avenant",
        "J'ai deux soucis : mot de passe oublié, et il manque un avenant",
        "mot de passe oublié ? et il manque un avenant aussi",
    ],
)
def test_two_topics_are_two_problems(text: str) -> None:
    assert _intents(text) == ["password_reset", "document_missing"]


@pytest.mark.parametrize(
    "text",
    [
        "mot de passe oublié",
        "mot de passe oublié et en plus je n'arrive pas à me connecter",
        "mot de passe oublié. Par ailleurs il fait beau",
        "bonjour. mot de passe oublié. merci",
        "",
    ],
)
def test_sides_of_one_problem_and_small_talk_are_one(text: str) -> None:
    assert _intents(text) == []


def test_a_message_without_a_border_is_not_cut() -> None:
    assert split_clauses("je n'arrive pas à me connecter depuis ce matin") == []


@pytest.fixture(scope="module")
def assistant(model: Path, tmp_path_factory: pytest.TempPathFactory) -> Assistant:
    settings = load_settings({"GUICHET_VAR_DIR": str(tmp_path_factory.mktemp("problems"))})
    return Assistant(settings, Database(settings.database_url), model)


async def test_four_in_five_are_found_by_the_trained_model(assistant: Assistant) -> None:
    assert len(CASES) >= 50
    found = 0
    for case in CASES:
        parsed = await assistant.parse(case["text"])
        intents = {problem["intent"] for problem in parsed.get("problems") or ()}
        found += bool(intents & set(case["one"]) and intents & set(case["other"]))
    assert found >= 0.8 * len(CASES)


async def test_long_messages_about_one_problem_are_not_cut(assistant: Assistant) -> None:
    path = Path(__file__).parent / "tuning.jsonl"
    texts = [json.loads(line)["text"] for line in path.read_text(encoding="utf-8").splitlines()]
    long = [text for text in texts if len(text) >= LONG][:200]
    assert len(long) == 200
    cut = [text for text in long if (await assistant.parse(text)).get("problems")]
    assert len(cut) <= 0.03 * len(long), cut


async def test_a_plain_message_has_no_list_of_problems(assistant: Assistant) -> None:
    assert not (await assistant.parse("j'ai oublié mon mot de passe")).get("problems")
