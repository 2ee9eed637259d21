"""What must be changed inside Rasa, each with its reason; all for one exact version.

Rasa is frozen at 3.6.21, so what is patched here stays as it was read. Everything else is built on
its extension points.
"""

from __future__ import annotations

import importlib.metadata
import os
import sys
from functools import lru_cache
from importlib.abc import Loader, MetaPathFinder
from importlib.machinery import ModuleSpec
from types import ModuleType
from typing import Any

RASA_VERSION = "3.6.21"


class _Absent(type):
    """Metaclass of the stand-ins: any attribute of one is another."""

    def __getattr__(cls, name: str) -> Any:
        if name.startswith("__"):
            raise AttributeError(name)
        return _make_absent(name)

    def __call__(cls, *args: Any, **kwargs: Any) -> Any:
        # Used as a decorator at import time, a stand-in gives back what it decorates.
        if len(args) == 1 and not kwargs and callable(args[0]):
            return args[0]
        return cls

    def __getitem__(cls, item: Any) -> Any:
        return cls


def _make_absent(name: str) -> Any:
    return _Absent(name, (), {})


class _AbsentModule(ModuleType):
    def __getattr__(self, name: str) -> Any:
        if name.startswith("__"):
            raise AttributeError(name)
        return _make_absent(name)


class _AbsentFinder(MetaPathFinder, Loader):
    """Finds a hollow module for every name under the given packages."""

    def __init__(self, packages: tuple[str, ...]) -> None:
        self._packages = packages

    def find_spec(self, fullname: str, path: Any, target: Any = None) -> ModuleSpec | None:
        if fullname.partition(".")[0] not in self._packages:
            return None
        return ModuleSpec(fullname, self, is_package=True)

    def create_module(self, spec: ModuleSpec) -> ModuleType:
        return _AbsentModule(spec.name)

    def exec_module(self, module: ModuleType) -> None:
        return None


def check_version() -> None:
    """Refuse to patch a Rasa that was not read.

    Raises:
        RuntimeError: If the installed version is another one.
    """
    found = importlib.metadata.version("rasa")
    if found != RASA_VERSION:
        raise RuntimeError(f"Guichet is built for Rasa {RASA_VERSION}; {found} is installed.")


_TENSORFLOW = (
    "tensorflow", "tensorflow_hub", "tensorflow_text", "keras", "transformers", "tensorflow_addons",
    "tensorboard",
)  # fmt: skip
_CHANNELS_AND_STORES = (
    "aiogram", "boto3", "botocore", "fbmessenger", "mattermostwrapper", "pymongo", "redis",
    "rocketchat_API", "slack_sdk", "twilio", "webexteamssdk",
)  # fmt: skip


def leave_unused_out() -> None:
    """Let `rasa.core.agent` be imported without what the service never uses of its dependencies.

    Rasa imports TensorFlow at start whatever the pipeline is, and the libraries of every channel
    and store that it has a connector for. A linear model, and a service with a channel and a store
    of its own, need none of it; without it the service starts in a fraction of the time and with a
    quarter of the memory. Call it before Rasa is imported; does nothing where it was imported.
    """
    if "tensorflow" in sys.modules:
        return
    sys.meta_path.insert(0, _AbsentFinder(_TENSORFLOW + _CHANNELS_AND_STORES))


def check_action_results_once_compiled() -> None:
    """Have action results checked by a validator that is compiled once.

    `RemoteAction._validate_action_result` calls `jsonschema.validate`, which checks Rasa's own
    schema again at every action: 15 to 30 ms each. The check of the result is the same.
    """
    from jsonschema import ValidationError, validators
    from rasa.core.actions.action import RemoteAction

    @lru_cache(maxsize=1)
    def validator() -> Any:
        schema = RemoteAction.action_response_format_spec()
        return validators.validator_for(schema)(schema)

    def validate(self: Any, result: Any) -> bool:
        error = next(iter(validator().iter_errors(result)), None)
        if error is not None:
            raise ValidationError(f"The action's result has a wrong form: {error.message}")
        return True

    RemoteAction._validate_action_result = validate


def find_event_types_once() -> None:
    """Have the class of an event's type found once.

    `Event.resolve_by_type` goes through all classes of events for each event that is read from the
    database, some thirty a turn.
    """
    from rasa.shared.core.events import Event

    resolve = Event.resolve_by_type
    known: dict[str, Any] = {}

    def resolved(type_name: str, default: Any = None) -> Any:
        found = known.get(type_name)
        if found is None:
            found = resolve(type_name, default)
            if found is not None and found.type_name == type_name:
                known[type_name] = found
        return found

    Event.resolve_by_type = staticmethod(resolved)


_MOST_TOKENISED = 500
"""Characters of a text that Rasa's tokenizer is given."""


def bound_tokens() -> None:
    """Have Rasa's tokenizer read the beginning of a text only.

    Its pattern looks behind every sign of a row for the end of that row: 1.4 s of one thread for
    8,000 hyphens. Its tokens are for `rasa test`, whose sentences are short; nothing else reads
    them.
    """
    from rasa.nlu.tokenizers.whitespace_tokenizer import WhitespaceTokenizer
    from rasa.shared.nlu.training_data.message import Message

    tokenize = WhitespaceTokenizer.tokenize

    def bounded(self: Any, message: Any, attribute: str) -> Any:
        text = message.get(attribute) or ""
        if len(text) > _MOST_TOKENISED:
            message = Message(data={attribute: text[:_MOST_TOKENISED]})
        return tokenize(self, message, attribute)

    WhitespaceTokenizer.tokenize = bounded


def prepare() -> None:
    """Set what must be set before Rasa is imported: no telemetry, quiet native libraries."""
    os.environ["RASA_TELEMETRY_ENABLED"] = "false"
    os.environ.setdefault("SQLALCHEMY_SILENCE_UBER_WARNING", "1")
    os.environ.setdefault("TF_CPP_MIN_LOG_LEVEL", "3")
    check_version()
