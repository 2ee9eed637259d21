"""Entities with a fixed form: e-mail addresses, contract numbers and ticket references.

Places are not extracted here: what counts as one depends on whether a region was asked for, so the
walks look for them themselves.
"""

from __future__ import annotations

import re
from typing import Any

from rasa.engine.graph import ExecutionContext, GraphComponent
from rasa.engine.recipes.default_recipe import DefaultV1Recipe
from rasa.engine.storage.resource import Resource
from rasa.engine.storage.storage import ModelStorage
from rasa.nlu.extractors.extractor import EntityExtractorMixin
from rasa.shared.nlu.constants import ENTITIES, TEXT
from rasa.shared.nlu.training_data.message import Message

from actions.addresses import is_address, normalise_address
from bot.engine.nlu import code_hash
from bot.engine.nlu.text import MOST_READ

_SPACE = "[ \t\u00a0\u202f]"
# Soft hyphens, zero-width characters and marks come along when an address is pasted.
_UNSEEN = "\u00ad\u200b-\u200f\u2060\ufeff"
_LOCAL = rf"[\w.+%'&{_UNSEEN}-]+"
_DOMAIN = rf"[\w{_UNSEEN}-]+(?:\.[\w{_UNSEEN}-]+)+"
_ADDRESS = re.compile(rf"{_LOCAL}{_SPACE}?[@\uff20]{_SPACE}?{_DOMAIN}")
_WORD = r"[^\W\d_][\w-]*|\d+"
_DOT = rf"{_SPACE}+(?:point|dot){_SPACE}+"
_LOW = rf"{_SPACE}+(?:underscore|tiret{_SPACE}+(?:bas|du{_SPACE}+(?:8|huit|bas))){_SPACE}+"
_DASH = rf"{_SPACE}+tiret(?:{_SPACE}+du{_SPACE}+(?:6|six|milieu))?{_SPACE}+"
_SPOKEN_PART = rf"(?:{_WORD})(?:(?:{_DOT}|{_LOW}|{_DASH}|[.-])(?:{_WORD}))*"
_SPOKEN = re.compile(
    rf"({_SPOKEN_PART}){_SPACE}+(?:arobase|arobas|arobaz|at){_SPACE}+"
    rf"((?:{_WORD})(?:(?:{_DOT}|{_DASH}|[.-])(?:{_WORD}))+)",
    re.IGNORECASE,
)
_CONTRACT = re.compile(r"(?<![\d/-])(20\d\d)\s?[-‐–_/ ]\s?(\d{3})(?![\d/-])")
_TICKET = re.compile(r"\bG\s?-\s?([0-9A-HJKMNP-TV-Z]{4})\b", re.IGNORECASE)


def find_entities(text: str) -> list[dict[str, Any]]:
    """Return the entities of a text in Rasa's shape, in their order.

    Args:
        text: A message as typed.
    """
    read = text[:MOST_READ]
    found = []
    for match in _ADDRESS.finditer(read):
        found.append(_entity("email", match, normalise_address(match.group())))
    for match in _SPOKEN.finditer(read):
        found.append(_entity("email", match, _spell(match.group(1)) + "@" + _spell(match.group(2))))
    for match in _CONTRACT.finditer(read):
        found.append(_entity("contract_number", match, f"{match.group(1)}-{match.group(2)}"))
    for match in _TICKET.finditer(read):
        found.append(_entity("ticket_reference", match, f"G-{match.group(1).upper()}"))
    return sorted(
        (
            entity
            for entity in found
            if entity["entity"] != "email" or is_address(str(entity["value"]))
        ),
        key=lambda entity: int(entity["start"]),
    )


def _spell(spoken: str) -> str:
    written = re.sub(_DOT, ".", spoken, flags=re.IGNORECASE)
    written = re.sub(_LOW, "_", written, flags=re.IGNORECASE)
    written = re.sub(_DASH, "-", written, flags=re.IGNORECASE)
    return normalise_address(written)


def _entity(name: str, match: re.Match[str], value: str) -> dict[str, Any]:
    return {"entity": name, "start": match.start(), "end": match.end(), "value": value}


@DefaultV1Recipe.register(DefaultV1Recipe.ComponentType.ENTITY_EXTRACTOR, is_trainable=False)
class FormEntityExtractor(GraphComponent, EntityExtractorMixin):  # type: ignore[misc]
    """Rasa graph component around `find_entities`."""

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
    ) -> FormEntityExtractor:
        """Create the component; it has nothing to learn."""
        return cls()

    def process(self, messages: list[Message]) -> list[Message]:
        """Add the entities found to each message that has a text."""
        for message in messages:
            found = self.add_extractor_name(find_entities(message.get(TEXT) or ""))
            message.set(ENTITIES, message.get(ENTITIES, []) + found, add_to_output=True)
        return messages
