"""What a candidate, an option or a move that a reply may make, is judged by."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from bot.content.replies import MOVES, Question
from bot.content.trees import MEANINGS

Floats = NDArray[np.float64]

PLAIN = 4
"""So many signals come first that hold of any question, also of one that training never showed."""


@dataclass(frozen=True)
class Scored:
    """The scores of replies to one question.

    Attributes:
        options: Of the question's options, shape (replies, options).
        moves: Of the shared moves, shape (replies, moves).
        meanings: Of what an option may mean, shape (replies, meanings).
        places: Of where each option stands among them, as in "la deuxième"; shape as `options`.
        written: How each reply is written, see `written`.
    """

    options: Floats
    moves: Floats
    meanings: Floats
    places: Floats
    written: Floats

    def __len__(self) -> int:
        return len(self.written)


def written(texts: Sequence[str], words: NDArray[np.float32]) -> Floats:
    """Return, of each reply, how many words and characters it has, and whether ? and !."""
    marks = np.array([("?" in text, "!" in text, len(text)) for text in texts], float)
    return np.column_stack([np.log1p(words), marks.reshape(-1, 3)])


def option_signals(question: Question, scored: Scored) -> Floats:
    """Return the signals of each option, shape (replies, options, signals)."""
    options, count = scored.options, len(question.options)
    means = np.array([[name in option.means for name in MEANINGS] for option in question.options])
    means = means.reshape(count, len(MEANINGS))
    meant = np.where(means, scored.meanings[:, None, :], 0).max(axis=2, initial=0)
    best = -np.sort(-scored.moves, axis=1)[:, :3]
    shape = options.shape
    own = np.stack(
        [
            options,
            options - _rivals(options),
            options - best[:, :1],
            np.broadcast_to(scored.written[:, :1], shape),
            options - best[:, :2].sum(axis=1, keepdims=True),
            np.broadcast_to(options.sum(axis=1, keepdims=True), shape),
            meant,
            np.broadcast_to(np.array([float(each.acts) for each in question.options]), shape),
            np.full(shape, float(count)),
            scored.places,
            scored.places - _rivals(scored.places),
        ],
        axis=2,
    )
    shared = np.hstack([best, scored.meanings, scored.written[:, 1:], scored.moves])
    return np.concatenate([own, _spread(means.astype(float), len(scored)), _each(shared, count)], 2)


def move_signals(scored: Scored) -> Floats:
    """Return the signals of each shared move, shape (replies, moves, signals)."""
    moves, options = scored.moves, scored.options
    ordered = -np.sort(-np.hstack([options, np.zeros((len(scored), 2))]), axis=1)[:, :2]
    shape = moves.shape
    ranks = (-moves).argsort(axis=1).argsort(axis=1)
    own = np.stack(
        [
            moves,
            moves - _rivals(moves),
            moves - ordered[:, :1],
            np.broadcast_to(scored.written[:, :1], shape),
            ranks.astype(float),
        ],
        axis=2,
    )
    which = _spread(np.eye(len(MOVES)), len(scored))
    shared = np.hstack([ordered, scored.meanings, scored.written[:, 1:], moves])
    return np.concatenate([own, which, _each(shared, len(MOVES))], axis=2)


def _rivals(own: Floats) -> Floats:
    """Return, for each candidate, the best score among the others of its kind."""
    if own.shape[1] < 2:
        return np.zeros_like(own)
    ordered = np.sort(own, axis=1)
    first, second = ordered[:, -1:], ordered[:, -2:-1]
    return np.where(own == first, second, first)


def _each(shared: Floats, count: int) -> Floats:
    """Return what holds of a whole reply, for each of its candidates."""
    return np.repeat(shared[:, None, :], count, axis=1)


def _spread(of_candidates: Floats, count: int) -> Floats:
    """Return what holds of candidates, for each reply."""
    return np.repeat(of_candidates[None], count, axis=0)
