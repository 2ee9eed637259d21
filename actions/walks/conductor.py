"""The one conductor: hears each message first while a walk is open, and keeps the stack.

It handles what may be said anywhere (stop, start again, it works, another address, a person,
another problem), hands the rest to the current step, and follows the steps' directives until one
waits.
"""

from __future__ import annotations

import re

from actions.content import Portal
from actions.walks.base import Directive, End, Frame, Go, Heard, Open, Pass, Talk, Wait, Walk
from actions.walks.facts import fold
from actions.walks.handover import HANDOVER
from actions.walks.hearing import as_answer
from actions.walks.login import LOGIN
from actions.walks.login_answers import new_address
from actions.walks.region import REGION, named_region, names_place
from actions.walks.ticket_state import TICKET_STATE
from actions.walks.tree import PREFIX, chosen_by_words, tree_name, tree_walk

WALKS: dict[str, Walk] = {walk.name: walk for walk in (LOGIN, REGION, HANDOVER, TICKET_STATE)}

OPENERS: dict[str, str] = {
    "login_problem": "login",
    "password_reset": "login",
    "account_check": "login",
    "email_not_recognised": "login",
    "inform_email": "login",
    "regional_contact": "region",
    "human_handoff": "handover",
    "inform_region": "region",
}
"""Which walk an intent opens, beside those whose article has a tree."""

LOGIN_TOPICS = frozenset(
    {"reset_link_problem", "email_unsure", "shared_email", "login_form_frozen", "account_locked"}
)
"""Intents of the login family that open the login walk when an address comes with them."""

_SETTLED = frozenset(
    tree_name(intent) for intent in (*LOGIN_TOPICS, "mail_not_received", "mail_in_spam")
)

_NO_TOPIC = frozenset(
    {"affirm", "deny", "greet", "thank", "not_solved", "cancel", "inform_reference", "out_of_scope"}
)

_SMALL = frozenset(
    {
        *_NO_TOPIC, "goodbye", "dont_know", "solved", "restart", "complaint", "inform_email",
        "inform_region", "capabilities",
    }
)  # fmt: skip

_OFFER_A_WAY_OUT = 2
_LIKELY = 2
_MOST_MOVES = 40
_MOST_PROBLEMS = 2
"""Problems open at once; one more is answered in passing, or nobody would find back."""

_DONE = "done"
"""The step of a walk that has nothing left to ask once what it opened has ended."""


def walk_of(portal: Portal, name: str) -> Walk:
    """Return a walk by its name.

    Raises:
        KeyError: If there is none, as when a tree was taken out while it was open.
    """
    return tree_walk(portal, name) if name.startswith(PREFIX) else WALKS[name]


def opener(talk: Talk, intent: str | None = None) -> str | None:
    """Return the walk that a message, or an intent, opens when none is open, or None."""
    heard = talk.heard
    if intent is None:
        if "ticket_reference" in heard.entities:
            return "ticket"
        if "email" in heard.entities:
            if not heard.sure and _meant(heard) == "human_handoff":
                return "handover"
            if _address_opens_login(talk, heard):
                return "login"
        intent = heard.intent
    article = talk.portal.articles.get(intent)
    if intent not in OPENERS and article is not None and article.tree is not None:
        return tree_name(intent)
    return OPENERS.get(intent)


def _meant(heard: Heard) -> str:
    """Return the likeliest intent beside that of giving an address, which an address looks like."""
    return next((intent for intent in heard.ranking if intent != "inform_email"), heard.intent)


def _address_opens_login(talk: Talk, heard: Heard) -> bool:
    login = {*LOGIN_TOPICS, *(intent for intent, walk in OPENERS.items() if walk == "login")}
    likely = {heard.intent, *(() if heard.sure else heard.ranking[:3])}
    # An address with a mere yes, no or correction goes on with what was said of one before.
    known = talk.memory.get("address") and talk.portal.topic(heard.intent) is None
    return bool(likely & login or heard.intent in _NO_TOPIC or known)


def reopened(talk: Talk) -> str | None:
    """Return the walk that a message which Rasa's rules leave to an answer opens, or None.

    An address goes on with the login, a reference with its ticket, a topic whose article has a tree
    with that; another place, said after a contact was given, corrects it.
    """
    if talk.stack:
        return None
    if {"email", "ticket_reference"} & set(talk.heard.entities) or talk.heard.sure:
        return opener(talk)
    corrects = talk.memory.get("outcome") in {"handed_over", "refused"}
    return "region" if corrects and names_place(talk) else None


