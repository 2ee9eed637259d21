"""Which walk a message opens when none is open, or after an answer."""

from __future__ import annotations

from dataclasses import replace

from bot.dialogue.address_taken import wants_other_address
from bot.dialogue.after_sent import comes_after
from bot.dialogue.agreement import bare_answer
from bot.dialogue.asked import OFFERED, SENT
from bot.dialogue.flow import Talk
from bot.dialogue.heard import Heard, Part
from bot.dialogue.interpretation import OF_DOCUMENTS
from bot.dialogue.phone_asked import asks_phone
from bot.dialogue.place_said import forget_wrong_region, is_place, names_place
from bot.dialogue.tree import tree_name

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

_ASKS_WHERE = frozenset({"mail_not_received", "response_time"})

_WAITED = {"reset": "login", "ticket": "ticket"}
"""The walk that tells what became of what was sent last."""

LOGIN_TOPICS = frozenset(
    {"reset_link_problem", "email_unsure", "shared_email", "login_form_frozen", "account_locked"}
)
"""Intents of the login family that open the login walk when an address comes with them."""

NO_TOPIC = frozenset(
    {"affirm", "deny", "greet", "thank", "not_solved", "cancel", "inform_reference", "out_of_scope"}
)
"""Intents that tell nothing of what a message is about."""


def opener(talk: Talk, intent: str | None = None) -> str | None:
    """Return the walk that a message, or an intent, opens when none is open, or None."""
    heard = talk.heard
    if intent is None:
        if "ticket_reference" in heard.entities:
            return "ticket"
        if "email" in heard.entities:
            if heard.purpose == "answer" or _wants_person(heard):
                # It is where to answer: "transmettez, et répondez-moi sur a@…".
                return "handover"
            if _address_opens_login(talk, heard):
                return "login"
        intent = heard.intent
        if intent == "human_handoff" and asks_phone(talk):
            # Who would rather call is given the contact, and no request to agree to.
            return "region"
        if intent == "mail_not_received" and (
            waited := _WAITED.get(talk.memory.get("last_sent", ""))
        ):
            # What was sent from here is looked up rather than asked about.
            return waited
    article = talk.portal.articles.get(intent)
    if article is None and wants_other_address(talk, intent):
        # No answer of its own, and still a request that can be prepared.
        return "login"
    if article is None and intent in LOGIN_TOPICS:
        # Where a portal has no answer of its own to it, the account is looked up.
        return "login"
    if intent not in OPENERS and article is not None and article.tree is not None:
        return tree_name(intent)
    return OPENERS.get(intent)


def _meant(heard: Heard) -> str:
    """Return the likeliest intent beside that of giving an address, which an address looks like."""
    return next((intent for intent in heard.ranking if intent != "inform_email"), heard.intent)


def _wants_person(heard: Heard) -> bool:
    """Tell whether a person is wanted in a message that holds an address, in any of its clauses."""
    if heard.does("person") or heard.surely == "human_handoff":
        return True
    if person_in_part(heard):
        return True
    return not heard.sure and _meant(heard) == "human_handoff"


def person_in_part(heard: Heard) -> bool:
    """Tell whether a clause of a message wants a person, whatever the whole is about."""
    return any(map(wants_person, heard.parts))


def wants_person(part: Part) -> bool:
    """Tell whether a clause by itself wants a person, or a request passed on."""
    return part.does("person") or (part.intent == "human_handoff" and part.confidence >= _CLEAR)


_CLEAR = 0.7


def _address_opens_login(talk: Talk, heard: Heard) -> bool:
    login = {*LOGIN_TOPICS, *(intent for intent, walk in OPENERS.items() if walk == "login")}
    likely = {heard.intent, *(() if heard.sure else heard.ranking[:3])}
    # An address with a mere yes, no or correction goes on with what was said of one before.
    known = talk.memory.get("address") and talk.portal.topic(heard.intent) is None
    return bool(likely & login or heard.intent in NO_TOPIC or known)


def takes_offer_up(heard: Heard) -> bool:
    """Tell whether a message has the request passed on to the contact that was just given.

    A bare "ok" only takes note of it.
    """
    transmits = heard.asked == OFFERED and heard.option == "transmit" and not heard.pressed
    return transmits and bare_answer(heard.text) is None


def reopened(talk: Talk) -> str | None:
    """Return the walk that a message which Rasa's rules leave to an answer opens, or None.

    An address goes on with the login, a reference with its ticket, a topic whose article has a tree
    with that; another place, said after a contact was given, corrects it.
    """
    if talk.stack:
        return None
    if comes_after(talk):
        return "sent"
    offered = [name for name, _ in talk.memory.get("offered", ())]
    likeliest = [] if "?" in talk.heard.text else talk.heard.ranking[:1]
    person = talk.heard.does("person") or "human_handoff" in likeliest
    if talk.heard.asked == OFFERED and talk.heard.option == "wrong_region":
        talk.memory.pop("region", None)
        return "region"
    if offered == ["human_handoff"] and asks_phone(talk):
        return "region"
    if takes_offer_up(talk.heard):
        return "handover"
    unclear = not talk.heard.sure and person
    if offered == ["human_handoff"] and (unclear or person_in_part(talk.heard)):
        # "Je ne le connais pas. Vous pouvez leur transmettre ?"
        return "handover"
    if talk.heard.asked == SENT and talk.heard.does("correct") and not talk.heard.sure:
        return "handover"
    if talk.heard.intent == "out_of_scope" and is_place(talk):
        talk.heard = replace(talk.heard, intent="inform_region", band="sure")
        return "region"
    sent = talk.memory.get("last_sent") == "ticket"
    if sent and not talk.heard.sure and _ASKS_WHERE & set(talk.heard.ranking[:1]):
        return "ticket"
    if {"email", "ticket_reference"} & set(talk.heard.entities) or talk.heard.sure:
        return opener(talk)
    return "region" if forget_wrong_region(talk) or names_place(talk) else None


_DOCUMENTS = frozenset(map(tree_name, OF_DOCUMENTS))
"""Trees that begin alike: what is told later may show that another of them is the right one."""


def same_family(walk: str, other: str) -> bool:
    """Tell whether two walks are trees about documents, which begin alike."""
    return walk != other and {walk, other} <= _DOCUMENTS
