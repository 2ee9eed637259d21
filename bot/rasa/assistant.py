"""The engine's front: one message in, the replies out, written together or not at all."""

from __future__ import annotations

import asyncio
import gc
import logging
import re
from collections.abc import Mapping
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from rasa.core.agent import Agent
from rasa.core.channels.channel import UserMessage
from rasa.core.processor import MessageProcessor
from rasa.shared.core.events import SlotSet
from rasa.shared.core.trackers import DialogueStateTracker, EventVerbosity
from sqlalchemy.exc import IntegrityError, SQLAlchemyError

from bot.content.live import current_content
from bot.french.redaction import MASKED, redact_passwords
from bot.ground.db import Database, unit_of_work
from bot.ground.errors import ContentError, LimitReached, TooBusy, TurnFailed, WrongPortal
from bot.ground.log_filter import TYPED
from bot.ground.settings import Settings
from bot.rasa.action_endpoint import InProcessActions, RemoteActions, recorded_faults
from bot.rasa.incoming import Incoming
from bot.rasa.lock import ConversationLocks
from bot.rasa.presses import opens_topic
from bot.rasa.reply_channel import ReplyChannel
from bot.rasa.tracker_store import ConversationStore
from bot.rasa.turn_record import Reply, events_aside
from bot.reading.asides.finding import prepare
from bot.record.transcript import Turn

logger = logging.getLogger(__name__)

_STORED_RANKING = 10
_SLASHES = re.compile(r"^[\s/]+")


