"""From scores to a confidence that means what it says, and from there to a band.

Confidence is fitted on held-out folds of the training data: the temperature of a softmax, then a
logistic regression that corrects it by how much was read, since a message of two words can look
clear by chance. More signals (margin, likeness to training, agreement of the two models) were
tried: they help on the folds and mislead on messages from elsewhere.

What is sure is decided by value: an answer is given at once where the doubt left costs less than
asking. So much confidence is wanted as a mistake about that topic would cost.
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
        right: Judges whether the first intent is right; None before fitting.
        among_three: Judges whether the right intent is among the first three.
        sure: Confidence from which a message counts as understood, for each intent.
        lost: Probability for the first three under which not even a choice is offered.
        shift: Added to the log-odds of both judges.
    """

    temperature: float = 1.0
    right: Judge | None = None
    among_three: Judge | None = None
    sure: Floats | None = None
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
            confidence: That it, or one that is answered alike, is right.
            among_three: Probability that the right one is among the first three.
        """
        if self.sure is not None and confidence >= self.sure[intent]:
            return "sure"
        return "unsure" if among_three >= self.lost else "lost"


def calibrate(
    scores: Floats,
    truth: Ints,
    words: Floats,
    *,
    costs: Floats,
    lost: float,
    shift: float,
) -> Calibration:
    """Fit everything on messages that the scoring model did not see.

    Args:
        scores: Shape (messages, intents).
        truth: Index of each message's intent.
        words: How many words were read of each.
        costs: What a mistake about each intent costs, counted in questions: with 5, an answer is
            given where it is right in four cases of five.
        lost: See `Calibration.lost`.
        shift: See `Calibration.shift`.
    """

    def negative_log_likelihood(temperature: float) -> float:
        chosen = Calibration(temperature).probabilities(scores)[np.arange(len(truth)), truth]
        return float(-np.log(np.maximum(chosen, 1e-12)).mean())

    best = minimize_scalar(negative_log_likelihood, bounds=(0.02, 5.0), method="bounded")
    fitted = Calibration(float(best.x), sure=1 - 1 / costs, lost=lost, shift=shift)
    probabilities = fitted.probabilities(scores)
    order = np.argsort(-probabilities, axis=1)
    right = order[:, 0] == truth
    among = (order[:, :_OFFERED] == truth[:, None]).any(axis=1)
    fitted.right = _judge(probabilities.max(axis=1), words, right, shift)
    three = -np.sort(-probabilities, axis=1)[:, :_OFFERED].sum(axis=1)
    fitted.among_three = _judge(three, words, among, shift)
    return fitted


def _logistic(value: Floats) -> Floats:
    return np.asarray(1 / (1 + np.exp(-value)), dtype=np.float64)


def _signals(probability: Floats, words: Floats) -> Floats:
    clipped = np.clip(probability, 1e-6, 1 - 1e-6)
    return np.column_stack([np.log(clipped / (1 - clipped)), np.log1p(words)])


def _judge(probability: Floats, words: Floats, outcome: NDArray[np.bool_], shift: float) -> Judge:
    if outcome.all() or not outcome.any():
        share = (outcome.sum() + 0.5) / (len(outcome) + 1)
        return Judge(np.zeros(2), float(np.log(share / (1 - share))) + shift)
    fitted = LogisticRegression(max_iter=2000).fit(_signals(probability, words), outcome)
    return Judge(fitted.coef_[0].astype(np.float64), float(fitted.intercept_[0]) + shift)
