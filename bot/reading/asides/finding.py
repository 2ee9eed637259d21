"""Which question beside the point a message asks, with how sure that is."""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import dataclass

from bot.content.asides import NOTHING, Aside
from bot.reading.asides.index import Found, index_of
from bot.reading.asides.parts import parts

SURE = 0.6
"""Confidence from which a question is answered."""


@dataclass(frozen=True)
class Asked:
    """A question that a message asks, and the aside that answers it.

    Attributes:
        text: The part of the message that asks it.
        confidence: Probability that this is the right answer.
    """

    aside: Aside
    text: str
    confidence: float

    @property
    def sure(self) -> bool:
        """Whether that is enough to answer it."""
        return self.confidence >= SURE


def find_asked(asides: tuple[Aside, ...], text: str, places: Sequence[str]) -> Asked | None:
    """Return the question that a message most likely asks, or None where it asks none of them.

    Args:
        asides: Those of the portal.
        text: A message as typed.
        places: Where the conversation stands, exactly first: a step, then its walk or topic.
    """
    if len(asides) < _FEWEST:
        return None
    texts = parts(text)
    best: Asked | None = None
    for part, (first, second, *_) in zip(texts, index_of(asides).likeliest(texts, places), strict=True):
        confidence = _confidence(first, second)
        if first.aside.name != NOTHING and (best is None or confidence > best.confidence):
            best = Asked(first.aside, part, confidence)
    return best


_FEWEST = 2


def _confidence(first: Found, second: Found) -> float:
    lead = min(first.score - second.score, 0.5)
    z = 6 * first.score + 3 * first.likeness + 1.2 * first.here + 1.5 * lead - 4.0
    return 1 / (1 + math.exp(-z))
