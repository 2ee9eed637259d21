"""The figures of `guichet evaluate`, and the search for near-duplicates."""

from __future__ import annotations

from pathlib import Path

import pytest

from bot.evaluate import data, metrics, report
from bot.evaluate.ablation import variants
from bot.evaluate.data import EvaluationFailed, Example, MessageSet
from bot.evaluate.duplicates import near_duplicates
from bot.evaluate.duplicates import report as duplicate_report
from bot.evaluate.metrics import OUTCOMES, Scored, Share
from bot.evaluate.page import write_page
from bot.evaluate.trained import configured
from bot.reading.model import Prediction


def _scored(label: str, *ranking: str, band: str = "sure", also: str = "") -> Scored:
    intents = (label, also) if also else (label,)
    rows = tuple((name, 0.9 / (at + 1)) for at, name in enumerate(ranking))
    return Scored(Example("…", intents, "sms"), Prediction(rows, band, 0.5))


@pytest.mark.parametrize(
    ("row", "outcome"),
    [
        (_scored("a", "a"), OUTCOMES[0]),
        (_scored("a", "b", also="b"), OUTCOMES[0]),
        (_scored("a", "b", "c", "a", band="unsure"), OUTCOMES[1]),
        (_scored("a", "b", "c", "d", "a", band="unsure"), OUTCOMES[2]),
        (_scored("a", "a", band="lost"), OUTCOMES[2]),
        (_scored("a", "b"), OUTCOMES[3]),
    ],
)
def test_outcomes(row: Scored, outcome: str) -> None:
    assert row.outcome == outcome


def test_only_a_sure_topic_answers_what_is_out_of_scope() -> None:
    rows = [
        _scored("out_of_scope", "a"),
        _scored("out_of_scope", "a", band="unsure"),
        _scored("out_of_scope", "out_of_scope"),
        _scored("out_of_scope", "a", also="a"),
    ]
    assert metrics.out_of_scope_answered(rows) == Share(1, 4)


def test_an_interval_holds_its_share() -> None:
    low, high = Share(90, 100).interval
    assert low < 0.9 < high
    assert Share(0, 0).value == 0


def test_a_report_and_a_page_come_out(tmp_path: object) -> None:
    rows = [_scored("a", "a"), _scored("a", "b"), _scored("out_of_scope", "a", band="unsure")] * 5
    text = "\n".join(report.lines("trial", rows))
    assert "66.7%" not in text.splitlines()[0] and "top-1" in text
    path = tmp_path / "evaluation" / "index.html"  # type: ignore[operator]
    write_page({"trial": rows}, ["a fact"], path)
    assert "data:image/png;base64" in path.read_text(encoding="utf-8")


def test_near_duplicates_are_found_and_others_not() -> None:
    examples = [
        Example("j'ai oublié mon mot de passe", ("a",)),
        Example("J'ai oublié mon mot de passe !!", ("b",)),
        Example("je ne vois plus mes marchés", ("a",)),
    ]
    pairs = list(near_duplicates(examples))
    assert [(pair.one, pair.other) for pair in pairs] == [(examples[1], examples[0])]
    lines = list(duplicate_report(examples, [MessageSet("t", (examples[0],))]))
    assert "1 near-duplicates, 1 with different intents" in lines[0]


def test_the_ablation_ends_with_the_configured_pipeline() -> None:
    settings = configured()
    rows = variants(settings)
    assert rows["+ kernel model (whole pipeline)"] == settings


def test_messages_of_another_file_are_measured_too(tmp_path: Path) -> None:
    path = tmp_path / "elsewhere.jsonl"
    path.write_text(
        '{"text": "mdp oublié", "intent": "password_reset", "also": ["login_problem"]}\n'
    )
    found = data.test_sets(final=False, more=[path])[-1]
    assert found.name == "elsewhere"
    assert found.examples == (Example("mdp oublié", ("password_reset", "login_problem")),)


@pytest.mark.parametrize("content", [None, b"\xff\n", b'{"text": "sans intention"}\n'])
def test_a_file_that_cannot_be_read_is_named(tmp_path: Path, content: bytes | None) -> None:
    path = tmp_path / "messages.jsonl"
    if content is not None:
        path.write_bytes(content)
    with pytest.raises(EvaluationFailed, match=r"messages\.jsonl.*illisible"):
        data.test_sets(final=False, more=[path])
