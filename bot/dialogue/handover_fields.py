"""Lines of a request that is shown, put right by words: its subject, its region, what stands wrong.

A line changes only where the message corrects it; what is added changes none of the others.
"""

from __future__ import annotations

import json
from itertools import pairwise

from bot.content.live import current_content
from bot.dialogue.agreement import tokens
from bot.dialogue.flow import Button, Directive, Go, Step, Talk, Wait
from bot.dialogue.heard import Part
from bot.dialogue.interpretation import OF_DOCUMENTS, WAYS_TO_A_PERSON
from bot.dialogue.place_said import MOST_SHORT, place_in, region_in, regions_of
from bot.dialogue.precision import note_precision
from bot.dialogue.request import ADDRESS_CHANGE, of_documents, set_subject, subject, subject_id

_CLEAR = 0.45
"""Confidence from which a clause names a subject."""

_LIKELY = 0.3
"""Confidence from which a clause has its subject offered before others."""

_MOST_SUBJECTS = 5

_SUBJECT = "subject:"
"""How the payload of a button begins that names a subject."""

_NO_SUBJECT = frozenset({*WAYS_TO_A_PERSON, "capabilities", "bot_challenge", "data_privacy"})


def corrects_subject(talk: Talk) -> bool:
    """Tell whether a message says that the subject of the request that is shown is wrong."""
    heard = talk.heard
    if heard.pressed:
        return False
    names_line = any(_names_subject(part.text) for part in heard.pieces)
    corrects = heard.option in {"changes", "subject"} or heard.does("correct")
    return heard.option == "subject" or (names_line and (corrects or not heard.option))


def _names_subject(text: str) -> bool:
    words = current_content().wording.requests["subject"]
    return any((word,) in words for word in tokens(text))


def correct_subject(talk: Talk) -> Directive:
    """Take the subject that a message names; ask for it where it names none that is clear."""
    about, named = _subject_named(talk)
    about += [part for part in talk.heard.parts if _only_corrects(part, named)]
    note_precision(talk, without=about)
    if named is None:
        return Go("ask_subject")
    set_subject(talk, named)
    talk.say("handover.corrected")
    return Go("preview")


def _only_corrects(part: Part, named: str | None) -> bool:
    """Tell whether a clause says no more than that something is wrong, or what is right."""
    short = len(part.text.split()) <= _MOST_SAYING
    return short and (part.intent == named or part.does("correct") or part.takes("subject"))


_MOST_SAYING = 6


def _subject_named(talk: Talk) -> tuple[list[Part], str | None]:
    """Return the clauses that are about the subject, and the one that they name, or None."""
    heard, found = talk.heard, dict[str, Part]()
    about = [part for part in heard.pieces if _names_subject(part.text)]
    for part in sorted(heard.pieces, key=lambda part: part.confidence):
        named = _as_subject(talk, part.intent, part.text)
        if named is not None and part.confidence >= _CLEAR:
            found[named] = part
    if OF_DOCUMENTS & {*found, heard.surely} and (meant := of_documents(talk)):
        # "Je vois le marché, c'est le document qui manque" sounds like both.
        return about, meant
    # What is said not to be the subject is named beside what is.
    found = {name: part for name, part in found.items() if not _denied(part.text)}
    if not found:
        named = _as_subject(talk, heard.surely, heard.text)
        denied = len(heard.pieces) == 1 and _denied(heard.text)
        return about, None if denied or named == subject_id(talk) else named
    return about, next(reversed(found)) if len(found) == 1 else None


def _denied(text: str) -> bool:
    """Tell whether a clause says what something is not, as in "c'est pas un champ rouge"."""
    words = tokens(text)[:_DENIED_BY]
    pairs = set(pairwise(words))
    return words[:1] == ("pas",) or bool(pairs & {("est", "pas"), ("agit", "pas")})


_DENIED_BY = 6


def _as_subject(talk: Talk, intent: str, text: str) -> str | None:
    if intent == "profile_update" and {"adresse", "mail", "email", "courriel"} & set(tokens(text)):
        return ADDRESS_CHANGE
    if intent in _NO_SUBJECT or talk.portal.topic(intent) is None:
        return None
    return intent if intent in talk.portal.articles or intent == "profile_update" else None


async def _ask_subject(talk: Talk) -> Directive:
    """Ask for the subject, with those of the portal that are likeliest."""
    now = subject_id(talk)
    clear = [part.intent for part in talk.heard.parts if part.confidence >= _LIKELY]
    likely = (_as_subject(talk, name, "") for name in (*clear, *talk.heard.ranking))
    named = [each for each in likely if each]
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
    if corrects_subject(talk) and not talk.frame.asked:
        return Go("ask_subject")
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
    named = region_in(talk)
    meant = talk.heard.does("region", "correct") or talk.heard.intent == "inform_region"
    if named is None or named == talk.region or not meant:
        return False
    talk.memory["region"] = named.id
    return True


def line_clauses(talk: Talk, *, moved: bool = False) -> list[Part]:
    """Return the clauses of a message that do no more than name a line that it changes.

    Args:
        talk: The turn.
        moved: Whether the message put the region right.
    """
    moved = moved or "region" in talk.told_lines
    named = [str(talk.memory.get(name, "")) for name in talk.told_lines if name != "region"]
    found = []
    for part in talk.heard.pieces:
        short = len(part.text.split()) <= _MOST_NAMING
        bare = len(part.text.split()) <= MOST_SHORT
        places = place_in(talk.portal, part.text, expected=bare).places
        here = any(value and value in part.text for value in named)
        placed = (
            moved and talk.region is not None and talk.region in regions_of(talk.portal, places)
        )
        denies = len(part.text.split()) <= _MOST_DENYING and tokens(part.text)[:1] == ("pas",)
        if denies or (short and (here or placed)):
            found.append(part)
    return found


_MOST_DENYING = 4
_MOST_NAMING = 10
"""Words of a clause that names a line and says nothing besides."""


FIELD_STEPS: dict[str, Step] = {"ask_subject": Step(_ask_subject, _take_subject)}
"""The steps at which a line of a request is asked for anew."""
