"""Runs a model over a test set."""

from __future__ import annotations

from bot.evaluate.data import MessageSet
from bot.evaluate.metrics import Scored
from bot.reading.model import IntentModel


def score(model: IntentModel, tests: MessageSet) -> list[Scored]:
    """Return every message of a set with what the model understands."""
    predictions = model.predict(tests.texts)
    return [
        Scored(example, prediction)
        for example, prediction in zip(tests.examples, predictions, strict=True)
    ]
