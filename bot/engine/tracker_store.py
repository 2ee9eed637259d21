"""Our tracker store: the transcript in SQL, and a short working tracker for policies and actions.

Rasa's own stores replay the whole history at every turn and find new events by counting. This one
numbers events itself, writes a turn at once, and hands out a tracker that holds the last turns on
top of the state before them, so that turn 1,000 costs what turn 10 did.
"""

from __future__ import annotations

import time
import uuid
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from typing import Any

from rasa.core.brokers.broker import EventBroker
from rasa.core.tracker_store import TrackerStore
from rasa.shared.core.constants import ACTION_LISTEN_NAME
from rasa.shared.core.domain import Domain
from rasa.shared.core.events import (
    ActionExecuted,
    ActiveLoop,
    BotUttered,
    ConversationPaused,
    Event,
    SlotSet,
    UserUttered,
    deserialise_events,
)
from rasa.shared.core.trackers import DialogueStateTracker
from sqlalchemy import select, update
from sqlalchemy.ext.asyncio import AsyncSession

from actions.db import Database, current_database, now, unit_of_work
from actions.redaction import redact_passwords
from actions.settings import current_settings
from actions.transcript import EVENT_VERSION, Conversation, TranscriptEvent, Turn
from bot import migrations
from bot.console.turns import note_turn

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


@dataclass
class _Position:
    """Where a tracker that this store handed out stands in the transcript."""

    loaded: int
    last_seq: int
    turns: int


