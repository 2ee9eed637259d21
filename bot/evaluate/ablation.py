"""What each part of the pipeline brings: the same data without it."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from pathlib import Path
from typing import Any

import numpy as np

from bot.evaluate import metrics
from bot.evaluate.data import Example, MessageSet
from bot.evaluate.scoring import score
from bot.evaluate.trained import Trained, trained

_WORDS_AND_CHARS = {"words": 1.0, "chars": 1.0}


def variants(settings: dict[str, Any]) -> dict[str, dict[str, Any]]:
    """Return the settings of each row: from the plain baseline up, then the whole without each."""
    plain = {
        **settings, "views": _WORDS_AND_CHARS, "vector_weight": 0.0, "sentence_weight": 0.0,
        "kernel_weight": 0.0, "most": 1.0, "rare_weight": 0.0, "strip": False, "shorthand": False,
    }  # fmt: skip
    steps: list[tuple[str, dict[str, Any]]] = [
        ("+ frame stripped", {"strip": True}),
        ("+ shorthand and regional words", {"shorthand": True}),
        ("+ sounds", {"views": {**_WORDS_AND_CHARS, "sounds": 1.0}}),
        ("+ word vectors", {"vector_weight": settings["vector_weight"]}),
        ("+ whole sentences", {"sentence_weight": settings["sentence_weight"]}),
        ("+ clusters in place of words", {"views": settings["views"]}),
        ("+ without common grams", {"most": settings["most"]}),
        ("+ class weights", {"rare_weight": settings["rare_weight"]}),
        ("+ kernel model (whole pipeline)", {"kernel_weight": settings["kernel_weight"]}),
    ]
    rows = {"words and characters, linear SVM": plain}
    for name, change in steps:
        plain = {**plain, **change}
        rows[name] = plain
    for view in settings["views"]:
        views = {**settings["views"], view: 0.0}
        rows[f"whole without {view}"] = {**settings, "views": views}
    return rows


def table(
    examples: Sequence[Example], sets: Sequence[MessageSet], settings: dict[str, Any], cache: Path
) -> Iterator[str]:
    """Yield the ablation table, row by row as the models are trained."""
    names = [each.name for each in sets]
    yield f"{'':36} {'CV':>7} " + " ".join(f"{name[:19]:>19}" for name in names) + "  train"
    for name, changed in variants(settings).items():
        result = trained(examples, changed, cache)
        top = [metrics.share(score(result.model, each)).value for each in sets]
        cells = " ".join(f"{value:19.1%}" for value in top)
        yield f"{name:36} {held_out(result, examples):7.1%} {cells}  {result.seconds:4.0f} s"


def held_out(result: Trained, examples: Sequence[Example]) -> float:
    """Return the share right on held-out folds of the training data, 0 where there were none."""
    scores = result.model.held_out
    if scores is None:
        return 0.0
    truth = np.searchsorted(result.model.intents, [example.intent for example in examples])
    return float((scores.argmax(axis=1) == truth).mean())
