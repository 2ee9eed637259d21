"""The figures: what is right before any threshold, and what a user would be served."""

from __future__ import annotations

from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass
from math import sqrt

import numpy as np
from numpy.typing import NDArray

from bot.evaluate.data import Example
from bot.reading.model import OUT_OF_SCOPE, Prediction

_Z = 1.96
_OFFERED = 3

OUTCOMES = ("answered right", "asked, right one offered", "asked without it", "answered wrong")


@dataclass(frozen=True)
class Share:
    """A share of some messages."""

    hits: int
    of: int

    @property
    def value(self) -> float:
        """The share, 0 to 1; 0 of nothing."""
        return self.hits / self.of if self.of else 0.0

    @property
    def interval(self) -> tuple[float, float]:
        """Wilson's interval at 95 %."""
        if not self.of:
            return 0.0, 1.0
        p, n = self.value, self.of
        middle = (p + _Z**2 / (2 * n)) / (1 + _Z**2 / n)
        half = _Z / (1 + _Z**2 / n) * sqrt(p * (1 - p) / n + _Z**2 / (4 * n * n))
        return max(0.0, middle - half), min(1.0, middle + half)


@dataclass(frozen=True)
class Bin:
    """Messages of like confidence: how many, how sure on average, how many right."""

    count: int
    confidence: float
    accuracy: float


@dataclass(frozen=True)
class Scored:
    """One message with what was understood.

    Attributes:
        example: The message and its label.
        prediction: What was understood.
    """

    example: Example
    prediction: Prediction

    @property
    def right(self) -> bool:
        """Whether the first intent counts as right."""
        return self.prediction.intent in self.example.intents

    @property
    def among_three(self) -> bool:
        """Whether a right intent is among the first three."""
        offered = {name for name, _ in self.prediction.ranking[:_OFFERED]}
        return bool(offered & set(self.example.intents))

    @property
    def in_scope(self) -> bool:
        """Whether the label is a topic of ours."""
        return self.example.intent != OUT_OF_SCOPE

    @property
    def outcome(self) -> str:
        """What the user gets, one of `OUTCOMES`."""
        if self.prediction.band == "sure":
            return OUTCOMES[0] if self.right else OUTCOMES[3]
        offered = self.prediction.band == "unsure" and self.among_three
        return OUTCOMES[1] if offered else OUTCOMES[2]


def share(rows: Sequence[Scored], name: str = "right") -> Share:
    """Return the share of messages for which an attribute of `Scored` holds."""
    return Share(sum(bool(getattr(row, name)) for row in rows), len(rows))


def served(rows: Sequence[Scored]) -> dict[str, Share]:
    """Return the share of each outcome."""
    counts = Counter(row.outcome for row in rows)
    return {name: Share(counts[name], len(rows)) for name in OUTCOMES}


def out_of_scope_answered(rows: Sequence[Scored]) -> Share:
    """Return the share of out-of-scope messages that are answered as if in scope."""
    outside = [row for row in rows if not row.in_scope]
    wrong = [row for row in outside if row.outcome == OUTCOMES[3]]
    return Share(len(wrong), len(outside))


def bins(rows: Sequence[Scored], count: int = 10) -> list[Bin]:
    """Return bins of equal mass by confidence, least confident first."""
    ordered = sorted(rows, key=lambda row: row.prediction.confidence)
    parts = np.array_split(np.arange(len(ordered)), min(count, max(1, len(ordered))))
    result = []
    for part in parts:
        chosen = [ordered[at] for at in part]
        confidence = float(np.mean([row.prediction.confidence for row in chosen]))
        result.append(Bin(len(chosen), confidence, share(chosen).value))
    return result


def calibration_error(rows: Sequence[Scored]) -> float:
    """Return the expected calibration error over bins of equal mass."""
    total = sum(each.count * abs(each.confidence - each.accuracy) for each in bins(rows))
    return total / max(1, len(rows))


def error_interval(rows: Sequence[Scored], rounds: int = 400) -> tuple[float, float]:
    """Return a bootstrap interval at 95 % of the calibration error."""
    random = np.random.default_rng(0)
    draws = [
        calibration_error([rows[at] for at in random.integers(0, len(rows), len(rows))])
        for _ in range(rounds)
    ]
    low, high = np.percentile(draws, [2.5, 97.5])
    return float(low), float(high)


def coverage(rows: Sequence[Scored]) -> tuple[NDArray[np.float64], NDArray[np.float64]]:
    """Return accuracy among the most confident messages against their share of all."""
    ordered = sorted(rows, key=lambda row: -row.prediction.confidence)
    right = np.array([row.right for row in ordered], dtype=float)
    numbers = np.arange(1, len(right) + 1)
    return numbers / max(1, len(right)), np.cumsum(right) / numbers


def by_distance(rows: Sequence[Scored], count: int = 5) -> list[tuple[str, Share]]:
    """Return the share right by likeness to the nearest training example, farthest first."""
    ordered = sorted(rows, key=lambda row: row.prediction.nearest)
    result = []
    for part in np.array_split(np.arange(len(ordered)), min(count, max(1, len(ordered)))):
        chosen = [ordered[at] for at in part]
        span = f"{chosen[0].prediction.nearest:.2f} to {chosen[-1].prediction.nearest:.2f}"
        result.append((span, share(chosen)))
    return result


def confusions(rows: Sequence[Scored], most: int) -> list[tuple[str, str, int]]:
    """Return the commonest confusions: label, what was understood, how often."""
    counts = Counter((row.example.intent, row.prediction.intent) for row in rows if not row.right)
    return [(label, taken, count) for (label, taken), count in counts.most_common(most)]


def grouped(rows: Sequence[Scored], by: str) -> dict[str, list[Scored]]:
    """Return the messages by label (`intent`) or by `style`."""
    groups: dict[str, list[Scored]] = {}
    for row in rows:
        groups.setdefault(getattr(row.example, by), []).append(row)
    return dict(sorted(groups.items()))
