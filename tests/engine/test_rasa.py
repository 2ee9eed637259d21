"""What Guichet relies on inside Rasa; frozen, so these stay true."""

from __future__ import annotations

import asyncio
import sys

import jsonschema
import pytest
from rasa.core.actions.action import RemoteAction
from rasa.shared.core.domain import Domain
from rasa.shared.core.events import Event, SlotSet, UserUttered

from bot import reading
from bot.french.redaction import MARK, redact_passwords
from bot.ground.db import Database
from bot.rasa import patches as rasa_patches
from bot.rasa.assistant import Assistant
from bot.rasa.components.linear import LinearIntentClassifier
from bot.rasa.lock import ConversationLocks


def test_the_version_is_the_one_that_was_read(monkeypatch: pytest.MonkeyPatch) -> None:
    rasa_patches.check_version()
    monkeypatch.setattr("importlib.metadata.version", lambda name: "3.6.22")
    with pytest.raises(RuntimeError):
        rasa_patches.check_version()


@pytest.mark.parametrize(
    "name", ["tensorflow", "keras", "slack_sdk", "aiogram", "pymongo", "redis"]
)
def test_what_the_service_never_uses_is_not_loaded(name: str) -> None:
    # `Agent` is, with every channel and store that Rasa has a connector for.
    assert "rasa.core.channels" in sys.modules
    assert getattr(sys.modules.get(name), "__file__", None) is None


def test_the_compiled_check_refuses_what_rasas_own_refuses() -> None:
    action = RemoteAction("action_answer", None)
    good = {"events": [{"event": "slot", "name": "x", "value": 1, "timestamp": None}]}
    assert action._validate_action_result(good)
    for bad in ({"events": [{"event": 3}]}, {"responses": "text"}, []):
        with pytest.raises(jsonschema.ValidationError):
            jsonschema.validate(bad, RemoteAction.action_response_format_spec())
        with pytest.raises(jsonschema.ValidationError):
            action._validate_action_result(bad)


def test_an_events_class_is_found_by_its_type_as_before() -> None:
    for _ in "again":
        assert Event.resolve_by_type("slot") is SlotSet
        assert Event.resolve_by_type("user") is UserUttered
        assert Event.resolve_by_type("unheard_of", SlotSet) is SlotSet
        assert Event.resolve_by_type("topic") is None
        with pytest.raises(ValueError, match="unheard_of"):
            Event.resolve_by_type("unheard_of")


def test_the_store_is_not_wrapped_by_rasas_fail_safe(assistant: Assistant) -> None:
    assert assistant._agent.processor.tracker_store is assistant.store


def test_the_fallback_is_ours_and_restart_is_overridden() -> None:
    domain = Domain.load("domain.yml")
    assert "action_restart" in domain.user_actions
    assert "action_clarify" in domain.user_actions


def test_a_changed_helper_changes_the_training_fingerprint(
    tmp_path: object, monkeypatch: pytest.MonkeyPatch
) -> None:
    before = LinearIntentClassifier.fingerprint_addon({})
    assert before == reading.code_hash()
    original = reading.Path.read_bytes

    def changed(path: reading.Path) -> bytes:
        return original(path) + (b"# changed" if path.name == "text.py" else b"")

    monkeypatch.setattr(reading.Path, "read_bytes", changed)
    assert LinearIntentClassifier.fingerprint_addon({}) != before


async def test_locks_serve_in_order_and_leave_nothing_behind(database: Database) -> None:
    locks = ConversationLocks(database=database)
    served: list[int] = []

    async def take(number: int) -> None:
        async with locks.lock("one"):
            served.append(number)
            await asyncio.sleep(0.01)

    await asyncio.gather(*(take(number) for number in range(10)))
    assert served == list(range(10))
    assert not locks._locks
    await locks.dispose()


async def test_a_cancelled_holder_frees_its_lock(database: Database) -> None:
    locks = ConversationLocks(database=database)

    held = asyncio.Event()

    async def hold() -> None:
        async with locks.lock("one"):
            held.set()
            await asyncio.sleep(60)

    holder = asyncio.create_task(hold())
    await asyncio.wait_for(held.wait(), 20)
    holder.cancel()

    async def take() -> None:
        async with locks.lock("one"):
            pass

    await asyncio.wait_for(take(), 20)
    await locks.dispose()


@pytest.mark.postgres
async def test_processes_over_postgresql_wait_for_each_other(
    postgres_url: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    from tests.conftest import use_settings

    url = use_settings(monkeypatch, GUICHET_DATABASE_URL=postgres_url).database_url
    first = ConversationLocks(database=Database(url))
    second = ConversationLocks(database=Database(url))
    order: list[str] = []
    held = asyncio.Event()

    async def hold() -> None:
        async with first.lock("one"):
            order.append("first in")
            held.set()
            await asyncio.sleep(0.3)
            order.append("first out")

    async def follow() -> None:
        await held.wait()
        async with second.lock("one"):
            order.append("second in")

    await asyncio.gather(hold(), follow())
    assert order == ["first in", "first out", "second in"]
    await first.dispose()
    await second.dispose()


@pytest.mark.parametrize(
    "text",
    [
        "mon mot de passe est Soleil2024!",
        "mdp: azerty123",
        "mot de passe : Azerty!",
        "password = hunter22",
        "mon mdp c'est Toto1234 et ça marche pas",
        "Mot de passe Bl3u!ciel refusé",
    ],
)
def test_passwords_are_masked(text: str) -> None:
    masked = redact_passwords(text)
    assert MARK in masked
    for secret in ("Soleil2024", "azerty123", "Azerty!", "hunter22", "Toto1234", "Bl3u!ciel"):
        assert secret not in masked


@pytest.mark.parametrize(
    "text",
    [
        "mon mot de passe est expiré",
        "mon mot de passe est refusé, que faire ?",
        "mot de passe oublié",
        "mot de passe oublié camille@chu-exemple.example",
        "le mot de passe ne marche pas",
        "mdp perdu",
        "je veux changer le mot de passe de mon compte",
        "Mot de passe OUBLIÉ !!!",
        "mon mot de passe n'est plus valable depuis 2 jours",
    ],
)
def test_ordinary_sentences_about_passwords_stay(text: str) -> None:
    assert redact_passwords(text) == text
