"""What our graph components have in common."""

from __future__ import annotations

from typing import Any

from rasa.engine.graph import ExecutionContext, GraphComponent
from rasa.engine.storage.resource import Resource
from rasa.engine.storage.storage import ModelStorage
from rasa.nlu.extractors.extractor import EntityExtractorMixin

from bot.reading import code_hash


class HashedComponent(GraphComponent):  # type: ignore[misc]
    """A component that is trained anew when the code of this package changes."""

    @classmethod
    def fingerprint_addon(cls, config: dict[str, Any]) -> str | None:
        """Return the hash of the code that this component depends on."""
        return code_hash()


class Extractor(HashedComponent, EntityExtractorMixin):  # type: ignore[misc]
    """A component that finds entities and has nothing to learn."""

    @classmethod
    def create(
        cls,
        config: dict[str, Any],
        model_storage: ModelStorage,
        resource: Resource,
        execution_context: ExecutionContext,
    ) -> Extractor:
        """Create the component."""
        return cls()
