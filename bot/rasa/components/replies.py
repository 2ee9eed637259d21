"""The model of replies as a component of Rasa: what a message does with the question just asked."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import Any

import joblib
from rasa.engine.graph import ExecutionContext
from rasa.engine.recipes.default_recipe import DefaultV1Recipe
from rasa.engine.storage.resource import Resource
from rasa.engine.storage.storage import ModelStorage
from rasa.shared.core.trackers import DialogueStateTracker
from rasa.shared.nlu.constants import TEXT
from rasa.shared.nlu.training_data.message import Message
from rasa.shared.nlu.training_data.training_data import TrainingData

from bot.content.live import Portal, current_content
from bot.content.replies import Question
from bot.dialogue.asked import ANYTHING, OFFERED, SENT, STORY, question_asked, questions_ahead
from bot.french.clauses import bare_clause
from bot.ground.settings import current_settings
from bot.rasa.components.component import Extractor
from bot.reading import REPLIES, replies_hash
from bot.reading.replies.data import load
from bot.reading.replies.facts import Fact
from bot.reading.replies.model import ReplyModel
from bot.reading.replies.replied import Replied

_FILE = "replies.joblib"
_LEAST = 0.02
_LEAST_AHEAD, _LEAST_OUTCOME, _MOST_TOLD = 0.88, 0.97, 0.1
"""Confidence from which a question that was not asked yet is answered, and one that can close the
problem; and up to which the message may be the problem told again."""
_MOST = 6


@DefaultV1Recipe.register(DefaultV1Recipe.ComponentType.ENTITY_EXTRACTOR, is_trainable=True)
class ReplyReader(Extractor):
    """Rasa graph component around `ReplyModel`.

    Sets on each message that answers a question `asked`, the question's id, and `moves`, what the
    message does with it, likeliest first: each with `name`, `option`, `confidence` and `sure`. The
    facts that it surely tells stand by name in `told`. Each of `parts` gets `moves` of its own. A
    message that comes after a request was sent, whatever is asked meanwhile, gets `after_sent`,
    what it does with that, and so do its parts.

    Args:
        model_storage: Where the trained model is kept.
        resource: Under which name.
    """

    def __init__(self, model_storage: ModelStorage, resource: Resource) -> None:
        self._model_storage = model_storage
        self._resource = resource
        self._model: ReplyModel | None = None
        self._questions: dict[str, Question] = {}

    @classmethod
    def fingerprint_addon(cls, config: dict[str, Any]) -> str | None:
        """Return the hash of code and replies: a change of either trains anew."""
        return replies_hash()

    @classmethod
    def create(
        cls,
        config: dict[str, Any],
        model_storage: ModelStorage,
        resource: Resource,
        execution_context: ExecutionContext,
    ) -> ReplyReader:
        """Create an untrained component."""
        return cls(model_storage, resource)

    def train(self, training_data: TrainingData) -> Resource:
        """Train on the replies of `data/replies/`; Rasa's own examples answer no question.

        Args:
            training_data: Not used.

        Returns:
            The resource under which the model is kept.
        """
        replies, questions = load(current_settings().content_dir, REPLIES)
        if replies:
            model = ReplyModel().fit(replies, questions)
            with self._model_storage.write_to(self._resource) as folder:
                joblib.dump((model, questions), folder / _FILE)
        return self._resource

    @classmethod
    def load(
        cls,
        config: dict[str, Any],
        model_storage: ModelStorage,
        resource: Resource,
        execution_context: ExecutionContext,
        **kwargs: Any,
    ) -> ReplyReader:
        """Load the trained component; one that learned nothing reads nothing."""
        component = cls(model_storage, resource)
        with model_storage.read_from(resource) as folder:
            if (folder / _FILE).exists():
                component._model, component._questions = joblib.load(folder / _FILE)
        return component

    def process(
        self, messages: list[Message], tracker: DialogueStateTracker | None = None
    ) -> list[Message]:
        """Set the question that was asked, and the moves, on each message that answers one."""
        memory = (tracker.get_slot("memory") or {}) if tracker is not None and tracker.slots else {}
        question = self._question(tracker, memory)
        sent = self._questions.get(SENT) if memory.get("last_ticket") else None
        for message in messages:
            text = message.get(TEXT)
            if not text or text.startswith("/") or question is None or self._model is None:
                continue
            parts = message.get("parts") or []
            said = [text, *(bare_clause(text[part["start"] : part["end"]]) for part in parts)]
            after = [] if sent is None or sent == question else [sent]
            ahead = self._ahead(message, tracker, question)
            told_ahead = _telling(said, first=not (tracker and tracker.get_slot("walk_stack")))
            # All in one call: a text is encoded and compared once for all its questions.
            pairs = [(each, asked) for asked in (question, *after) for each in said]
            pairs += [(each, asked) for asked in ahead for each in told_ahead]
            read = self._model.predict_all(pairs)
            now, read = read[: len(said)], read[len(said) :]
            message.set("asked", question.id, add_to_output=True)
            message.set("moves", _moves(now[0]), add_to_output=True)
            for part, each in zip(parts, now[1:], strict=True):
                part["moves"] = _moves(each)
            if after:
                message.set("after_sent", _moves(read[0]), add_to_output=True)
                for part, each in zip(parts, read[1 : len(said)], strict=True):
                    part["after_sent"] = _moves(each)
                read = read[len(said) :]
            told = _Ahead(told_ahead, ahead, read)
            if answered := told.answers():
                message.set("ahead", answered, add_to_output=True)
                told.leave_out_answered(message)
            facts = [*told.facts(), *(fact for fact in now[0].facts if fact.sure)]
            if facts:
                named = {fact.name: fact.value for fact in facts}
                message.set("told", named, add_to_output=True)
        return messages

    def _ahead(
        self, message: Message, tracker: DialogueStateTracker | None, asked: Question
    ) -> list[Question]:
        """Return the questions that a message may answer beside the one that was asked."""
        portal = _portal(tracker)
        if portal is None or tracker is None:
            return []
        questions = questions_ahead(
            portal,
            tracker.get_slot("walk_stack") or [],
            message.get("intent_ranking") or [],
            asked.id,
            sure=message.get("band") == "sure",
        )
        told_freely = asked is ANYTHING or asked.id == OFFERED
        if told_freely and (story := self._questions.get(STORY)):
            questions.append(story)
        return questions

    def _question(
        self, tracker: DialogueStateTracker | None, memory: Mapping[str, Any]
    ) -> Question | None:
        """Return the question that a conversation waits at, with the options that it has now."""
        portal = _portal(tracker)
        if tracker is None or portal is None:
            return None
        stack = tracker.get_slot("walk_stack") or []
        return question_asked(portal, stack, memory, self._questions)


def _telling(said: list[str], *, first: bool) -> list[str]:
    """Return what of a message is read against questions that were not asked: it, and its clauses.

    Whoever begins tells much at once; later, what corrects an answer is the message as a whole.
    """
    clauses = [each for each in said[1:] if len(each.split()) >= _FEWEST_WORDS]
    return [said[0], *(clauses[:_MOST_CLAUSES] if first else ())]


_FEWEST_WORDS = 4
_MOST_CLAUSES = 3
_LIKELY = 0.5
"""Confidence from which a clause says something else than another."""


@dataclass(frozen=True)
class _Ahead:
    """A message and its clauses, as read against questions that were not asked.

    Attributes:
        texts: The message, then its clauses.
        questions: What was not asked.
        read: What each text does with each question, a question after the other.
    """

    texts: list[str]
    questions: list[Question]
    read: list[Replied]

    def _each(self) -> Iterator[tuple[Question, str, Replied]]:
        pairs = ((question, text) for question in self.questions for text in self.texts)
        for (question, text), read in zip(pairs, self.read, strict=True):
            yield question, text, read

    def _surely(self) -> Iterator[tuple[Question, str, Replied]]:
        """Yield what surely answers a question.

        A clause does if the message most likely means that too, and no other clause says otherwise
        ("je ne suis pas un particulier, je suis une entreprise"). What came of an advice is told by
        the message as a whole.
        """
        whole = dict(zip(self.questions, self.read[:: len(self.texts)], strict=True))
        likely: dict[Question, set[str]] = defaultdict(set)
        for question, _, read in self._each():
            if read.first.option and read.first.confidence >= _LIKELY:
                likely[question].add(read.first.name)
        for question, text, read in self._each():
            closing = any(option.acts for option in question.options)
            may_mean = whole[question].first.name == read.first.name
            counts = text == self.texts[0] or (
                may_mean and not closing and len(likely[question]) == 1
            )
            if counts and _answers_ahead(question, read):
                yield question, text, read

    def answers(self) -> dict[str, str]:
        """Return the options that are surely taken, by the ids of their questions.

        What would close or send anything is always asked.
        """
        taken: dict[str, tuple[float, str]] = {}
        for question, _, read in self._surely():
            surest = taken.get(question.id, (0.0, ""))
            taken[question.id] = max(surest, (read.first.confidence, read.first.name))
        return {question: name for question, (_, name) in taken.items()}

    def facts(self) -> list[Fact]:
        """Return the facts that are surely told."""
        return [
            fact
            for question, _, read in self._each()
            if question.id == STORY
            for fact in read.facts
            if fact.sure
        ]

    def leave_out_answered(self, message: Message) -> None:
        """Take a clause that answers such a question for no second problem of the message."""
        answering = {text for _, text, _ in self._surely()}
        problems = message.get("problems") or []
        left = [each for each in problems if each["text"] not in answering]
        if len(left) < len(problems):
            message.data.pop("problems")


def _answers_ahead(question: Question, read: Replied) -> bool:
    """Tell whether a message surely answers a question that was not asked.

    A question that can close the problem asks what came of an advice, which who tells the problem
    has seldom followed; and who merely tells it again has answered nothing.
    """
    closing = {option.name for option in question.options if option.acts}
    first = read.first
    told = max((move.confidence for move in read.moves if move.name == "problem"), default=0.0)
    least = _LEAST_OUTCOME if closing else _LEAST_AHEAD
    sure = first.option and first.confidence >= least and told <= _MOST_TOLD
    return sure and first.name not in closing


def _moves(read: Replied) -> list[dict[str, Any]]:
    """Return what a reply does as the turn keeps it: the likeliest moves and the sure ones."""
    return [vars(move) for move in read.moves[:_MOST] if move.sure or move.confidence >= _LEAST]


def _portal(tracker: DialogueStateTracker | None) -> Portal | None:
    """Return the portal of a conversation; None for a text outside any."""
    if tracker is None or not tracker.slots:
        return None
    portals = current_content().portals
    return portals.get(tracker.get_slot("portal") or current_settings().default_portal)
