"""What is kept of a turn: its events without passwords, its replies, and the state after it."""

from __future__ import annotations

import time
import uuid
from collections.abc import Collection
from dataclasses import dataclass
from typing import Any

from rasa.core.channels.channel import UserMessage
from rasa.shared.core.constants import ACTION_LISTEN_NAME
from rasa.shared.core.events import (
    ActionExecuted,
    ActiveLoop,
    BotUttered,
    ConversationPaused,
    Event,
    SlotSet,
    UserUttered,
)
from rasa.shared.core.trackers import DialogueStateTracker
from sqlalchemy import update
from sqlalchemy.ext.asyncio import AsyncSession

from bot.french.redaction import MASKED, redact_passwords
from bot.ground.db import now
from bot.ground.settings import current_settings
from bot.record.transcript import EVENT_VERSION, Conversation, TranscriptEvent, Turn
from bot.record.turns import note_turn

WINDOW = 3
"""Turns that a working tracker holds in full."""

_MOST_OFFERED = 60


@dataclass(frozen=True)
class Reply:
    """One message of the assistant as a channel shows it."""

    text: str
    buttons: tuple[dict[str, str], ...] = ()

    def to_json(self) -> dict[str, Any]:
        """Return the reply with its buttons, where it has any."""
        value: dict[str, Any] = {"text": self.text}
        if self.buttons:
            value["buttons"] = list(self.buttons)
        return value

    @classmethod
    def from_json(cls, value: dict[str, Any]) -> Reply:
        """Read a reply as `to_json` writes it."""
        return cls(value.get("text", ""), tuple(value.get("buttons", ())))


async def write_turn(
    session: AsyncSession,
    conversation_id: str,
    turn: int,
    first_seq: int,
    events: list[Event],
    state: dict[str, Any],
) -> None:
    """Write a turn within a session, and forget the state that no turn needs any more.

    Args:
        session: Where to write; it is not committed here.
        conversation_id: Whose turn; its first creates the conversation.
        turn: The turn's number.
        first_seq: The number of its first event.
        events: What happened in it.
        state: What `state_of` returned after it.
    """
    moment = now()
    last_seq = first_seq + len(events) - 1
    replies = [_reply_of(event) for event in events if isinstance(event, BotUttered)]
    payloads = [button["payload"] for reply in replies for button in reply.buttons]
    conversation = await session.get(Conversation, conversation_id)
    if conversation is None:
        conversation = Conversation(
            id=conversation_id, portal=_portal_of(events), created_at=moment, offered=[]
        )
        session.add(conversation)
    conversation.last_at = moment
    conversation.turns = turn
    conversation.last_seq = last_seq
    if payloads:
        kept = [payload for payload in conversation.offered if payload not in payloads]
        conversation.offered = [*kept, *payloads][-_MOST_OFFERED:]
    await session.flush()
    session.add(
        Turn(
            conversation_id=conversation_id,
            number=turn,
            message_id=_message_id_of(events),
            last_seq=last_seq,
            at=moment,
            replies=[reply.to_json() for reply in replies],
            state=state,
        )
    )
    data = [event.as_dict() for event in events]
    session.add_all(
        TranscriptEvent(
            conversation_id=conversation_id,
            seq=first_seq + offset,
            turn=turn,
            type=event.type_name,
            timestamp=event.timestamp,
            version=EVENT_VERSION,
            data=data[offset],
        )
        for offset, event in enumerate(events)
    )
    await note_turn(session, conversation_id, conversation.portal, turn, data, moment, first_seq)
    # One state behind the window is all that the next turns can need.
    await session.execute(
        update(Turn)
        .where(Turn.conversation_id == conversation_id, Turn.number == turn - WINDOW - 1)
        .values(state=None)
    )


def state_of(tracker: DialogueStateTracker) -> dict[str, Any]:
    """Return what is set on a tracker, as JSON from which `events_of_state` makes it again."""
    return {
        "at": time.time(),
        "slots": {
            slot.name: slot.value
            for slot in tracker.slots.values()
            if slot.value != slot.initial_value
        },
        "loop": tracker.active_loop_name,
        "paused": tracker.is_paused(),
    }


def events_of_state(state: dict[str, Any], slots: Collection[str]) -> list[Event]:
    """Return events that put a fresh tracker into a state, ending where it listens.

    Args:
        state: What `state_of` returned.
        slots: The names of the slots that there are; a state may hold others of before.
    """
    moment = float(state["at"])
    events: list[Event] = [
        SlotSet(name, value, timestamp=moment)
        for name, value in state["slots"].items()
        if name in slots
    ]
    if state["loop"]:
        events.append(ActiveLoop(state["loop"], timestamp=moment))
    if state["paused"]:
        events.append(ConversationPaused(timestamp=moment))
    return [*events, ActionExecuted(ACTION_LISTEN_NAME, timestamp=moment)]


def events_aside(
    message: UserMessage, replies: list[Reply], metadata: dict[str, bool]
) -> list[Event]:
    """Return the events of a turn that leaves slots and walk where they were.

    Args:
        message: The message, with what was read in it.
        replies: What it is answered.
        metadata: Of each of them.
    """
    parsed = message.parse_data
    said = UserUttered(
        message.text,
        parsed["intent"],
        parsed["entities"],
        parsed,
        input_channel=message.input_channel,
        message_id=message.message_id,
        metadata=message.metadata,
        timestamp=time.time(),
    )
    answered = [
        BotUttered(reply.text, {"buttons": list(reply.buttons) or None}, metadata=metadata)
        for reply in replies
    ]
    return [said, *answered, ActionExecuted(ACTION_LISTEN_NAME)]


def _reply_of(event: BotUttered) -> Reply:
    buttons = event.data.get("buttons") or ()
    return Reply(
        event.text or "",
        tuple({"title": button["title"], "payload": button["payload"]} for button in buttons),
    )


def _portal_of(events: list[Event]) -> str:
    for event in events:
        if isinstance(event, UserUttered) and event.metadata.get("portal"):
            return str(event.metadata["portal"])
    return current_settings().default_portal


def _message_id_of(events: list[Event]) -> str:
    for event in events:
        if isinstance(event, UserUttered) and event.message_id:
            return str(event.message_id)
    return uuid.uuid4().hex


def redact_events(events: list[Event]) -> None:
    """Mask passwords for channels that have no edge of ours in front, such as `rasa shell`."""
    for event in events:
        if isinstance(event, UserUttered) and event.text and not event.metadata.get(MASKED):
            event.text = redact_passwords(event.text)
            if "text" in event.parse_data:
                event.parse_data["text"] = event.text
