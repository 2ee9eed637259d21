"""What the model is trained from and what it is tested on."""

from __future__ import annotations

import json
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

from bot.ground.errors import GuichetError
from bot.ground.settings import ROOT
from bot.ground.yaml_text import read_yaml

TRAINING = ROOT / "data" / "nlu"
TESTS = ROOT / "tests" / "nlu"
REAL = ROOT.parent / "shared" / "eval" / "real.jsonl"
FINAL = "final"
"""The test set that is kept for the last run."""


class EvaluationFailed(GuichetError):
    """There is nothing to measure, or it cannot be read."""


@dataclass(frozen=True)
class Example:
    """A message with what it means.

    Attributes:
        text: As typed.
        intents: The label, then those in `also`, which count as right too.
        style: How it is written, such as `sms`; empty where the set does not say.
        maybe_in_training: Its source may have been read by who wrote training data.
    """

    text: str
    intents: tuple[str, ...]
    style: str = ""
    maybe_in_training: bool = False

    @property
    def intent(self) -> str:
        """The label."""
        return self.intents[0]


@dataclass(frozen=True)
class MessageSet:
    """Messages that are scored together."""

    name: str
    examples: tuple[Example, ...]

    @property
    def texts(self) -> list[str]:
        """The messages alone."""
        return [example.text for example in self.examples]


def training_examples(folder: Path = TRAINING) -> list[Example]:
    """Return the training examples of a folder of Rasa's NLU files.

    Raises:
        EvaluationFailed: If there are none.
    """
    examples = []
    for path in sorted(folder.glob("*.yml")):
        for block in read_yaml(path).get("nlu", ()):
            lines = str(block.get("examples", "")).splitlines()
            texts = [line.strip().removeprefix("-").strip() for line in lines]
            examples += [Example(text, (block["intent"],)) for text in texts if text]
    if not examples:
        raise EvaluationFailed(f"Aucun exemple d’entraînement dans {folder}.")
    return examples


def test_sets(*, final: bool, more: Sequence[Path] = ()) -> list[MessageSet]:
    """Return the test sets that are present, then the real messages, in two views, then others.

    Args:
        final: Whether the set that is kept for the last run is wanted.
        more: Files of further sets, a message as a JSON object on each line.

    Raises:
        EvaluationFailed: If there is none, or one cannot be read.
    """
    found = [
        MessageSet(path.stem, tuple(_read(path)))
        for path in sorted(TESTS.glob("*.jsonl"))
        if final or path.stem != FINAL
    ]
    if REAL.exists():
        real = tuple(_read(REAL))
        found.append(MessageSet("real", real))
        found.append(
            MessageSet("real, surely unseen", tuple(e for e in real if not e.maybe_in_training))
        )
    found += [MessageSet(path.stem, tuple(_read(path))) for path in more]
    if not found:
        raise EvaluationFailed(f"Aucun jeu de test dans {TESTS}.")
    return found


def _read(path: Path) -> Sequence[Example]:
    try:
        lines = path.read_text(encoding="utf-8").splitlines()
    except (OSError, UnicodeDecodeError) as error:
        raise EvaluationFailed(f"{path} : illisible ({error}).") from error
    examples = []
    for number, line in enumerate(lines, 1):
        if not line.strip():
            continue
        try:
            row = json.loads(line)
            intents = dict.fromkeys([row["intent"], *(row.get("also") or ())])
            examples.append(
                Example(
                    row["text"], tuple(intents), row.get("style") or "",
                    bool(row.get("maybe_in_training")),
                )
            )  # fmt: skip
        except (ValueError, KeyError, TypeError) as error:
            raise EvaluationFailed(f"{path}, ligne {number} : illisible ({error}).") from error
    return examples
