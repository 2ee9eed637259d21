"""A tree that training never showed is understood at once, by its labels and examples."""

from __future__ import annotations

import io
import tarfile
from collections import Counter
from dataclasses import replace
from pathlib import Path

import joblib
import numpy as np
import pytest

from bot.content.files import Mistakes
from bot.content.files.articles import read_articles
from bot.content.replies import Option, Question, tree_questions
from bot.reading.replies.grams import Grams
from bot.reading.replies.model import ReplyModel

FOLDER = Path(__file__).parent / "new_tree"
"""An article by somebody who knew the guide alone, and replies to what it asks by somebody else."""


@pytest.fixture(scope="module")
def reader(model: Path) -> ReplyModel:
    with tarfile.open(model) as archive:
        name = next(each for each in archive.getnames() if each.endswith("replies.joblib"))
        file = archive.extractfile(name)
        assert file is not None
        trained: ReplyModel = joblib.load(io.BytesIO(file.read()))[0]
    return trained


def _questions() -> dict[str, Question]:
    mistakes = Mistakes()
    (file,) = read_articles(FOLDER, mistakes).values()
    assert not len(mistakes) and file.article.tree is not None
    asked = tree_questions("resah/new_tree", file.article.tree)
    return {question.id.rpartition("/")[2]: question for question in asked}


def _replies() -> list[tuple[str, str, str]]:
    lines = (FOLDER / "replies.tsv").read_text(encoding="utf-8").splitlines()
    step_text_label = [line.split("\t") for line in lines]
    return [(step, text, label) for step, text, label in step_text_label]


def test_replies_to_a_new_tree_are_understood(reader: ReplyModel) -> None:
    asked, found = _questions(), Counter[str]()
    for step, text, label in _replies():
        read = reader.predict(text, asked[step])
        taken = next((move.name for move in read.sure if move.option), "-")
        kind = "other" if label == "-" else "right" if taken == label else "wrong"
        found[kind if taken != "-" else f"{kind} left"] += 1
    assert found["right"] >= 38, found
    assert found["wrong"] <= 5, found
    assert found["other"] <= 1, found


def test_without_its_examples_it_is_understood_less(reader: ReplyModel) -> None:
    asked = _questions()
    bare = {
        step: replace(question, options=tuple(replace(o, examples=()) for o in question.options))
        for step, question in asked.items()
    }

    def likeliest(questions: dict[str, Question]) -> int:
        read = reader.predict_all([(text, questions[step]) for step, text, _ in _replies()])
        first = [next(move.name for move in each.moves if move.option) for each in read]
        return sum(name == label for name, (_, _, label) in zip(first, _replies(), strict=True))

    assert likeliest(asked) >= likeliest(bare) + 5


def test_a_single_option_without_examples_can_be_read(reader: ReplyModel) -> None:
    alone = Question("resah/new_tree/alone", (Option("Le voyant clignote", "Le voyant clignote"),))
    for text in ("", "?", "é" * 3000, "👍", "le voyant clignote"):
        (option,) = [move for move in reader.predict(text, alone).moves if move.option]
        assert 0 <= option.confidence <= 1


def test_words_that_were_never_met_are_told_apart() -> None:
    grams = Grams.fit(["je ne sais pas", "je ne vois rien", "non"])
    words, parts = grams(["un zip", "le zip", "la freebox", ""])
    for view in (words, parts):
        like = (view @ view.T).toarray()
        assert like[0, 1] > like[0, 2]
        assert np.allclose(np.diag(like), [1, 1, 1, 0], atol=1e-3)