@dataclass
class Assistant:
    """Rasa's agent with our store, lock and actions around it.

    Args:
        settings: Deadlines and where actions run.
        database: Where conversations are kept.
        model_path: The trained model.
    """

    settings: Settings
    database: Database
    model_path: Path
    store: ConversationStore = field(init=False)
    locks: ConversationLocks = field(init=False)

    def __post_init__(self) -> None:
        """Load the model; takes some seconds."""
        self.store = ConversationStore(database=self.database)
        self.locks = ConversationLocks(database=self.database)
        endpoint = self.settings.action_endpoint
        self._agent = Agent(
            lock_store=self.locks,
            action_endpoint=(
                RemoteActions(endpoint, self.settings.action_timeout)
                if endpoint
                else InProcessActions(self.settings.action_timeout)
            ),
        )
        # Unwrapped: Rasa's fail-safe wrapper answers a failed read with a blank conversation.
        self._agent.tracker_store = self.store
        self._agent.load_model(self.model_path)
        for portal in current_content().portals.values():
            prepare(portal.asides)
        # What is loaded stays; a search for garbage in it held up everybody for 0.3 s.
        gc.collect()
        gc.freeze()
        self._turns = 0
        # The graph runner is not written for several threads; one reads messages, in order.
        self._reader = ThreadPoolExecutor(max_workers=1, thread_name_prefix="nlu")

    async def handle(self, message: Incoming) -> list[Reply]:
        """Answer a message, or repeat what the same message was answered before.

        Args:
            message: The message.

        Returns:
            The replies, never empty.

        Raises:
            TurnFailed: If the turn could not be done in time or not be written.
            TooBusy: If too many turns wait already.
            WrongPortal: If the conversation is another portal's.
        """
        if self._turns >= self.settings.waiting_turns:
            raise TooBusy("Beaucoup de messages arrivent en même temps.")
        self._turns += 1
        typed = TYPED.set(message.text)
        try:
            return await asyncio.wait_for(self._handle_locked(message), self.settings.turn_deadline)
        except asyncio.TimeoutError as error:
            logger.error("Turn of conversation %s took too long", message.conversation_id)
            raise TurnFailed("La réponse a pris trop de temps.") from error
        except (SQLAlchemyError, OSError) as error:
            logger.exception("Turn of conversation %s failed", message.conversation_id)
            raise TurnFailed("La conversation n’a pas pu être enregistrée.") from error
        finally:
            self._turns -= 1
            TYPED.reset(typed)

    async def parse(self, text: str, asked: Mapping[str, Any] | None = None) -> dict[str, Any]:
        """Return what is understood of a text, in Rasa's shape, with its band.

        Args:
            text: The text.
            asked: The slots of a conversation whose question it answers, or None; what it does
                with that question is then read too.
        """
        # A payload has none: nothing was read there.
        return {"band": "sure", **await self._read(self._agent.processor, text, asked or {})}

    async def tracker(self, conversation_id: str) -> dict[str, Any] | None:
        """Return a conversation's whole tracker in Rasa's shape, or None where it is unknown."""
        tracker = await self.store.retrieve_full_tracker(conversation_id)
        return None if tracker is None else dict(tracker.current_state(EventVerbosity.ALL))

    async def close(self) -> None:
        """Release threads and connections."""
        self._reader.shutdown(wait=False, cancel_futures=True)
        await self.locks.dispose()

    async def _handle_locked(self, message: Incoming) -> list[Reply]:
        async with self.locks.lock(message.conversation_id):
            answered = await self._replies_to(message)
            if answered is not None:
                return answered
            try:
                return await self._turn(message)
            except LimitReached:
                # Others used up the share while this turn thought: now it can say so.
                return await self._turn(message)
            except IntegrityError:
                # Another process wrote this conversation although it should not hold the lock: its
                # event numbers fenced this turn off. What it wrote counts.
                logger.warning("Conversation %s went on elsewhere", message.conversation_id)
                answered = await self._replies_to(message)
                return answered if answered is not None else await self._turn(message)

    async def _replies_to(self, message: Incoming) -> list[Reply] | None:
        conversation = await self.store.conversation(message.conversation_id)
        if conversation is not None and conversation.portal != message.portal:
            raise WrongPortal("Cette conversation appartient à un autre portail.")
        return await self.store.replies_to(message.conversation_id, message.message_id)

    async def _turn(self, message: Incoming) -> list[Reply]:
        processor = self._agent.processor
        conversation = await self.store.conversation(message.conversation_id)
        offered = conversation.offered if conversation else []
        portal = message.portal
        text = message.text
        if text.strip() not in offered:
            # A payload that was offered is ours: nothing in it was typed.
            text = redact_passwords(text, await self.store.last_said(message.conversation_id))
        latest = await self.store.latest_turn(message.conversation_id)
        slots = (latest.state or {}).get("slots", {}) if latest else {}
        parse_data = await self._understand(processor, text, offered, {"portal": portal, **slots})
        channel = ReplyChannel()
        user_message = UserMessage(
            text,
            channel,
            message.conversation_id,
            parse_data=parse_data,
            input_channel=message.channel,
            message_id=message.message_id,
            metadata={
                "portal": portal,
                "message_id": message.message_id,
                "network": message.network,
                "offered_by": message.offered_by,
                MASKED: True,
            },
        )
        asked = self._asked_since(message, text, latest)
        async with unit_of_work(self.database, commit=False) as unit:
            if asked is not None:
                replies = [Reply(current_content().portal(portal).say("stale_press")), asked]
                await self._aside(processor, user_message, replies)
                await unit.commit()
                return replies
            with recorded_faults() as faults:
                await processor.handle_message(user_message)
            replies = [_reply(sent) for sent in channel.messages]
            if faults or not replies:
                logger.error(
                    "Turn of conversation %s failed in an action",
                    message.conversation_id,
                    exc_info=faults[0] if faults else None,
                )
                unit.discard()
                replies = [await self._apologise(processor, user_message, portal)]
            await unit.commit()
        return replies

    async def _apologise(
        self, processor: MessageProcessor, message: UserMessage, portal: str
    ) -> Reply:
        """Write a turn that says sorry and leaves slots and walk where they were."""
        try:
            text = current_content().portal(portal).say("fault")
        except ContentError:
            logger.exception("The apology itself is missing")
            text = "Une erreur s’est produite. Merci de réessayer dans quelques instants."
        reply = Reply(text)
        await self._aside(processor, message, [reply], fault=True)
        return reply

    def _asked_since(self, message: Incoming, text: str, latest: Turn | None) -> Reply | None:
        """Return the question that stands now where a press answers an earlier one."""
        if not message.offered_by or opens_topic(text):
            return None
        if latest is None or latest.message_id == message.offered_by:
            return None
        replies = [Reply.from_json(value) for value in latest.replies]
        return next((reply for reply in reversed(replies) if reply.buttons), replies[-1])

    async def _aside(
        self,
        processor: MessageProcessor,
        message: UserMessage,
        replies: list[Reply],
        **metadata: bool,
    ) -> None:
        """Write a turn that leaves slots and walk where they were."""
        tracker: DialogueStateTracker = await processor.fetch_tracker_and_update_session(
            message.sender_id, message.output_channel, message.metadata
        )
        tracker.update_with_events(events_aside(message, replies, metadata), processor.domain)
        await self.store.save(tracker)

    async def _understand(
        self,
        processor: MessageProcessor,
        text: str,
        offered: list[str],
        slots: Mapping[str, Any],
    ) -> dict[str, Any]:
        """Read a message; only a payload that was offered is taken as one.

        Rasa's own handler reads any text that starts with a slash as a command, so such a text is
        read without its slash when no button of this conversation carried it.
        """
        if not text.lstrip().startswith("/"):
            return await self._read(processor, text, slots)
        if text.strip() in offered:
            return await self._read(processor, text.strip(), slots)
        parsed = await self._read(processor, _SLASHES.sub("", text) or "?", slots)
        parsed["text"] = text
        return parsed

    async def _read(
        self, processor: MessageProcessor, text: str, slots: Mapping[str, Any]
    ) -> dict[str, Any]:
        """Read a text; the slots tell which question it answers."""
        loop = asyncio.get_running_loop()
        message = UserMessage(text)
        known = [slot for slot in processor.domain.slots if slot.name in slots]
        told = [SlotSet(slot.name, slots[slot.name]) for slot in known]
        tracker = DialogueStateTracker.from_events("parse", told, known)

        def parse() -> dict[str, Any]:
            parsed = processor._parse_message_with_graph(message, tracker)
            return dict(parsed)

        parsed = await loop.run_in_executor(self._reader, parse)
        parsed["intent_ranking"] = parsed.get("intent_ranking", [])[:_STORED_RANKING]
        return parsed


def _reply(sent: dict[str, Any]) -> Reply:
    buttons = sent.get("buttons") or ()
    return Reply(
        sent.get("text", ""),
        tuple({"title": button["title"], "payload": button["payload"]} for button in buttons),
    )
