"""Lines of a request that is shown, put right by words: its subject, its region, what stands wrong.

A line changes only where the message corrects it; what is added changes none of the others.
"""

from __future__ import annotations

import json

from bot.content.live import current_content
from bot.dialogue.consent import tokens
from bot.dialogue.flow import Button, Directive, Go, Step, Talk, Wait
from bot.dialogue.heard import Part
from bot.dialogue.interpretation import WAYS_TO_A_PERSON
from bot.dialogue.place_said import place_in, regions_of
from bot.dialogue.precision import note_precision
from bot.dialogue.request import ADDRESS_CHANGE, set_subject, subject, subject_id

_CLEAR = 0.6
"""Confidence from which a clause names a subject."""

_MOST_SUBJECTS = 6

_SUBJECT = "subject:"
"""How the payload of a button begins that names a subject."""

_NO_SUBJECT = frozenset({*WAYS_TO_A_PERSON, "capabilities", "bot_challenge", "data_privacy"})


def corrects_subject(talk: Talk) -> bool:
    """Tell whether a message says that the subject of the request that is shown is wrong."""
    heard = talk.heard
    if heard.pressed:
        return False
    names_line = any(_names_subject(part.text) for part in heard.parts or (Part(heard.text),))
    corrects = heard.option in {"changes", "subject"} or heard.does("correct")
    return heard.option == "subject" or (names_line and (corrects or not heard.option))


def _names_subject(text: str) -> bool:
    words = current_content().wording.requests["subject"]
    return any((word,) in words for word in tokens(text))


def correct_subject(talk: Talk) -> Directive:
    """Take the subject that a message names; ask for it where it names none that is clear."""
    about, named = _subject_named(talk)
    note_precision(talk, without=about)
    if named is None:
        return Go("ask_subject")
    set_subject(talk, named)
    talk.say("handover.corrected")
    return Go("preview")


def _subject_named(talk: Talk) -> tuple[list[Part], str | None]:
    """Return the clauses that are about the subject, and the one that they name, or None."""
    heard, now = talk.heard, subject_id(talk)
    clauses = list(heard.parts) or [Part(heard.text, heard.intent, 1.0 if heard.surely else 0.0)]
    about = [part for part in clauses if _names_subject(part.text)]
    found: dict[str, Part] = {}
    for part in sorted(clauses, key=lambda part: part.confidence):
        named = _as_subject(talk, part.intent, part.text)
        if named is not None and named != now and part.confidence >= _CLEAR:
            found[named] = part
    if len(found) > 1:
        # What is told not to be the subject is named beside what is.
        found = {name: part for name, part in found.items() if not _denied(part.text)} or found
    if not found and heard.surely:
        named = _as_subject(talk, heard.surely, heard.text)
        return about, named if named != now else None
    return about, next(reversed(found)) if len(found) == 1 else None


def _denied(text: str) -> bool:
    return bool({"pas", "plus"} & set(tokens(text)[:4]))


def _as_subject(talk: Talk, intent: str, text: str) -> str | None:
    if intent == "profile_update" and {"adresse", "mail", "email", "courriel"} & set(tokens(text)):
        return ADDRESS_CHANGE
    if intent in _NO_SUBJECT or talk.portal.topic(intent) is None:
        return None
    return intent if intent in talk.portal.articles or intent == "profile_update" else None


async def _ask_subject(talk: Talk) -> Directive:
    """Ask for the subject, with those of the portal that are likeliest."""
    now = subject_id(talk)
    likely = [name for part in talk.heard.parts for name in (part.intent,)] + list(
        talk.heard.ranking
    )
    named = [each for each in map(lambda name: _as_subject(talk, name, ""), likely) if each]
    offered = [each for each in dict.fromkeys((*named, ADDRESS_CHANGE)) if each != now]
    buttons = [
        Button(_label(talk, each), "/inform_reference" + json.dumps({"choice": _SUBJECT + each}))
        for each in (*offered[:_MOST_SUBJECTS], now)
        if each
    ]
    talk.say("handover.ask_subject", *buttons, subject=subject(talk))
    return Wait()


def _label(talk: Talk, name: str) -> str:
    if name == ADDRESS_CHANGE:
        return talk.portal.say("handover.address_change")
    return talk.portal.topic(name) or name


async def _take_subject(talk: Talk) -> Directive:
    heard = talk.heard
    chosen = heard.entities.get("choice", "")
    if chosen.startswith(_SUBJECT):
        name = chosen.removeprefix(_SUBJECT)
        if name == ADDRESS_CHANGE or talk.portal.topic(name):
            set_subject(talk, name)
        return Go("preview")
    if heard.yes_no or heard.pressed:
        return Go("preview")
    _, named = _subject_named(talk)
    if named is not None:
        set_subject(talk, named)
        return Go("preview")
    # None of the portal's: the words themselves tell it.
    note_precision(talk)
    talk.say("handover.noted")
    return Go("preview")


def corrects_region(talk: Talk) -> bool:
    """Take the region that a message names in place of the one that is shown.

    Returns:
        Whether it names one.
    """
    if talk.heard.pressed:
        return False
    places = place_in(talk.portal, talk.heard.text, expected=False).places
    others = [each for each in regions_of(talk.portal, places) if each != talk.region]
    meant = talk.heard.does("region", "correct") or talk.heard.intent == "inform_region"
    if len(others) != 1 or not meant:
        return False
    talk.memory["region"] = others[0].id
    return True


def line_clauses(talk: Talk) -> list[Part]:
    """Return the clauses of a message that do no more than name a line that it changes."""
    named = [str(talk.memory.get(name, "")) for name in talk.told_lines if name != "region"]
    found = []
    for part in talk.heard.parts or (Part(talk.heard.text),):
        short = len(part.text.split()) <= _MOST_NAMING
        places = place_in(talk.portal, part.text, expected=False).places
        here = any(value and value in part.text for value in named)
        placed = talk.region is not None and talk.region in regions_of(talk.portal, places)
        if short and (here or placed):
            found.append(part)
    return found


_MOST_NAMING = 10
"""Words of a clause that names a line and says nothing besides."""


FIELD_STEPS: dict[str, Step] = {"ask_subject": Step(_ask_subject, _take_subject)}
"""The steps at which a line of a request is asked for anew."""
