"""Our tracker store: the transcript in SQL, and a short working tracker for policies and actions.

Rasa's own stores replay the whole history at every turn and find new events by counting. This one
numbers events itself, writes a turn at once, and hands out a tracker that holds the last turns on
top of the state before them, so that turn 1,000 costs what turn 10 did.
"""

from __future__ import annotations

import asyncio
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from typing import Any

from rasa.core.brokers.broker import EventBroker
from rasa.core.tracker_store import TrackerStore
from rasa.shared.core.constants import ACTION_LISTEN_NAME
from rasa.shared.core.domain import Domain
from rasa.shared.core.events import ActionExecuted, Event, deserialise_events
from rasa.shared.core.trackers import DialogueStateTracker
from sqlalchemy import select
from sqlalchemy.ext.asyncio import AsyncSession

from bot.ground import migrations
from bot.ground.db import Database, current_database, unit_of_work
from bot.ground.settings import current_settings
from bot.rasa.turn_record import WINDOW, Reply, events_of_state, redact_events, state_of, write_turn
from bot.record.transcript import Conversation, TranscriptEvent, Turn


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
            it is the process's own, brought to the present schema at its first use.
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
        self._database = database

    async def retrieve(self, sender_id: str) -> DialogueStateTracker | None:
        """Return the working tracker of a conversation, or None where there is none yet."""
        async with (await self._opened()).read() as session:
            conversation = await session.get(Conversation, sender_id)
            if conversation is None:
                return None
            before = await session.get(Turn, (sender_id, conversation.turns - WINDOW))
            start = before.last_seq if before and before.state is not None else 0
            rows = await self._rows(session, sender_id, after=start)
        events: list[Event] = []
        if before is not None and before.state is not None:
            slots = {slot.name for slot in self.domain.slots}
            events += events_of_state(before.state, slots)
        events += deserialise_events([row.data for row in rows])
        return self._tracker(conversation, events)

    async def retrieve_full_tracker(self, conversation_id: str) -> DialogueStateTracker | None:
        """Return the tracker with every event of a conversation, for people to read."""
        async with (await self._opened()).read() as session:
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
        redact_events(fresh)
        sender_id, state = tracker.sender_id, state_of(tracker)
        first_seq, turn = position.last_seq + 1, position.turns + 1

        async def write(session: AsyncSession) -> None:
            await write_turn(session, sender_id, turn, first_seq, fresh, state)

        async with unit_of_work(await self._opened()) as unit:
            unit.defer(write)
        tracker.guichet_position = _Position(
            len(events), position.last_seq + len(fresh), position.turns + 1
        )

    async def keys(self) -> Iterable[str]:
        """Return the ids of all conversations."""
        async with (await self._opened()).read() as session:
            return list(await session.scalars(select(Conversation.id)))

    async def latest_turn(self, conversation_id: str) -> Turn | None:
        """Return a conversation's latest turn, or None where there is none yet."""
        query = select(Turn).where(Turn.conversation_id == conversation_id)
        async with (await self._opened()).read() as session:
            turn: Turn | None = await session.scalar(query.order_by(Turn.number.desc()).limit(1))
        return turn

    async def replies_to(self, conversation_id: str, message_id: str) -> list[Reply] | None:
        """Return what a message was answered, or None where it was not answered yet."""
        async with (await self._opened()).read() as session:
            replies = await session.scalar(
                select(Turn.replies).where(
                    Turn.conversation_id == conversation_id, Turn.message_id == message_id
                )
            )
        return None if replies is None else [Reply.from_json(reply) for reply in replies]

    async def last_said(self, conversation_id: str) -> str:
        """Return what was typed last in a conversation; empty where nothing was."""
        query = (
            select(TranscriptEvent.data)
            .where(
                TranscriptEvent.conversation_id == conversation_id, TranscriptEvent.type == "user"
            )
            .order_by(TranscriptEvent.seq.desc())
            .limit(1)
        )
        async with (await self._opened()).read() as session:
            data = await session.scalar(query)
        return str((data or {}).get("text") or "")

    async def conversation(self, conversation_id: str) -> Conversation | None:
        """Return the conversation's own row, or None."""
        async with (await self._opened()).read() as session:
            return await session.get(Conversation, conversation_id)

    async def _opened(self) -> Database:
        if self._database is None:
            await asyncio.to_thread(migrations.upgrade, current_settings())
            self._database = current_database()
        return self._database

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
