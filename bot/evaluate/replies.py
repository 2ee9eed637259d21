"""Replies held out by hand: each is read by a model that learned from other hands alone.

One training serves for all hands: what it would say without one follows from what it learned
(`bot.reading.replies.tiles`). Only vocabulary and frequencies of words are those of all replies.
"""

from __future__ import annotations

import hashlib
import resource
import time
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from pathlib import Path

import numpy as np

from bot.content.replies import Question, Reply, told
from bot.evaluate.data import EvaluationFailed
from bot.evaluate.metrics import Share
from bot.ground.errors import ContentError
from bot.reading import REPLIES
from bot.reading.replies.data import AUTHORS
from bot.reading.replies.data import load as read
from bot.reading.replies.model import ReplyModel
from bot.reading.replies.replied import Replied

FEWEST_TESTED = 1000
"""A hand that wrote fewer replies, or to few questions, is trained on and never tested alone."""

TIMED = 400
"""So many readings are timed."""

_NEW = "new: "


@dataclass(frozen=True)
class HeldOut:
    """A reply with what was read in it by a model that did not know its hand.

    Attributes:
        reply: The reply.
        read: What was read in it.
        told: The facts that it tells, by its option or in passing.
    """

    reply: Reply
    read: Replied
    told: frozenset[tuple[str, str]] = frozenset()

    def option(self, least: float | None = None) -> str | None:
        """Return the option taken, or None.

        Args:
            least: Confidence that it needs beside being the likeliest; None wants it sure.
        """
        if least is None:
            return next((move.name for move in self.read.sure if move.option), None)
        first = self.read.first
        return first.name if first.option and first.confidence >= least else None


@dataclass(frozen=True)
class Figures:
    """How well options are told.

    Attributes:
        right: Of the replies that choose an option, those of which it was taken.
        wrong: Of these, those of which another option was taken.
        taken: Of the other replies, those that were taken for an option.
    """

    right: Share
    wrong: Share
    taken: Share


@dataclass(frozen=True)
class Facts:
    """How well facts are told.

    Attributes:
        found: Of those that replies tell, those that were read as sure.
        right: Of those that were read as sure, those that replies tell.
    """

    found: Share
    right: Share

    @property
    def f1(self) -> float:
        """The harmonic mean of the two."""
        total = self.found.of + self.right.of
        return 2 * self.found.hits / total if total else 0.0


@dataclass(frozen=True)
class Run:
    """The replies of all hands tested, with what training took.

    Attributes:
        rows: All replies tested.
        seconds: How long the training took.
        megabytes: Most memory that the process ever held up to then.
        milliseconds: Time of each of some readings, one at a time.
    """

    rows: list[HeldOut]
    seconds: float
    megabytes: int
    milliseconds: list[float]


def load(content: Path, folder: Path = REPLIES) -> tuple[list[Reply], dict[str, Question]]:
    """Return all replies to questions that exist, and these questions.

    Args:
        content: The content directory.
        folder: The folder of the replies.

    Raises:
        EvaluationFailed: If there are none, or if they cannot be read.
    """
    try:
        replies, questions = read(content, folder)
    except ContentError as error:
        raise EvaluationFailed(str(error)) from None
    if all(reply.hand == AUTHORS for reply in replies):
        # The examples of articles alone are nothing to measure by.
        raise EvaluationFailed(f"Aucune réponse dans {folder}.")
    return replies, questions


def hands_to_test(replies: Sequence[Reply], fewest: int = FEWEST_TESTED) -> list[str]:
    """Return the hands that can be tested: those of enough replies to questions that others met."""
    hands = sorted({reply.hand for reply in replies} - {AUTHORS})
    result = []
    for hand in hands:
        own = [reply for reply in replies if reply.hand == hand]
        asked = {reply.question for reply in own}
        if len(own) >= fewest and len(asked) * 3 >= len({r.question for r in replies}):
            result.append(hand)
    return result


def by_hand(
    replies: Sequence[Reply],
    questions: Mapping[str, Question],
    hands: Sequence[str],
    part: float = 1.0,
) -> Run:
    """Read the replies of each hand by what the other hands show.

    Args:
        replies: All replies.
        questions: The questions by id.
        hands: The hands to test.
        part: The share of the replies that there are.
    """
    chosen = _part(list(replies), part)
    model = ReplyModel()
    started = time.perf_counter()
    read = model.fit_and_try(chosen, questions)
    seconds = time.perf_counter() - started
    megabytes = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss // 1024
    times = []
    for reply in _part(chosen, min(1.0, TIMED / len(chosen))):
        started = time.perf_counter()
        model.predict(reply.text, questions[reply.question])
        times.append((time.perf_counter() - started) * 1000)
    rows = [
        HeldOut(reply, each, told(reply, questions[reply.question]))
        for reply, each in read
        if reply.hand in hands
    ]
    return Run(rows, seconds, megabytes, times)


