"""What a text means, whichever question it answers: a regression over what is in any text.

Unlike the kernel regression of `model` it is fitted in a moment, so that it can be fitted anew
without each part of the replies, and knows words that training never showed.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Callable, Sequence
from dataclasses import dataclass

import numpy as np
import scipy.sparse as sp
from numpy.typing import NDArray

from bot.content.replies import Reply
from bot.reading.features import Dense
from bot.reading.replies.grams import Grams
from bot.reading.replies.likeness import Looks, units

Floats = NDArray[np.float64]
Ints = NDArray[np.int64]
Embedded = tuple[Dense, Floats]
"""The dense vectors of texts, and how these are written."""
Embed = Callable[[Sequence[str]], Embedded]

_HASHED = 1024
"""Columns that words, and as many that parts of words, are brought down to."""
_OF_GRAMS = 0.5
_RIDGE = 4.0
_AXES = 120
_SHRINK = 0.3


@dataclass
class Regression:
    """What a text means and does, whichever question it answers.

    Attributes:
        weights: Of each feature for each column, shape (features, columns).
        axes: Turns dense vectors so that sentences that mean the same are near.
    """

    weights: Dense
    axes: Dense

    def __getstate__(self) -> dict[str, Dense]:
        return {name: value.astype(np.float16) for name, value in vars(self).items()}

    def __setstate__(self, state: dict[str, Dense]) -> None:
        vars(self).update({name: value.astype(np.float32) for name, value in state.items()})


@dataclass
class Texts:
    """Texts before any regression: what it is fitted to, and what needs none.

    Attributes:
        dense: Unit vectors.
        design: These beside the hashed grams.
        words: See `Looks`, as for what follows.
    """

    dense: Dense
    design: Dense
    words: sp.csr_matrix
    parts: sp.csr_matrix
    written: Floats

    @classmethod
    def of(cls, texts: Sequence[str], grams: Grams, embedded: Embedded) -> Texts:
        """Return texts with all that is needed of them."""
        dense, written = embedded
        dense = units(dense)
        words, parts = grams(texts)
        grams_of = np.hstack([_hashed(words), _hashed(parts)])
        design = np.hstack([dense, np.float32(_OF_GRAMS) * grams_of])
        return cls(dense, design, words, parts, written)

    def looks(self, regression: Regression, profile: Ints) -> Looks:
        """Return them as they are compared.

        Args:
            regression: What they mean.
            profile: The columns that tell them apart.
        """
        scores = self.design @ regression.weights
        return Looks(
            self.dense, units(self.dense @ regression.axes), scores, units(scores[:, profile]),
            self.words, self.parts, self.written,
        )  # fmt: skip


def _hashed(rows: sp.csr_matrix) -> Dense:
    """Return sparse rows brought down to few columns, grams that meet on one with either sign."""
    signs = np.where(rows.indices // _HASHED % 2, 1, -1).astype(np.float32)
    few = (rows.data * signs, rows.indices % _HASHED, rows.indptr)
    return np.asarray(sp.csr_matrix(few, (rows.shape[0], _HASHED)).toarray(), np.float32)


def regressions(
    texts: Texts, known: Sequence[Reply], targets: Dense, without: Sequence[Ints]
) -> list[Regression]:
    """Return a regression without each of some parts of the replies."""
    design = texts.design
    gram, right = design.T @ design, design.T @ targets
    penalty = _RIDGE * np.eye(len(gram), dtype=np.float32)
    found = []
    for part in without:
        own = design[part]
        weights = np.linalg.solve(gram - own.T @ own + penalty, right - own.T @ targets[part])
        kept = np.setdiff1d(np.arange(len(known)), part)
        found.append(Regression(weights, _axes(texts.dense, known, kept)))
    return found


def _axes(dense: Dense, known: Sequence[Reply], rows: Ints) -> Dense:
    """Return the axes along which options differ most for what replies to one of them differ."""
    same = defaultdict[tuple[str, str], list[int]](list)
    for row in rows:
        reply = known[row]
        if reply.option is not None:
            same[reply.question, reply.option].append(row)
    means = np.array([dense[own].mean(axis=0) for own in same.values()])
    within = sum((dense[own] - mean).T @ (dense[own] - mean)
                 for own, mean in zip(same.values(), means, strict=True))  # fmt: skip
    within = np.asarray(within) / sum(map(len, same.values()))
    size = len(within)
    values, vectors = np.linalg.eigh(within + _SHRINK * np.trace(within) / size * np.eye(size))
    white = vectors / np.sqrt(values)
    between = np.linalg.eigh(white.T @ np.cov(means.T) @ white)[1]
    return np.asarray(white @ between[:, ::-1][:, :_AXES], np.float32)
