"""Which facts a reply tells, by its option or in passing."""

from __future__ import annotations

from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass, field
from typing import Any

import numpy as np
from numpy.typing import NDArray

from bot.content.replies import Question, Reply, told
from bot.reading.replies.forest import Forest
from bot.reading.replies.judging import Candidates, Judge
from bot.reading.replies.signals import Scored

Floats = NDArray[np.float64]
Bools = NDArray[np.bool_]
Ints = NDArray[np.int64]
Told = tuple[str, str]

_FEWEST = 20
"""A fact that fewer replies tell cannot be learned from them."""
_LEAST = 0.05
"""Trees learn facts from those of such a score at least; others are hardly ever told."""


@dataclass(frozen=True)
class Fact:
    """Something that a reply tells.

    Attributes:
        name: Of those in `bot.content.replies.FACTS`.
        value: Of those that it may have.
        confidence: Probability that the reply tells it.
        sure: Whether that is enough to go by.
    """

    name: str
    value: str
    confidence: float
    sure: bool


def learnable(replies: Sequence[tuple[Reply, Question]]) -> list[Told]:
    """Return the facts that replies tell often enough."""
    seen = Counter(fact for reply, question in replies for fact in told(reply, question))
    return sorted(fact for fact, count in seen.items() if count >= _FEWEST)


@dataclass
class FactReader:
    """Turns scores of facts into those that are told.

    Attributes:
        facts: In the order of the scores.
        judge: Of their signals.
        threshold: Confidence from which one is sure.
        tried: What a judge of the other groups thinks of each reply that this one was fitted on;
            not kept.
    """

    facts: list[Told]
    judge: Judge | Forest
    threshold: float
    tried: Floats = field(default_factory=lambda: np.zeros((0, 0)))

    @classmethod
    def fit(cls, facts: list[Told], seen: Floats, right: Bools, group: Ints) -> FactReader:
        """Learn from held-out replies.

        Args:
            facts: In the order of the scores.
            seen: Their signals, shape (replies, facts, signals).
            right: Which are told, shape (replies, facts).
            group: The group of hands of each reply.
        """
        flat = seen.reshape(-1, seen.shape[2])
        own = flat[:, 0] >= _LEAST
        kinds = np.full(len(flat), "fact")
        groups = group.repeat(len(facts))
        every = np.ones(len(flat), bool)
        candidates = Candidates(flat, right.ravel(), kinds, groups, every, own)
        judge, tried = candidates.judged(trees=True)
        least = candidates.thresholds(tried).get("fact", 1.01)
        return cls(facts, judge, least, tried.reshape(right.shape))

    def __call__(self, scores: Floats, scored: Scored) -> tuple[Fact, ...]:
        """Return the facts of one reply, likeliest first, of each name one value alone."""
        if not self.facts:
            return ()
        seen, likely = signals(scores, scored)[0], scores[0] >= _LEAST
        confidences = np.zeros(len(self.facts))
        confidences[likely] = self.judge(seen[likely])
        return facts_of(self.facts, confidences, self.threshold)

    def __getstate__(self) -> dict[str, Any]:
        return vars(self) | {"tried": np.zeros((0, 0))}


def facts_of(facts: Sequence[Told], confidences: Floats, threshold: float) -> tuple[Fact, ...]:
    """Return the facts of one reply, likeliest first, of each name one value alone.

    Args:
        facts: Those that can be told.
        confidences: That it tells each.
        threshold: Confidence from which one is sure.
    """
    found: dict[str, Fact] = {}
    for at in np.argsort(-confidences):
        (name, value), confidence = facts[at], float(confidences[at])
        found.setdefault(name, Fact(name, value, confidence, confidence >= threshold))
    return tuple(found.values())


def signals(scores: Floats, scored: Scored) -> Floats:
    """Return the signals of each fact, shape (replies, facts, signals).

    Args:
        scores: Of the facts, shape (replies, facts).
        scored: What else is known of the replies.
    """
    count, shape = scores.shape[1], scores.shape
    ordered = -np.sort(-np.hstack([scores, np.zeros((len(scored), 2))]), axis=1)[:, :2]
    rivals = np.where(scores == ordered[:, :1], ordered[:, 1:], ordered[:, :1])
    option = scored.options.max(axis=1, keepdims=True, initial=0)
    move = scored.moves.max(axis=1, keepdims=True)
    own = np.stack(
        [scores, scores - rivals, scores - option,
         np.broadcast_to(scored.written[:, :1], shape), scores - move],
        axis=2,
    )  # fmt: skip
    which = np.repeat(np.eye(count)[None], len(scored), axis=0)
    shared = np.hstack([option, move, scored.meanings, scored.written[:, 1:]])
    every = [own, which, np.repeat(shared[:, None, :], count, axis=1)]
    # In single precision: of all replies there are a million facts to judge.
    return np.concatenate([each.astype(np.float32) for each in every], axis=2)
