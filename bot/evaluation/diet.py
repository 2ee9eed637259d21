"""Rasa's recommended pipeline without spaCy, trained on the same data, for comparison.

DIET needs TensorFlow, which the service leaves out; so it runs in a process of its own, takes an
hour and some gigabytes, and its answers are kept until data or pipeline change.
"""

from __future__ import annotations

import hashlib
import json
import os
import subprocess
import sys
import tempfile
import time
from collections.abc import Sequence
from pathlib import Path
from typing import Any

import yaml

from actions.settings import ROOT
from bot.evaluation.data import EvaluationFailed, Example, MessageSet


def pipeline(epochs: int) -> list[dict[str, Any]]:
    """Return Rasa's recommended pipeline, as in config.yml."""
    return [
        {"name": "WhitespaceTokenizer"},
        {"name": "LexicalSyntacticFeaturizer"},
        {"name": "CountVectorsFeaturizer"},
        {"name": "CountVectorsFeaturizer", "analyzer": "char_wb", "min_ngram": 1, "max_ngram": 4},
        {"name": "DIETClassifier", "epochs": epochs, "constrain_similarities": True},
    ]


def diet_answers(
    examples: Sequence[Example], sets: Sequence[MessageSet], epochs: int, cache: Path
) -> dict[str, Any]:
    """Return what DIET answers, from the cache where it fits.

    Args:
        examples: What to train from.
        sets: What to read.
        epochs: How often the training goes through the examples.
        cache: Folder of the answers kept.

    Returns:
        `intents`: the first intent of each message, by set; `milliseconds`: of each parse;
        `seconds` and `megabytes` of the training.

    Raises:
        EvaluationFailed: If the training failed; what it said is on stderr.
    """
    job = {
        "pipeline": pipeline(epochs),
        "examples": [[example.text, example.intent] for example in examples],
        "sets": {each.name: each.texts for each in sets},
    }
    content = json.dumps(job, ensure_ascii=False, sort_keys=True)
    path = cache / f"diet-{hashlib.sha256(content.encode()).hexdigest()[:16]}.json"
    if not path.exists():
        cache.mkdir(parents=True, exist_ok=True)
        with tempfile.TemporaryDirectory() as folder:
            (Path(folder) / "job.json").write_text(content, encoding="utf-8")
            command = [sys.executable, "-m", "bot.evaluation.diet", folder, str(path)]
            environment = {**os.environ, "RASA_TELEMETRY_ENABLED": "false",
                           "TF_CPP_MIN_LOG_LEVEL": "3"}  # fmt: skip
            done = subprocess.run(
                command, cwd=ROOT, env=environment, capture_output=True, text=True, check=False
            )
        if done.returncode != 0 or not path.exists():
            sys.stderr.write(done.stdout[-2000:] + done.stderr[-4000:])
            raise EvaluationFailed("L’entraînement de DIET a échoué ; voir les lignes ci-dessus.")
    answers: dict[str, Any] = json.loads(path.read_text(encoding="utf-8"))
    return answers


def _main(folder: str, answers: str) -> None:
    from bot.engine import rasa_patches

    rasa_patches.prepare()
    import asyncio
    import resource

    from rasa.core.agent import Agent
    from rasa.model_training import train_nlu

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
    model = train_nlu(str(config), str(data), folder)
    seconds = time.perf_counter() - started
    megabytes = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss // 1024
    agent = Agent.load(model)

    async def read() -> dict[str, Any]:
        intents: dict[str, list[str]] = {}
        milliseconds: list[float] = []
        for name, texts in job["sets"].items():
            for text in texts:
                before = time.perf_counter()
                parsed = await agent.parse_message(text)
                milliseconds.append((time.perf_counter() - before) * 1000)
                intents.setdefault(name, []).append(parsed["intent"]["name"])
        return {"intents": intents, "milliseconds": milliseconds,
                "seconds": seconds, "megabytes": megabytes}  # fmt: skip

    Path(answers).write_text(json.dumps(asyncio.run(read())), encoding="utf-8")


if __name__ == "__main__":
    _main(*sys.argv[1:])
