"""Asks the place resolver as a conversation does, and reads its answers."""

from __future__ import annotations

from pathlib import Path
from typing import Any

from bot.french.places import PlaceAnswer, find_place
from bot.ground.yaml_text import read_yaml

HERE = Path(__file__).resolve().parent


def load(name: str) -> list[Any]:
    rows: list[Any] = read_yaml(HERE / name)
    return rows


def regions(answer: PlaceAnswer) -> list[str]:
    codes = [code for place in answer.places for code in place.covers]
    return [code.removeprefix("region:") for code in codes if code.startswith("region:")]


def asked(text: str, *, countries: bool = False) -> PlaceAnswer:
    return find_place(text, expected=True, countries=countries)


def label(answer: PlaceAnswer) -> str:
    assert answer.outcome == "one", answer
    return answer.places[0].label
