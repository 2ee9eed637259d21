"""What a message may do with any question beside answering it: wait, come back later, ask how."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace

from bot.content.replies import WALKS
from bot.dialogue.agreement import bare_answer, sends
from bot.dialogue.asides import tell_briefly, tell_likely, tell_no_answer
from bot.dialogue.asked import question_key
from bot.dialogue.flow import Directive, Go, Talk, Wait
from bot.dialogue.global_commands import PREVIEWS
from bot.dialogue.heard import Heard
from bot.dialogue.interpretation import WAYS_TO_A_PERSON
from bot.dialogue.openers import person_in_part
from bot.dialogue.tree import PREFIX
from bot.reading.asides.parts import asks_in_a_part

_AS_INTENTS: Mapping[str, str] = {
    "cancel": "cancel",
    "restart": "restart",
    "person": "human_handoff",
    "solved": "solved",
    "fails": "not_solved",
    "dont_know": "dont_know",
    "complain": "complaint",
    "none": "out_of_scope",
}
"""The intent that a move comes to, where it is all that a message does."""

_OPTIONS: Mapping[str, Mapping[str, str]] = {
    "login/address": {"refuses": "deny", "several": "email_unsure"},
    "login/suggestion": {"proposed": "affirm", "mine": "deny", "another": "inform_email"},
    "login/unknown": {
        "well_written": "affirm", "another": "inform_email", "no_account": "account_request",
    },
    "login/shared": {"unknown": "dont_know"},
    "login/reset_offer": {"send": "affirm", "dont_send": "deny"},
    "login/after_reset": {
        "connected": "solved", "not_arrived": "not_solved", "link_fails": "reset_link_problem",
        "password_refused": "password_reset",
    },
    "region/ask": {"refuses": "deny"},
    "handover/contact": {"refuses": "deny"},
    "handover/preview": {"send": "affirm", "dont_send": "deny"},
    "solved/ask": {"solved": "solved", "not_solved": "not_solved"},
    "ticket/reference": {"has_none": "dont_know"},
}  # fmt: skip
"""The intent that an option of a walk's question comes to, where the step knows it by that."""

_CAUSES = frozenset(
    {
        "account_locked", "account_pending", "email_not_recognised", "login_form_frozen",
        "mail_not_received", "mailinblack", "reset_link_problem",
    }
)  # fmt: skip
"""Intents that name why something does not work."""

_COURTESY = frozenset({"greet", "thank", "goodbye"})
_BESIDE = frozenset({"ask", "problem"})


_OVER = ("cancel", "restart", "person", "solved", "correct")
"""Moves that count for more than an answer beside them."""


def _means_a_topic(heard: Heard) -> bool:
    """Tell whether a message is surely about something that an answer only leads up to."""
    if heard.surely in WAYS_TO_A_PERSON or person_in_part(heard):
        return True
    taken = heard.confidence_in(heard.option or "")
    return heard.surely in _INFORMS and taken < _CERTAIN


_CERTAIN = 0.8


def answers_step(talk: Talk) -> bool:
    """Tell whether a message takes an option of the current question, and nothing above that."""
    heard = talk.heard
    if not heard.option or heard.pressed or heard.does(*_OVER):
        return False
    # "Non merci, transmettez plutôt ma demande" declines, and wants something else.
    return not _means_a_topic(heard)


def as_moved(heard: Heard, own: str = "") -> Heard:
    """Return a message with the intent that its surest move comes to, where one is sure.

    An option is for the step that offers it; some of a walk's come to an intent too.

    Args:
        heard: The message.
        own: The intent that is treated already.
    """
    if heard.pressed:
        return heard
    if heard.option and not _means_a_topic(heard):
        meant = _OPTIONS.get(heard.asked.removeprefix(f"{WALKS}/"), {}).get(heard.option)
        return replace(heard, intent=meant, band="sure") if meant else heard
    for move in heard.moves:
        if not move.sure or (move.name == "none" and bare_answer(heard.text)):
            # A bare "ok" is never nothing at all.
            continue
        if heard.sure and (move.name in _BESIDE or heard.intent in _INFORMS):
            # "Vous êtes une personne ?" asks, and wants nobody.
            return heard
        if move.name == "fails" and heard.surely in _CAUSES - {own}:
            # "Ça marche pas, le bouton reste gris": the cause leads further than that it fails.
            return heard
        if move.name == "none" and heard.yes_no:
            # "Ok" is a word of agreement, whatever it agrees to.
            return heard
        if intent := _AS_INTENTS.get(move.name):
            return replace(heard, intent=intent, band="sure")
        if move.name == "smalltalk":
            said = next(iter(heard.ranking), heard.intent)
            intent = said if said in _COURTESY else "thank"
            return replace(heard, intent=intent, band="sure")
    return heard


