"""Finds the names of secrets in a text: "mot de passe", "code d’accès", misspelt as well."""

from __future__ import annotations

import re
from collections import defaultdict
from dataclasses import dataclass
from itertools import pairwise
from typing import Literal, cast

from rapidfuzz.distance import OSA

from bot.french.redaction.lexicon import CODES_OF, PAIRS, SECRETS, TYPOS_OF, WEAK

Kind = Literal["secret", "weak", "pair"]

_WORD = re.compile(r"[^\W_]+")
_GAP = re.compile(r"[ \t]?(?:[ \t'_/.&+-]|\n(?!\n))[ \t]?")
_ANSWER = re.compile(r"\breponse\b")
_LONGEST_TYPO = 15
_SHORTEST_TYPO = 7
_TYPO_WORDS = 4
_TYPO_HEADS = frozenset("mnopc")


_NAMES: dict[tuple[str, ...], Kind] = {
    tuple(phrase.split()): kind
    for phrases, kind in cast(
        "list[tuple[frozenset[str], Kind]]", [(WEAK, "weak"), (SECRETS, "secret"), (PAIRS, "pair")]
    )
    for phrase in phrases
}


def _sizes() -> dict[str, list[int]]:
    sizes: dict[str, set[int]] = defaultdict(set)
    for words in _NAMES:
        sizes[words[0]].add(len(words))
    return {first: sorted(found, reverse=True) for first, found in sizes.items()}


_SIZES = _sizes()
"""How many words the names have that begin with a word, the most first."""


@dataclass(frozen=True)
class Label:
    """The name of a secret in a text: where it stands, and how much it tells."""

    start: int
    end: int
    kind: Kind


def find_labels(folded: str) -> list[Label]:
    """Return the names of secrets in a folded text, in order."""
    words = [(match.group(), match.start(), match.end()) for match in _WORD.finditer(folded)]
    joined = [
        _GAP.fullmatch(folded, before[2], after[1]) is not None for before, after in pairwise(words)
    ] + [False]
    found: list[Label] = []
    at = 0
    while at < len(words):
        count, kind = _named(words, joined, at)
        if count:
            found.append(Label(words[at][1], words[at + count - 1][2], kind))
        at += count or 1
    if "question secrete" in folded:
        found += [Label(*match.span(), "secret") for match in _ANSWER.finditer(folded)]
        found.sort(key=lambda label: label.start)
    return [label for label in found if not _is_of_something(folded, label)]


def _named(words: list[tuple[str, int, int]], joined: list[bool], at: int) -> tuple[int, Kind]:
    """Return how many words from a place on name a secret, and of which kind."""
    first = words[at][0]
    for size in _SIZES.get(first, ()):
        named = tuple(word for word, _, _ in words[at : at + size])
        if len(named) == size and named in _NAMES and all(joined[at : at + size - 1]):
            return size, _NAMES[named]
    if first[0] not in _TYPO_HEADS or len(first) > _LONGEST_TYPO:
        return 0, "secret"
    together = ""
    for offset in range(min(_TYPO_WORDS, len(words) - at)):
        if offset and not joined[at + offset - 1]:
            break
        together += words[at + offset][0]
        if len(together) > _LONGEST_TYPO:
            break
        if len(together) >= _SHORTEST_TYPO and _is_typo(together):
            return offset + 1, "secret"
    return 0, "secret"


def _is_typo(together: str) -> bool:
    return any(OSA.distance(together, name, score_cutoff=1) <= 1 for name in TYPOS_OF)


_OF = re.compile(r"[\s-]+(?:(?:de|du|des|la|le|un|d'|l')[\s']*){0,3}([^\W_]+)")


def _is_of_something(folded: str, label: Label) -> bool:
    """Tell whether "code" goes on as "code client" or "code d'erreur"."""
    if label.kind != "weak":
        return False
    behind = _OF.match(folded, label.end, label.end + 60)
    return behind is not None and behind[1] in CODES_OF
