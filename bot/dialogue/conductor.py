"""The one conductor: hears each message first while a walk is open, and keeps the stack.

It handles what may be said anywhere (stop, start again, it works, another address, a person,
another problem), hands the rest to the current step, and follows the steps' directives until one
waits.
"""

from __future__ import annotations

import re

from bot.content.live import Portal
from bot.dialogue.after_sent import AFTER_SENT, comes_after
from bot.dialogue.agreement import sends
from bot.dialogue.asides import answered_aside, tell_aside, tell_questions_beside
from bot.dialogue.asked import OFFERED
from bot.dialogue.consent import consent_to, settles_first
from bot.dialogue.definitions import definition
from bot.dialogue.flow import TO_A_PERSON, Directive, End, Frame, Go, Open, Pass, Talk, Wait, Walk
from bot.dialogue.global_commands import (
    DONE,
    MOST_PROBLEMS,
    above,
    close_as_solved,
    heard_anywhere,
    solved,
)
from bot.dialogue.handover import HANDOVER
from bot.dialogue.interpretation import as_answer
from bot.dialogue.login import LOGIN
from bot.dialogue.login_mail import wants_mail_again
from bot.dialogue.moves import answer_aside, answers_step, as_moved, moved
from bot.dialogue.next_problem import kept_problem, settled_first
from bot.dialogue.openers import LOGIN_TOPICS, NO_TOPIC, opener, reopened, same_family
from bot.dialogue.place_said import named_region
from bot.dialogue.region import REGION
from bot.dialogue.ticket_state import TICKET_STATE
from bot.dialogue.tree import PREFIX, tree_name, tree_walk
from bot.french.fold import fold

WALKS: dict[str, Walk] = {
    walk.name: walk for walk in (LOGIN, REGION, HANDOVER, AFTER_SENT, TICKET_STATE)
}

_SETTLED = frozenset(
    tree_name(intent) for intent in (*LOGIN_TOPICS, "mail_not_received", "mail_in_spam")
)

_SMALL = frozenset(
    {
        *NO_TOPIC, "goodbye", "dont_know", "solved", "restart", "complaint", "inform_email",
        "inform_region", "capabilities",
    }
)  # fmt: skip

_OFFER_A_WAY_OUT = 2
_LIKELY = 2
_MOST_MOVES = 40


def walk_of(portal: Portal, name: str) -> Walk:
    """Return a walk by its name.

    Raises:
        KeyError: If there is none, as when a tree was taken out while it was open.
    """
    return tree_walk(portal, name) if name.startswith(PREFIX) else WALKS[name]


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
        if talk.heard.asked == OFFERED:
            tell_questions_beside(talk)
        walk = reopened(talk) or opener(talk) or "login"
        return await _follow(talk, Open(walk, then=""))
    if talk.resuming:
        return await _resume(talk)
    # What a tree is about is no topic beside its questions.
    own = talk.frame.walk.removeprefix(PREFIX)
    answered = as_answer(talk.heard, small_talk=_SMALL | {own})
    settled = talk.heard.settled and answered.intent != "cancel"
    talk.heard = as_moved(talk.heard, own) if settled else answered
    directive = await _first(talk) or await _listen(talk)
    if isinstance(directive, Pass):
        return False
    if talk.stack and isinstance(directive, Go) and directive.step == talk.frame.step:
        # The step asks once more: in other words.
        talk.frame.asked += 1
    return await _follow(talk, directive)


async def _first(talk: Talk) -> Directive | None:
    """Let what is said at any step come first, unless the message plainly answers this one."""
    if below := _offer_below(talk):
        return below
    if comes_after(talk) and talk.frame.walk != "sent":
        return above(talk, "sent")
    if wants_mail_again(talk):
        return above(talk, "login")
    if kept := kept_problem(talk):
        return above(talk, kept)
    if settled := settled_first(talk):
        return settled
    ends = talk.heard.surely == "solved" or talk.heard.intent == "cancel"
    if answers_step(talk) and not ends and not definition(talk):
        if not tell_aside(talk):
            tell_questions_beside(talk)
        if not talk.told_aside:
            answer_aside(talk)
        return None
    if talk.heard.entities.get("email"):
        # The address is taken, and what is asked beside it answered.
        if not tell_aside(talk):
            tell_questions_beside(talk)
    elif answered := answered_aside(talk):
        return answered
    else:
        tell_questions_beside(talk)
    return moved(talk) or await heard_anywhere(talk)


def _offer_below(talk: Talk) -> Directive | None:
    """Take up a reset offered below what is open, where the message names it outright."""
    for number in reversed(range(len(talk.stack) - 1)):
        frame = talk.stack[number]
        if frame.walk == "login" and frame.step in _OFFERS:
            consent = None if talk.heard.pressed else consent_to(talk.heard, "reset")
            if consent is None or not sends(talk.heard.text):
                return None
            del talk.stack[number + 1 :]
            return Go("send_reset", consent)
    return None


_OFFERS = frozenset({"offer_reset", "offer_new_link", "declined"})


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


