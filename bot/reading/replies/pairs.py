"""Kernel ridge regression over pairs of a message and the question that it answers.

Two pairs are like one another as far as their messages are, and the more if their questions are
the same or have options in common: K = K_message × (a + K_question). So what holds of any
question is learned from all replies, and what an option of this one means from its own.
"""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np

from bot.content.replies import Question
from bot.reading.features import Dense


def question_likeness(one: Question, other: Question, shared: float) -> float:
    """Return how alike two questions are: 1 for the same, `shared` for one with the same options.

    Args:
        one: A question.
        other: Another.
        shared: What options in common count for, beside being the same question.
    """
    names, others = set(one.names), set(other.names)
    common = len(names & others) / max(1, len(names | others))
    return shared * common + (1 - shared) * (one.id == other.id)


def likeness_table(one: Sequence[Question], other: Sequence[Question], shared: float) -> Dense:
    """Return the likeness of each question to each other, shape (one, other)."""
    rows = [[question_likeness(a, b, shared) for b in other] for a in one]
    return np.array(rows, np.float32).reshape(len(one), len(other))


def weights(likeness: Dense, apart: float) -> Dense:
    """Return what a pair's question multiplies the kernel of its message by; 1 for the same.

    Args:
        likeness: Of questions.
        apart: What questions that have nothing in common count for.
    """
    return np.asarray((likeness + np.float32(apart)) / np.float32(1 + apart), np.float32)
