"""Messages as vectors: the TF-IDF of each view beside the mean of their words' vectors.

Written for one message at a time. scikit-learn's vectorisers check and sort more than the reading
of a short message costs, and several of them in a row would take the time that we have.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field

import numpy as np
import scipy.sparse as sp
from numpy.typing import NDArray

from bot.reading.vectors import WordVectors, read_vectors
from bot.reading.views import VIEWS, Reading, read, with_vectors

Dense = NDArray[np.float32]
Columns = NDArray[np.int32]


@dataclass
class Features:
    """The features of messages.

    Attributes:
        sparse: Weighted TF-IDF of the views, each of length 1 times its weight; shape (messages,
            grams).
        dense: Weighted mean vector, shape (messages, dimensions); no columns without vectors.
        words: How many words were read of each message, shape (messages,).
    """

    sparse: sp.csr_matrix
    dense: Dense
    words: Dense

    def joined(self) -> sp.csr_matrix:
        """Return both in one sparse matrix, as liblinear wants them."""
        return sp.hstack([self.sparse, sp.csr_matrix(self.dense)], format="csr")

    def take(self, rows: NDArray[np.int64]) -> Features:
        """Return the features of some of the messages."""
        return Features(self.sparse[rows], self.dense[rows], self.words[rows])


@dataclass
class View:
    """One view's vocabulary.

    Attributes:
        name: Its name in `VIEWS`.
        weight: Its length in the whole vector.
        columns: Column of each gram that was seen neither too seldom nor too often.
        idf: Weight of each column.
    """

    name: str
    weight: float
    columns: dict[str, int] = field(default_factory=dict)
    idf: Dense = field(default_factory=lambda: np.zeros(0, np.float32))

    def fit(self, readings: Sequence[Reading], fewest: int, most: float) -> None:
        """Learn vocabulary and weights."""
        seen = Counter(gram for reading in readings for gram in set(VIEWS[self.name](reading)))
        limit = max(most * len(readings), fewest)
        kept = sorted(gram for gram, count in seen.items() if fewest <= count <= limit)
        self.columns = {gram: column for column, gram in enumerate(kept)}
        counts = np.array([seen[gram] for gram in kept], dtype=np.float64)
        self.idf = (np.log((1 + len(readings)) / (1 + counts)) + 1).astype(np.float32)

    def transform(self, reading: Reading) -> tuple[Columns, Dense]:
        """Return columns, ascending, and values of one message."""
        columns = self.columns
        counts = Counter(
            column
            for gram in VIEWS[self.name](reading)
            if (column := columns.get(gram)) is not None
        )
        found = np.fromiter(counts, dtype=np.int32, count=len(counts))
        times = np.fromiter(counts.values(), dtype=np.float32, count=len(counts))
        order = np.argsort(found)
        found, values = found[order], (1 + np.log(times[order])) * self.idf[found[order]]
        norm = float(np.sqrt(values @ values))
        return found, values * np.float32(self.weight / norm) if norm else values


class Featurizer:
    """From texts to features.

    Args:
        weights: Weight of each view, by name; those left out or 0 are not used.
        vector_weight: Length of the mean vector; 0 leaves word vectors out.
        clusters: How many clusters of words the view `clusters` tells apart.
        fewest: In how many messages a gram must be seen.
        most: In what share of them at most: what stands in more tells little, and most of the time
            that a message takes goes to comparing it with all the examples that share a gram.
        strip: See `views.read`.
        shorthand: See `views.read`.
    """

    def __init__(
        self,
        weights: Mapping[str, float],
        vector_weight: float,
        *,
        clusters: int,
        fewest: int,
        most: float,
        strip: bool,
        shorthand: bool,
    ) -> None:
        self._strip = strip
        self._shorthand = shorthand
        self._views = [View(name, weight) for name, weight in weights.items() if weight]
        self._vector_weight = vector_weight
        self._clusters = clusters
        self._fewest = fewest
        self._most = most
        self._vectors: WordVectors | None = None
        self._word_idf: dict[str, float] = {}
        self._default_idf = 1.0
        self._centre: Dense = np.zeros(0, np.float32)

    def fit_transform(self, texts: Sequence[str]) -> Features:
        """Learn from the training messages and return their features."""
        readings = self._read(texts)
        seen = Counter(word for reading in readings for word in set(reading.words))
        if self._vector_weight or any(view.name == "clusters" for view in self._views):
            self._vectors = read_vectors(set(seen), self._clusters)
            readings = [with_vectors(reading, self._vectors) for reading in readings]
        total = 1 + len(texts)
        self._word_idf = {w: float(np.log(total / (1 + n)) + 1) for w, n in seen.items()}
        self._default_idf = float(np.log(total / 2) + 1)
        for view in self._views:
            view.fit(readings, self._fewest, self._most)
        if self._vectors is not None and self._vector_weight:
            means = np.stack([self._mean(reading) for reading in readings])
            self._centre = means.mean(axis=0)
        return self._features(readings)

    def transform(self, texts: Sequence[str]) -> Features:
        """Return the features of new messages."""
        return self._features(self._read(texts))

    def _read(self, texts: Sequence[str]) -> list[Reading]:
        options = {"strip": self._strip, "shorthand": self._shorthand}
        return [read(text, self._vectors, **options) for text in texts]

    def _features(self, readings: Sequence[Reading]) -> Features:
        indices: list[Columns] = []
        values: list[Dense] = []
        ends = [0]
        for reading in readings:
            offset = 0
            for view in self._views:
                columns, weights = view.transform(reading)
                indices.append(columns + np.int32(offset))
                values.append(weights)
                offset += len(view.columns)
            ends.append(ends[-1] + sum(len(part) for part in values[-len(self._views) :]))
        sparse = sp.csr_matrix(
            (np.concatenate(values), np.concatenate(indices), np.array(ends)),
            shape=(len(readings), sum(len(view.columns) for view in self._views)),
        )
        words = np.array([len(reading.words) for reading in readings], np.float32)
        return Features(sparse, self._dense(readings), words)

    def _dense(self, readings: Sequence[Reading]) -> Dense:
        if self._vectors is None or not self._vector_weight:
            return np.zeros((len(readings), 0), np.float32)
        means = np.stack([self._mean(reading) for reading in readings]) - self._centre
        norms = np.maximum(np.linalg.norm(means, axis=1, keepdims=True), 1e-6)
        return np.asarray(means * (self._vector_weight / norms), dtype=np.float32)

    def _mean(self, reading: Reading) -> Dense:
        assert self._vectors is not None
        known = [(row, word) for row, word in zip(reading.rows, reading.words, strict=True)
                 if row is not None]  # fmt: skip
        if not known:
            return np.zeros(self._vectors.matrix.shape[1], np.float32)
        weights = np.array(
            [self._word_idf.get(word, self._default_idf) for _, word in known], np.float32
        )
        mean = weights @ self._vectors.matrix[[row for row, _ in known]].astype(np.float32)
        return np.asarray(mean / max(float(np.linalg.norm(mean)), 1e-6), dtype=np.float32)
