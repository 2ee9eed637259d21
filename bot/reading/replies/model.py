"""The model of replies: which option of a question a reply chooses, and what else it does."""

from __future__ import annotations

import copy
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

import numpy as np
import scipy.sparse as sp
from numpy.typing import NDArray

from bot.content.replies import MOVES, Option, Question, Reply, answering, told
from bot.content.trees import MEANINGS
from bot.reading.features import Dense, Features
from bot.reading.kernel import kernel, unit_rows
from bot.reading.replies.facts import learnable
from bot.reading.replies.pairs import likeness_table, weights
from bot.reading.replies.replied import Replied, ranked
from bot.reading.replies.shown import Shown
from bot.reading.replies.signals import Scored, written
from bot.reading.replies.targets import columns, folds
from bot.reading.replies.tiles import fit
from bot.reading.replies.trial import Asked, Trial
from bot.reading.replies.unseen import Unseen, unless_likelier
from bot.reading.texts import Texts

__all__ = ["DEFAULTS", "Replied", "ReplyModel"]

Floats = NDArray[np.float64]
Ints = NDArray[np.int64]

DEFAULTS: dict[str, Any] = {
    "views": {"words": 1.0, "chars": 1.0, "sounds": 1.0, "clusters": 1.0},
    "vector_weight": 1.6,
    "sentence_weight": 1.6,
    "dimensions": 256,
    "clusters": 200,
    "fewest": 2,
    "most": 0.3,
    "strip": False,
    "shorthand": True,
    "sharpness": 1.0,
    "ridge": 0.03,
    "apart": 0.5,
    "shared_options": 0.8,
    "meaning_weight": 0.75,
    "label_weight": 0.75,
}
"""The settings: the featurizer's own, then those of the kernel, then how an option that training
never showed is scored, by what it means and by how like its label the reply is."""

_GROUPS = 4
"""Hands are put together to so many groups, each judged by what was learned from the others."""


