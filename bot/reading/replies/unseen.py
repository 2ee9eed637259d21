"""Reads replies to questions that training never showed, by the examples that their options have.

What makes a reply choose an option holds of any question: that it is like what others said who
chose it, and less like what chooses another. Trees learn that from the questions that training did
show, each looked at as if it were new: by a regression fitted without it and its likes, with a few
replies of some hands for examples and those of other hands to be read.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, replace
from typing import Any

import numpy as np
from numpy.typing import NDArray

from bot.content.replies import Question, Reply
from bot.reading.features import Dense
from bot.reading.replies.forest import Forest
from bot.reading.replies.grams import Grams
from bot.reading.replies.likeness import Looks, likeness_signals
from bot.reading.replies.meaning import Embed, Embedded, Regression, Texts, regressions
from bot.reading.replies.moves import Move
from bot.reading.replies.rehearsal import FOLDS, Rehearsal, folds

Floats = NDArray[np.float64]
Ints = NDArray[np.int64]

_KEPT = 256
"""Questions whose examples are kept as they are compared."""
_FEWEST = 2000
"""Of fewer candidates nothing is learned that would hold of any question."""


_INSTEAD = frozenset(
    {"ask", "cancel", "correct", "how", "person", "repeat", "restart", "wait", "why"}
)
"""Moves that whoever chooses an option seldom makes beside it."""


def unless_likelier(moves: Sequence[Move]) -> tuple[Move, ...]:
    """Return what a reply does, with no option sure where something else is both sure and likelier.

    Args:
        moves: Options and shared moves, likeliest first.
    """
    surer = max(
        (m.confidence for m in moves if m.sure and not m.option and m.name in _INSTEAD), default=0.0
    )
    return tuple(
        replace(move, sure=False) if move.option and move.confidence < surer else move
        for move in moves
    )


@dataclass
class Unseen:
    """Reads replies to questions that training never showed.

    Attributes:
        columns: The column of each score of the regression.
        profile: The columns that tell texts apart: moves, meanings and options.
        grams: The words of any text.
        regression: Fitted to all replies.
        judge: Of the signals of an option.
        thresholds: Confidence from which each kind of option is sure.
    """

    columns: Mapping[tuple[str, str], int]
    profile: Ints
    grams: Grams
    regression: Regression
    judge: Forest
    thresholds: Mapping[str, float]
    _asked: dict[Question, tuple[Looks, Looks]] = field(default_factory=dict)

    def __getstate__(self) -> dict[str, Any]:
        return vars(self) | {"_asked": {}}

    @classmethod
    def fit(
        cls,
        known: Sequence[Reply],
        questions: Mapping[str, Question],
        targets: Dense,
        columns: Mapping[tuple[str, str], int],
        embedded: Embedded,
        embed: Embed,
    ) -> Unseen | None:
        """Learn from replies; returns None where they are too few.

        Args:
            known: Replies to these questions.
            questions: By id.
            targets: What each reply means and does, shape (replies, columns).
            columns: The column of each.
            embedded: What `embed` gives for the replies.
            embed: Of any texts.
        """
        fold = folds([questions[reply.question] for reply in known])
        if len(set(fold)) < FOLDS:
            return None
        grams = Grams.fit([reply.text for reply in known])
        seen = [key for key in columns if key[0] in {"move", "meaning", "option"}]
        profile = np.array([columns[key] for key in seen], np.int64)
        said = [reply.text for reply in known]
        texts = Texts.of(said, grams, embedded)
        whole = regressions(texts, known, targets, [np.zeros(0, np.int64)])[0]
        parts = [np.flatnonzero(fold == number) for number in range(FOLDS)]
        apart = regressions(texts, known, targets, parts)
        labels = sorted({o.label for reply in known for o in questions[reply.question].options})
        of_labels = Texts.of(labels, grams, embed(labels))
        rows = defaultdict[str, list[int]](list)
        for at, reply in enumerate(known):
            rows[reply.question].append(at)
        tried = Rehearsal()
        rng = np.random.default_rng(0)
        for number, part in enumerate(parts):
            looks = texts.looks(apart[number], profile)
            named = of_labels.looks(apart[number], profile)
            for name in sorted({known[at].question for at in part}):
                question = questions[name]
                there = [labels.index(option.label) for option in question.options]
                tried.add(
                    question, number, known, looks, np.array(rows[name]),
                    named.take(np.array(there, np.int64)), columns, rng,
                )  # fmt: skip
        if tried.count < _FEWEST:
            return None
        judge, thresholds = tried.judged()
        return cls(columns, profile, grams, whole, judge, thresholds)

    def __call__(
        self, question: Question, texts: Sequence[str], embedded: Embedded, embed: Embed
    ) -> Floats:
        """Return how probably replies choose each option, shape (replies, options).

        Args:
            question: What they answer.
            texts: The replies.
            embedded: What `embed` gives for them.
            embed: Of any texts.
        """
        counts = [len(option.examples) for option in question.options]
        owners = np.repeat(np.arange(len(counts)), counts)
        examples, labels = self._taught(question, embed)
        replies = self._looks(texts, embedded)
        signals = likeness_signals(question, replies, examples, owners, labels, self.columns)
        return self.judge(signals)

    def _taught(self, question: Question, embed: Embed) -> tuple[Looks, Looks]:
        """Return the examples and the labels of a question's options."""
        if question not in self._asked:
            if len(self._asked) >= _KEPT:
                self._asked.clear()
            examples = [each for option in question.options for each in option.examples]
            labels = [option.label for option in question.options]
            texts = [*examples, *labels]
            both = self._looks(texts, embed(texts))
            place = np.arange(len(both))
            self._asked[question] = (
                both.take(place[: len(examples)]), both.take(place[len(examples) :])
            )  # fmt: skip
        return self._asked[question]

    def _looks(self, texts: Sequence[str], embedded: Embedded) -> Looks:
        return Texts.of(texts, self.grams, embedded).looks(self.regression, self.profile)
