"""Gradient boosted trees over signals: learned by scikit-learn, asked by numpy alone.

scikit-learn starts threads and checks its input for each call, which costs more than the few
candidates of one reply; its trees as plain tables answer in a fraction of a millisecond.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray
from sklearn.ensemble import HistGradientBoostingClassifier

Floats = NDArray[np.float64]
Bools = NDArray[np.bool_]

_BLOCK = 4096


@dataclass
class Forest:
    """Trees whose values are added up, as tables with a row a node.

    Attributes:
        signals: Which signal a node asks, shape (nodes,).
        borders: Up to which value it goes left.
        left: Where it goes then; a leaf goes to itself.
        right: Where it goes else.
        values: What a leaf adds.
        roots: The first node of each tree.
        offset: What all start from.
        depth: Of the deepest tree.
    """

    signals: NDArray[np.int16]
    borders: Floats
    left: NDArray[np.int32]
    right: NDArray[np.int32]
    values: NDArray[np.float32]
    roots: NDArray[np.int32]
    offset: float
    depth: int

    @classmethod
    def of(cls, fitted: HistGradientBoostingClassifier) -> Forest:
        """Return the tables of what scikit-learn learned."""
        trees: Sequence[NDArray[np.void]] = [each[0].nodes for each in fitted._predictors]
        sizes = np.array([len(tree) for tree in trees])
        roots = np.concatenate([[0], np.cumsum(sizes)[:-1]])
        nodes, base = np.concatenate(trees), np.repeat(roots, sizes)
        leaf, own = nodes["is_leaf"].astype(bool), np.arange(len(nodes))
        return cls(
            np.where(leaf, 0, nodes["feature_idx"]).astype(np.int16),
            np.where(leaf, 0.0, nodes["num_threshold"]),
            np.where(leaf, own, nodes["left"] + base).astype(np.int32),
            np.where(leaf, own, nodes["right"] + base).astype(np.int32),
            np.where(leaf, nodes["value"], 0).astype(np.float32),
            roots.astype(np.int32),
            float(np.ravel(fitted._baseline_prediction)[0]),
            int(nodes["depth"].max()),
        )

    def __call__(self, seen: Floats) -> Floats:
        """Return probabilities, of the shape of `seen` without its last axis."""
        flat = seen.reshape(-1, seen.shape[-1])
        sums = np.zeros(len(flat))
        for start in range(0, len(flat), _BLOCK):
            part = flat[start : start + _BLOCK]
            row = np.arange(len(part))[:, None]
            at = np.broadcast_to(self.roots, (len(part), len(self.roots)))
            for _ in range(self.depth):
                lower = part[row, self.signals[at]] <= self.borders[at]
                at = np.where(lower, self.left[at], self.right[at])
            sums[start : start + _BLOCK] = self.values[at].sum(axis=1)
        return np.asarray(1 / (1 + np.exp(-(sums + self.offset)))).reshape(seen.shape[:-1])


def grow(seen: Floats, right: Bools) -> HistGradientBoostingClassifier:
    """Learn trees from candidates.

    Args:
        seen: Shape (candidates, signals).
        right: Which are so.
    """
    trees = HistGradientBoostingClassifier(
        max_iter=150, learning_rate=0.06, max_leaf_nodes=24, max_depth=10, min_samples_leaf=40,
        l2_regularization=5.0, early_stopping=False, random_state=0,
    )  # fmt: skip
    return trees.fit(seen, right)