@dataclass
class ReplyModel:
    """Kernel ridge regression over pairs of a reply and its question, calibrated.

    Attributes:
        settings: As in `DEFAULTS`.
    """

    settings: dict[str, Any] = field(default_factory=lambda: copy.deepcopy(DEFAULTS))

    def fit(self, replies: Sequence[Reply], questions: Mapping[str, Question]) -> ReplyModel:
        """Train, and calibrate on what the model says of each hand's replies without them.

        Args:
            replies: What to learn from; one whose question or option is gone is left out.
            questions: The questions by id.
        """
        self.fit_and_try(replies, questions)
        return self

    def fit_and_try(
        self, replies: Sequence[Reply], questions: Mapping[str, Question]
    ) -> list[tuple[Reply, Replied]]:
        """Train, and return what a model that does not know their hands reads in the replies.

        Args:
            replies: See `fit`.
            questions: The questions by id.
        """
        known = answering(replies, questions)
        self._questions = [questions[name] for name in sorted({reply.question for reply in known})]
        place = {question.id: at for at, question in enumerate(self._questions)}
        self._asked = np.array([place[reply.question] for reply in known], np.int64)
        pairs = [(reply, questions[reply.question]) for reply in known]
        self._facts = learnable(pairs)
        self._columns = columns(known, self._facts)
        self._fact_columns = [self._columns["fact", "=".join(fact)] for fact in self._facts]
        self._texts = Texts(self.settings, counted=True)
        texts = [reply.text for reply in known]
        features = self._texts.fit_transform(texts)
        unit = unit_rows(features)
        self._labels: dict[str, Features] = {}
        likeness = likeness_table(self._questions, self._questions, self.settings["shared_options"])
        self._likeness = dict(zip(self._questions, likeness, strict=True))
        held, targets = list(folds(known)), self._targets(known)
        coefficients, held_out = fit(
            lambda rows, others: self._kernel(unit, likeness, rows, others),
            targets, self.settings["ridge"], held,
        )  # fmt: skip
        transposed = sp.csr_matrix(unit.sparse.T)
        self._learned = Shown(transposed, unit.dense, np.ascontiguousarray(coefficients.T))
        how = written(texts, features.words)
        trial = self._trial(known, unit, how, held_out, held)
        self._decide, self._decide_new = trial.decide()
        self._new = Unseen.fit(
            known, questions, targets, self._columns, (features.dense, how), self._embed
        )
        self._read_facts = trial.fact_reader()
        return list(zip(known, trial.readings(self._read_facts), strict=True))

    def _kernel(self, unit: Features, likeness: Dense, rows: Ints, others: Ints) -> Dense:
        """Return the kernel of some replies of the training with others."""
        one, other = unit.take(rows), unit.take(others)
        cosines = one.dense @ other.dense.T
        cosines += (one.sparse @ other.sparse.T).toarray()
        gram = kernel(cosines, self.settings["sharpness"])
        table = weights(likeness, self.settings["apart"])
        for at, asked in enumerate(self._asked[rows]):
            gram[at] *= table[asked, self._asked[others]]
        return gram

    def predict(self, text: str, question: Question) -> Replied:
        """Return what a reply does."""
        return self.predict_all([(text, question)])[0]

    def predict_all(self, pairs: Sequence[tuple[str, Question]]) -> list[Replied]:
        """Return what each reply does.

        Args:
            pairs: Replies with the question that each answers; training need not know it.
        """
        # A text that is read against many questions is counted and compared once.
        texts = list(dict.fromkeys(text for text, _ in pairs))
        row_of = {text: row for row, text in enumerate(texts)}
        features = self._texts.transform(texts)
        how = written(texts, features.words)
        unit = unit_rows(features)
        grams = kernel(self._learned.similarities(unit), self.settings["sharpness"])
        found = []
        for text, question in pairs:
            row = row_of[text]
            gram = grams[row] * self._weights(question)[self._asked]
            wanted = self._wanted(question)
            scores = np.zeros((1, len(self._columns)), np.float32)
            scores[0, wanted] = self._learned.coefficients[wanted] @ gram
            one = np.array([row])
            scored = self._scored(question, scores, unit, one, how[one])
            if self._shown(question) or self._new is None or not question.options:
                decide = self._decide if self._shown(question) else self._decide_new
                options, moves = decide(question, scored)
                order = ranked(question, options[0], moves[0], decide.thresholds)
            else:
                own = features.dense[one], how[one]
                options = self._new(question, [texts[row]], own, self._embed)
                moves = self._decide_new(question, scored)[1]
                thresholds = {**self._decide_new.thresholds, **self._new.thresholds}
                order = unless_likelier(ranked(question, options[0], moves[0], thresholds))
            facts = self._read_facts(scores[:, self._fact_columns].astype(np.float64), scored)
            found.append(Replied(order, facts))
        return found

    def _embed(self, texts: Sequence[str]) -> tuple[Dense, Floats]:
        """Return the dense vectors of texts, and how they are written."""
        features = self._texts.transform(texts)
        return features.dense, written(texts, features.words)

    def _weights(self, question: Question) -> Dense:
        """Return what the replies to each question of the training count for in answers to one."""
        likeness = self._likeness.get(question)
        if likeness is None:
            shared = self.settings["shared_options"]
            likeness = likeness_table([question], self._questions, shared)[0]
        return weights(likeness, self.settings["apart"])

    def _wanted(self, question: Question) -> list[int]:
        """Return the columns that a question's options and the shared moves are scored by."""
        keys = [("move", move) for move in MOVES]
        keys += [("meaning", meaning) for meaning in MEANINGS]
        keys += [("option", option.name) for option in question.options]
        keys += [("place", str(at)) for at in range(len(question.options))]
        return [self._columns[key] for key in keys if key in self._columns] + self._fact_columns

    def _targets(self, known: Sequence[Reply]) -> Dense:
        targets = np.zeros((len(known), len(self._columns)), np.float32)
        for row, (reply, asked) in enumerate(zip(known, self._asked, strict=True)):
            for move in reply.moves:
                targets[row, self._columns["move", move]] = 1
            for fact in told(reply, self._questions[asked]):
                if ("fact", "=".join(fact)) in self._columns:
                    targets[row, self._columns["fact", "=".join(fact)]] = 1
            for at, option in enumerate(self._questions[asked].options):
                if option.name == reply.option:
                    targets[row, self._columns["option", option.name]] = 1
                    if ("place", str(at)) in self._columns:
                        targets[row, self._columns["place", str(at)]] = 1
                    for meaning in set(option.means) & set(MEANINGS):
                        targets[row, self._columns["meaning", meaning]] = 1
        return targets

    def _shown(self, question: Question) -> bool:
        """Tell whether training showed each option of a question."""
        return all(("option", name) in self._columns for name in question.names)

    def _scored(
        self, question: Question, scores: Dense, unit: Features, rows: Ints, how: Floats
    ) -> Scored:
        options = np.zeros((len(scores), len(question.options)))
        places = np.zeros_like(options)
        for at, option in enumerate(question.options):
            column = self._columns.get(("option", option.name))
            options[:, at] = (
                self._unseen(option, scores, unit.take(rows))
                if column is None
                else scores[:, column]
            )
            if ("place", str(at)) in self._columns:
                places[:, at] = scores[:, self._columns["place", str(at)]]
        moves = scores[:, [self._columns["move", move] for move in MOVES]].astype(np.float64)
        meanings = scores[:, [self._columns["meaning", meaning] for meaning in MEANINGS]]
        return Scored(options, moves, meanings.astype(np.float64), places, how)

    def _unseen(self, option: Option, scores: Dense, unit: Features) -> Floats:
        """Score an option that training never showed: by its meanings and its label."""
        score = np.zeros(len(scores))
        meanings = [self._columns["meaning", each] for each in option.means if each in MEANINGS]
        if meanings:
            score += self.settings["meaning_weight"] * scores[:, meanings].max(axis=1)
        if option.label not in self._labels:
            self._labels[option.label] = unit_rows(self._texts.transform([option.label]))
        label = self._labels[option.label]
        near = (unit.sparse @ label.sparse.T).toarray() + unit.dense @ label.dense.T
        return np.asarray(score + self.settings["label_weight"] * near[:, 0], np.float64)

    def _trial(
        self, known: Sequence[Reply], unit: Features, how: Floats, held_out: Dense,
        held: Sequence[Ints],
    ) -> Trial:  # fmt: skip
        """Return all replies with the scores that they get without their hand."""
        group = np.zeros(len(known), np.int64)
        for number, fold in enumerate(held):
            group[fold] = number % _GROUPS
        asked = []
        for at, question in enumerate(self._questions):
            rows = np.flatnonzero(self._asked == at)
            scored = self._scored(question, held_out[rows], unit, rows, how[rows])
            facts = held_out[rows][:, self._fact_columns].astype(np.float64)
            asked.append(Asked(question, rows, scored, facts))
        return Trial(known, asked, self._facts, group)
