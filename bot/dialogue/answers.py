"""Answers outside walks: articles, small talk, and the question what was meant."""

from __future__ import annotations

import re

from bot.dialogue.agreement import bare_answer
from bot.dialogue.asides import tell_briefly, tell_no_answer
from bot.dialogue.asked import OFFERED
from bot.dialogue.definitions import definition
from bot.dialogue.flow import TO_A_PERSON, Button, Said, Talk
from bot.dialogue.global_commands import mail_recalled
from bot.dialogue.heard import Heard
from bot.dialogue.interpretation import WAYS_TO_A_PERSON
from bot.dialogue.small_talk import contact_offer, offer_region, small_talk
from bot.french.fold import fold

SMALL_TALK = frozenset(
    {
        "greet", "goodbye", "thank", "affirm", "deny", "dont_know", "solved", "not_solved",
        "cancel", "restart", "complaint", "inform_reference", "inform_region", "inform_email",
        "out_of_scope",
    }
)  # fmt: skip
"""Intents that are answered by a sentence of messages.yml rather than by an article."""

_MOST_TOPICS = 3
_ASKED_IN_PASSING = frozenset(
    {
        "response_time",
        "bot_challenge",
        "data_privacy",
        "capabilities",
        "automatic_mails",
        "training",
    }
)
"""Questions beside the problem: a hand-over is still about that."""


def answer(talk: Talk) -> None:
    """Answer a message that was understood, from the portal's articles or the small talk."""
    if mail_recalled(talk):
        return
    if talk.stack and (meaning := definition(talk)):
        talk.said.append(Said(meaning))
        return
    vague = talk.heard.intent in SMALL_TALK or talk.heard.intent == "capabilities"
    if vague and _asked_of_the_last_answer(talk):
        return
    if talk.heard.intent == "out_of_scope" and _of_an_end_user(talk):
        answer_intent(talk, _END_USERS)
    elif talk.stack and _asks_beside(talk):
        tell_no_answer(talk)
    elif talk.heard.intent in SMALL_TALK:
        small_talk(talk, talk.heard.intent)
    else:
        answer_intent(talk, talk.heard.intent)


def _asks_beside(talk: Talk) -> bool:
    """Tell whether a message asks, in French, what is none of ours."""
    heard = talk.heard
    asks = heard.intent == "out_of_scope" and "?" in heard.text and not heard.wordless
    return asks and "language" not in heard.entities


def answer_intent(talk: Talk, intent: str) -> None:
    """Answer an intent with the portal's article, or say that the portal has nothing on it."""
    article = talk.portal.articles.get(intent)
    if not talk.stack and not (intent in _ASKED_IN_PASSING and talk.memory.get("topic")):
        talk.memory["topic"] = intent
    if talk.stack and article is not None:
        # The question that is open comes right after it.
        tell_briefly(talk, article)
        return
    if article is None:
        topic = talk.portal.topic(intent) or intent
        talk.say("answer.not_here", *contact_offer(talk), topic=topic)
    else:
        offers = contact_offer(talk) if article.contact else ()
        talk.said.append(Said(talk.portal.answer(article), offers))
    if article is None or article.contact:
        offer_region(talk)


def clarify(talk: Talk) -> None:
    """Say that a message was not clear, and name the likeliest topics as buttons.

    A message that was not understood at all is asked to be said otherwise once; after that the
    region's contact is offered.
    """
    if mail_recalled(talk):
        return
    if meaning := definition(talk):
        talk.said.append(Said(meaning))
        return
    if _asked_of_the_last_answer(talk):
        return
    if talk.stack and not talk.heard.does("problem"):
        # Within a walk its own question leads on, not three topics beside it.
        if "?" in talk.heard.text and not talk.heard.wordless:
            tell_no_answer(talk)
        else:
            talk.say("in_walk.unsure", nth=talk.frame.asked, any_number=True)
        return
    if _of_an_end_user(talk):
        answer_intent(talk, _END_USERS)
        return
    if _of_the_contact(talk):
        talk.say("answer.contact_only", talk.button("hand_over", "/human_handoff"))
        return
    if _moved_outside(talk):
        return
    if talk.heard.angry:
        small_talk(talk, "complaint")
        return
    lost = int(talk.memory.get("lost", 0))
    topics = _topics(talk)
    if talk.heard.band == "unsure" and topics:
        talk.memory["lost"] = 0
        talk.memory["offered"] = [[button.payload[1:], button.title] for button in topics]
        asked = talk.memory["clarified"] = int(talk.memory.get("clarified", 0)) + 1
        ways = [*topics, talk.button("none_of_these", "/out_of_scope")]
        if asked > _ASKED_ENOUGH:
            ways.append(talk.button("person", "/human_handoff"))
        talk.say("clarify.which", *ways, nth=asked - 1)
        return
    talk.memory["lost"] = lost + 1
    if lost == 0:
        talk.say("clarify.rephrase")
    else:
        talk.say("clarify.still_lost", *contact_offer(talk))
        offer_region(talk)


