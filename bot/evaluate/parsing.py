"""Reads messages as the service does, through Rasa's agent with a whole pipeline, and times each.

In a process of its own: what else measures in the same process, its threads and its memory, is no
part of what a message costs.
"""

from __future__ import annotations

import json
import sys
import tempfile
import time
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

from bot.evaluate.data import EvaluationFailed
from bot.ground.subprocesses import run_apart

_WARM_UP = 20


@dataclass(frozen=True)
class Parsed:
    """What a model read.

    Attributes:
        intents: The likeliest intent of each message.
        milliseconds: What each parse took, in the order of the messages.
    """

    intents: list[str]
    milliseconds: list[float]


def parsed(model: Path, texts: Sequence[str], *, tensorflow: bool = False) -> Parsed:
    """Read messages with a trained model.

    Args:
        model: A model as Rasa packs it.
        texts: Messages.
        tensorflow: Whether the pipeline needs it; the service leaves it out.

    Raises:
        EvaluationFailed: If the model could not be loaded or read with; why is on stderr.
    """
    with tempfile.TemporaryDirectory() as folder:
        job, answers = Path(folder) / "texts.json", Path(folder) / "answers.json"
        job.write_text(json.dumps(list(texts)), encoding="utf-8")
        options = ["tensorflow"] if tensorflow else []
        if not run_apart(answers, __name__, str(model), str(job), str(answers), *options):
            raise EvaluationFailed("Le modèle n’a pas pu lire les messages ; voir ci-dessus.")
        return Parsed(**json.loads(answers.read_text(encoding="utf-8")))


def _main(model: str, job: str, answers: str, *options: str) -> None:
    from bot.rasa import patches as rasa_patches

    rasa_patches.prepare()
    if "tensorflow" not in options:
        rasa_patches.leave_unused_out()
    import asyncio

    from rasa.core.agent import Agent

    from bot.ground import logs

    logs.configure()
    agent = Agent.load(model)
    texts: list[str] = json.loads(Path(job).read_text(encoding="utf-8"))

    async def read() -> dict[str, list[object]]:
        for text in texts[:_WARM_UP]:
            await agent.parse_message(text)
        intents: list[object] = []
        milliseconds: list[object] = []
        for text in texts:
            before = time.perf_counter()
            understood = await agent.parse_message(text)
            milliseconds.append((time.perf_counter() - before) * 1000)
            intents.append(understood["intent"]["name"])
        return {"intents": intents, "milliseconds": milliseconds}

    Path(answers).write_text(json.dumps(asyncio.run(read())), encoding="utf-8")


if __name__ == "__main__":
    _main(*sys.argv[1:])