def unknown_questions(
    replies: Sequence[Reply], questions: Mapping[str, Question], parts: int = 5
) -> list[HeldOut]:
    """Test the replies to the questions of a part of the trees and walks without training on them.

    Their options are given names that training never shows, as those of a new tree would be, so
    that only meanings, labels and examples tell them apart.

    Args:
        replies: All replies.
        questions: The questions by id.
        parts: One tree or walk of so many is tested.
    """
    held = {name for name in questions if _number(name.rpartition("/")[0]) % parts == 0}
    training = [reply for reply in replies if reply.question not in held]
    model = ReplyModel().fit(training, questions)
    new = {name: _renamed(questions[name]) for name in held}
    asked = [
        replace(reply, option=None if reply.option is None else _NEW + reply.option)
        for reply in replies
        if reply.question in held and reply.hand != AUTHORS
    ]
    read = model.predict_all([(reply.text, new[reply.question]) for reply in asked])
    return [HeldOut(reply, each) for reply, each in zip(asked, read, strict=True)]


def figures(rows: Sequence[HeldOut], least: float | None = None) -> Figures:
    """Return how well options are told.

    Args:
        rows: Replies tested.
        least: See `HeldOut.option`; 0 takes what is likeliest.
    """
    choosing = [row for row in rows if row.reply.option is not None]
    others = [row for row in rows if row.reply.option is None]
    taken = [(row.option(least), row.reply.option) for row in choosing]
    return Figures(
        Share(sum(one == other for one, other in taken), len(choosing)),
        Share(sum(one is not None and one != other for one, other in taken), len(choosing)),
        Share(sum(row.option(least) is not None for row in others), len(others)),
    )


def moves_right(rows: Sequence[HeldOut]) -> dict[str, Share]:
    """Return, by shared move, of how many replies that do nothing but it it was the likeliest."""
    alone: dict[str, list[bool]] = {}
    for row in rows:
        if row.reply.option is None and row.reply.moves:
            first = row.read.first
            right = not first.option and first.name in row.reply.moves
            alone.setdefault(row.reply.moves[0], []).append(right)
    return {move: Share(sum(hits), len(hits)) for move, hits in sorted(alone.items())}


def moves_sure(rows: Sequence[HeldOut]) -> Share:
    """Return, of the shared moves taken as sure, the share that is right."""
    taken = [
        move.name in row.reply.moves
        for row in rows
        for move in row.read.sure
        if not move.option
    ]  # fmt: skip
    return Share(sum(taken), len(taken))


def facts(rows: Sequence[HeldOut]) -> Facts:
    """Return how well the facts are told that replies tell."""
    read = [frozenset((f.name, f.value) for f in row.read.facts if f.sure) for row in rows]
    hits = sum(len(row.told & each) for row, each in zip(rows, read, strict=True))
    return Facts(
        Share(hits, sum(len(row.told) for row in rows)),
        Share(hits, sum(len(each) for each in read)),
    )


def by_fact(rows: Sequence[HeldOut]) -> dict[str, Facts]:
    """Return, by the name of a fact, how well it is told."""
    names = sorted({name for row in rows for name, _ in row.told})
    return {name: facts([_only(row, name) for row in rows]) for name in names}


def _only(row: HeldOut, name: str) -> HeldOut:
    """Return a reply as if there were no fact but those of one name."""
    read = replace(row.read, facts=tuple(fact for fact in row.read.facts if fact.name == name))
    return HeldOut(row.reply, read, frozenset(fact for fact in row.told if fact[0] == name))


def by_question(rows: Sequence[HeldOut]) -> Iterator[tuple[str, Figures]]:
    """Yield the figures of each question, the fewest right first."""
    groups: dict[str, list[HeldOut]] = {}
    for row in rows:
        groups.setdefault(row.reply.question, []).append(row)
    found = {name: figures(group, 0.0) for name, group in groups.items()}
    yield from sorted(found.items(), key=lambda item: (item[1].right.value, item[0]))


def _part(replies: list[Reply], part: float) -> list[Reply]:
    chosen = np.random.default_rng(0).permutation(len(replies))[: round(len(replies) * part)]
    return [replies[at] for at in np.sort(chosen)]


def _number(name: str) -> int:
    return int.from_bytes(hashlib.sha256(name.encode()).digest()[:4], "big")


def _renamed(question: Question) -> Question:
    options = (replace(option, name=_NEW + option.name) for option in question.options)
    return Question(f"{_NEW}{question.id}", tuple(options))