_WHY = re.compile(r"^\W*(?:(?:mais|et|ah|bah|ben|alors) )*(?:pourquoi|pour quelle raison)\b")
_WHAT_NEXT = re.compile(
    r"\b(?:je|j|on|faut|dois|doit)\b.{0,14}\b(?:fais|fait|faire|aller|cliquer?|va)\b.{0,5}\b(?:quoi|ou|comment)\b"
    r"|\b(?:quoi faire|que faire|qu'est ce que je (?:dois )?fai\w*)\b"
    r"|^\W*(?:et )?c'?(?:est)? ?ou\b"
    r"|^\W*(?:(?:ok|bon|d'accord|oui) )?(?:et )?(?:apres|ensuite|maintenant|alors|donc)\W*$"
)
_WHAT_IF = re.compile(r"^\W*(?:(?:et|mais|ok) )+s(?:i\b|'il).{0,40}\b(?:rien|pas|plus|toujours)\b")
_MOST_ASKED = 9
_ASKED_ENOUGH = 2
"""Unclear messages after which a person is offered beside the topics."""


def _asked_of_the_last_answer(talk: Talk) -> bool:
    """Answer "pourquoi ?" and "et maintenant ?", which are about what was said just before."""
    if talk.heard.pressed or len(talk.heard.text.split()) > _MOST_ASKED:
        return False
    folded = fold(talk.heard.text)
    if _WHY.search(folded):
        talk.say("answer.why", *contact_offer(talk))
        return True
    if not talk.heard.sure and _WHAT_IF.search(folded) and not talk.stack:
        talk.say("answer.what_if", *contact_offer(talk))
        offer_region(talk)
        return True
    if _WHAT_NEXT.search(folded):
        if talk.stack:
            talk.say("in_walk.next")
            return True
        if talk.memory.get("outcome") in TO_A_PERSON and talk.region:
            talk.say("answer.after_contact", talk.button("hand_over", "/human_handoff"))
            return True
        if talk.memory.get("topic") in talk.portal.articles:
            answer_intent(talk, talk.memory["topic"])
            return True
    return False


_END_USERS = "public_downloads"
"""What a portal for trade partners has for everybody else."""


def _of_an_end_user(talk: Talk) -> bool:
    """Tell whether somebody who is no trade partner asks what the portal does not answer."""
    private = talk.facts.get("trade_partner") == "no"
    return private and not talk.stack and _END_USERS in talk.portal.articles


def _of_the_contact(talk: Talk) -> bool:
    """Tell whether an unclear message comes right after a contact was given."""
    offered = [name for name, _ in talk.memory.get("offered", ())]
    return offered == ["human_handoff"] and not talk.stack and talk.region is not None


def told_of_contact(talk: Talk) -> bool:
    """Answer what a message says of the contact that was just given, and of no other matter.

    Returns:
        Whether it was answered: who writes there by themselves is thanked, and of who answers
        there no more is known.
    """
    heard = talk.heard
    if talk.stack or heard.asked != OFFERED or heard.pressed or heard.does("problem"):
        return False
    if _declines(heard):
        talk.say("handover.declined")
        return True
    if heard.option == "alone" and not heard.does("ask"):
        small_talk(talk, "thank")
        return True
    if heard.option == "scope" and talk.region is not None:
        talk.say("answer.contact_only", talk.button("hand_over", "/human_handoff"))
        return True
    return False


def _declines(heard: Heard) -> bool:
    """Tell whether an offer is turned down, by the whole message or by a clause that only says no.

    "Non merci, pas besoin de transmettre" names what it declines.
    """
    likelier = heard.confidence_in("transmit") < heard.confidence_in("alone")
    says_no = any(bare_answer(part.text) == "no" for part in heard.pieces)
    return says_no and likelier and heard.surely in {"", "deny", *WAYS_TO_A_PERSON}


def _moved_outside(talk: Talk) -> bool:
    """Answer what is unclear as a topic and clear as a remark on the last answer."""
    heard = talk.heard
    if talk.stack:
        return False
    if heard.does("wait", "later"):
        talk.say("conductor.wait" if heard.does("wait") else "small_talk.goodbye")
    elif heard.does("how", "repeat") and talk.memory.get("topic"):
        talk.say("answer.how", *contact_offer(talk))
        offer_region(talk)
    elif heard.does("fails"):
        small_talk(talk, "not_solved")
    elif heard.does("smalltalk"):
        small_talk(talk, "thank")
    else:
        return False
    return True


def _topics(talk: Talk) -> list[Button]:
    buttons = []
    for intent in talk.heard.ranking:
        # Only what this portal has an answer to: the others' topics would mislead.
        if article := talk.portal.articles.get(intent):
            buttons.append(Button(article.topic, f"/{intent}"))
    return buttons[:_MOST_TOPICS]