async def _listen(talk: Talk) -> Directive:
    """Let the current step hear the message; another problem opens its own walk above it."""
    step = walk_of(talk.portal, talk.frame.walk).steps[talk.frame.step]
    directive = await step.answer(talk)
    if not isinstance(directive, Pass):
        return directive
    if talk.heard.intent == "solved" and talk.heard.sure:
        return solved(talk)
    other = opener(talk) if talk.heard.surely else None
    switches = other is not None and same_family(other, talk.frame.walk)
    if talk.learned_fact and "?" not in talk.heard.text and not (switches or _corrects(talk)):
        # "On n'a pas MailInBlack" tells something about the open problem; it is not a new one.
        talk.say("in_walk.noted")
        return Go(talk.frame.step)
    if not talk.heard.sure:
        if region := named_region(talk):
            # A bare town asks for its contact, as it does when it is surely understood.
            talk.memory["region"] = region.id
            return above(talk, "region")
        same = talk.frame.walk in {tree_name(intent) for intent in talk.heard.ranking[:_LIKELY]}
        # An unclear remark on the open problem: its question, in other words, leads on.
        return Go(talk.frame.step) if same and "?" not in talk.heard.text else directive
    walk = opener(talk)
    if walk is None:
        return directive
    if walk == talk.frame.walk and talk.heard.pressed:
        # Chosen among topics: it begins anew.
        return Go(walk_of(talk.portal, walk).first)
    if same_family(walk, talk.frame.walk):
        talk.stack.pop()
        if not talk.stack:
            return Open(walk, then="")
        return Open(walk, then=talk.frame.step)
    if walk == talk.frame.walk:
        if talk.heard.intent in talk.portal.articles and _ASKS.search(fold(talk.heard.text)):
            # A question about it: the article answers, and the walk goes on after that.
            return directive
        # The same problem said once more: the current question is what leads on.
        return Go(talk.frame.step)
    if consent := settles_first(talk.heard.text):
        close_as_solved(talk, consent)
        return Open(walk, then="")
    pending = [frame for frame in talk.stack if frame.step != DONE]
    if any(frame.walk == walk for frame in talk.stack) or len(pending) >= MOST_PROBLEMS:
        return directive
    return above(talk, walk)


def _corrects(talk: Talk) -> bool:
    """Tell whether the message says that another problem was meant, as in "en fait, c'est…"."""
    heard = talk.heard
    other = heard.sure and opener(talk) not in {None, talk.frame.walk}
    return other and _MEANT_OTHERWISE.search(fold(heard.text)) is not None


_MEANT_OTHERWISE = re.compile(
    r"\b(?:en fait|finalement|plutot|au final|je (?:voulais|veux) dire|je me suis trompee?"
    r"|(?:c'est|ce n'est) pas ca)\b"
)
_ASKS = re.compile(
    r"\?|\b(?:veut dire|signifie|c'est quoi|comment (?:savoir|je sais)|qu'est[- ]ce que)\b"
)


def _beside_another(talk: Talk) -> bool:
    """Tell whether the tree that ends was opened above a problem of another kind."""
    walk, below = talk.frame.walk, [each for each in talk.stack[:-1] if each.step != DONE]
    return walk.startswith(PREFIX) and walk not in _SETTLED and bool(below)


def _end(talk: Talk, end: End) -> None:
    """Close the walk that ends, and with it what it settled below."""
    outcome, consent = end.outcome, end.consent
    if outcome == "solved" and _beside_another(talk):
        # What was asked in between is settled; the problem beneath is not.
        outcome = ""
    if outcome == "solved" and consent is None:
        # Nobody said that it is settled: what a fact led to has been told.
        outcome = "informed"
    handed_over = talk.memory.get("outcome") == "handed_over"
    # What was sent stays sent, though a contact is shown after it.
    if outcome and not (outcome == "contact_given" and handed_over):
        talk.memory["outcome"] = outcome
    # It works, or a person takes over: what is open below goes with it.
    if outcome == "solved" and consent is not None:
        close_as_solved(talk, consent)
    elif outcome in TO_A_PERSON:
        talk.stack.clear()
    elif talk.stack.pop().walk == "login":
        # What the account needed was done there: the trees of its family ask no more.
        talk.stack[:] = [frame for frame in talk.stack if frame.walk not in _SETTLED]


async def _follow(talk: Talk, directive: Directive) -> bool:
    for _ in range(_MOST_MOVES):
        match directive:
            case Wait():
                return True
            case Pass():
                return False
            case Go(step, consent):
                talk.consent = consent
                if step != talk.frame.step:
                    talk.frame.step, talk.frame.asked = step, 0
            case Open(walk, then, data):
                talk.consent = None
                if talk.stack:
                    # A walk that comes back to its question asks it in other words.
                    asked = talk.frame.asked + 1 if then == talk.frame.step else 0
                    talk.frame.step, talk.frame.asked = then, asked
                first = walk_of(talk.portal, walk).first
                talk.stack.append(Frame(walk, first, data=dict(data)))
            case End():
                _end(talk, directive)
                if not talk.stack:
                    return True
        directive = await walk_of(talk.portal, talk.frame.walk).steps[talk.frame.step].enter(talk)
    raise RuntimeError(f"The walk {talk.frame.walk} does not come to rest at {talk.frame.step}.")
