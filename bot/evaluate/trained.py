"""Models for measuring: trained from the examples alone, kept until something changes."""

from __future__ import annotations

import copy
import hashlib
import json
import resource
import time
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import joblib

from bot.evaluate.data import Example
from bot.ground.settings import ROOT
from bot.ground.yaml_text import read_yaml
from bot.reading import code_hash
from bot.reading.model import DEFAULTS, IntentModel

COMPONENT = "bot.rasa.components.linear.LinearIntentClassifier"


@dataclass(frozen=True)
class Trained:
    """A model with what its training took.

    Attributes:
        model: Trained, with its held-out scores.
        seconds: Wall time.
        megabytes: Most memory that the process ever held up to then.
    """

    model: IntentModel
    seconds: float
    megabytes: int


def configured() -> dict[str, Any]:
    """Return the classifier's settings in config.yml over their defaults."""
    config = read_yaml(ROOT / "config.yml")
    settings = copy.deepcopy(DEFAULTS)
    for component in config["pipeline"]:
        if component["name"] == COMPONENT:
            settings.update({k: v for k, v in component.items() if k in DEFAULTS})
    return settings


def content_hash(examples: Sequence[Example], settings: dict[str, Any]) -> str:
    """Return a name for what a model would be trained from."""
    digest = hashlib.sha256(code_hash().encode())
    digest.update(json.dumps(settings, sort_keys=True).encode())
    for example in examples:
        digest.update(f"{example.intent}\t{example.text}\n".encode())
    return digest.hexdigest()[:16]


def trained(examples: Sequence[Example], settings: dict[str, Any], cache: Path) -> Trained:
    """Return a model, from the cache where one fits.

    Args:
        examples: What to train from.
        settings: As in `DEFAULTS`.
        cache: Folder of the models kept.
    """
    path = cache / f"{content_hash(examples, settings)}.joblib"
    if path.exists():
        kept: Trained = joblib.load(path)
        return kept
    started = time.perf_counter()
    model = IntentModel(settings).fit(
        [example.text for example in examples], [example.intent for example in examples]
    )
    peak = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss // 1024
    result = Trained(model, time.perf_counter() - started, peak)
    cache.mkdir(parents=True, exist_ok=True)
    joblib.dump(result, path)
    return result
