"""The working tracker is short and exact; the transcript is whole; old events can be read."""

from __future__ import annotations

import json
from pathlib import Path

from rasa.core.actions.action import ActionExecutionRejection
from rasa.shared.core.events import deserialise_events
from rasa.shared.core.trackers import DialogueStateTracker

from bot.ground.db import Database
from bot.rasa.assistant import Assistant
from bot.rasa.tracker_store import ConversationStore
from bot.rasa.turn_record import WINDOW
from tests.engine.conftest import KNOWN, Talker

WALK = [
    "bonjour",
    "mot de passe oublié",
    "vous êtes un robot ?",
    KNOWN,
    "non en fait inconnu@chu-exemple.example",
    KNOWN,
    "oui",
    "toujours rien",
    "toujours rien",
    "Lyon",
    "merci",
    "au revoir",
]
STORED = Path(__file__).parent / "events_v1.json"


def _state(tracker: DialogueStateTracker) -> object:
    return tracker.current_slot_values(), tracker.active_loop_name, tracker.latest_action_name


async def test_the_working_tracker_has_the_state_of_the_whole_history(talker: Talker) -> None:
    for message in WALK:
        await talker.say(message)
        working = await talker.assistant.store.retrieve(talker.conversation)
        whole = await talker.assistant.store.retrieve_full_tracker(talker.conversation)
        assert working is not None and whole is not None
        assert _state(working) == _state(whole), message
    assert len(whole.events) > len(working.events)


async def test_the_working_tracker_does_not_grow(talker: Talker) -> None:
    sizes = []
    for number in range(4 * WINDOW):
        await talker.say("bonjour")
        tracker = await talker.assistant.store.retrieve(talker.conversation)
        assert tracker is not None
        if number >= 2 * WINDOW:
            sizes.append(len(tracker.events))
    assert max(sizes) == min(sizes)


async def test_another_process_goes_on_where_the_first_stopped(
    talker: Talker, database: Database, model: Path
) -> None:
    for message in WALK[:5]:
        await talker.say(message)
    other = Assistant(talker.assistant.settings, database, model)
    follower = Talker(other, talker.conversation)
    follower.count = talker.count
    assert "bien reconnue" in await follower.say(KNOWN)
    await other.close()


async def test_a_walk_opens_another_and_comes_back(talker: Talker) -> None:
    """Rasa keeps one loop; the stack in a slot keeps the walks within it."""
    await talker.say("mot de passe oublié")
    await talker.say("inconnu@chu-exemple.example")
    await talker.say("/affirm")
    tracker = await talker.assistant.store.retrieve(talker.conversation)
    assert tracker is not None
    assert [frame["walk"] for frame in tracker.get_slot("walk_stack")] == ["login", "region"]
    assert "bien reconnue" in await talker.say(f"non, en fait c'est {KNOWN}")
    tracker = await talker.assistant.store.retrieve(talker.conversation)
    assert tracker is not None
    assert [frame["walk"] for frame in tracker.get_slot("walk_stack")] == ["login"]


async def test_a_clarification_keeps_slots_and_walk(talker: Talker) -> None:
    """Rasa's own fallback would revert the turn and what it set."""
    await talker.say("mot de passe oublié")
    await talker.say("xqzt wvvv krrr")
    tracker = await talker.assistant.store.retrieve(talker.conversation)
    assert tracker is not None
    assert tracker.active_loop_name == "walk_form"
    assert not any(event.type_name == "rewind" for event in tracker.events)
    assert "bien reconnue" in await talker.say(KNOWN)


async def test_a_declined_message_is_a_rejection_for_rasa(assistant: Assistant) -> None:
    """In process, an action that declines answers as an action server would: with status 400."""
    from rasa_sdk.interfaces import ActionExecutionRejection as Declined

    endpoint = assistant._agent.action_endpoint

    async def decline(dispatcher: object, tracker: object, domain: object) -> None:
        raise Declined("action_answer")

    endpoint.executor.actions["action_answer"] = decline
    from rasa.core.actions.action import RemoteAction
    from rasa.core.channels.channel import CollectingOutputChannel

    processor = assistant._agent.processor
    tracker = await processor.get_tracker("declined")
    action = RemoteAction("action_answer", endpoint)
    try:
        await action.run(CollectingOutputChannel(), processor.nlg, tracker, processor.domain)
    except ActionExecutionRejection as rejection:
        assert rejection.action_name == "action_answer"
    else:
        raise AssertionError("the rejection was lost")


async def test_stored_events_of_the_first_version_replay(database: Database) -> None:
    """Events written by an earlier release lead to the same slots and loop."""
    stored = json.loads(STORED.read_text(encoding="utf-8"))
    from rasa.shared.core.domain import Domain

    domain = Domain.load("domain.yml")
    tracker = DialogueStateTracker.from_events(
        "replay", deserialise_events(stored["events"]), domain.slots, domain=domain
    )
    assert tracker.get_slot("memory") == stored["memory"]
    assert tracker.get_slot("walk_stack") == stored["walk_stack"]
    assert tracker.active_loop_name == stored["active_loop"]


async def test_keys_and_unknown_conversations(assistant: Assistant, database: Database) -> None:
    store = ConversationStore(database=database)
    assert await store.retrieve("nobody") is None
    assert await store.retrieve_full_tracker("nobody") is None
    await Talker(assistant, "known").say("bonjour")
    assert list(await store.keys()) == ["known"]
