"""The model of replies as a component of Rasa: what a message does with the question just asked."""

from __future__ import annotations

from collections.abc import Mapping
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
            clauses = [bare_clause(text[part["start"] : part["end"]]) for part in parts]
            ahead = self._ahead(message, tracker, question)
            after = [] if sent is None or sent == question else [sent]
            # All in one call: a text is encoded and compared once for all its questions.
            pairs = [(text, question), *((clause, question) for clause in clauses)]
            pairs += [(text, each) for each in ahead]
            pairs += [(each, asked) for asked in after for each in (text, *clauses)]
            read, *others = self._model.predict_all(pairs)
            message.set("asked", question.id, add_to_output=True)
            message.set("moves", _moves(read), add_to_output=True)
            for part, each in zip(parts, others, strict=False):
                part["moves"] = _moves(each)
            read_ahead = dict(zip(ahead, others[len(parts) :], strict=False))
            if answered := _answered(read_ahead):
                message.set("ahead", answered, add_to_output=True)
            story = next((r.facts for q, r in read_ahead.items() if q.id == STORY), ())
            if told := {fact.name: fact.value for fact in (*story, *read.facts) if fact.sure}:
                message.set("told", told, add_to_output=True)
            if after:
                whole, *apart = others[len(parts) + len(ahead) :]
                message.set("after_sent", _moves(whole), add_to_output=True)
                for part, each in zip(parts, apart, strict=True):
                    part["after_sent"] = _moves(each)
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


def _answered(read_as: Mapping[Question, Replied]) -> dict[str, str]:
    """Return the options that a message surely takes of questions that were not asked.

    What would close or send anything is always asked.
    """
    return {
        question.id: read.first.name
        for question, read in read_as.items()
        if _answers_ahead(question, read)
    }


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
