"""The custom actions that Rasa calls: thin, they translate between a tracker and a `Talk`."""

from __future__ import annotations

import logging
from collections.abc import Awaitable, Callable
from typing import Any

from rasa_sdk import Action, Tracker
from rasa_sdk.events import ActionExecutionRejected, ActiveLoop, EventType, FollowupAction, SlotSet
from rasa_sdk.executor import CollectingDispatcher

from actions.accounts import current_accounts
from actions.answers import answer, clarify
from actions.content import current_content
from actions.db import current_database, in_turn, unit_of_work
from actions.redaction import MARK
from actions.settings import current_settings
from actions.walks.base import Frame, Heard, Talk
from actions.walks.conductor import conduct, reopened
from actions.walks.region import remember_region

logger = logging.getLogger(__name__)

WALK_FORM = "walk_form"

_LISTEN = "action_listen"


def _talk_of(tracker: Tracker) -> Talk:
    """Read from a tracker what the walks need."""
    latest = tracker.latest_message
    metadata = latest.get("metadata") or {}
    portal = tracker.get_slot("portal") or metadata.get("portal")
    entities: dict[str, str] = {}
    for entity in latest.get("entities") or ():
        # The last address of a message counts: "pas a@x.fr mais b@x.fr".
        entities[entity["entity"]] = str(entity["value"])
    heard = Heard(
        text=latest.get("text") or "",
        intent=(latest.get("intent") or {}).get("name") or "out_of_scope",
        band=latest.get("band") or "sure",
        ranking=tuple(row["name"] for row in latest.get("intent_ranking") or ()),
        entities=entities,
    )
    return Talk(
        conversation_id=tracker.sender_id,
        message_id=str(metadata.get("message_id") or latest.get("message_id") or ""),
        network=str(metadata.get("network") or ""),
        portal=current_content().portal(portal or current_settings().default_portal),
        heard=heard,
        database=current_database(),
        accounts=current_accounts(),
        memory=dict(tracker.get_slot("memory") or {}),
        stack=[Frame.from_json(frame) for frame in tracker.get_slot("walk_stack") or ()],
        resuming=tracker.latest_action_name != _LISTEN,
    )


def _events(talk: Talk, dispatcher: CollectingDispatcher) -> list[EventType]:
    """Utter what was said and return the slots as they are now."""
    for said in talk.said:
        buttons = [{"title": b.title, "payload": b.payload} for b in said.buttons]
        dispatcher.utter_message(text=said.text, buttons=buttons)
    return [
        SlotSet("portal", talk.portal.id),
        SlotSet("memory", talk.memory or None),
        SlotSet("walk_stack", [frame.to_json() for frame in talk.stack] or None),
    ]


Work = Callable[[Talk], Awaitable[list[EventType]]]


async def _run(dispatcher: CollectingDispatcher, tracker: Tracker, work: Work) -> list[EventType]:
    """Run an action's work in a unit of work, and never end in silence.

    In process the engine sees the error and apologises for the whole turn; an action server
    apologises itself, as Rasa would answer with nothing.
    """
    try:
        async with unit_of_work(current_database()):
            talk = _talk_of(tracker)
            warned = MARK in talk.heard.text and not talk.resuming
            if warned:
                talk.say("password_seen")
            extra = await work(talk)
            if _rejects(extra):
                # The message goes on to the action that answers it, which warns then.
                return extra
            return [*_events(talk, dispatcher), *extra]
    except Exception:
        if in_turn():
            raise
        logger.exception("An action failed")
        portal = tracker.get_slot("portal") or current_settings().default_portal
        dispatcher.messages.clear()
        dispatcher.utter_message(text=current_content().portal(portal).say("fault"))
        return []


def _rejects(events: list[EventType]) -> bool:
    return any(event.get("event") == "action_execution_rejected" for event in events)


class WalkForm(Action):  # type: ignore[misc]
    """The one loop that conducts all walks."""

    def name(self) -> str:
        """Return the loop's name in the domain."""
        return WALK_FORM

    async def run(
        self, dispatcher: CollectingDispatcher, tracker: Tracker, domain: dict[str, Any]
    ) -> list[EventType]:
        """Conduct the message; decline it when it is not for the open walk."""

        async def work(talk: Talk) -> list[EventType]:
            active = tracker.active_loop_name == WALK_FORM
            if not active:
                talk.stack.clear()
                talk.resuming = False
            if not talk.resuming:
                remember_region(talk)
            if not await conduct(talk):
                return [ActionExecutionRejected(WALK_FORM)]
            return [ActiveLoop(WALK_FORM if talk.stack else None)]

        return await _run(dispatcher, tracker, work)


class ActionAnswer(Action):  # type: ignore[misc]
    """Answers from an article or with small talk, within a walk or outside."""

    def name(self) -> str:
        """Return the action's name in the domain."""
        return "action_answer"

    async def run(
        self, dispatcher: CollectingDispatcher, tracker: Tracker, domain: dict[str, Any]
    ) -> list[EventType]:
        """Answer; a login problem with an address in it opens the login walk instead."""

        async def work(talk: Talk) -> list[EventType]:
            if reopened(talk):
                return [FollowupAction(WALK_FORM)]
            remember_region(talk)
            if talk.heard.sure:
                answer(talk)
            else:
                clarify(talk)
            return []

        return await _run(dispatcher, tracker, work)


class ActionRestart(Action):  # type: ignore[misc]
    """Starts again when the user asks for it.

    Rasa's rules lead the intent `restart` here whatever is going on, and its own action would wipe
    the portal and the transcript's slots; so this one overrides it, within a walk and outside.
    """

    def name(self) -> str:
        """Return the name of the default action that this one replaces."""
        return "action_restart"

    async def run(
        self, dispatcher: CollectingDispatcher, tracker: Tracker, domain: dict[str, Any]
    ) -> list[EventType]:
        """Begin the open walk anew; outside a walk, forget what was told."""

        async def work(talk: Talk) -> list[EventType]:
            if not talk.stack:
                answer(talk)
            elif not await conduct(talk):
                clarify(talk)
                talk.resuming = True
                await conduct(talk)
            loop = ActiveLoop(WALK_FORM if talk.stack else None)
            return [loop, FollowupAction(_LISTEN)]

        return await _run(dispatcher, tracker, work)


class ActionClarify(Action):  # type: ignore[misc]
    """Asks what was meant; keeps slots and walk, unlike Rasa's default fallback."""

    def name(self) -> str:
        """Return the action's name in the domain."""
        return "action_clarify"

    async def run(
        self, dispatcher: CollectingDispatcher, tracker: Tracker, domain: dict[str, Any]
    ) -> list[EventType]:
        """Ask; a likely login problem with an address in it opens the login walk instead."""

        async def work(talk: Talk) -> list[EventType]:
            if reopened(talk):
                return [FollowupAction(WALK_FORM)]
            remember_region(talk)
            clarify(talk)
            return []

        return await _run(dispatcher, tracker, work)
