"""Replies with the scores that they get without their hand: what judges are fitted and tried on."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass, field

import numpy as np
from numpy.typing import NDArray

from bot.content.replies import MOVES, Question, Reply, told
from bot.reading.replies.facts import FactReader, Told, facts_of
from bot.reading.replies.facts import signals as fact_signals
from bot.reading.replies.judging import (
    WANTED,
    Candidates,
    Decision,
    kind_of_move,
    kind_of_option,
    nearest,
)
from bot.reading.replies.replied import Replied, ranked
from bot.reading.replies.signals import Scored, move_signals, option_signals

Floats = NDArray[np.float64]
Bools = NDArray[np.bool_]
Ints = NDArray[np.int64]


@dataclass(frozen=True)
class Asked:
    """The replies to one question.

    Attributes:
        question: The question.
        rows: Where they stand among all replies.
        scored: Their held-out scores.
        facts: Those of the facts, shape (replies, facts).
    """

    question: Question
    rows: Ints
    scored: Scored
    facts: Floats


@dataclass
class Trial:
    """All replies of the training with their held-out scores.

    Attributes:
        known: The replies.
        asked: The same by question, with their scores.
        facts: Facts that can be learned, in the order of their scores.
        group: The group of hands of each reply.
    """

    known: Sequence[Reply]
    asked: Sequence[Asked]
    facts: list[Told]
    group: Ints
    _options: Candidates = field(init=False)
    _moves: Candidates = field(init=False)
    _decided: tuple[Floats, Floats] = field(init=False)

    def __post_init__(self) -> None:
        self._options, self._moves = self._candidates_of_options(), self._candidates_of_moves()

    def decide(self) -> tuple[Decision, Decision]:
        """Return what decides on questions that training showed, and on others."""
        decisions = []
        for trees in (False, True):
            options, of_options = self._options.judged(trees=trees)
            moves, of_moves = self._moves.judged(trees=trees)
            thresholds = dict.fromkeys(WANTED, 1.01)
            thresholds |= self._options.thresholds(of_options)
            thresholds |= self._moves.thresholds(of_moves)
            decisions.append(Decision(options, moves, thresholds))
            self._decided = of_options, of_moves
        return decisions[1], decisions[0]

    def fact_reader(self) -> FactReader:
        """Return what tells which facts are told."""
        seen = [fact_signals(asked.facts, asked.scored) for asked in self.asked]
        right = np.zeros((len(self.known), len(self.facts)), bool)
        for row, facts in enumerate(each for asked in self.asked for each in self._told(asked)):
            right[row] = [fact in facts for fact in self.facts]
        return FactReader.fit(self.facts, np.concatenate(seen), right, self._by_question())

    def readings(self, reader: FactReader) -> list[Replied]:
        """Return what is read in each reply by judges and thresholds of the other groups.

        Args:
            reader: What this trial's `fact_reader` gave.
        """
        thresholds = {
            int(group): dict.fromkeys(WANTED, 1.01)
            | self._options.thresholds(self._decided[0], int(group))
            | self._moves.thresholds(self._decided[1], int(group))
            for group in np.unique(self.group)
        }
        found: dict[int, Replied] = {}
        option = move = 0
        for asked in self.asked:
            for row in asked.rows:
                after = option + len(asked.question.options), move + len(MOVES)
                moves = ranked(
                    asked.question, self._decided[0][option : after[0]],
                    self._decided[1][move : after[1]], thresholds[int(self.group[row])],
                )  # fmt: skip
                tried = reader.tried[move // len(MOVES)]
                found[int(row)] = Replied(moves, facts_of(self.facts, tried, reader.threshold))
                option, move = after
        return [found[row] for row in range(len(self.known))]

    def _told(self, asked: Asked) -> list[frozenset[Told]]:
        return [told(self.known[row], asked.question) for row in asked.rows]

    def _by_question(self) -> Ints:
        return np.concatenate([self.group[asked.rows] for asked in self.asked])

    def _candidates_of_options(self) -> Candidates:
        best, kinds = [], []
        for asked in self.asked:
            scores = asked.scored.options
            best.append((scores == scores.max(axis=1, keepdims=True, initial=-1)).ravel())
            kinds += [kind_of_option(each) for each in asked.question.options] * len(asked.rows)
        return self._candidates(
            lambda asked: option_signals(asked.question, asked.scored),
            lambda reply, question: [reply.option == name for name in question.names],
            np.array(kinds), np.concatenate(best),
        )  # fmt: skip

    def _candidates_of_moves(self) -> Candidates:
        near = np.concatenate([nearest(asked.scored).ravel() for asked in self.asked])
        kinds = np.tile([kind_of_move(name) for name in MOVES], len(self.known))
        return self._candidates(
            lambda asked: move_signals(asked.scored),
            lambda reply, question: [name in reply.moves for name in MOVES],
            kinds, telling=near,
        )  # fmt: skip

    def _candidates(
        self, signals: Callable[[Asked], Floats], so: Callable[[Reply, Question], list[bool]],
        kinds: NDArray[np.str_], taken: Bools | None = None, telling: Bools | None = None,
    ) -> Candidates:  # fmt: skip
        seen, right, group = [], [], []
        for asked in self.asked:
            own = signals(asked)
            # In single precision: there are hundreds of thousands of candidates.
            seen.append(own.reshape(-1, own.shape[2]).astype(np.float32))
            for row in asked.rows:
                right += so(self.known[row], asked.question)
            group.append(self.group[asked.rows].repeat(own.shape[1]))
        every = np.ones(len(right), bool)
        return Candidates(
            np.concatenate(seen), np.array(right, bool), kinds, np.concatenate(group),
            every if taken is None else taken, every if telling is None else telling,
        )  # fmt: skip
