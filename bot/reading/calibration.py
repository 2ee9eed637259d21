"""From scores to a confidence that means what it says, and from there to a band.

Everything is fitted on held-out folds of the training data: the temperature of a softmax, then a
logistic regression that corrects it by how much was read, since a message of two words can look
clear by chance. More signals (margin, likeness to training, agreement of the two models) were
tried: they help on the folds and mislead on messages from elsewhere.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray
from scipy.optimize import minimize_scalar
from sklearn.linear_model import LogisticRegression

Floats = NDArray[np.float64]
Ints = NDArray[np.int64]

_OFFERED = 3


@dataclass
class Judge:
    """A logistic regression over a probability and the length of the message.

    Attributes:
        weights: Of the two signals, shape (2,).
        offset: Intercept.
    """

    weights: Floats
    offset: float

    def __call__(self, probability: Floats, words: Floats) -> Floats:
        """Return corrected probabilities, shape (messages,)."""
        return _logistic(_signals(probability, words) @ self.weights + self.offset)


@dataclass
class Calibration:
    """What turns scores into probabilities and bands.

    Attributes:
        temperature: Divides the scores before the softmax.
        out_of_scope: Index of the intent `out_of_scope`, or -1.
        right: Judges whether the first intent is right; None before fitting.
        among_three: Judges whether the right intent is among the first three.
        sure: Confidence from which a message counts as understood.
        sure_in_scope: The same for an answer in scope, never less than `sure`.
        lost: Probability for the first three under which not even a choice is offered.
        shift: Added to the log-odds of both judges.
    """

    temperature: float = 1.0
    out_of_scope: int = -1
    right: Judge | None = None
    among_three: Judge | None = None
    sure: float = 1.0
    sure_in_scope: float = 1.0
    lost: float = 0.0
    shift: float = 0.0

    def probabilities(self, scores: Floats) -> Floats:
        """Return the softmax of scores, shape (messages, intents), at the temperature."""
        scaled = scores / self.temperature
        exponentials = np.exp(scaled - scaled.max(axis=1, keepdims=True))
        return np.asarray(exponentials / exponentials.sum(axis=1, keepdims=True))

    def judge(self, probabilities: Floats, words: Floats) -> tuple[Floats, Floats]:
        """Return confidence in the first intent, and that the truth is among the first three.

        Args:
            probabilities: Shape (messages, intents).
            words: How many words were read of each message.
        """
        ordered = -np.sort(-probabilities, axis=1)
        first, three = ordered[:, 0], ordered[:, :_OFFERED].sum(axis=1)
        if self.right is None or self.among_three is None:
            return first, three
        return self.right(first, words), self.among_three(three, words)

    def band(self, intent: int, confidence: float, among_three: float) -> str:
        """Return `sure`, `unsure` or `lost`.

        Args:
            intent: Index of the likeliest intent.
            confidence: That it is right.
            among_three: Probability that the right one is among the first three.
        """
        if confidence >= (self.sure if intent == self.out_of_scope else self.sure_in_scope):
            return "sure"
        return "unsure" if among_three >= self.lost else "lost"


def calibrate(
    scores: Floats,
    truth: Ints,
    words: Floats,
    *,
    out_of_scope: int,
    precision: float,
    leak: float,
    lost: float,
    shift: float,
) -> Calibration:
    """Fit everything on messages that the scoring model did not see.

    Args:
        scores: Shape (messages, intents).
        truth: Index of each message's intent.
        words: How many words were read of each.
        out_of_scope: Index of that intent, or -1.
        precision: Share of right answers wanted among those given without asking.
        leak: Share of out-of-scope messages that may be answered as if in scope.
        lost: See `Calibration.lost`.
        shift: See `Calibration.shift`.
    """

    def negative_log_likelihood(temperature: float) -> float:
        chosen = Calibration(temperature).probabilities(scores)[np.arange(len(truth)), truth]
        return float(-np.log(np.maximum(chosen, 1e-12)).mean())

    best = minimize_scalar(negative_log_likelihood, bounds=(0.02, 5.0), method="bounded")
    fitted = Calibration(float(best.x), out_of_scope, lost=lost, shift=shift)
    probabilities = fitted.probabilities(scores)
    order = np.argsort(-probabilities, axis=1)
    right = order[:, 0] == truth
    among = (order[:, :_OFFERED] == truth[:, None]).any(axis=1)
    fitted.right = _judge(probabilities.max(axis=1), words, right, shift)
    three = -np.sort(-probabilities, axis=1)[:, :_OFFERED].sum(axis=1)
    fitted.among_three = _judge(three, words, among, shift)
    confidence, _ = fitted.judge(probabilities, words)
    fitted.sure = _threshold(confidence, right, precision)
    outside = (truth == out_of_scope) & (order[:, 0] != out_of_scope)
    tolerated = int(leak * (truth == out_of_scope).sum())
    leaking = np.sort(confidence[outside])[::-1]
    guard = float(leaking[tolerated]) + 1e-9 if len(leaking) > tolerated else 0.0
    fitted.sure_in_scope = max(fitted.sure, guard)
    return fitted


def _logistic(value: Floats) -> Floats:
    return np.asarray(1 / (1 + np.exp(-value)), dtype=np.float64)


def _signals(probability: Floats, words: Floats) -> Floats:
    clipped = np.clip(probability, 1e-6, 1 - 1e-6)
    return np.column_stack([np.log(clipped / (1 - clipped)), np.log1p(words)])


def _judge(
    probability: Floats, words: Floats, outcome: NDArray[np.bool_], shift: float
) -> Judge | None:
    if outcome.all() or not outcome.any():
        return None
    fitted = LogisticRegression(max_iter=2000).fit(_signals(probability, words), outcome)
    return Judge(fitted.coef_[0].astype(np.float64), float(fitted.intercept_[0]) + shift)


def _threshold(confidence: Floats, right: NDArray[np.bool_], precision: float) -> float:
    order = np.argsort(-confidence)
    running = np.cumsum(right[order]) / np.arange(1, len(order) + 1)
    reached = np.flatnonzero(running >= precision)
    return float(confidence[order][reached[-1]]) if len(reached) else 1.0
