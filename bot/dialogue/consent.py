"""Decides whether a message is a yes or a no: the only place where anything done rests on that.

A mail that is sent, a request that is handed over or dropped, a problem that is closed: each needs
a yes of its own. A button says it, a message that is made up of words of agreement alone
(`faq/common/consent.yml`), or one that is read as that very option with near certainty, holds a
plain yes, and nothing that speaks against it. Else the question comes again.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from typing import TYPE_CHECKING

from bot.dialogue.agreement import (
    Act,
    Answer,
    bare,
    bare_answer,
    doubts,
    ends_in_no,
    first_sentence,
    holds,
    objects,
    sends,
    tokens,
    wording_of_consent,
)
from bot.french.wording import Phrases, asks, merged
from bot.ground.errors import NotAgreed

if TYPE_CHECKING:
    from bot.dialogue.heard import Heard


_DROPS = frozenset({"cancel", "restart", "goodbye"})


_SPEAKS_AGAINST = (
    "cancel",
    "complain",
    "correct",
    "fails",
    "how",
    "later",
    "person",
    "problem",
    "wait",
    "why",
)
"""Moves beside which no yes counts."""


_MEANS: Mapping[Act, frozenset[str]] = {"reset": frozenset({"send"}), "ticket": frozenset({"send"})}
"""The option of a walk's question that means an act."""


_ASKS_WHEN = frozenset({"response_time"})


@dataclass(frozen=True)
class Consent:
    """A yes to one act, in the words of one message: `consent_to` alone gives it."""

    act: Act
    text: str


def consent_to(
    heard: Heard,
    act: Act,
    *,
    named: Iterable[str] = (),
    button: bool = False,
    option: str | None = None,
) -> Consent | None:
    """Return the yes of a message to an act, or None where it is no plain one.

    Args:
        heard: The message.
        act: What was asked.
        named: Words by which the answer that does it may be named too.
        button: Whether the button that was pressed is the one that does it.
        option: The option of the question that does it, where the act has none of its own.
    """
    given = Consent(act, heard.text)
    if heard.pressed:
        meant = {"affirm", "solved"} if act == "solved" else {"affirm"}
        return given if button or heard.intent in meant else None
    if heard.does(*_SPEAKS_AGAINST):
        return None
    wording, yes = wording_of_consent(), frozenset({"yes"})
    phrases = wording.acts[act]
    taken = option or (heard.option if heard.option in _MEANS.get(act, ()) else None)
    if taken and _agrees_at_length(heard, act, phrases, taken):
        return given
    if answers := {words: yes for name in named if (words := tokens(name))}:
        phrases = merged(phrases, wording.turns_to, answers)
    return given if bare(heard.text, phrases, act) == "yes" else None


def _agrees_at_length(heard: Heard, act: Act, phrases: Phrases, option: str) -> bool:
    """Tell whether a message of more than words of agreement agrees all the same.

    It must be read as that very option, near to certainty and as nothing else unless a part of it
    is a plain yes, and hold nothing that speaks against it. A question may follow in a sentence of
    its own: it is about something else, or about what was agreed to.
    """
    surely = heard.confidence_in(option)
    if surely < _LIKELY or "email" in heard.entities or heard.does("dont_know", "none", "restart"):
        return False
    if asks(heard.text):
        return _agrees_before_asking(heard, act, phrases)
    if holds(tokens(heard.text), wording_of_consent().elsewhere):
        return False
    rival = max(
        (move.confidence for move in heard.moves if move.name not in {option, *_COURTESY}),
        default=0.0,
    )
    if heard.asked_again and not sends(heard.text):
        # "D'accord, je lui écris" agrees to what was told in between.
        return False
    if doubts(heard.text):
        # "Je n'ai aucune objection" denies, and agrees.
        return surely >= _BEYOND_DOUBT and rival <= 1 - _CERTAIN
    named = act not in _MEANS or sends(heard.text)
    if surely >= (_CERTAIN if named else _BEYOND_DOUBT) and rival <= _RIVAL:
        return True
    text = heard.text
    for sign in ",;!\n":
        text = text.replace(sign, ".")
    plain = any(bare(part, phrases, act) == "yes" for part in text.split(".") if part.strip())
    return plain and rival <= _RIVAL


def _agrees_before_asking(heard: Heard, act: Act, phrases: Phrases) -> bool:
    """Tell whether a plain yes stands in a sentence of its own before a question."""
    first, rest = first_sentence(heard.text)
    if holds(tokens(first), wording_of_consent().elsewhere):
        return False
    if _ASKS_WHEN & set(heard.ranking[:1]) and not rest:
        first, _, rest = heard.text.partition(",")
        return bare(first, phrases, act) == "yes"
    aside = (
        asks(rest) and not sends(rest) and not holds(tokens(rest), wording_of_consent().objection)
    )
    return aside and bare(first, phrases, act) == "yes"


def settles_first(text: str) -> Consent | None:
    """Return the yes to closing in the first sentence of a text that goes on to something else.

    "Ça marche, merci. Par contre je ne trouve pas ma notice" closes what it had been about.
    """
    first, rest = first_sentence(text)
    settled = rest.strip() and bare(first, wording_of_consent().acts["solved"], "solved") == "yes"
    return Consent("solved", text) if settled else None


_LIKELY, _CERTAIN, _BEYOND_DOUBT = 0.85, 0.9, 0.97
"""Confidence that the option needs beside a plain yes in a part of its own, without one, and where
nothing is said of sending or the words could object."""


_COURTESY = frozenset({"smalltalk", "later"})
"""Moves that go with a yes: "oui, merci et bonne journée"."""


_RIVAL = 0.25
"""Confidence of anything else that the message may do, up to which it does only that."""


def demand(consent: Consent, act: Act) -> None:
    """Hold a yes against what is about to be done: the lock of every door behind which one acts.

    Raises:
        NotAgreed: If it is a yes to something else.
    """
    if consent.act != act:
        raise NotAgreed(f"A yes to {consent.act} is none to {act}: {consent.text!r}")


def refuses(heard: Heard, act: Act) -> bool:
    """Tell whether a message refuses an act, and says no more than that."""
    if heard.pressed:
        return heard.intent == "deny"
    return bare_answer(heard.text, act) == "no"


def answered(heard: Heard) -> Answer | None:
    """Return what a message answers to a question of fact, or None."""
    if heard.pressed:
        return "yes" if heard.intent == "affirm" else "no" if heard.intent == "deny" else None
    if bare := bare_answer(heard.text):
        return bare
    if heard.settled:
        return "yes" if heard.intent == "affirm" else "no" if heard.intent == "deny" else None
    if ends_in_no(heard.text):
        return "no"
    if heard.intent == "affirm" and heard.sure and not doubts(heard.text):
        return "yes"
    return "no" if heard.intent == "deny" and not objects(heard.text) else None


def is_meant(heard: Heard) -> bool:
    """Tell whether a reading that would end something is more than half of what was said.

    "C'est bon. Revenons à ma connexion" is no closing, "ok mais où ?" no yes.
    """
    if heard.pressed:
        return True
    if heard.intent in {"solved", "affirm"}:
        bare = bare_answer(heard.text, "solved" if heard.intent == "solved" else None)
        return bare == "yes" or not doubts(heard.text)
    if heard.intent in _DROPS:
        return not objects(heard.text)
    return True
