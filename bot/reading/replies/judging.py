"""From scores of options and moves to confidences, and from there to what is sure.

Judges are fitted on held-out replies. Trees weigh all the signals of a candidate together, its
rivals of either kind among them. Of a question that training never showed, scores are of another
make: it is judged by a logistic regression over the few signals that hold of any.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field

import numpy as np
from numpy.typing import NDArray
from sklearn.linear_model import LogisticRegression

from bot.content.replies import Option, Question
from bot.reading.replies.forest import Forest, grow
from bot.reading.replies.signals import PLAIN, Scored, move_signals, option_signals

Floats = NDArray[np.float64]
Bools = NDArray[np.bool_]
Ints = NDArray[np.int64]

DROPS = frozenset({"cancel", "later", "restart", "solved"})
"""Moves that end something."""

WANTED: Mapping[str, float] = {"act": 0.97, "option": 0.945, "drop": 0.95, "move": 0.85,
                              "fact": 0.85}  # fmt: skip
"""By kind, the share that must be right, on held-out replies, among those taken as sure: options
that send or close something, other options, moves that end something, other moves, facts."""

_FEWEST = 2000
"""Of fewer candidates trees would learn nothing."""
_RIVALS = 6
"""Trees learn moves from those that come so far up in a reply; the others are hardly ever made."""


def kind_of_move(name: str) -> str:
    """Return the kind, of those in `WANTED`, of a move that all questions share."""
    return "drop" if name in DROPS else "move"


def kind_of_option(option: Option) -> str:
    """Return the kind, of those in `WANTED`, of an option."""
    return "act" if option.acts else "option"


@dataclass
class Judge:
    """A logistic regression over the plain signals; without one, scores are taken as they are."""

    weights: Floats = field(default_factory=lambda: np.zeros(0))
    offset: float = 0.0

    @classmethod
    def fit(cls, seen: Floats, right: Bools) -> Judge:
        """Learn from candidates of held-out replies.

        Args:
            seen: Shape (candidates, signals).
            right: Which are so.
        """
        if not len(right) or right.all() or not right.any():
            return cls()
        fitted = LogisticRegression(max_iter=500).fit(seen[:, :PLAIN], right)
        return cls(fitted.coef_[0].astype(np.float64), float(fitted.intercept_[0]))

    def __call__(self, seen: Floats) -> Floats:
        """Return confidences, of the shape of `seen` without its last axis."""
        if not len(self.weights):
            return np.clip(seen[..., 0], 0, 1)
        return np.asarray(1 / (1 + np.exp(-(seen[..., :PLAIN] @ self.weights + self.offset))))


def threshold(confidence: Floats, right: Bools, wanted: float) -> float:
    """Return from which confidence on a share is right; above 1 where it is never reached."""
    order = np.argsort(-confidence, kind="stable")
    running = np.cumsum(right[order]) / np.arange(1, len(order) + 1)
    reached = np.flatnonzero(running >= wanted)
    return float(confidence[order][reached[-1]]) if len(reached) else 1.01


@dataclass
class Candidates:
    """Candidates of one sort, options or moves, of held-out replies.

    Attributes:
        seen: Their signals, shape (candidates, signals).
        right: Which are so.
        kinds: Their kinds, of those in `WANTED`.
        group: The group of hands that each is of; a judge tried on one is fitted on the others.
        taken: Which could be taken: of the options of a reply the likeliest alone.
        telling: Which the trees learn from and judge; the others are never so.
    """

    seen: Floats
    right: Bools
    kinds: NDArray[np.str_]
    group: Ints
    taken: Bools
    telling: Bools

    def judged(self, *, trees: bool) -> tuple[Judge | Forest, Floats]:
        """Return a judge of them, and what one of the other groups thinks of each.

        Args:
            trees: Whether to weigh all signals; else only those that hold of any question, by so
                few weights that the judge of all serves for each.
        """
        if not trees or len(self.right) < _FEWEST:
            judge = Judge.fit(self.seen, self.right)
            return judge, judge(self.seen)
        confidence = np.zeros(len(self.right))
        for group in np.unique(self.group):
            rest, own = (self.telling & rows for rows in (self.group != group, self.group == group))
            if own.any() and self.right[rest].any():
                grown = grow(self.seen[rest], self.right[rest])
                confidence[own] = grown.predict_proba(self.seen[own])[:, 1]
        grown = grow(self.seen[self.telling], self.right[self.telling])
        return Forest.of(grown), confidence

    def thresholds(self, confidence: Floats, without: int | None = None) -> dict[str, float]:
        """Return from which confidence each of their kinds is sure.

        Args:
            confidence: Of each candidate.
            without: A group that the thresholds are for, which they are not told by.
        """
        found = {}
        for kind in np.unique(self.kinds):
            rows = self.taken & (self.kinds == kind)
            if without is not None:
                rows &= self.group != without
            found[str(kind)] = threshold(confidence[rows], self.right[rows], WANTED[kind])
        return found


@dataclass
class Decision:
    """Turns scores into confidences, and tells which are sure.

    Attributes:
        options: The judge of options.
        moves: The judge of moves.
        thresholds: Confidence from which each kind is sure, by the kinds of `WANTED`.
    """

    options: Judge | Forest
    moves: Judge | Forest
    thresholds: dict[str, float]

    def __call__(self, question: Question, scored: Scored) -> tuple[Floats, Floats]:
        """Return confidences of the options and of the moves of replies to one question."""
        options, seen = self.options(option_signals(question, scored)), move_signals(scored)
        if isinstance(self.moves, Judge):
            return options, self.moves(seen)
        near, moves = nearest(scored), np.zeros(seen.shape[:2])
        moves[near] = self.moves(seen[near])
        return options, moves


def nearest(scored: Scored) -> Bools:
    """Tell which moves come so far up in a reply that trees judge them."""
    return np.asarray((-scored.moves).argsort(axis=1).argsort(axis=1) < _RIVALS)
