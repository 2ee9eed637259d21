"""The intent classifier: a linear model over word and character n-grams, with calibrated bands.

TF-IDF of words (1-2) and of characters within words (2-5), accents folded, under a linear support
vector machine: the strongest of the cheap pipelines that were compared, and trained in seconds.
Its scores become probabilities by a softmax whose temperature is fitted on held-out folds, and the
same folds place the thresholds between `sure`, `unsure` and `lost`.
"""

from __future__ import annotations

from collections import Counter
from dataclasses import dataclass
from typing import Any

import joblib
import numpy as np
from numpy.typing import NDArray
from rasa.engine.graph import ExecutionContext, GraphComponent
from rasa.engine.recipes.default_recipe import DefaultV1Recipe
from rasa.engine.storage.resource import Resource
from rasa.engine.storage.storage import ModelStorage
from rasa.nlu.classifiers.classifier import IntentClassifier
from rasa.shared.nlu.constants import INTENT, INTENT_RANKING_KEY, TEXT
from rasa.shared.nlu.training_data.message import Message
from rasa.shared.nlu.training_data.training_data import TrainingData
from scipy.optimize import minimize_scalar
from sklearn.feature_extraction.text import TfidfVectorizer
from sklearn.model_selection import StratifiedKFold, cross_val_predict
from sklearn.pipeline import Pipeline, make_pipeline, make_union
from sklearn.svm import LinearSVC

from bot.engine.nlu import code_hash
from bot.engine.nlu.text import normalise

Scores = NDArray[np.float64]

_FILE = "linear.joblib"


@dataclass
class Calibration:
    """What turns scores into a probability and a probability into a band.

    Attributes:
        temperature: Divides the scores before the softmax.
        sure: Probability from which a message counts as understood.
        lost: Probability under which not even a choice of topics is offered.
    """

    temperature: float
    sure: float
    lost: float

    def probabilities(self, scores: Scores) -> Scores:
        """Return the softmax of scores, shape (messages, intents), at the temperature."""
        scaled = scores / self.temperature
        exponentials = np.exp(scaled - scaled.max(axis=1, keepdims=True))
        return np.asarray(exponentials / exponentials.sum(axis=1, keepdims=True))

    def band(self, probability: float) -> str:
        """Return `sure`, `unsure` or `lost` for the likeliest intent's probability."""
        if probability >= self.sure:
            return "sure"
        return "unsure" if probability >= self.lost else "lost"


def build_pipeline(penalty: float) -> Pipeline:
    """Return the untrained pipeline from raw text to one score an intent.

    Args:
        penalty: C of the support vector machine.
    """
    return make_pipeline(
        make_union(
            TfidfVectorizer(
                preprocessor=normalise,
                token_pattern=r"(?u)\w+|[?!]",
                ngram_range=(1, 2),
                sublinear_tf=True,
            ),
            TfidfVectorizer(
                preprocessor=normalise,
                analyzer="char_wb",
                ngram_range=(2, 5),
                sublinear_tf=True,
                max_df=0.9,
            ),
        ),
        LinearSVC(C=penalty, dual=True, max_iter=5000, random_state=0),
    )


def calibrate(scores: Scores, truth: NDArray[np.int64], *, precision: float) -> Calibration:
    """Fit temperature and thresholds on scores of messages that the model did not see.

    Args:
        scores: Shape (messages, intents).
        truth: Index of each message's intent, shape (messages,).
        precision: Share of right answers wanted among those given without asking.
    """

    def negative_log_likelihood(temperature: float) -> float:
        chosen = Calibration(temperature, 0, 0).probabilities(scores)[np.arange(len(truth)), truth]
        return float(-np.log(np.maximum(chosen, 1e-12)).mean())

    best = minimize_scalar(negative_log_likelihood, bounds=(0.02, 3.0), method="bounded")
    calibration = Calibration(float(best.x), 1.0, 0.0)
    probabilities = calibration.probabilities(scores)
    confidence = probabilities.max(axis=1)
    right = probabilities.argmax(axis=1) == truth
    order = np.argsort(-confidence)
    running = np.cumsum(right[order]) / np.arange(1, len(order) + 1)
    reached = np.flatnonzero(running >= precision)
    calibration.sure = float(confidence[order][reached[-1]]) if len(reached) else 1.0
    calibration.lost = min(calibration.sure, 2.5 / probabilities.shape[1])
    return calibration


@DefaultV1Recipe.register(DefaultV1Recipe.ComponentType.INTENT_CLASSIFIER, is_trainable=True)
class LinearIntentClassifier(IntentClassifier, GraphComponent):  # type: ignore[misc]
    """Rasa graph component around the linear model.

    Args:
        config: `penalty` (C), `precision` (share of right answers wanted without asking), `folds`
            and `ranking_length`.
        model_storage: Where the trained model is kept.
        resource: Under which name.
    """

    def __init__(
        self, config: dict[str, Any], model_storage: ModelStorage, resource: Resource
    ) -> None:
        self._config = config
        self._model_storage = model_storage
        self._resource = resource
        self._pipeline: Pipeline | None = None
        self._calibration = Calibration(1.0, 1.0, 0.0)

    @staticmethod
    def get_default_config() -> dict[str, Any]:
        """Return the defaults of what config.yml may set."""
        return {"penalty": 0.6, "precision": 0.9, "folds": 5, "ranking_length": 10}

    @classmethod
    def fingerprint_addon(cls, config: dict[str, Any]) -> str | None:
        """Return the hash of the code that this component depends on."""
        return code_hash()

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
        texts = [message.get(TEXT) for message in examples]
        intents = [message.get(INTENT) for message in examples]
        if len(set(intents)) < 2:
            return self._resource
        pipeline = build_pipeline(self._config["penalty"])
        folds = min(self._config["folds"], *Counter(intents).values())
        pipeline.fit(texts, intents)
        if folds >= 2:
            splits = StratifiedKFold(folds, shuffle=True, random_state=0)
            scores = cross_val_predict(
                pipeline, texts, intents, cv=splits, method="decision_function"
            )
            truth = np.searchsorted(pipeline.classes_, intents)
            self._calibration = calibrate(
                np.atleast_2d(scores), truth, precision=self._config["precision"]
            )
        self._pipeline = pipeline
        with self._model_storage.write_to(self._resource) as folder:
            joblib.dump((pipeline, self._calibration), folder / _FILE)
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
        """Load the trained component."""
        component = cls(config, model_storage, resource)
        with model_storage.read_from(resource) as folder:
            component._pipeline, component._calibration = joblib.load(folder / _FILE)
        return component

    def process(self, messages: list[Message]) -> list[Message]:
        """Set intent, ranking and band on each message that has a text."""
        for message in messages:
            text = message.get(TEXT)
            if not text or self._pipeline is None:
                continue
            probabilities = self._calibration.probabilities(
                np.atleast_2d(self._pipeline.decision_function([text]))
            )[0]
            order = np.argsort(-probabilities)[: self._config["ranking_length"]]
            ranking = [
                {
                    "name": str(self._pipeline.classes_[index]),
                    "confidence": float(probabilities[index]),
                }
                for index in order
            ]
            band = self._calibration.band(float(probabilities[order[0]]))
            message.set(INTENT, ranking[0], add_to_output=True)
            message.set(INTENT_RANKING_KEY, ranking, add_to_output=True)
            message.set("band", band, add_to_output=True)
        return messages
