"""What a reply does with a question: the value that the model gives and the dialogue decides by."""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True)
class Move:
    """Something that a reply does.

    Attributes:
        name: The option's name, or one of `bot.content.replies.MOVES`.
        option: Whether it is an option of the question.
        confidence: Probability that the reply does it.
        sure: Whether that is enough to go by, for what hangs on it.
    """

    name: str
    option: bool
    confidence: float
    sure: bool
