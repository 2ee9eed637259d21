"""The hand-written tables of places, read from `data/*.yml` when they are first needed."""

from __future__ import annotations

from functools import cache
from pathlib import Path
from typing import Any

from bot.ground.yaml_text import read_yaml

DATA = Path(__file__).resolve().parent / "data"


@cache
def table(name: str) -> dict[str, Any]:
    """Returns what a file says: `france`, `hospitals`, `abroad` or `cues`."""
    values: dict[str, Any] = read_yaml(DATA / f"{name}.yml")
    return values


def countries() -> dict[str, list[str]]:
    """Returns the foreign countries by ISO 3166-1 alpha-2 code: French name, then other names."""
    known: dict[str, list[str]] = table("abroad")["countries"]
    return known


@cache
def wordy_names() -> frozenset[str]:
    """Returns the names that French uses as words."""
    return frozenset(table("france")["wordy"])
