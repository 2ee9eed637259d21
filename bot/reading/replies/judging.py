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

from bot.content.replies import MOVES, Option, Question
from bot.reading.replies.forest import Forest, grow
from bot.reading.replies.signals import PLAIN, Scored, move_signals, option_signals

Floats = NDArray[np.float64]
Bools = NDArray[np.bool_]
Ints = NDArray[np.int64]

DROPS = frozenset({"cancel", "later", "restart", "solved"})
"""Moves that end something."""

WANTED: Mapping[str, float] = {"act": 0.97, "option": 0.935, "drop": 0.95, "move": 0.85,
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
        telling: Which the trees learn from.
    """

    seen: Floats
    right: Bools
    kinds: NDArray[np.str_]
    group: Ints
    taken: Bools
    telling: Bools

    def judged(self, *, trees: bool, thresholds: dict[str, float]) -> Judge | Forest:
        """Return a judge of them, and set the thresholds of their kinds."""
        if trees and len(self.right) >= _FEWEST:
            confidence = np.zeros(len(self.right))
            for group in np.unique(self.group):
                rest, own = self.telling & (self.group != group), self.group == group
                if self.right[rest].any():
                    grown = grow(self.seen[rest], self.right[rest])
                    confidence[own] = grown.predict_proba(self.seen[own])[:, 1]
            judge: Judge | Forest = Forest.of(
                grow(self.seen[self.telling], self.right[self.telling])
            )
        else:
            judge = Judge.fit(self.seen, self.right)
            confidence = judge(self.seen)
        for kind in np.unique(self.kinds):
            rows = self.taken & (self.kinds == kind)
            thresholds[str(kind)] = threshold(confidence[rows], self.right[rows], WANTED[kind])
        return judge


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

    @classmethod
    def fit(cls, options: Candidates, moves: Candidates, *, trees: bool) -> Decision:
        """Learn from held-out replies.

        Args:
            options: Options of all of them.
            moves: Moves of all of them.
            trees: Whether to weigh all signals; else only those that hold of any question.
        """
        thresholds = dict.fromkeys(WANTED, 1.01)
        return cls(
            options.judged(trees=trees, thresholds=thresholds),
            moves.judged(trees=trees, thresholds=thresholds),
            thresholds,
        )

    def __call__(self, question: Question, scored: Scored) -> tuple[Floats, Floats]:
        """Return confidences of the options and of the moves of replies to one question."""
        return self.options(option_signals(question, scored)), self.moves(move_signals(scored))


def gathered(
    questions: list[tuple[Question, Scored]], chosen: list[Bools], done: list[Bools],
    groups: list[Ints],
) -> tuple[Candidates, Candidates]:  # fmt: skip
    """Return the candidates of held-out replies: options, then moves.

    Args:
        questions: Each question with the scores of the replies to it.
        chosen: For each, which option each reply chooses, shape (replies, options).
        done: For each, which moves it makes, shape (replies, moves).
        groups: For each, the group of hands of each reply.
    """
    options: list[tuple[Floats, Bools, Ints]] = []
    kinds: list[str] = []
    moves: list[tuple[Floats, Bools, Ints]] = []
    for (question, scored), group in zip(questions, groups, strict=True):
        signals = option_signals(question, scored)
        best: Bools = scored.options == scored.options.max(axis=1, keepdims=True, initial=-1)
        count = len(question.options)
        options.append((signals.reshape(-1, signals.shape[2]), best.ravel(), group.repeat(count)))
        kinds += [kind_of_option(option) for option in question.options] * len(scored)
        signals = move_signals(scored)
        near = (-scored.moves).argsort(axis=1).argsort(axis=1) < _RIVALS
        shape = len(MOVES)
        moves.append((signals.reshape(-1, signals.shape[2]), near.ravel(), group.repeat(shape)))
    seen, best, group = (np.concatenate(each) for each in zip(*options, strict=True))
    right = np.concatenate([each.ravel() for each in chosen])
    every = np.ones(len(right), bool)
    of_options = Candidates(seen, right, np.array(kinds), group, best, every)
    seen, near, group = (np.concatenate(each) for each in zip(*moves, strict=True))
    right = np.concatenate([each.ravel() for each in done])
    every = np.ones(len(right), bool)
    kind = np.tile([kind_of_move(name) for name in MOVES], len(right) // len(MOVES))
    return of_options, Candidates(seen, right, kind, group, every, near)
