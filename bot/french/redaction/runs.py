"""The words of a text as they are typed, each with all the signs that stick to it."""

from __future__ import annotations

import re
from dataclasses import dataclass

_RUN = re.compile(r"[^\s\"«»“”„]+")
_AFFIX = re.compile(r"[^\w\s]*(?:[^\W_]|')+[:=]+>?(?=[^\s/])")
_EDGE = ".,;:!?…()[]{}<>'*_`/|\\-–—=→"


@dataclass(frozen=True)
class Run:
    """One run of signs without a space.

    Attributes:
        word: The run without what is glued before it, as in "nouveau:".
        key: The run folded, without punctuation.
    """

    start: int
    end: int
    word: str
    key: str


def runs_of(text: str, folded: str) -> list[Run]:
    """Return the runs of a text; "nouveau:Azerty12" makes two."""
    runs: list[Run] = []
    for match in _RUN.finditer(text):
        start, end = match.span()
        glued = _AFFIX.match(text, start, end)
        if glued is not None and "//" not in text[start:end]:
            runs.append(_run(text, folded, start, glued.end()))
            start = glued.end()
        runs.append(_run(text, folded, start, end))
    return runs


def _run(text: str, folded: str, start: int, end: int) -> Run:
    return Run(start, end, text[start:end], folded[start:end].strip(_EDGE))