class ConversationStore(TrackerStore):  # type: ignore[misc]
    """Keeps conversations in Guichet's database.

    Args:
        domain: Rasa's domain; its slots are the trackers'.
        event_broker: Rasa passes one; transcripts are not streamed anywhere.
        database: Where to keep them. Rasa builds the store from `endpoints.yml` without one: then
            it is the process's own, brought to the present schema first.
        **kwargs: What else Rasa passes from the endpoint's configuration.
    """

    def __init__(
        self,
        domain: Domain | None = None,
        event_broker: EventBroker | None = None,
        database: Database | None = None,
        **kwargs: Any,
    ) -> None:
        super().__init__(domain, event_broker)
        if database is None:
            migrations.upgrade(current_settings())
            database = current_database()
        self.database = database

    async def retrieve(self, sender_id: str) -> DialogueStateTracker | None:
        """Return the working tracker of a conversation, or None where there is none yet."""
        async with self.database.read() as session:
            conversation = await session.get(Conversation, sender_id)
            if conversation is None:
                return None
            before = await session.get(Turn, (sender_id, conversation.turns - WINDOW))
            start = before.last_seq if before and before.state is not None else 0
            rows = await self._rows(session, sender_id, after=start)
        events: list[Event] = []
        if before is not None and before.state is not None:
            events += self._events_of_state(before.state)
        events += deserialise_events([row.data for row in rows])
        return self._tracker(conversation, events)

    async def retrieve_full_tracker(self, conversation_id: str) -> DialogueStateTracker | None:
        """Return the tracker with every event of a conversation, for people to read."""
        async with self.database.read() as session:
            conversation = await session.get(Conversation, conversation_id)
            if conversation is None:
                return None
            rows = await self._rows(session, conversation_id, after=0)
        return self._tracker(conversation, deserialise_events([row.data for row in rows]))

    async def create_tracker(
        self, sender_id: str, append_action_listen: bool = True
    ) -> DialogueStateTracker:
        """Return a new tracker without saving it: its first turn does."""
        tracker = self.init_tracker(sender_id)
        tracker.guichet_position = _Position(0, 0, 0)
        if append_action_listen:
            tracker.update(ActionExecuted(ACTION_LISTEN_NAME))
        return tracker

    async def save(self, tracker: DialogueStateTracker) -> None:
        """Write what is new on a tracker, with the turn's unit of work where there is one.

        Raises:
            sqlalchemy.exc.IntegrityError: If the conversation went on elsewhere meanwhile; raised
                when the unit commits.
        """
        position: _Position = getattr(tracker, "guichet_position", _Position(0, 0, 0))
        events = list(tracker.events)
        fresh = [event for event in events[position.loaded :] if event is not None]
        if not fresh:
            return
        _redact(fresh)
        sender_id, state = tracker.sender_id, _state_of(tracker)
        first_seq, turn = position.last_seq + 1, position.turns + 1

        async def write(session: AsyncSession) -> None:
            await _write_turn(session, sender_id, turn, first_seq, fresh, state)

        async with unit_of_work(self.database) as unit:
            unit.defer(write)
        tracker.guichet_position = _Position(
            len(events), position.last_seq + len(fresh), position.turns + 1
        )

    async def keys(self) -> Iterable[str]:
        """Return the ids of all conversations."""
        async with self.database.read() as session:
            return list(await session.scalars(select(Conversation.id)))

    async def replies_to(self, conversation_id: str, message_id: str) -> list[Reply] | None:
        """Return what a message was answered, or None where it was not answered yet."""
        async with self.database.read() as session:
            replies = await session.scalar(
                select(Turn.replies).where(
                    Turn.conversation_id == conversation_id, Turn.message_id == message_id
                )
            )
        return None if replies is None else [Reply.from_json(reply) for reply in replies]

    async def conversation(self, conversation_id: str) -> Conversation | None:
        """Return the conversation's own row, or None."""
        async with self.database.read() as session:
            return await session.get(Conversation, conversation_id)

    async def _rows(
        self, session: AsyncSession, conversation_id: str, *, after: int
    ) -> Sequence[TranscriptEvent]:
        rows = await session.scalars(
            select(TranscriptEvent)
            .where(TranscriptEvent.conversation_id == conversation_id, TranscriptEvent.seq > after)
            .order_by(TranscriptEvent.seq)
        )
        return rows.all()

    def _tracker(self, conversation: Conversation, events: list[Event]) -> DialogueStateTracker:
        tracker = DialogueStateTracker.from_events(
            conversation.id, events, self.domain.slots, sender_source=None, domain=self.domain
        )
        tracker.guichet_position = _Position(
            len(tracker.events), conversation.last_seq, conversation.turns
        )
        return tracker

    def _events_of_state(self, state: dict[str, Any]) -> list[Event]:
        """Return events that put a fresh tracker into a state, ending where it listens."""
        moment = float(state["at"])
        known = {slot.name for slot in self.domain.slots}
        events: list[Event] = [
            SlotSet(name, value, timestamp=moment)
            for name, value in state["slots"].items()
            if name in known
        ]
        if state["loop"]:
            events.append(ActiveLoop(state["loop"], timestamp=moment))
        if state["paused"]:
            events.append(ConversationPaused(timestamp=moment))
        return [*events, ActionExecuted(ACTION_LISTEN_NAME, timestamp=moment)]


async def _write_turn(
    session: AsyncSession,
    conversation_id: str,
    turn: int,
    first_seq: int,
    events: list[Event],
    state: dict[str, Any],
) -> None:
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
    session.add_all(
        TranscriptEvent(
            conversation_id=conversation_id,
            seq=first_seq + offset,
            turn=turn,
            type=event.type_name,
            timestamp=event.timestamp,
            version=EVENT_VERSION,
            data=event.as_dict(),
        )
        for offset, event in enumerate(events)
    )
    data = [event.as_dict() for event in events]
    await note_turn(session, conversation_id, conversation.portal, turn, data, moment)
    # One state behind the window is all that the next turns can need.
    await session.execute(
        update(Turn)
        .where(Turn.conversation_id == conversation_id, Turn.number == turn - WINDOW - 1)
        .values(state=None)
    )


def _state_of(tracker: DialogueStateTracker) -> dict[str, Any]:
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


def _redact(events: list[Event]) -> None:
    """Mask passwords for channels that have no edge of ours in front, such as `rasa shell`."""
    for event in events:
        if isinstance(event, UserUttered) and event.text:
            event.text = redact_passwords(event.text)
            if "text" in event.parse_data:
                event.parse_data["text"] = event.text
