"""Questions as vectors: what the whole sentence means, and the letters that it is written with."""

from __future__ import annotations

import math
from collections import Counter
from collections.abc import Iterator, Sequence

import numpy as np
import scipy.sparse as sp
from numpy.typing import NDArray

from bot.french.fold import fold
from bot.reading.sentences import DIMENSIONS, encode

Dense = NDArray[np.float32]

_SIZES = (3, 4, 5)
_FEWEST = 2
_MOST_KEPT = 8192
_kept: dict[str, Dense] = {}


def encoded(texts: Sequence[str]) -> Dense:
    """Return the vectors of texts, shape (texts, dimensions); each text is encoded once a process.

    Args:
        texts: As typed.
    """
    fresh = [text for text in dict.fromkeys(texts) if text not in _kept]
    if len(_kept) + len(fresh) > _MOST_KEPT:
        _kept.clear()
        fresh = list(dict.fromkeys(texts))
    _kept.update(zip(fresh, encode(fresh), strict=True))
    found = [_kept[text] for text in texts]
    return np.stack(found) if found else np.zeros((0, DIMENSIONS), np.float32)


class Letters:
    """TF-IDF over the letters in a row, of texts brought to lower case without accents.

    Args:
        texts: From which it is learned which ones are common.
    """

    def __init__(self, texts: Sequence[str]) -> None:
        seen = Counter(gram for text in texts for gram in set(_grams(text)))
        kept = sorted(gram for gram, count in seen.items() if count >= _FEWEST)
        self._columns = {gram: column for column, gram in enumerate(kept)}
        weights = [math.log((1 + len(texts)) / (1 + seen[gram])) + 1 for gram in kept]
        self._weights = np.array(weights, np.float32)

    def of(self, texts: Sequence[str]) -> sp.csr_matrix:
        """Return the vectors of texts, each of length 1 where it shares anything.

        Args:
            texts: As typed.
        """
        columns: list[int] = []
        values: list[float] = []
        ends = [0]
        for text in texts:
            counts = Counter(
                column for gram in _grams(text) if (column := self._columns.get(gram)) is not None
            )
            weighted = [(1 + math.log(n)) * self._weights[column] for column, n in counts.items()]
            length = math.sqrt(sum(value * value for value in weighted)) or 1.0
            columns += counts
            values += [value / length for value in weighted]
            ends.append(len(columns))
        shape = (len(texts), len(self._columns))
        return sp.csr_matrix((np.array(values, np.float32), columns, ends), shape)


def unit(rows: Dense) -> Dense:
    """Return rows brought to length 1; those without any stay so."""
    norms = np.linalg.norm(rows, axis=1, keepdims=True)
    return np.asarray(rows / np.maximum(norms, 1e-6), np.float32)


def _grams(text: str) -> Iterator[str]:
    words = "".join(sign if sign.isalnum() else " " for sign in fold(text)).split()
    written = f" {' '.join(words)} "
    for size in _SIZES:
        for at in range(len(written) - size + 1):
            yield written[at : at + size]
