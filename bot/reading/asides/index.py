"""The questions that have an answer, and how like to each of them a new one is.

A small kernel ridge regression over all the ways to ask, solved when the content is read: a matrix
of some hundred rows, so that a changed file needs no training. Its scores, and where in the
conversation the question comes, make the confidence.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from functools import lru_cache

import numpy as np
import scipy.sparse as sp

from bot.content.asides import Aside
from bot.reading.asides.vectors import Dense, Letters, encoded, unit
from bot.reading.sentences import encode

_LETTERS = np.float32(0.2)
"""What the letters count for beside the meaning."""
_SHARPNESS = np.float32(2)
_RIDGE = np.float32(0.1)


@dataclass(frozen=True)
class Found:
    """An aside that a question may be.

    Attributes:
        score: What the regression says of it: about 1 where it surely is.
        likeness: Cosine to the likest of its ways to ask.
        here: How exactly it belongs to where the question came: 2 to the step, 1 to the walk.
    """

    aside: Aside
    score: float
    likeness: float
    here: int

    @property
    def rank(self) -> float:
        """The score with what the place adds to it or takes from it."""
        elsewhere = _ELSEWHERE if self.aside.about and not self.here else 0.0
        return self.score + _PLACE[self.here] - elsewhere


class AsideIndex:
    """All ways to ask the asides of a portal.

    Args:
        asides: At least two of them.
    """

    def __init__(self, asides: Sequence[Aside]) -> None:
        self._asides = tuple(asides)
        rows = [(text, at) for at, aside in enumerate(asides) for text in aside.questions]
        texts = [text for text, _ in rows]
        self._of = np.array([at for _, at in rows])
        meanings = encoded(texts)
        self._centre: Dense = meanings.mean(axis=0)
        self._meanings = unit(meanings - self._centre)
        self._letters = Letters(texts)
        written = self._letters.of(texts)
        self._written = sp.csr_matrix(written.T)
        wanted = (self._of[:, None] == np.arange(len(self._asides))).astype(np.float32)
        gram = _kernel(self._cosines(self._meanings, written))
        gram[np.diag_indices_from(gram)] += _RIDGE
        self._coefficients: Dense = np.linalg.solve(gram, wanted)

    def likeliest(self, texts: Sequence[str], places: Sequence[str]) -> list[list[Found]]:
        """Return what each of some questions may be, likeliest first.

        Args:
            texts: Questions as typed.
            places: Where they came, exactly first: a step, then its walk or topic.
        """
        meanings = unit(encode(texts) - self._centre)
        cosines = self._cosines(meanings, self._letters.of(texts))
        scores = _kernel(cosines) @ self._coefficients
        return [self._ranked(*of_text, places) for of_text in zip(cosines, scores, strict=True)]

    def _ranked(self, cosines: Dense, scores: Dense, places: Sequence[str]) -> list[Found]:
        found = []
        for at in np.argsort(-scores)[:_CONSIDERED]:
            aside = self._asides[at]
            likeness = float(cosines[self._of == at].max())
            found.append(Found(aside, float(scores[at]), likeness, _here(aside, places)))
        return sorted(found, key=lambda each: each.rank, reverse=True)

    def _cosines(self, meanings: Dense, written: sp.csr_matrix) -> Dense:
        of_letters = (written @ self._written).toarray()
        return np.asarray(
            (1 - _LETTERS) * (meanings @ self._meanings.T) + _LETTERS * of_letters, np.float32
        )


_CONSIDERED = 12
_PLACE = (0.0, 0.2, 0.3)
"""What it adds to a score that an aside belongs to the walk, or to the very step."""
_ELSEWHERE = 0.05
"""What it takes from a score that an aside belongs somewhere else."""


def _here(aside: Aside, places: Sequence[str]) -> int:
    if places and places[0] in aside.about:
        return 2
    return int(any(place in aside.about for place in places[1:]))


def _kernel(cosines: Dense) -> Dense:
    return np.asarray(np.exp(_SHARPNESS * (cosines - 1)), np.float32)


@lru_cache(maxsize=16)
def index_of(asides: tuple[Aside, ...]) -> AsideIndex:
    """Return the index of a portal's asides, made once.

    Args:
        asides: A portal's.
    """
    return AsideIndex(asides)
