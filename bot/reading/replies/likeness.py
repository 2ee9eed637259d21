"""How like an option of any question a reply is: what holds whether training saw it or not."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

import numpy as np
import scipy.sparse as sp
from numpy.typing import NDArray

from bot.content.replies import MOVES, Question
from bot.content.trees import MEANINGS
from bot.reading.features import Dense

Floats = NDArray[np.float64]
Ints = NDArray[np.int64]

_ABSENT = -0.2
"""The score of what an option does not mean, or of what no column tells."""
_RIDGE = 0.25


@dataclass(frozen=True)
class Looks:
    """Texts as they are compared with one another, a row each.

    Attributes:
        dense: Unit vectors.
        learned: Unit vectors in which sentences that mean the same are near.
        scores: What the regression says of them, a column each as in `targets.columns`.
        profile: The scores of moves, meanings and options as unit vectors.
        words: Their words as unit rows.
        parts: Their parts of words.
        written: How they are written, see `signals.written`.
    """

    dense: Dense
    learned: Dense
    scores: Dense
    profile: Dense
    words: sp.csr_matrix
    parts: sp.csr_matrix
    written: Floats

    def __len__(self) -> int:
        return len(self.written)

    def take(self, rows: Ints) -> Looks:
        """Return some of them."""
        return Looks(
            self.dense[rows], self.learned[rows], self.scores[rows], self.profile[rows],
            self.words[rows], self.parts[rows], self.written[rows],
        )  # fmt: skip


def units(rows: Dense) -> Dense:
    """Return rows of length 1."""
    return np.asarray(rows / np.maximum(np.linalg.norm(rows, axis=1, keepdims=True), 1e-6))


def likeness_signals(
    question: Question,
    replies: Looks,
    examples: Looks,
    owners: Ints,
    labels: Looks,
    columns: Mapping[tuple[str, str], int],
) -> Floats:
    """Return the signals of each option, shape (replies, options, signals).

    Args:
        question: The question.
        replies: Replies to it.
        examples: Sentences with which people choose its options.
        owners: The option, by its place, that each of them chooses.
        labels: What is written on the buttons of its options, in their order.
        columns: The column of each score.
    """
    count = len(question.options)
    views = _views(replies, examples)
    to_labels = _views(replies, labels)
    near = [_nearest(view, owners, count) for view in views]
    of = np.concatenate([owners, np.arange(count)])
    both = [np.hstack(each) for each in zip(views, to_labels, strict=True)]
    among = [
        np.block([[a, b], [b.T, c]])
        for a, b, c in zip(
            _views(examples, examples), _views(examples, labels), _views(labels, labels),
            strict=True,
        )
    ]  # fmt: skip
    taught = [_taught(*each, of, count) for each in zip(among, both, strict=True)]
    taught.append(_taught(np.mean(among, axis=0), np.mean(both, axis=0), of, count))
    own = np.concatenate(
        [
            *near,
            np.stack([*to_labels, *taught], axis=2),
            _scored(question, replies.scores, columns),
        ],
        axis=2,
    )
    beside = np.concatenate(
        [own, own - _rivals(own), _places(replies.scores, columns, count)], axis=2
    )
    return np.concatenate([beside, _shared(question, replies, owners, columns)], axis=2)


def _views(one: Looks, other: Looks) -> list[Floats]:
    """Return how like each of some texts is to each of others, in each way."""
    return [
        one.dense @ other.dense.T,
        one.learned @ other.learned.T,
        one.profile @ other.profile.T,
        (one.words @ other.words.T).toarray(),
        (one.parts @ other.parts.T).toarray(),
    ]


def _nearest(view: Floats, owners: Ints, count: int) -> Floats:
    """Return the likeness to the nearest example of each option, the two nearest, and all."""
    near = np.zeros((len(view), count, 3))
    for at in range(count):
        own = -np.sort(-view[:, owners == at], axis=1)
        if own.shape[1]:
            near[:, at] = np.column_stack([own[:, 0], own[:, :2].mean(axis=1), own.mean(axis=1)])
    return near


def _taught(among: Floats, to: Floats, owners: Ints, count: int) -> Floats:
    """Return what a ridge regression learned from the examples says of replies."""
    targets = np.eye(count)[owners]
    return np.asarray(to @ np.linalg.solve(among + _RIDGE * np.eye(len(among)), targets))


def _scored(question: Question, scores: Dense, columns: Mapping[tuple[str, str], int]) -> Floats:
    """Return how far replies mean what each option means, and an option of its name elsewhere."""
    result = np.full((len(scores), len(question.options), 2), _ABSENT)
    for at, option in enumerate(question.options):
        meant = [columns["meaning", meaning] for meaning in option.means if meaning in MEANINGS]
        if meant:
            result[:, at, 0] = scores[:, meant].max(axis=1)
        if ("option", option.name) in columns:
            result[:, at, 1] = scores[:, columns["option", option.name]]
    return result


def _places(scores: Dense, columns: Mapping[tuple[str, str], int], count: int) -> Floats:
    """Return how far replies name each option by where it stands."""
    keys = [("place", str(at)) for at in range(count)]
    told = np.zeros((len(scores), count, 1))
    for at, key in enumerate(keys):
        if key in columns:
            told[:, at, 0] = scores[:, columns[key]]
    return told


def _shared(
    question: Question, replies: Looks, owners: Ints, columns: Mapping[tuple[str, str], int]
) -> Floats:
    """Return what tells of a reply whether it chooses any option, and of options what they are."""
    count = len(question.options)
    moves = replies.scores[:, [columns["move", name] for name in MOVES]]
    meanings = replies.scores[:, [columns["meaning", name] for name in MEANINGS]]
    best = -np.sort(-moves, axis=1)[:, :3]
    whole = np.hstack([best, moves, meanings, replies.written, np.full((len(replies), 1), count)])
    means = [[name in option.means for name in MEANINGS] for option in question.options]
    taught = np.bincount(owners, minlength=count)[:, None]
    options = np.hstack([np.array(means, float).reshape(count, len(MEANINGS)), taught])
    return np.concatenate(
        [np.repeat(whole[:, None], count, axis=1), np.repeat(options[None], len(replies), axis=0)],
        axis=2,
    )


def _rivals(own: Floats) -> Floats:
    """Return, of each signal of each option, the best among the other options."""
    if own.shape[1] < 2:
        return np.zeros_like(own)
    ordered = np.sort(own, axis=1)
    first, second = ordered[:, -1:], ordered[:, -2:-1]
    return np.where(own == first, second, first)
