"""From scores of options and moves to confidences, and from there to what is sure.

Two logistic regressions, one for options and one for moves, are fitted on held-out replies: of a
score, of how far it is ahead of its rivals of either kind, and of how much was read.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field

import numpy as np
from numpy.typing import NDArray
from sklearn.linear_model import LogisticRegression

Floats = NDArray[np.float64]
Bools = NDArray[np.bool_]

DROPS = frozenset({"cancel", "later", "restart", "solved"})
"""Moves that end something."""

WANTED: Mapping[str, float] = {"act": 0.97, "option": 0.92, "drop": 0.95, "move": 0.85}
"""By kind, the share that must be right, on held-out replies, among those taken as sure: options
that send or close something, other options, moves that end something, other moves."""


def kind_of_move(name: str) -> str:
    """Return the kind, of those in `WANTED`, of a move that all questions share."""
    return "drop" if name in DROPS else "move"


def signals(own: Floats, others: Floats, words: Floats) -> Floats:
    """Return what a confidence is judged by, shape (messages, candidates, 4).

    Args:
        own: Scores of the candidates of one kind, shape (messages, candidates).
        others: Scores of the candidates of the other kind, shape (messages, others).
        words: How many words were read of each message.
    """
    count = own.shape[1]
    rivals = np.zeros_like(own)
    if count > 1:
        ordered = np.sort(own, axis=1)
        first, second = ordered[:, -1:], ordered[:, -2:-1]
        rivals = np.where(own == first, second, first)
    best = others.max(axis=1, keepdims=True) if others.shape[1] else np.zeros((len(own), 1))
    length = np.broadcast_to(np.log1p(words)[:, None], own.shape)
    return np.stack([own, own - rivals, own - best, length], axis=2)


@dataclass
class Judge:
    """A logistic regression over `signals`; without one, scores are taken as they are."""

    weights: Floats = field(default_factory=lambda: np.zeros(0))
    offset: float = 0.0

    @classmethod
    def fit(cls, seen: Floats, right: Bools) -> Judge:
        """Learn from candidates of held-out replies.

        Args:
            seen: Shape (candidates, 4).
            right: Which are so.
        """
        if not len(right) or right.all() or not right.any():
            return cls()
        fitted = LogisticRegression(max_iter=500).fit(seen, right)
        return cls(fitted.coef_[0].astype(np.float64), float(fitted.intercept_[0]))

    def __call__(self, seen: Floats) -> Floats:
        """Return confidences, of the shape of `seen` without its last axis."""
        if not len(self.weights):
            return np.clip(seen[..., 0], 0, 1)
        return np.asarray(1 / (1 + np.exp(-(seen @ self.weights + self.offset))))


def threshold(confidence: Floats, right: Bools, wanted: float) -> float:
    """Return from which confidence on a share is right; above 1 where it is never reached."""
    order = np.argsort(-confidence, kind="stable")
    running = np.cumsum(right[order]) / np.arange(1, len(order) + 1)
    reached = np.flatnonzero(running >= wanted)
    return float(confidence[order][reached[-1]]) if len(reached) else 1.01