def moved(talk: Talk) -> Directive | None:
    """Handle what a message does with the question itself; None leaves it to the others."""
    heard = talk.heard
    if heard.pressed or heard.option or "email" in heard.entities:
        return None
    if heard.does("wait"):
        talk.say("conductor.wait", any_number=True)
        return Wait()
    if heard.does("later") and "goodbye" not in heard.ranking[:1]:
        if (talk.frame.walk, talk.frame.step) in PREVIEWS:
            return Go("ask_again")
        if talk.frame.walk.startswith(PREFIX):
            # What a tree has told by then stands.
            talk.memory["outcome"] = "informed"
        talk.say("conductor.later", any_number=True)
        return Wait()
    if heard.surely in _INFORMS:
        return None
    if heard.does("repeat") and not sends(heard.text):
        return Go(talk.frame.step)
    if heard.does("how", "why"):
        return _explained(talk, "how" if heard.does("how") else "why")
    if not talk.frame.walk.startswith(PREFIX) or heard.surely not in {"", *_own(talk), *_NO_TOPIC}:
        # Our walks hear for themselves what is put right or asked; a topic is one of its own.
        return None
    if heard.does("correct"):
        return _back(talk)
    if heard.does("ask") and not heard.sure and answer_aside(talk):
        return Go(talk.frame.step)
    return None


_NO_TOPIC = frozenset({"affirm", "deny", "dont_know", "not_solved", "solved", "out_of_scope"})


def answer_aside(talk: Talk) -> bool:
    """Answer what a message asks beside what is open, or say that there is no answer here.

    Returns:
        Whether anything was said: a question that is a topic of its own is left to that.
    """
    heard = talk.heard
    if heard.pressed or not heard.does("ask"):
        return False
    intent = next(iter(heard.ranking), "")
    article = talk.portal.articles.get(intent)
    told = talk.memory.setdefault("asides", [])
    likely = heard.sure or intent in _INFORMS
    if article and likely and intent not in {*_own(talk), *told}:
        told.append(intent)
        tell_briefly(talk, article)
        return True
    if heard.option and not asks_in_a_part(heard.text):
        # What is asked is what the option leads to.
        return False
    tell_no_answer(talk, beside=bool(heard.option))
    return True


_INFORMS = frozenset(
    {
        "response_time", "automatic_mails", "data_privacy", "training", "old_platform",
        "how_it_works", "capabilities", "bot_challenge", "customer_number", "profile_update",
    }
)  # fmt: skip
"""Topics that are asked about in passing, whose answer may be told on a likely reading."""


def _explained(talk: Talk, kind: str) -> Directive | None:
    """Tell how to do what is asked, or why it is; what was told already leads to a person."""
    intent = talk.heard.intent
    if talk.heard.sure and intent not in _own(talk) and intent in talk.portal.articles:
        # A question with an answer of its own.
        return None
    if kind == "why" and talk.frame.walk.startswith(PREFIX) and tell_likely(talk):
        return Go(talk.frame.step)
    told: list[str] = talk.memory.setdefault("explained", [])
    here = f"{talk.frame.walk}/{talk.frame.step}/{kind}"
    walk = talk.frame.walk
    if here in told:
        _say_no_more(talk, kind)
        return Wait()
    told.append(here)
    talk.told_aside = True
    asked = _ADDRESS if _asks_address(talk) else question_key(walk, talk.frame.step)
    if walk.startswith(PREFIX) and not asked:
        tell_briefly(talk, talk.portal.articles[walk.removeprefix(PREFIX)])
        # What was advised comes again in full, with its links.
        talk.frame.asked = -1
    elif asked:
        if kind == "how":
            talk.say(f"how.{asked}", nth=0)
        else:
            talk.say(f"why.{asked}", nth=0)
    else:
        return None
    return Go(talk.frame.step)


_ADDRESS = "login_address"


def _asks_address(talk: Talk) -> bool:
    """Tell whether a tree waits for an address, which all ask for alike."""
    article = talk.portal.articles.get(talk.frame.walk.removeprefix(PREFIX))
    step = article.tree.steps.get(talk.frame.step) if article and article.tree else None
    return step is not None and step.input == "address"


def _say_no_more(talk: Talk, kind: str) -> None:
    person = talk.button("person", "/human_handoff")
    if kind == "how":
        talk.say("how.again", person)
    else:
        talk.say("why.again", person)


def _own(talk: Talk) -> set[str]:
    """Return the intents that mean what is open, rather than something beside it."""
    walk = talk.frame.walk
    if walk.startswith(PREFIX):
        return {walk.removeprefix(PREFIX)}
    return {"login_problem", "password_reset", "account_check", "email_not_recognised"}


def _back(talk: Talk) -> Directive:
    """Ask the question before this one anew, whose answer is taken back."""
    path: list[str] = talk.frame.data.get("path", [])
    if not path:
        return Go(talk.frame.step)
    step = path.pop()
    article = talk.portal.articles.get(talk.frame.walk.removeprefix(PREFIX))
    tree = article.tree if article else None
    if tree and step in tree.steps:
        talk.facts.pop(tree.steps[step].fact, None)
        talk.say("conductor.back")
        return Go(step)
    return Go(talk.frame.step)
