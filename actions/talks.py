"""Between Rasa's tracker and a `Talk`: what is read from one, and what is written back."""

from __future__ import annotations

import json
import zlib
from collections.abc import Iterable
from copy import deepcopy
from dataclasses import replace
from typing import Any

from rasa_sdk import Tracker
from rasa_sdk.events import EventType, SlotSet
from rasa_sdk.executor import CollectingDispatcher

from bot.content.live import Portal, current_content
from bot.desk.accounts import current_accounts
from bot.dialogue.address_owner import Read, read_addresses
from bot.dialogue.address_taken import note_dead_address, take_address
from bot.dialogue.agreement import place_named
from bot.dialogue.ahead import remember_answers
from bot.dialogue.asked import ASKED_SOLVED
from bot.dialogue.conductor import open_walk
from bot.dialogue.consent import is_meant
from bot.dialogue.facts import is_denied, remember_facts
from bot.dialogue.flow import Button, Frame, Said, Talk
from bot.dialogue.heard import Heard, Part
from bot.dialogue.interpretation import as_choice, as_said_anywhere
from bot.dialogue.place_said import remember_region
from bot.dialogue.precision import note_in_passing
from bot.french.address_scanner import unreadable_address
from bot.french.redaction import MASKED, redact_passwords
from bot.ground.addresses import is_address, normalise_address
from bot.ground.db import current_database
from bot.ground.settings import current_settings
from bot.reading.bands import band_of
from bot.reading.replies.moves import Move

_DOCUMENTS = frozenset({"find_document", "document_access", "document_missing"})
_SHOWN = frozenset({"preview", "ask_again", "ask_line", "ask_subject"})
"""Steps at which a request stands that was shown."""
_LINES_TOLD = ("region", "contract", "customer_number", "document", "phone")
_LISTEN = "action_listen"
_NOTHING = (Move("none", option=False, confidence=1.0, sure=True),)
_MOST_ALIKE = 2
_REMARKS = 3
"""Wordings of what is said in place of a reply that would come a third time."""
_MOST_COUNTED = 80


def talk_of(tracker: Tracker) -> Talk:
    """Read from a tracker what the walks need."""
    latest = tracker.latest_message
    metadata = latest.get("metadata") or {}
    portal = tracker.get_slot("portal") or metadata.get("portal")
    content = current_content().portal(portal or current_settings().default_portal)
    ours = {content.sender, *(region.mailbox for region in content.regions)}
    text, intent = latest.get("text") or "", (latest.get("intent") or {}).get("name")
    # "Rien reçu de no-reply@…" names our address, not the user's.
    entities = {
        entity["entity"]: str(entity["value"])
        for entity in latest.get("entities") or ()
        if _counts(entity, text, ours)
    }
    if text.startswith("/"):
        read = Read(entities.get("email", ""), unread=unreadable_address(text))
    else:
        read = read_addresses(text, lambda address: _is_theirs(address, ours))
        entities.pop("email", None)
        if read.address:
            entities["email"] = read.address
    band = band_of(latest)
    heard = Heard(
        # `rasa shell` has no edge of ours in front.
        text=text if metadata.get(MASKED) else redact_passwords(text),
        intent=intent or "out_of_scope",
        band=band,
        ranking=tuple(row["name"] for row in latest.get("intent_ranking") or ()),
        entities=entities,
        problems=tuple(problem["intent"] for problem in latest.get("problems") or ()),
        surely=intent or "" if band == "sure" else "",
        whose=read.whose,
        choices=read.choices,
        unread=read.unread,
        purpose=read.purpose,
        told=dict(latest.get("told") or {}),
        asked=str(latest.get("asked") or ""),
        # "???" is no word: what a model makes of it is a guess.
        moves=_moves(latest.get("moves")) if text.strip("?!.… ") else _NOTHING,
        parts=tuple(
            Part(
                text[part["start"] : part["end"]],
                part["intent"],
                part["confidence"],
                _moves(part.get("moves")),
                part["start"],
                _moves(part.get("after_sent")),
            )
            for part in (latest.get("parts") or () if metadata.get(MASKED) else ())
        ),
        after_sent=_moves(latest.get("after_sent")),
        ahead=dict(latest.get("ahead") or {}),
        asked_again=any(frame["asked"] for frame in (tracker.get_slot("walk_stack") or [])[-1:]),
    )
    if len(heard.problems) > 1 and (not heard.sure or heard.intent in heard.problems):
        # Each part is clear, even where the whole is not; what was told first comes first.
        heard = replace(heard, intent=heard.problems[0], band="sure")
    if not heard.sure and (topic := _topic_of_clauses(heard, content)):
        heard = replace(heard, intent=topic, band="sure", surely=topic)
    if heard.intent in _DOCUMENTS and not content.feature("documents"):
        # Without contracts of its own, what a portal has of documents is public.
        heard = replace(heard, intent="public_downloads")
    # Copies: in process these are the tracker's own values, which earlier events hold too.
    memory = deepcopy(tracker.get_slot("memory") or {})
    offered = [(intent, title) for intent, title in memory.get("offered", ())]
    return Talk(
        conversation_id=tracker.sender_id,
        message_id=str(metadata.get("message_id") or latest.get("message_id") or ""),
        network=str(metadata.get("network") or ""),
        portal=content,
        heard=_as_meant(as_said_anywhere(_as_button(as_choice(heard, offered), tracker))),
        database=current_database(),
        accounts=current_accounts(),
        memory=memory,
        asked_solved=bool(memory.pop(ASKED_SOLVED, False)),
        stack=[Frame.from_json(deepcopy(f)) for f in tracker.get_slot("walk_stack") or ()],
        resuming=tracker.latest_action_name != _LISTEN,
    )


