"""Small talk: greetings, thanks, annoyance and the like, within a walk and outside."""

from __future__ import annotations

from bot.dialogue.consent import consent_to
from bot.dialogue.flow import Button, Talk
from bot.dialogue.global_commands import ask_whether_solved, close_as_solved
from bot.dialogue.interpretation import WAYS_TO_A_PERSON

GREETING_TOPICS = ("login_problem", "mail_not_received", "document_access", "account_request")
"""Offered with the greeting, where the portal has an article on them."""

_TOLD_IN_PASSING = frozenset({"inform_reference", "inform_region", "out_of_scope", "not_solved"})
SHORT_IN_WALKS = frozenset(
    {
        "greet",
        "thank",
        "goodbye",
        "affirm",
        "deny",
        "dont_know",
        "not_solved",
        "out_of_scope",
        "inform_reference",
        "inform_region",
        "inform_email",
    }
)
"""Small talk that is answered with few words while a walk is open."""


def soothe(talk: Talk) -> bool:
    """Meet anger once with a word of its own, before what helps.

    Returns:
        Whether it was said.
    """
    if talk.memory.get("calmed") or talk.heard.intent == "complaint":
        return False
    talk.memory["calmed"] = True
    talk.say("small_talk.sorry")
    return True


def _chooses_none_or_any(talk: Talk, intent: str) -> bool:
    """Answer a bare yes or no to several topics that were just offered."""
    named = talk.memory.get("offered", ())
    topics = [name for name, _ in named if name not in WAYS_TO_A_PERSON]
    if not topics or talk.heard.pressed or intent not in {"affirm", "deny"}:
        return False
    if intent == "deny":
        talk.say("clarify.rephrase")
        return True
    talk.memory["offered"] = [list(pair) for pair in named]
    offered = [Button(title, f"/{name}") for name, title in named]
    talk.say("clarify.which_one", *offered, talk.button("none_of_these", "/out_of_scope"))
    return True


def small_talk(talk: Talk, intent: str) -> None:
    """Answer small talk; within a walk with few words, since its question comes again."""
    if language := talk.heard.entities.get("language"):
        talk.say(f"language.{language}", *contact_offer(talk))
        offer_region(talk)
        return
    if _chooses_none_or_any(talk, intent):
        return
    if talk.stack and talk.learned and intent in _TOLD_IN_PASSING:
        talk.say("in_walk.noted")
        return
    if talk.stack and intent in SHORT_IN_WALKS:
        talk.say(f"in_walk.{intent}")
        return
    if intent == "greet":
        topics = ((name, talk.portal.topic(name)) for name in GREETING_TOPICS)
        known = (
            Button(topic, f"/{name}")
            for name, topic in topics
            if topic and name in talk.portal.articles
        )
        talk.say("small_talk.greet", *known)
        return
    asked = talk.asked_solved and intent == "affirm"
    if consent := consent_to(talk.heard, "solved") if asked or intent == "solved" else None:
        close_as_solved(talk, consent)
        intent = "solved"
    elif intent == "solved":
        ask_whether_solved(talk)
        return
    if intent == "cancel":
        talk.memory["outcome"] = "given_up"
    if intent == "restart":
        talk.memory.clear()
    if intent == "complaint":
        # Annoyance is met once; after that, only the way to a person helps.
        again = "_again" if talk.memory.get("calmed") else ""
        talk.memory["calmed"] = True
        talk.say(f"small_talk.complaint{again}", talk.button("person", "/human_handoff"))
        return
    offers = (
        (talk.contact_button(),) if intent in {"not_solved", "out_of_scope", "dont_know"} else ()
    )
    talk.say(f"small_talk.{intent}", *offers)


def contact_offer(talk: Talk) -> tuple[Button, ...]:
    """Return the button that leads to a contact, where none is known and nothing is open."""
    return () if talk.region or talk.stack else (talk.contact_button(),)


def offer_region(talk: Talk) -> None:
    """Say how to reach the region, where it is known and nothing is open."""
    if talk.region and not talk.stack:
        talk.say_contact(talk.region)
