"""Messages in other languages are told from French ones, and answered in theirs."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest
from rasa.shared.nlu.training_data.message import Message

from bot.evaluate.languages import lines
from bot.ground.yaml_text import read_yaml
from bot.rasa.components.language import LanguageDetector, foreign_language

MESSAGES: dict[str, list[str]] = read_yaml(Path(__file__).parent / "languages.yml")
FRENCH = "fr"


def test_the_set_is_large_and_varied_enough() -> None:
    assert sum(len(texts) for name, texts in MESSAGES.items() if name != FRENCH) >= 60
    assert len(set(MESSAGES[FRENCH])) >= 200


@pytest.mark.parametrize("foreign", [True, False])
def test_languages_are_told_apart(foreign: bool) -> None:
    rows = [(n, t) for n, texts in MESSAGES.items() for t in texts if (n != FRENCH) == foreign]
    wrong = [(text, name) for name, text in rows if (foreign_language(text) or FRENCH) != name]
    assert len(wrong) <= 0.03 * len(rows), wrong


def test_the_report_names_all_of_them() -> None:
    told = list(lines())
    assert f"/{sum(map(len, MESSAGES.values()))}" in told[1]


@pytest.mark.parametrize(
    "text",
    [
        "",
        "???",
        "jarrive pa a me conecté o portail dpuis hier",
        "j'ai reçu « your link has expired, please try again », que faire ?",
        "le site affiche the page is not available, pouvez-vous m'aider ?",
        "Je suis installateur à Gand (Van den Broeck & Zonen) et je n'ai pas reçu le mail",
        "no-reply@resah.fr",
    ],
)
def test_french_with_foreign_words_stays_french(text: str) -> None:
    assert foreign_language(text) is None


def _read(text: str, intent: str, band: str) -> Message:
    ranking = [{"name": intent, "confidence": 0.9}, {"name": "out_of_scope", "confidence": 0.1}]
    data: dict[str, Any] = {"text": text, "intent": ranking[0], "intent_ranking": ranking}
    message = Message({**data, "band": band})
    return LanguageDetector().process([message])[0]


def test_a_foreign_message_is_out_of_scope_with_its_language() -> None:
    message = _read("I cannot log in to my account since yesterday", "login_problem", "sure")
    assert message.get("intent")["name"] == "out_of_scope" and message.get("band") == "sure"
    assert [row["name"] for row in message.get("intent_ranking")] == [
        "out_of_scope",
        "login_problem",
    ]
    entities = [(each["entity"], each["value"]) for each in message.get("entities")]
    assert entities == [("language", "en")]


def test_a_few_words_that_were_understood_are_taken_as_meant() -> None:
    assert _read("thank you", "thank", "sure").get("intent")["name"] == "thank"