def _topic_of_clauses(heard: Heard, portal: Portal) -> str | None:
    """Return the one topic that clauses are surely about, where the whole is likely about it too.

    "Laissez tomber. Autre question : comment on s'abonne à une offre ?"
    """
    sure = {part.intent for part in heard.parts if part.confidence >= _CLEAR}
    topics = sure & set(portal.articles)
    return topics.pop() if len(topics) == 1 and topics <= set(heard.ranking[:2]) else None


_CLEAR = 0.9
"""Confidence from which a clause is about a topic beyond doubt."""


def _counts(entity: dict[str, Any], text: str, ours: set[str]) -> bool:
    if entity["entity"] == "contract_number":
        # "Le 2019-096, pas le 2019-069" names the one to take.
        return not is_denied(text, int(entity.get("start") or 0))
    return entity["entity"] != "email" or _is_theirs(str(entity["value"]), ours)


def _moves(told: Iterable[dict[str, Any]] | None) -> tuple[Move, ...]:
    return tuple(Move(**move) for move in told or ())


def _is_theirs(address: str, ours: set[str]) -> bool:
    """Tell whether an address is one that mail may go to, and not the portal's own.

    A payload of an integrator may hold anything.
    """
    return address not in ours and is_address(normalise_address(address))


def _as_button(heard: Heard, tracker: Tracker) -> Heard:
    """Return a message that names an offered button by its place ("2", "le premier") as pressed."""
    if heard.pressed or heard.entities:
        return heard
    offered = _last_buttons(tracker)
    place = place_named(heard.text, len(offered)) if len(offered) > 1 else None
    if place is None:
        return heard
    payload = str(offered[place].get("payload", ""))
    name, _, told = payload.removeprefix("/").partition("{")
    if not payload.startswith("/"):
        return heard
    entities = json.loads("{" + told) if told else {}
    return replace(
        heard, text=payload, intent=name, band="sure", entities=entities, problems=(),
        surely=name, whose="alone",
    )  # fmt: skip


def _last_buttons(tracker: Tracker) -> list[dict[str, Any]]:
    """Return the buttons under the last thing that was said before the message."""
    before_message = False
    for event in reversed(tracker.events):
        if event.get("event") == "user":
            if before_message:
                return []
            before_message = True
        elif before_message and event.get("event") == "bot":
            return (event.get("data") or {}).get("buttons") or []
    return []