async def conduct(talk: Talk) -> bool:
    """Take one message through the open walks, or open one.

    Args:
        talk: The turn; its stack, memory and what is said are changed in place.

    Returns:
        False when the message is not for the open walk, so that it must be answered otherwise and
        the walk resumed afterwards; True when it was handled.
    """
    _forget_lost_walks(talk)
    if not talk.stack:
        walk = reopened(talk) or opener(talk) or "login"
        return await _follow(talk, Open(walk, then=""))
    if talk.resuming:
        return await _resume(talk)
    talk.heard = as_answer(talk.heard, small_talk=_SMALL)
    directive = await _anywhere(talk) or await _listen(talk)
    if isinstance(directive, Pass):
        return False
    if talk.stack and directive == Go(talk.frame.step):
        # The step asks once more: in other words.
        talk.frame.asked += 1
    return await _follow(talk, directive)


async def open_walk(talk: Talk, name: str) -> None:
    """Open a walk beside the message itself, as for the second of two problems."""
    await _follow(talk, Open(name, then=""))


def _forget_lost_walks(talk: Talk) -> None:
    """Close walks whose tree or step content no longer has."""
    for number, frame in enumerate(talk.stack):
        try:
            known = frame.step in walk_of(talk.portal, frame.walk).steps
        except KeyError:
            known = False
        if not known:
            del talk.stack[number:]
            return


async def _resume(talk: Talk) -> bool:
    """Ask again after an interruption; the third time, offer to stop or a person instead."""
    talk.frame.asked += 1
    before = len(talk.said)
    handled = await _follow(talk, Go(talk.frame.step))
    if talk.stack and talk.frame.asked > _OFFER_A_WAY_OUT:
        asked = talk.said[before:]
        del talk.said[before:]
        buttons = asked[-1].buttons if asked else ()
        talk.say(
            "conductor.way_out",
            *buttons,
            talk.button("stop", "/cancel"),
            talk.button("person", "/human_handoff"),
        )
    return handled


async def _anywhere(talk: Talk) -> Directive | None:
    """Handle what may be said at any step; None leaves the message to the step."""
    heard = talk.heard
    if heard.intent == "cancel" and heard.sure:
        talk.stack.clear()
        talk.memory["outcome"] = "given_up"
        talk.say("conductor.cancelled", talk.contact_button())
        return Wait()
    if heard.intent == "restart" and heard.sure:
        first = talk.stack[0].walk
        talk.stack.clear()
        talk.memory.clear()
        talk.say("conductor.restarted")
        return Open(first, then="")
    if heard.intent == "solved" and heard.sure and _WORKS.search(fold(heard.text)):
        return _solved(talk)
    if heard.intent == "goodbye" and heard.sure:
        in_tree = talk.frame.walk.startswith(PREFIX)
        talk.stack.clear()
        # What a tree has told by then stands; a login that was not tried to the end was left.
        talk.memory["outcome"] = "informed" if in_tree else "given_up"
        talk.say("small_talk.goodbye")
        return Wait()
    return _other_walk(talk, heard)


_WORKS = re.compile(
    r"\b(?:ca|cela|tout|elle|il) (?:re)?(?:marche|fonctionne)(?! (?:pas|plus|toujours))"
    r"|\bc'est (?:bon )?(?:regle|resolu|arrange)|\bprobleme (?:regle|resolu)|\bc'est tout bon"
)
"""Says outright that all is well, whatever else "c'est bon" may answer at a step."""


def _solved(talk: Talk) -> Directive:
    talk.stack.clear()
    talk.memory["outcome"] = "solved"
    talk.say("conductor.solved")
    return Wait()


def _other_walk(talk: Talk, heard: Heard) -> Directive | None:
    """Turn to a person, a ticket or another address when the message asks for that."""
    current = talk.frame.walk
    if "ticket_reference" in heard.entities and all(f.walk != "ticket" for f in talk.stack):
        return _above(talk, "ticket")
    if heard.sure and heard.intent == "human_handoff" and current not in {"handover", "region"}:
        talk.stack.clear()
        return Open("handover", then="")
    asks_for_contact = heard.sure and heard.intent == "regional_contact"
    if asks_for_contact and current not in {"region", "handover"} and not _named_by_step(talk):
        talk.stack.clear()
        return Open("region", then="")
    if "email" in heard.entities and current == "region":
        login = next((n for n, frame in enumerate(talk.stack) if frame.walk == "login"), None)
        new_address(talk)
        if login is None:
            # Within a hand-over it is where to answer; the question for the region stands.
            handing_over = any(frame.walk == "handover" for frame in talk.stack)
            return Go(talk.frame.step) if handing_over else _above(talk, "login")
        del talk.stack[login + 1 :]
        return Go("check")
    return None


