"""What a message goes on to, beside what is open: a problem kept for later, or after good news."""

from __future__ import annotations

from dataclasses import replace

from bot.dialogue.consent import consent_to
from bot.dialogue.flow import Directive, Open, Talk
from bot.dialogue.global_commands import close_as_solved
from bot.dialogue.openers import opener
from bot.dialogue.tree import closing_answers


def kept_problem(talk: Talk) -> str | None:
    """Return the walk of the second problem that was kept for later, where it is asked for now.

    "Et pour le numéro client, alors ?" does not wait for the first to end.
    """
    heard, kept = talk.heard, talk.memory.get("next_problem")
    clear = {part.intent for part in heard.parts if part.confidence >= _CLEAR}
    if kept is None or heard.pressed or kept not in {heard.surely, *clear}:
        return None
    walk = opener(talk, kept)
    if walk is not None and all(frame.walk != walk for frame in talk.stack):
        del talk.memory["next_problem"]
        return walk
    return None


_CLEAR = 0.8
"""Confidence from which a clause is about a problem."""


def settled_first(talk: Talk) -> Directive | None:
    """Close what is open upon a clause that says so, and open what a later one is about.

    "C'est bon j'ai pu me connecter. Autre chose : le marché n'apparaît pas."
    """
    heard = talk.heard
    if heard.pressed or len(heard.parts) < 2 or talk.frame.walk == "handover":
        return None
    first, *others = heard.parts
    closing = closing_answers(talk)
    takes = next((move.name for move in first.moves if move.option and move.sure), None)
    option = takes if takes in {*_SETTLING, *closing} else None
    alone = replace(heard, text=first.text, moves=first.moves, parts=(), intent="solved", surely="")
    consent = consent_to(alone, "solved", named=closing, option=option)
    if consent is None:
        return None
    for part in others:
        walk = opener(talk, part.intent) if part.confidence >= _CLEAR else None
        open_already = any(frame.walk == walk for frame in talk.stack)
        if walk is not None and not open_already:
            close_as_solved(talk, consent)
            talk.memory.pop("next_problem", None)
            talk.heard = replace(heard, intent=part.intent, band="sure", surely=part.intent)
            return Open(walk, then="")
    return None


_SETTLING = ("connected", "solved")
"""Options of questions of our walks that say that all is well."""
