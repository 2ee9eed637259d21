"""The policy that asks when a message was not understood well enough.

A message in the band `unsure` or `lost` must not open a walk or be answered as if it were clear.
Within a walk the conductor hears it first, since a short answer to its own question may look
unclear on its own; this policy abstains there.
"""

from __future__ import annotations

from typing import Any

from rasa.core.featurizers.tracker_featurizers import TrackerFeaturizer
from rasa.core.policies.policy import Policy, PolicyPrediction, SupportedData
from rasa.engine.graph import ExecutionContext
from rasa.engine.recipes.default_recipe import DefaultV1Recipe
from rasa.engine.storage.resource import Resource
from rasa.engine.storage.storage import ModelStorage
from rasa.shared.core.constants import ACTION_LISTEN_NAME
from rasa.shared.core.domain import Domain
from rasa.shared.core.events import Event
from rasa.shared.core.generator import TrackerWithCachedStates
from rasa.shared.core.trackers import DialogueStateTracker

from bot.reading.bands import band_of

CLARIFY = "action_clarify"


@DefaultV1Recipe.register(
    DefaultV1Recipe.ComponentType.POLICY_WITHOUT_END_TO_END_SUPPORT, is_trainable=True
)
class ClarificationPolicy(Policy):  # type: ignore[misc]
    """Predicts `action_clarify` after an unclear message outside a walk."""

    @staticmethod
    def supported_data() -> SupportedData:
        """Learn from nothing."""
        return SupportedData.ML_AND_RULE_DATA

    @staticmethod
    def get_default_config() -> dict[str, Any]:
        """Return the defaults; `priority` must stand above the rules'."""
        return {"priority": 7}

    def train(
        self,
        training_trackers: list[TrackerWithCachedStates],
        domain: Domain,
        **kwargs: Any,
    ) -> Resource:
        """Keep nothing: the decision rests on the latest message alone."""
        with self._model_storage.write_to(self._resource) as folder:
            (folder / "empty").touch()
        return self._resource

    @classmethod
    def load(
        cls,
        config: dict[str, Any],
        model_storage: ModelStorage,
        resource: Resource,
        execution_context: ExecutionContext,
        **kwargs: Any,
    ) -> ClarificationPolicy:
        """Create the policy again."""
        return cls(config, model_storage, resource, execution_context)

    def _create_featurizer(self) -> TrackerFeaturizer | None:
        return None

    def predict_action_probabilities(
        self,
        tracker: DialogueStateTracker,
        domain: Domain,
        rule_only_data: dict[str, Any] | None = None,
        precomputations: Any = None,
        **kwargs: Any,
    ) -> PolicyPrediction:
        """Predict `action_clarify`, then to listen, or abstain."""
        predicted = None
        if tracker.active_loop_name is None and tracker.latest_message is not None:
            unclear = band_of(tracker.latest_message.parse_data) != "sure"
            if unclear and tracker.latest_action_name == ACTION_LISTEN_NAME:
                predicted = CLARIFY
            elif unclear and tracker.latest_action_name == CLARIFY:
                predicted = ACTION_LISTEN_NAME
        probabilities = self._default_predictions(domain)
        events: list[Event] = []
        if predicted is not None:
            probabilities[domain.index_for_action(predicted)] = 1.0
        return self._prediction(probabilities, events=events)
