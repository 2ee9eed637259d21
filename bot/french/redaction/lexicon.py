"""The words that secrets are told by: the names of secrets, common words, and words around secrets.

They are content, and stand in `data/`; what each tells is fitted to labelled messages.
"""

from __future__ import annotations

from collections import defaultdict
from pathlib import Path

from bot.ground.yaml_text import read_yaml

_DATA = Path(__file__).parent / "data"


def _read(name: str) -> dict[str, str]:
    found: dict[str, str] = read_yaml(_DATA / name)
    return found


def _phrases(text: str) -> frozenset[str]:
    return frozenset(phrase.strip() for phrase in text.split(","))


_NAMES = {group: _phrases(text) for group, text in _read("names.yml").items()}
SECRETS = _NAMES["secrets"]
WEAK = _NAMES["weak"]
PAIRS = _NAMES["pairs"]
TYPOS_OF = _NAMES["typos_of"]
CODES_OF = _NAMES["numbers"]

_CUES = {group: frozenset(text.split()) for group, text in _read("cues.yml").items()}
PRODUCTS = _CUES.pop("products")
PRODUCT_HEADS = _CUES.pop("product_heads")
SAYS = _CUES["says"]

COMMON = {word: rank for rank, word in enumerate((_DATA / "common.txt").read_text("utf-8").split())}
"""The common words of French, folded, each with its rank."""


def _cues() -> dict[str, tuple[str, ...]]:
    cues: dict[str, list[str]] = defaultdict(list)
    for group, words in _CUES.items():
        for word in words:
            cues[word].append(group)
    return {word: tuple(groups) for word, groups in cues.items()}


CUES = _cues()
"""Each word that tells something of those beside it, with the groups that it is in."""
