"""The custom actions that Rasa calls: thin, they translate between a tracker and a `Talk`."""

from __future__ import annotations

import logging
from collections.abc import Awaitable, Callable
from typing import Any

from rasa_sdk import Action, Tracker
from rasa_sdk.events import ActionExecutionRejected, ActiveLoop, EventType, FollowupAction
from rasa_sdk.executor import CollectingDispatcher

from actions.talks import remember, slots_of, talk_of, utter
from bot.check import check
from bot.content.live import current_content
from bot.dialogue.after_sent import comes_after
from bot.dialogue.answers import answer, clarify, told_of_contact
from bot.dialogue.asides import told_outside
from bot.dialogue.conductor import conduct
from bot.dialogue.flow import Talk
from bot.dialogue.interpretation import WAYS_TO_A_PERSON
from bot.dialogue.moves import as_moved
from bot.dialogue.openers import reopened
from bot.dialogue.problems import (
    note_beside,
    note_second_problem,
    problem_beside,
    take_up_next_problem,
    without_settled,
)
from bot.dialogue.small_talk import soothe
from bot.french.redaction import MARK
from bot.ground.db import current_database, in_turn, unit_of_work
from bot.ground.settings import current_settings

logger = logging.getLogger(__name__)

WALK_FORM = "walk_form"

_LISTEN = "action_listen"


Work = Callable[[Talk], Awaitable[list[EventType]]]


async def _run(dispatcher: CollectingDispatcher, tracker: Tracker, work: Work) -> list[EventType]:
    """Run an action's work in a unit of work, and never end in silence.

    In process the engine sees the error and apologises for the whole turn; an action server
    apologises itself, as Rasa would answer with nothing.
    """
    try:
        if not in_turn():
            # An action server has no start of its own at which to hand it in.
            current_content().hold_against(check)
        async with unit_of_work(current_database()):
            talk = talk_of(tracker)
            if not talk.resuming:
                remember(talk)
            without_settled(talk)
            if MARK in talk.heard.text and not talk.resuming:
                talk.say("password_seen")
            soothed = talk.heard.angry and not talk.resuming and soothe(talk)
            offered = talk.memory.get("offered")
            events = await work(talk)
            if _goes_on(events):
                if soothed:
                    # Nothing is uttered here: the action that goes on says it.
                    del talk.memory["calmed"]
                return [*slots_of(talk), *events]
            if _rejects(events):
                # The message goes on to the action that answers it, which warns then.
                return events
            goes_on = talk.resuming or talk.told_aside
            if talk.memory.get("offered") is offered and not goes_on:
                # Topics can be chosen right after they were offered, not later.
                talk.memory.pop("offered", None)
            _note_offer(talk)
            if talk.heard.sure and talk.heard.intent != "out_of_scope":
                talk.memory.pop("clarified", None)
            await take_up_next_problem(talk)
            await utter(talk, dispatcher)
            return [*slots_of(talk), *_loop_events(talk, tracker), *events]
    except Exception:
        if in_turn():
            raise
        logger.exception("An action failed")
        portal = tracker.get_slot("portal") or current_settings().default_portal
        dispatcher.messages.clear()
        dispatcher.utter_message(text=current_content().portal(portal).say("fault"))
        return []


def _note_offer(talk: Talk) -> None:
    """Note the one thing that an answer offers, so that "oui, je veux bien" takes it up."""
    buttons = talk.said[-1].buttons if talk.said else ()
    if talk.stack or len(buttons) != 1 or talk.memory.get("offered"):
        return
    intent = buttons[0].payload[1:]
    if intent in WAYS_TO_A_PERSON:
        talk.memory["offered"] = [[intent, buttons[0].title]]


def _rejects(events: list[EventType]) -> bool:
    return any(event.get("event") == "action_execution_rejected" for event in events)


def _goes_on(events: list[EventType]) -> bool:
    """Tell whether another action answers the message."""
    return any(event.get("event") == "followup" for event in events)


def _loop_events(talk: Talk, tracker: Tracker) -> list[EventType]:
    """Tell Rasa whether a walk is open now; one opened by another action has asked already."""
    before = tracker.active_loop_name
    after = WALK_FORM if talk.stack else None
    if before == after:
        return []
    return [ActiveLoop(after), FollowupAction(_LISTEN)]


def _told_beside(talk: Talk) -> bool:
    """Answer what is beside any walk: a question, or a word on the contact that was given."""
    return comes_after(talk) is None and (told_outside(talk) or told_of_contact(talk))


async def _answer_or_clarify(talk: Talk) -> list[EventType]:
    """Answer what is clear, for the model or from where it was said, and ask about the rest."""
    if talk.stack:
        talk.heard = as_moved(talk.heard)
    if _told_beside(talk):
        return []
    if reopened(talk):
        return [FollowupAction(WALK_FORM)]
    if talk.heard.sure:
        note_second_problem(talk)
        answer(talk)
    else:
        clarify(talk)
    return []


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
            if tracker.active_loop_name != WALK_FORM:
                talk.stack.clear()
                talk.resuming = False
                if _told_beside(talk):
                    return []
                note_second_problem(talk)
            beside = problem_beside(talk)
            if not await conduct(talk):
                return [ActionExecutionRejected(WALK_FORM)]
            if beside:
                note_beside(talk, beside)
            return []

        return await _run(dispatcher, tracker, work)


class ActionAnswer(Action):  # type: ignore[misc]
    """Answers from an article or with small talk, within a walk or outside."""

    def name(self) -> str:
        """Return the action's name in the domain."""
        return "action_answer"

    async def run(
        self, dispatcher: CollectingDispatcher, tracker: Tracker, domain: dict[str, Any]
    ) -> list[EventType]:
        """Answer; what opens a walk all the same goes on there."""
        return await _run(dispatcher, tracker, _answer_or_clarify)


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
            return []

        events = await _run(dispatcher, tracker, work)
        return events if _goes_on(events) else [*events, FollowupAction(_LISTEN)]


class ActionClarify(Action):  # type: ignore[misc]
    """Asks what was meant; keeps slots and walk, unlike Rasa's default fallback."""

    def name(self) -> str:
        """Return the action's name in the domain."""
        return "action_clarify"

    async def run(
        self, dispatcher: CollectingDispatcher, tracker: Tracker, domain: dict[str, Any]
    ) -> list[EventType]:
        """Ask; a likely login problem with an address in it opens the login walk instead."""
        return await _run(dispatcher, tracker, _answer_or_clarify)
