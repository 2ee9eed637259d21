"""What the model learns from, as tests say it."""

from __future__ import annotations

from functools import cache

from bot.ground.settings import ROOT
from bot.ground.yaml_text import read_yaml


@cache
def sentences() -> dict[str, list[str]]:
    """Return the training examples of each intent, in the order of the files."""
    found: dict[str, list[str]] = {}
    for path in sorted((ROOT / "data" / "nlu").glob("*.yml")):
        for entry in read_yaml(path)["nlu"]:
            lines = [line.removeprefix("- ") for line in entry["examples"].splitlines()]
            found.setdefault(entry["intent"], []).extend(lines)
    return found
