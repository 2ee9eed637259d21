"""Words and parts of words of any text, also of those that training never showed.

The featurizer knows the words of its training alone. A new tree speaks of other things: of "zip"
or "vpn" no column tells. Here any word has its place, and one never met weighs most.
"""

from __future__ import annotations

import zlib
from collections import Counter
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from itertools import pairwise

import numpy as np
import scipy.sparse as sp
from numpy.typing import NDArray

from bot.french.fold import fold

PLACES = 1 << 18
"""So many grams are told apart; the few that meet on one place do no harm."""
_MOST = 400
_LENGTHS = (3, 4, 5)


@dataclass
class Grams:
    """Turns texts into the weighted grams that they hold.

    Attributes:
        weights: Of each place, shape (`PLACES`,): the more, the fewer texts hold its gram.
    """

    weights: NDArray[np.float16]

    @classmethod
    def fit(cls, texts: Sequence[str]) -> Grams:
        """Learn how common grams are."""
        counts = np.zeros(PLACES)
        for text in texts:
            places = {place for view in _views(text) for place in view}
            counts[list(places)] += 1
        return cls(np.log((1 + len(texts)) / (1 + np.maximum(counts, 1))).astype(np.float16))

    def __call__(self, texts: Sequence[str]) -> tuple[sp.csr_matrix, sp.csr_matrix]:
        """Return the words, and the parts of words, of texts as unit rows."""
        views = [_views(text) for text in texts]
        words, parts = (self._rows([view[number] for view in views]) for number in range(2))
        return words, parts

    def _rows(self, texts: Sequence[Sequence[int]]) -> sp.csr_matrix:
        counted = [Counter(places) for places in texts]
        ends = np.cumsum([0, *(len(counts) for counts in counted)])
        columns = np.fromiter((place for counts in counted for place in counts), np.int32, ends[-1])
        times = np.fromiter((n for c in counted for n in c.values()), np.float32, ends[-1])
        values = self.weights[columns].astype(np.float32) * (1 + np.log(times))
        row = np.repeat(np.arange(len(texts)), np.diff(ends))
        norms = np.sqrt(np.bincount(row, weights=values**2, minlength=len(texts)))
        values = (values / np.maximum(norms, 1e-6)[row]).astype(np.float32)
        return sp.csr_matrix((values, columns, ends), (len(texts), PLACES))


def _views(text: str) -> tuple[list[int], list[int]]:
    """Return the places of a text's words and pairs of words, and of its parts of words."""
    words = "".join(sign if sign.isalnum() else " " for sign in fold(text[:_MOST])).split()
    pairs = (f"{one} {other}" for one, other in pairwise(words))
    parts = (part for word in words for part in _parts(f"<{word}>"))
    return [_place(each) for each in (*words, *pairs)], [_place(each) for each in parts]


def _parts(word: str) -> Iterator[str]:
    for length in _LENGTHS:
        for start in range(len(word) - length + 1):
            yield word[start : start + length]


def _place(gram: str) -> int:
    return zlib.crc32(gram.encode()) % PLACES
