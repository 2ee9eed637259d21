"""From scores to a confidence that means what it says, and from there to a band.

Everything is fitted on held-out folds of the training data: the temperature of a softmax, then a
logistic regression that judges, by more than the top score, whether the answer is right. An unclear
message shows in several ways at once: two intents close to one another, models that disagree,
nothing like it in training, words never seen.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray
from scipy.optimize import minimize_scalar
from sklearn.linear_model import LogisticRegression
from sklearn.model_selection import cross_val_predict

Floats = NDArray[np.float64]
Ints = NDArray[np.int64]


@dataclass
class Evidence:
    """What is known of messages besides their scores; each of shape (messages,).

    Attributes:
        nearest: Cosine of the most similar training example.
        nearest_intent: Its intent's index.
        second_opinion: Index of the intent that the kernel model alone would choose.
        words: How many words were read.
        known: Share of the words that training showed.
    """

    nearest: Floats
    nearest_intent: Ints
    second_opinion: Ints
    words: Floats
    known: Floats

    def take(self, rows: Ints) -> Evidence:
        """Return the evidence on some of the messages."""
        return Evidence(*(getattr(self, name)[rows] for name in self.__dataclass_fields__))


@dataclass
class Judge:
    """A logistic regression over signals.

    Attributes:
        weights: Shape (signals,).
        offset: Intercept.
    """

    weights: Floats
    offset: float

    def __call__(self, signals: Floats) -> Floats:
        """Return probabilities, shape (messages,)."""
        return np.asarray(1 / (1 + np.exp(-(signals @ self.weights + self.offset))))


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

    def judge(self, probabilities: Floats, evidence: Evidence) -> tuple[Floats, Floats]:
        """Return confidence in the first intent, and that the truth is among the first three."""
        if self.right is None or self.among_three is None:
            ordered = -np.sort(-probabilities, axis=1)
            return ordered[:, 0], ordered[:, :3].sum(axis=1)
        signals = self.signals(probabilities, evidence)
        return self.right(signals), self.among_three(signals)

    def signals(self, probabilities: Floats, evidence: Evidence) -> Floats:
        """Return what the judges see, shape (messages, signals)."""
        order = np.argsort(-probabilities, axis=1)
        logs = np.log(np.maximum(np.take_along_axis(probabilities, order, axis=1), 1e-9))
        first = order[:, 0]
        outside = (first == self.out_of_scope).astype(float)
        out = probabilities[:, self.out_of_scope] if self.out_of_scope >= 0 else 0 * outside
        return np.column_stack(
            [
                logs[:, 0] - np.log1p(-np.minimum(np.exp(logs[:, 0]), 1 - 1e-6)),
                logs[:, 0] - logs[:, 1],
                np.log(np.maximum(1 - np.exp(logs[:, :3]).sum(axis=1), 1e-4)),
                evidence.second_opinion == first,
                evidence.nearest,
                evidence.nearest_intent == first,
                evidence.nearest * (evidence.nearest_intent == first),
                np.log1p(evidence.words),
                evidence.known,
                outside,
                np.log(out + 1e-3) * (1 - outside),
            ]
        ).astype(np.float64)

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
    evidence: Evidence,
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
        evidence: On the same messages.
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
    among = (order[:, :3] == truth[:, None]).any(axis=1)
    signals = fitted.signals(probabilities, evidence)
    fitted.right = _judge(signals, right, shift)
    fitted.among_three = _judge(signals, among, shift)
    if fitted.right is None:
        return fitted
    confidence = cross_val_predict(
        _regression(), signals, right, cv=5, method="predict_proba"
    )[:, 1]  # fmt: skip
    confidence = 1 / (1 + (1 / np.clip(confidence, 1e-9, 1 - 1e-9) - 1) * np.exp(-shift))
    fitted.sure = _threshold(confidence, right, precision)
    outside = (truth == out_of_scope) & (order[:, 0] != out_of_scope)
    tolerated = int(leak * (truth == out_of_scope).sum())
    leaking = np.sort(confidence[outside])[::-1]
    guard = float(leaking[tolerated]) + 1e-9 if len(leaking) > tolerated else 0.0
    fitted.sure_in_scope = max(fitted.sure, guard)
    return fitted


def _regression() -> LogisticRegression:
    return LogisticRegression(C=1.0, max_iter=2000)


def _judge(signals: Floats, outcome: NDArray[np.bool_], shift: float) -> Judge | None:
    if outcome.all() or not outcome.any():
        return None
    fitted = _regression().fit(signals, outcome)
    return Judge(fitted.coef_[0].astype(np.float64), float(fitted.intercept_[0]) + shift)


def _threshold(confidence: Floats, right: NDArray[np.bool_], precision: float) -> float:
    order = np.argsort(-confidence)
    running = np.cumsum(right[order]) / np.arange(1, len(order) + 1)
    reached = np.flatnonzero(running >= precision)
    return float(confidence[order][reached[-1]]) if len(reached) else 1.0
