"""The pipeline that Rasa recommends for French, trained on the same data, for comparison.

DIET needs TensorFlow, which the service leaves out; so it is trained in a process of its own. That
takes an hour and some gigabytes, so the model is kept until data or pipeline change.
"""

from __future__ import annotations

import hashlib
import json
import os
import sys
import tempfile
import time
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import yaml

from bot.evaluate.data import EvaluationFailed, Example
from bot.ground.subprocesses import run_apart


@dataclass(frozen=True)
class Diet:
    """A trained model.

    Attributes:
        model: As Rasa packs it.
        seconds: Wall time of its training.
        megabytes: Most memory that the training held.
    """

    model: Path
    seconds: float
    megabytes: int


def pipeline(epochs: int) -> list[dict[str, Any]]:
    """Return the pipeline as config.yml would have it.

    It is what "Tuning Your NLU Model" in Rasa's documentation recommends for a language that spaCy
    has a model of.

    Args:
        epochs: How often the training goes through the examples; 100 in the documentation.
    """
    return [
        {"name": "SpacyNLP", "model": "fr_core_news_md"},
        {"name": "SpacyTokenizer"},
        {"name": "SpacyFeaturizer"},
        {"name": "RegexFeaturizer"},
        {"name": "LexicalSyntacticFeaturizer"},
        {"name": "CountVectorsFeaturizer"},
        {"name": "CountVectorsFeaturizer", "analyzer": "char_wb", "min_ngram": 1, "max_ngram": 4},
        {"name": "DIETClassifier", "epochs": epochs, "constrain_similarities": True},
        {"name": "EntitySynonymMapper"},
        {"name": "ResponseSelector", "epochs": epochs, "constrain_similarities": True},
    ]


def trained_diet(examples: Sequence[Example], epochs: int, cache: Path) -> Diet:
    """Return the trained model, from the cache where it fits.

    Args:
        examples: What to train from.
        epochs: How often the training goes through the examples.
        cache: Folder of the models kept.

    Raises:
        EvaluationFailed: If the training failed; what it said is on stderr.
    """
    job = {
        "pipeline": pipeline(epochs),
        "examples": [[example.text, example.intent] for example in examples],
    }
    content = json.dumps(job, ensure_ascii=False, sort_keys=True)
    name = f"diet-{hashlib.sha256(content.encode()).hexdigest()[:16]}"
    cache.mkdir(parents=True, exist_ok=True)
    model, facts = cache / f"{name}.tar.gz", cache / f"{name}.json"
    if not facts.exists():
        with tempfile.TemporaryDirectory(dir=cache) as folder:
            (Path(folder) / "job.json").write_text(content, encoding="utf-8")
            if not run_apart(Path(folder) / "facts.json", __name__, folder):
                raise EvaluationFailed("L’entraînement de DIET a échoué ; voir ci-dessus.")
            os.replace(Path(folder) / "model.tar.gz", model)
            os.replace(Path(folder) / "facts.json", facts)
    return Diet(model, **json.loads(facts.read_text(encoding="utf-8")))


def _main(folder: str) -> None:
    from bot.rasa import patches as rasa_patches

    rasa_patches.prepare()
    import resource

    from rasa.model_training import train_nlu

    from bot.ground import logs

    logs.configure()
    job = json.loads((Path(folder) / "job.json").read_text(encoding="utf-8"))
    by_intent: dict[str, list[str]] = {}
    for text, intent in job["examples"]:
        by_intent.setdefault(intent, []).append(text)
    nlu = [{"intent": intent, "examples": "".join(f"- {text}\n" for text in texts)}
           for intent, texts in by_intent.items()]  # fmt: skip
    data, config = Path(folder) / "nlu.yml", Path(folder) / "config.yml"
    data.write_text(yaml.safe_dump({"version": "3.1", "nlu": nlu}, allow_unicode=True))
    config.write_text(
        yaml.safe_dump({"recipe": "default.v1", "language": "fr", "assistant_id": "diet",
                        "pipeline": job["pipeline"]})
    )  # fmt: skip
    started = time.perf_counter()
    train_nlu(str(config), str(data), folder, fixed_model_name="model")
    facts = {
        "seconds": time.perf_counter() - started,
        "megabytes": resource.getrusage(resource.RUSAGE_SELF).ru_maxrss // 1024,
    }
    (Path(folder) / "facts.json").write_text(json.dumps(facts), encoding="utf-8")


if __name__ == "__main__":
    _main(*sys.argv[1:])
