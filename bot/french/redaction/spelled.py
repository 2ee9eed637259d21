"""Secrets that are spelled: "A majuscule z e r t y 1 2 3", "azerty tout attaché"."""

from __future__ import annotations

import re
from collections.abc import Iterator

from bot.french.redaction.labels import Label
from bot.french.redaction.words import MATTER

_CASES = "majuscule majuscules maj minuscule minuscules min capitale"
_SIGNS = (
    "arobase point virgule tiret underscore diese etoile asterisque dollar euro slash antislash"
    " espace plus egal interrogation exclamation pourcent esperluette parenthese accent"
    " accolade crochet deux-points barre oblique"
)
_FIGURES = (
    "zero un deux trois quatre cinq six sept huit neuf dix onze douze treize quatorze quinze seize"
    " vingt trente quarante cinquante soixante cent mille"
)
_NATO = (
    "alpha bravo charlie delta echo foxtrot golf hotel india juliet kilo lima mike november oscar"
    " papa quebec romeo sierra tango uniform victor whiskey xray yankee zulu"
)
_PIECES = frozenset(f"{_CASES} {_SIGNS} {_FIGURES} {_NATO}".split())
FIGURES = _FIGURES.replace(" ", "|")
"""The same, as alternatives of a pattern."""

_FILLERS = frozenset("puis ensuite et d de suivi avec en comme un une le la".split())
_CASE_WORDS = frozenset(_CASES.split())
_WORD = re.compile(r"[^\s,;]+")
_HOW = re.compile(
    r"(?<!\S)([^\s,;()\"«»]{4,60})[\s,(]+(?:(?:tout|le tout|en|ecrit|c'est)\s+){0,3}"
    r"(?:tout attache|attache|en lettres minuscules|en minuscules?|en majuscules?"
    r"|minuscules?|sans espaces?|sans accents?"
    r"|avec (?:un |une |le |la )?(?:\S{1,2} )?(?:majuscules?|maj))(?!\w)"
)
_SAID = frozenset("tout ecrit c'est toute".split())
_LEAST = 4
_NEAR = 12


def spelled_secrets(folded: str, labels: list[Label]) -> Iterator[tuple[int, int]]:
    """Yield where a secret is spelled.

    An address is spelled as well, so that rows with "arobase" and a dot are left where no secret is
    named before.
    """
    named = min((label.end for label in labels if label.kind != "weak"), default=None)
    row: list[re.Match[str]] = []
    for word in [*_WORD.finditer(folded), None]:
        if word is not None and _is_piece(word.group(), bool(row)):
            row.append(word)
            continue
        if row:
            yield from _judged(row, named)
        row = []
    if named is not None:
        for how in _HOW.finditer(folded):
            if _inside(how.span(1), labels) or how.start() < named or how[1] in MATTER | _SAID:
                continue
            near = any(0 <= how.start() - label.end <= _NEAR for label in labels)
            if any(map(str.isdigit, how[1])) or (near and how[1].isalpha()):
                yield how.span(1)


def _is_piece(word: str, begun: bool) -> bool:
    stripped = word.strip(".:!?()«»\"'-")
    if len(stripped) <= 1 or stripped in _PIECES:
        return True
    return begun and (stripped in _FILLERS or (stripped.isdigit() and len(stripped) < 5))


def _judged(row: list[re.Match[str]], named: int | None) -> Iterator[tuple[int, int]]:
    while row and (row[-1].group() in _FILLERS):
        row = row[:-1]
    # What leads to the first letter belongs to the sentence.
    while (
        row
        and row[0].group().strip(".:") in {"", "a", "y", "l"}
        and len(row) > 1
        and (row[1].group() in _FILLERS)
    ):
        row = row[1:]
    words = [match.group().strip(".:!?()«»\"'-") for match in row]
    single = [word for word in words if len(word) == 1 and word.isalnum()]
    singles = len(single)
    pieces = sum(word in _PIECES for word in words)
    letters = {word for word in single if word.isalpha()}
    if singles + pieces < _LEAST or (len(letters) < 2 and pieces <= _LEAST and letters):
        return
    cased = not _CASE_WORDS.isdisjoint(words)
    address = "arobase" in words and "point" in words
    if (named is not None and row[0].start() >= named) or (cased and singles >= 3 and not address):
        yield row[0].start(), row[-1].end()


def _inside(span: tuple[int, int], labels: list[Label]) -> bool:
    return any(label.start < span[1] and span[0] < label.end for label in labels)
