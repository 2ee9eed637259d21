"""Bars, measured here and drawn by a template: no script draws, and nothing is loaded for it."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

WIDTH, HEIGHT = 720, 150
"""The drawing's own units, without its axis."""

_GAP = 0.2
_MOST_LABELS = 12
_STEPS = (1, 2, 5)


@dataclass(frozen=True)
class Amount:
    """What one bar shows.

    Attributes:
        label: Under the bar.
        value: All of it.
        part: How much of it is drawn darker.
    """

    label: str
    value: int
    part: int = 0


@dataclass(frozen=True)
class Bar:
    """One bar, in the drawing's units.

    Attributes:
        part_height: How much of it, from its foot, is drawn darker.
        labelled: Whether there is room for its label.
    """

    amount: Amount
    x: float
    width: float
    height: float
    part_height: float
    labelled: bool

    @property
    def middle(self) -> float:
        """Where its label is centred."""
        return round(self.x + self.width / 2, 1)


@dataclass(frozen=True)
class Chart:
    """Bars with the lines that tell their height.

    Attributes:
        lines: Height and value of each line.
    """

    bars: Sequence[Bar]
    lines: Sequence[tuple[float, int]]


def draw(amounts: Sequence[Amount]) -> Chart:
    """Measure one bar an amount."""
    step = _step(max((amount.value for amount in amounts), default=0))
    top = step * 4
    place = WIDTH / max(1, len(amounts))
    every = -(-len(amounts) // _MOST_LABELS) or 1
    bars = [
        Bar(
            amount,
            x=round((number + _GAP / 2) * place, 1),
            width=round((1 - _GAP) * place, 1),
            height=round(HEIGHT * amount.value / top, 1),
            part_height=round(HEIGHT * amount.part / top, 1),
            labelled=number % every == 0,
        )
        for number, amount in enumerate(amounts)
    ]
    return Chart(bars, [(round(HEIGHT * part / 4, 1), step * part) for part in range(5)])


def _step(most: int) -> int:
    """Return the round number four of which reach the highest bar."""
    power = 1
    while True:
        for digit in _STEPS:
            if digit * power * 4 >= most:
                return digit * power
        power *= 10
