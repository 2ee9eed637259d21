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


def prepare(asides: tuple[Aside, ...]) -> None:
    """Make a portal's index now rather than while somebody waits for an answer.

    Args:
        asides: Those of the portal.
    """
    if len(asides) >= _FEWEST:
        index_of(asides)


def find_asked(asides: tuple[Aside, ...], text: str, places: Sequence[str]) -> Asked | None:
    """Return the question that a message most likely asks, or None where it asks none of them.

    Args:
        asides: Those of the portal.
        text: A message as typed.
        places: Where the conversation stands, exactly first: a step, then its walk or topic.
    """
    if len(asides) < _FEWEST or not text.strip():
        return None
    texts = parts(text)
    asks = any(_is_marked(part) for part in texts)
    best: Asked | None = None
    found = index_of(asides).likeliest(texts, places)
    for part, (first, second, *_) in zip(texts, found, strict=True):
        if first.aside.name == NOTHING:
            continue
        confidence = _confidence(first, second, told=asks and not _is_marked(part))
        if best is None or confidence > best.confidence:
            best = Asked(first.aside, part, confidence)
    return best


_FEWEST = 2
_MOST_LEAD = 0.6


def _is_marked(part: str) -> bool:
    return "?" in part


def _confidence(first: Found, second: Found, *, told: bool) -> float:
    """Return how probable it is that the likeliest aside answers a question.

    The weights are those of a logistic regression, fitted to questions that were put to it anew.

    Args:
        first: The likeliest.
        second: The next.
        told: Whether the part has no question mark while another part of the message has one.
    """
    lead = min(first.score - second.score, _MOST_LEAD)
    z = -2.8 + 4.63 * first.score + 1.97 * first.likeness + 0.98 * (first.here > 0) + 0.72 * lead
    return 1 / (1 + math.exp(-(z - 0.89 * told)))
