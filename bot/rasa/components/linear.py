"""The intent classifier as a component of Rasa: intent, ranking, band, and several problems."""

from __future__ import annotations

import copy
from typing import Any

import joblib
from rasa.engine.graph import ExecutionContext
from rasa.engine.recipes.default_recipe import DefaultV1Recipe
from rasa.engine.storage.resource import Resource
from rasa.engine.storage.storage import ModelStorage
from rasa.nlu.classifiers.classifier import IntentClassifier
from rasa.shared.nlu.constants import INTENT, INTENT_RANKING_KEY, TEXT
from rasa.shared.nlu.training_data.message import Message
from rasa.shared.nlu.training_data.training_data import TrainingData

from bot.french.clauses import bare_clause, parts_of_message
from bot.rasa.components.component import HashedComponent
from bot.reading.model import DEFAULTS, IntentModel
from bot.reading.problems import find_problems

_FILE = "intents.joblib"


@DefaultV1Recipe.register(DefaultV1Recipe.ComponentType.INTENT_CLASSIFIER, is_trainable=True)
class LinearIntentClassifier(IntentClassifier, HashedComponent):  # type: ignore[misc]
    """Rasa graph component around `IntentModel` and `find_problems`.

    Sets on each message `intent`, `intent_ranking`, `band` (`sure`, `unsure` or `lost`), of one of
    several clauses `parts`, each with what it says by itself, and, only where two were found,
    `problems`.

    Args:
        config: `ranking_length` and what `bot.reading.model.DEFAULTS` lists.
        model_storage: Where the trained model is kept.
        resource: Under which name.
    """

    def __init__(
        self, config: dict[str, Any], model_storage: ModelStorage, resource: Resource
    ) -> None:
        self._config = config
        self._model_storage = model_storage
        self._resource = resource
        self._model: IntentModel | None = None

    @staticmethod
    def get_default_config() -> dict[str, Any]:
        """Return the defaults of what config.yml may set."""
        return {"ranking_length": 10, **copy.deepcopy(DEFAULTS)}

    @classmethod
    def create(
        cls,
        config: dict[str, Any],
        model_storage: ModelStorage,
        resource: Resource,
        execution_context: ExecutionContext,
    ) -> LinearIntentClassifier:
        """Create an untrained component."""
        return cls(config, model_storage, resource)

    def train(self, training_data: TrainingData) -> Resource:
        """Train on the examples and calibrate on held-out folds of them.

        Args:
            training_data: Examples; those without an intent are passed over.

        Returns:
            The resource under which the model is kept.
        """
        examples = [message for message in training_data.nlu_examples if message.get(INTENT)]
        intents = [message.get(INTENT) for message in examples]
        if len(set(intents)) < 2:
            return self._resource
        settings = {name: self._config[name] for name in DEFAULTS}
        self._model = IntentModel(settings).fit([each.get(TEXT) for each in examples], intents)
        with self._model_storage.write_to(self._resource) as folder:
            joblib.dump(self._model.for_serving(), folder / _FILE)
        return self._resource

    @classmethod
    def load(
        cls,
        config: dict[str, Any],
        model_storage: ModelStorage,
        resource: Resource,
        execution_context: ExecutionContext,
        **kwargs: Any,
    ) -> LinearIntentClassifier:
        """Load the trained component; one that learned nothing understands nothing."""
        component = cls(config, model_storage, resource)
        with model_storage.read_from(resource) as folder:
            if (folder / _FILE).exists():
                component._model = joblib.load(folder / _FILE)
        return component

    def process(self, messages: list[Message]) -> list[Message]:
        """Set intent, ranking, band and problems on each message that has a text."""
        for message in messages:
            text = message.get(TEXT)
            if not text or self._model is None:
                continue
            prediction = self._model.predict([text])[0]
            ranking = [
                {"name": name, "confidence": confidence}
                for name, confidence in prediction.ranking[: self._config["ranking_length"]]
            ]
            message.set(INTENT, ranking[0], add_to_output=True)
            message.set(INTENT_RANKING_KEY, ranking, add_to_output=True)
            message.set("band", prediction.band, add_to_output=True)
            if parts := parts_of_message(text):
                clauses = [bare_clause(text[start:end]) for start, end in parts]
                # Places and not texts: nothing that was typed is kept once more.
                said = [
                    {
                        "start": start,
                        "end": end,
                        "intent": each.intent,
                        "confidence": each.confidence,
                    }
                    for (start, end), each in zip(parts, self._model.predict(clauses), strict=True)
                ]
                message.set("parts", said, add_to_output=True)
            problems = find_problems(text, self._model.predict, prediction)
            if problems:
                found = [vars(problem) for problem in problems]
                message.set("problems", found, add_to_output=True)
        return messages
