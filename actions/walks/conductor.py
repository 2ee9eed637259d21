"""The one conductor: hears each message first while a walk is open, and keeps the stack.

It handles what may be said anywhere (stop, start again, another address, a person, another
problem), hands the rest to the current step, and follows the steps' directives until one waits.
"""

from __future__ import annotations

from actions.walks.base import Directive, End, Frame, Go, Open, Pass, Talk, Wait, Walk
from actions.walks.login import LOGIN, new_address
from actions.walks.region import REGION, names_place

WALKS: dict[str, Walk] = {walk.name: walk for walk in (LOGIN, REGION)}

OPENERS: dict[str, str] = {
    "login_problem": "login",
    "password_reset": "login",
    "account_check": "login",
    "email_not_recognised": "login",
    "inform_email": "login",
    "regional_contact": "region",
    "human_handoff": "region",
    "inform_region": "region",
}
"""Which walk an intent opens."""

LOGIN_TOPICS = frozenset(
    {"reset_link_problem", "email_unsure", "shared_email", "login_form_frozen", "account_locked"}
)
"""Intents of the login family that open the login walk when an address comes with them."""

_NO_TOPIC = frozenset(
    {"affirm", "deny", "greet", "thank", "not_solved", "cancel", "inform_reference", "out_of_scope"}
)

_OFFER_A_WAY_OUT = 2
_MOST_MOVES = 25


def opener(talk: Talk) -> str | None:
    """Return the walk that a message opens when none is open, or None."""
    heard = talk.heard
    if "email" in heard.entities:
        login = {*LOGIN_TOPICS, *(intent for intent, walk in OPENERS.items() if walk == "login")}
        likely = {heard.intent, *(() if heard.sure else heard.ranking[:3])}
        # An address with a mere yes, no or correction goes on with what was said of one before.
        if likely & login or heard.intent in _NO_TOPIC or talk.memory.get("address"):
            return "login"
    return OPENERS.get(heard.intent)


def reopened(talk: Talk) -> str | None:
    """Return the walk that a message without a topic of its own goes on with, or None.

    An address goes on with the login; another place, said after a contact was given, corrects it.
    """
    if talk.stack:
        return None
    if "email" in talk.heard.entities:
        return opener(talk)
    corrects = talk.memory.get("outcome") == "handed_over" and not talk.heard.sure
    return "region" if corrects and names_place(talk) else None


async def conduct(talk: Talk) -> bool:
    """Take one message through the open walks, or open one.

    Args:
        talk: The turn; its stack, memory and what is said are changed in place.

    Returns:
        False when the message is not for the open walk, so that it must be answered otherwise and
        the walk resumed afterwards; True when it was handled.
    """
    if not talk.stack:
        walk = reopened(talk) or opener(talk) or "login"
        return await _follow(talk, Open(walk, then=""))
    if talk.resuming:
        return await _resume(talk)
    directive = await _anywhere(talk) or await _listen(talk)
    if isinstance(directive, Pass):
        return False
    return await _follow(talk, directive)


async def _resume(talk: Talk) -> bool:
    talk.frame.asked += 1
    if talk.frame.asked > _OFFER_A_WAY_OUT:
        talk.say(
            "conductor.way_out",
            talk.button("stop", "/cancel"),
            talk.button("person", "/human_handoff"),
        )
    return await _follow(talk, Go(talk.frame.step))


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
    wants_person = heard.intent in {"human_handoff", "regional_contact"} and heard.sure
    if wants_person and talk.frame.walk != "region":
        return Open("region", then="done")
    if "email" in heard.entities and talk.frame.walk != "login":
        login = next((n for n, frame in enumerate(talk.stack) if frame.walk == "login"), None)
        if login is None:
            return None
        del talk.stack[login + 1 :]
        new_address(talk)
        return Go("check")
    return None


async def _listen(talk: Talk) -> Directive:
    """Let the current step hear the message; another problem opens its own walk above it."""
    step = WALKS[talk.frame.walk].steps[talk.frame.step]
    directive = await step.answer(talk)
    if not isinstance(directive, Pass):
        return directive
    walk = OPENERS.get(talk.heard.intent)
    if not talk.heard.sure or walk is None:
        return directive
    if walk == talk.frame.walk:
        # The same problem said once more: the current question is what leads on.
        talk.frame.asked += 1
        return Go(talk.frame.step)
    if any(frame.walk == walk for frame in talk.stack):
        return directive
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
            case Open(walk, then):
                if talk.stack:
                    talk.frame.step, talk.frame.asked = then, 0
                talk.stack.append(Frame(walk, WALKS[walk].first))
            case End(outcome):
                talk.stack.pop()
                talk.memory["outcome"] = outcome
                if not talk.stack:
                    return True
        directive = await WALKS[talk.frame.walk].steps[talk.frame.step].enter(talk)
    raise RuntimeError(f"The walk {talk.frame.walk} does not come to rest at {talk.frame.step}.")