def _named_by_step(talk: Talk) -> bool:
    """Tell whether the message holds words that the current step of a tree waits for."""
    article = talk.portal.articles.get(talk.frame.walk.removeprefix(PREFIX))
    tree = article.tree if article else None
    step = tree.steps.get(talk.frame.step) if tree else None
    return step is not None and chosen_by_words(talk.heard, step.answers) is not None


async def _listen(talk: Talk) -> Directive:
    """Let the current step hear the message; another problem opens its own walk above it."""
    step = walk_of(talk.portal, talk.frame.walk).steps[talk.frame.step]
    directive = await step.answer(talk)
    if not isinstance(directive, Pass):
        return directive
    if talk.heard.intent == "solved" and talk.heard.sure:
        return _solved(talk)
    if talk.learned_fact and "?" not in talk.heard.text:
        # "On n'a pas MailInBlack" tells something about the open problem; it is not a new one.
        talk.say("in_walk.noted")
        return Go(talk.frame.step)
    if not talk.heard.sure:
        if region := named_region(talk):
            # A bare town asks for its contact, as it does when it is surely understood.
            talk.memory["region"] = region.id
            return _above(talk, "region")
        same = talk.frame.walk in {tree_name(intent) for intent in talk.heard.ranking[:_LIKELY]}
        # An unclear remark on the open problem: its question, in other words, leads on.
        return Go(talk.frame.step) if same and "?" not in talk.heard.text else directive
    walk = opener(talk)
    if walk is None:
        return directive
    if walk == talk.frame.walk:
        if talk.heard.intent in talk.portal.articles and _ASKS.search(fold(talk.heard.text)):
            # A question about it: the article answers, and the walk goes on after that.
            return directive
        # The same problem said once more: the current question is what leads on.
        return Go(talk.frame.step)
    pending = [frame for frame in talk.stack if frame.step != _DONE]
    if any(frame.walk == walk for frame in talk.stack) or len(pending) >= _MOST_PROBLEMS:
        return directive
    return _above(talk, walk)


_ASKS = re.compile(
    r"\?|\b(?:veut dire|signifie|c'est quoi|comment (?:savoir|je sais)|qu'est[- ]ce que)\b"
)


def _above(talk: Talk, walk: str) -> Directive:
    """Open a walk above those that have something left to ask; the latest two of these stay."""
    talk.stack[:] = [frame for frame in talk.stack if frame.step != _DONE][-_MOST_PROBLEMS:]
    return Open(walk, then=talk.frame.step)


async def _follow(talk: Talk, directive: Directive) -> bool:
    for _ in range(_MOST_MOVES):
        match directive:
            case Wait():
                return True
            case Pass():
                return False
            case Go(step):
                if step != talk.frame.step:
                    talk.frame.step, talk.frame.asked = step, 0
            case Open(walk, then, data):
                if talk.stack:
                    # A walk that comes back to its question asks it in other words.
                    asked = talk.frame.asked + 1 if then == talk.frame.step else 0
                    talk.frame.step, talk.frame.asked = then, asked
                first = walk_of(talk.portal, walk).first
                talk.stack.append(Frame(walk, first, data=dict(data)))
            case End(outcome):
                ended = talk.stack.pop()
                if outcome:
                    talk.memory["outcome"] = outcome
                if outcome in {"solved", "handed_over"}:
                    # It works, or a person takes over: what was open below goes with it.
                    talk.stack.clear()
                elif ended.walk == "login":
                    # What the account needed was done there: the trees of its family ask no more.
                    talk.stack[:] = [frame for frame in talk.stack if frame.walk not in _SETTLED]
                if not talk.stack:
                    return True
        directive = await walk_of(talk.portal, talk.frame.walk).steps[talk.frame.step].enter(talk)
    raise RuntimeError(f"The walk {talk.frame.walk} does not come to rest at {talk.frame.step}.")
