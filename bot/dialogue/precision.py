"""What a message tells a person beside what it does: the line of a request, in the writer's words.

"Oui envoyez, et précisez qu'on a MailInBlack" tells "On a MailInBlack". A bare yes, a question and
what announces the line are left out; where there is doubt, the sentence stays whole.
"""

from __future__ import annotations

from collections.abc import Collection
from dataclasses import replace

from bot.content.live import current_content
from bot.dialogue.agreement import bare_answer, tokens
from bot.dialogue.facts import add_detail
from bot.dialogue.flow import Talk
from bot.dialogue.heard import Part
from bot.french.announcements import Told, capitalised, told_in, without_link
from bot.french.durations import tells_time
from bot.french.phones import find_phone
from bot.french.wording import asks

MOST_TYPED = 500
_MOST_KEPT = 240
_MOST_IN_PASSING = 3
_MOST_HOLDING_UP = 4
_BESIDE_A_NUMBER = 6
"""Words of a clause that says no more than the telephone number in it."""


def precision_in(talk: Talk, *, without: Collection[Part] = ()) -> str:
    """Return what a message wants told, or an empty text where it tells nothing.

    Args:
        talk: The turn.
        without: Clauses that did something else, such as correcting a line.
    """
    heard = talk.heard
    links = current_content().wording.requests["links"]
    told_of: list[str] = []
    linked, announced, end = False, False, -1
    for clause in heard.pieces:
        told = _told(talk, clause) if clause not in without else Told("")
        if not told.text:
            announced, end = told.announced, -1
            continue
        text = without_link(told.text, links) if linked and not told.announced else told.text
        linked = told.linked or (linked and not told.announced)
        if end >= 0 and not told.announced:
            told_of[-1] += heard.text[end : clause.start] + text
        else:
            told_of.append(capitalised(text) if told.announced or announced else text)
        announced, end = False, clause.end
    return " ".join(text.strip(" ,;:") for text in told_of)[:MOST_TYPED]


def _told(talk: Talk, clause: Part) -> Told:
    phrases = current_content().wording.requests
    holds_up = clause.does("wait") and len(clause.text.split()) <= _MOST_HOLDING_UP
    if bare_answer(clause.text, "ticket") is not None or clause.does("smalltalk") or holds_up:
        return Told("")
    told = told_in(clause.text, phrases)
    if clause.does("complain") and not told.announced:
        # A reproach is for the assistant.
        return Told("")
    if told.announced:
        # "On peut ajouter que… ?" asks for the line, and tells it.
        told = replace(told, text=told.text.rstrip(" ?"))
    if asks(clause.text) and not told.announced:
        # A question is answered, and not told; in a message of one sentence it may be all.
        return Told("")
    number = find_phone(told.text)
    if number and number == talk.memory.get("phone") and _names_number(told.text):
        return Told("")
    return told


def _names_number(text: str) -> bool:
    return len(text.split()) <= _BESIDE_A_NUMBER + sum(sign.isdigit() for sign in text) // 2


def note_precision(talk: Talk, *, without: Collection[Part] = ()) -> bool:
    """Add what a message tells to the request.

    Returns:
        Whether it tells anything.
    """
    text = precision_in(talk, without=without)
    if text:
        add_detail(talk, text)
    return bool(text)


def note_in_passing(talk: Talk) -> None:
    """Keep what a message says of urgency, and of how long it has gone on, for a request."""
    heard = talk.heard
    if heard.pressed or any(frame.walk == "handover" for frame in talk.stack):
        return
    phrases = current_content().wording.requests
    for clause in heard.pieces:
        text = told_in(clause.text, phrases).text.strip(" ,;:")
        if asks(text) or len(text) > _MOST_KEPT or "@" in text:
            continue
        kept: list[str] = talk.memory.setdefault("in_passing", [])
        if (is_urgent(text) or tells_time(text)) and text not in kept:
            kept.append(text)
            del kept[:-_MOST_IN_PASSING]


def is_urgent(text: str) -> bool:
    """Tell whether a text says that something is urgent."""
    words = tokens(text)
    urgent = {word for phrase in current_content().wording.requests["urgent"] for word in phrase}
    return any(
        word in urgent and not {"pas", "rien"} & set(words[max(0, place - 2) : place])
        for place, word in enumerate(words)
    )
