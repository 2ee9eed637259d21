"""Questions that training showed, each tried as if it were new."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterator, Mapping, Sequence

import numpy as np
from numpy.typing import NDArray

from bot.content.replies import Question, Reply
from bot.reading.replies.forest import Forest, grow
from bot.reading.replies.judging import kind_of_option, threshold
from bot.reading.replies.likeness import Looks, likeness_signals

Floats = NDArray[np.float64]
Ints = NDArray[np.int64]

WANTED: Mapping[str, float] = {"act": 0.8, "option": 0.77}
"""By kind, the share that must be right among those taken as sure. Less than of questions that
training showed: these replies are harder than most, and who is asked again and again leaves."""

FOLDS = 8
"""Questions are put together to so many parts, those with options in common to one."""
_TRIED = 4
_EXAMPLES = (3, 8)
_BARE = 0.1
"""So often an option is tried without examples, by its label and meanings alone."""


def folds(asked: Sequence[Question]) -> Ints:
    """Return the fold of each reply; questions that have most options in common share one."""
    questions = list(dict.fromkeys(asked))
    group = list(range(len(questions)))
    for at, question in enumerate(questions):
        for other in range(at):
            names, others = set(question.names), set(questions[other].names)
            if names and 2 * len(names & others) >= min(len(names), len(others)) > 0:
                old, new = group[at], group[other]
                group = [new if each == old else each for each in group]
    sizes = defaultdict[int, int](int)
    place = {question: group[at] for at, question in enumerate(questions)}
    for question in asked:
        sizes[place[question]] += 1
    filled, fold = [0] * FOLDS, dict[int, int]()
    for each in sorted(sizes, key=lambda one: (-sizes[one], one)):
        fold[each] = filled.index(min(filled))
        filled[fold[each]] += sizes[each]
    return np.array([fold[place[question]] for question in asked], np.int64)


class Rehearsal:
    """Questions that training showed, each tried as if it were new."""

    def __init__(self) -> None:
        self._signals: list[Floats] = []
        self._right: list[NDArray[np.bool_]] = []
        self._kinds: list[NDArray[np.str_]] = []
        self._fold: list[Ints] = []
        self._reply: list[Ints] = []
        self.count = 0

    def add(
        self, question: Question, fold: int, known: Sequence[Reply], looks: Looks, rows: Ints,
        labels: Looks, columns: Mapping[tuple[str, str], int], rng: np.random.Generator,
    ) -> None:  # fmt: skip
        """Try one question: half of the hands teach what the others' replies are read by."""
        hands = rng.permutation(sorted({known[row].hand for row in rows}))
        halves = set(hands[::2]), set(hands[1::2])
        for teachers in halves if question.options else ():
            read = np.array([row for row in rows if known[row].hand not in teachers], np.int64)
            if len(read):
                shown = list(_examples(question, known, rows, teachers, rng))
                self._read(question, fold, known, looks, read, shown, labels, columns)

    def _read(
        self, question: Question, fold: int, known: Sequence[Reply], looks: Looks, read: Ints,
        shown: Sequence[tuple[int, int]], labels: Looks, columns: Mapping[tuple[str, str], int],
    ) -> None:  # fmt: skip
        owners = np.array([at for at, _ in shown], np.int64)
        examples = looks.take(np.array([row for _, row in shown], np.int64))
        signals = likeness_signals(question, looks.take(read), examples, owners, labels, columns)
        count = len(question.options)
        chosen = [[known[row].option == name for name in question.names] for row in read]
        kinds = [kind_of_option(option) for option in question.options]
        self._signals.append(signals.reshape(-1, signals.shape[2]))
        self._right.append(np.array(chosen, bool).ravel())
        self._kinds.append(np.tile(kinds, len(read)))
        self._fold.append(np.full(len(read) * count, fold % _TRIED))
        self._reply.append(np.repeat(read, count))
        self.count += len(read) * count

    def judged(self) -> tuple[Forest, dict[str, float]]:
        """Return a judge of options, and the thresholds of their kinds."""
        signals, right = np.concatenate(self._signals), np.concatenate(self._right)
        fold = np.concatenate(self._fold)
        confidence = np.zeros(len(right))
        for number in range(_TRIED):
            own = fold == number
            confidence[own] = grow(signals[~own], right[~own]).predict_proba(signals[own])[:, 1]
        reply, kinds = np.concatenate(self._reply), np.concatenate(self._kinds)
        order = np.lexsort((-confidence, reply))
        best = order[np.flatnonzero(np.diff(reply[order], prepend=-1))]
        thresholds = {
            kind: threshold(confidence[taken], right[taken], wanted)
            for kind, wanted in WANTED.items()
            for taken in [best[kinds[best] == kind]]
        }
        return Forest.of(grow(signals, right)), thresholds


def _examples(
    question: Question, known: Sequence[Reply], rows: Ints, hands: set[str],
    rng: np.random.Generator,
) -> Iterator[tuple[int, int]]:  # fmt: skip
    """Yield some replies of some hands with the place of the option that each chooses."""
    for at, name in enumerate(question.names):
        own = [row for row in rows if known[row].hand in hands and known[row].option == name]
        plain = [row for row in own if not known[row].moves]
        most = 0 if rng.random() < _BARE else int(rng.integers(*_EXAMPLES, endpoint=True))
        yield from ((at, int(row)) for row in rng.permutation(plain or own)[:most])