def _as_meant(heard: Heard) -> Heard:
    """Return a reading that would end or grant something as unsure, where the message doubts it."""
    return heard if is_meant(heard) else replace(heard, band="unsure")


def remember(talk: Talk) -> None:
    """Note what the message tells in passing, so that it is not asked for."""
    before = json.dumps(talk.memory, sort_keys=True, default=str)
    facts = dict(talk.facts)
    note_dead_address(talk)
    take_address(talk)
    remember_facts(talk)
    note_in_passing(talk)
    remember_answers(talk)
    if not any(frame.walk == "handover" and frame.step in _SHOWN for frame in talk.stack):
        # A place in a line that is added to a request is not where it goes.
        remember_region(talk)
    kept = json.loads(before)
    talk.told_lines = frozenset(n for n in _LINES_TOLD if talk.memory.get(n) != kept.get(n))
    told = {name: value for name, value in talk.facts.items() if facts.get(name) != value}
    talk.told_facts = told
    talk.learned = json.dumps(talk.memory, sort_keys=True, default=str) != before


def slots_of(talk: Talk) -> list[EventType]:
    """Return the slots as they are now."""
    return [
        SlotSet("portal", talk.portal.id),
        SlotSet("memory", talk.memory or None),
        SlotSet("walk_stack", [frame.to_json() for frame in talk.stack] or None),
    ]


async def utter(talk: Talk, dispatcher: CollectingDispatcher) -> None:
    """Utter what was said; what would come a third time leads to a person instead."""
    said, withheld = _not_again(talk, talk.said)
    if withheld:
        said += await _instead(talk, withheld, asked=any(one.buttons for one in said))
    for one in said:
        buttons = [{"title": b.title, "payload": b.payload} for b in one.buttons]
        dispatcher.utter_message(text=one.text, buttons=buttons)


def _not_again(talk: Talk, said: list[Said]) -> tuple[list[Said], list[Said]]:
    """Return what is said, and what would come a third time; a contact or a consent may.

    So may a question that comes again after something else was answered.
    """
    fresh: list[Said] = []
    withheld: list[Said] = []
    for one in said:
        often = _count(talk, one.text) >= _MOST_ALIKE
        after = talk.told_aside and (one.buttons or "?" in one.text)
        (withheld if often and not (after or _may_come_again(one)) else fresh).append(one)
    return fresh, withheld


async def _instead(talk: Talk, withheld: list[Said], *, asked: bool) -> list[Said]:
    """Return what is said in place of what would come a third time: a person takes over."""
    buttons = [button for one in withheld for button in one.buttons]
    if asked and not buttons:
        # Beside a question, a mere note that was said before is left out in silence.
        return []
    told = talk.memory["repeated"] = talk.memory.get("repeated", 0) + 1
    remark = talk.portal.say("conductor.repeated", (told - 1) % _REMARKS)
    if talk.stack and talk.frame.walk not in {"region", "handover"}:
        before = len(talk.said)
        talk.stack.clear()
        await open_walk(talk, "handover")
        fresh, again = _not_again(talk, talk.said[before:])
        return [Said(remark), *(fresh or again)]
    buttons.append(Button(talk.portal.say("buttons.person"), "/human_handoff"))
    return [Said(remark, tuple(dict.fromkeys(buttons)))]


def _may_come_again(said: Said) -> bool:
    """Tell whether something may be said any number of times, such as a contact."""
    return said.any_number or _needs_a_yes(said) or "](mailto:" in said.text


def _needs_a_yes(said: Said) -> bool:
    """Tell whether a question waits for a yes: nobody agrees to what is not said."""
    return any(button.payload == "/affirm" for button in said.buttons)


def _count(talk: Talk, text: str) -> int:
    """Return how often a text was said before, and count it."""
    counts: dict[str, Any] = talk.memory.setdefault("said", {})
    key = format(zlib.crc32(text.encode()), "x")
    count: int = counts.pop(key, 0)
    counts[key] = count + 1
    while len(counts) > _MOST_COUNTED:
        del counts[next(iter(counts))]
    return count
