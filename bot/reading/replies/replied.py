"""What a reply does with a question, as the judges of its moves and facts see it."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from bot.content.replies import MOVES, Question
from bot.reading.replies.facts import Fact
from bot.reading.replies.judging import kind_of_move, kind_of_option
from bot.reading.replies.moves import Move

Floats = NDArray[np.float64]


@dataclass(frozen=True)
class Replied:
    """What a reply does.

    Attributes:
        moves: Options and shared moves, likeliest first.
        facts: What it tells, by its option or in passing, likeliest first.
    """

    moves: tuple[Move, ...]
    facts: tuple[Fact, ...] = ()

    @property
    def first(self) -> Move:
        """The likeliest."""
        return self.moves[0]

    @property
    def sure(self) -> tuple[Move, ...]:
        """Those that can be gone by, one option among them at most."""
        return tuple(move for move in self.moves if move.sure)


def ranked(
    question: Question, options: Floats, moves: Floats, thresholds: Mapping[str, float]
) -> tuple[Move, ...]:
    """Return the options and moves of a reply, likeliest first.

    Args:
        question: The question that it answers.
        options: Confidence of each option.
        moves: Confidence of each shared move.
        thresholds: Confidence from which each kind is sure.
    """
    best = int(options.argmax()) if len(options) else -1
    found = [
        Move(option.name, True, float(confidence),
             at == best and bool(confidence >= thresholds[kind_of_option(option)]))
        for at, (option, confidence) in enumerate(zip(question.options, options, strict=True))
    ]  # fmt: skip
    found += [
        Move(name, False, float(confidence), bool(confidence >= thresholds[kind_of_move(name)]))
        for name, confidence in zip(MOVES, moves, strict=True)
    ]
    return tuple(sorted(found, key=lambda move: -move.confidence))
