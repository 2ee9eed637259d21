"""Answers outside walks: articles, small talk, and the question what was meant."""

from __future__ import annotations

from actions.walks.base import Button, Said, Talk

SMALL_TALK = frozenset(
    {
        "greet", "goodbye", "thank", "affirm", "deny", "dont_know", "solved", "not_solved",
        "cancel", "restart", "complaint", "inform_reference", "inform_region", "inform_email",
        "out_of_scope",
    }
)  # fmt: skip
"""Intents that are answered by a sentence of messages.yml rather than by an article."""

GREETING_TOPICS = ("login_problem", "mail_not_received", "document_access", "account_request")
"""Offered with the greeting, where the portal has an article on them."""

_MOST_TOPICS = 3
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


def answer(talk: Talk) -> None:
    """Answer a message that was understood, from the portal's articles or the small talk."""
    if talk.heard.intent in SMALL_TALK:
        _small_talk(talk, talk.heard.intent)
    else:
        answer_intent(talk, talk.heard.intent)


def answer_intent(talk: Talk, intent: str) -> None:
    """Answer an intent with the portal's article, or say that the portal has nothing on it."""
    article = talk.portal.articles.get(intent)
    if not talk.stack:
        talk.memory["topic"] = intent
    if article is None:
        topic = talk.portal.topic(intent) or intent
        talk.say("answer.not_here", *_contact(talk), topic=topic)
    else:
        offers = _contact(talk) if article.contact else ()
        talk.said.append(Said(talk.portal.answer(article), offers))
    if article is None or article.contact:
        _offer_region(talk)


def clarify(talk: Talk) -> None:
    """Say that a message was not clear, and name the likeliest topics as buttons.

    A message that was not understood at all is asked to be said otherwise once; after that the
    region's contact is offered.
    """
    lost = int(talk.memory.get("lost", 0))
    topics = _topics(talk)
    if talk.heard.band == "unsure" and topics:
        talk.memory["lost"] = 0
        talk.say("clarify.which", *topics, talk.button("none_of_these", "/out_of_scope"))
        return
    talk.memory["lost"] = lost + 1
    if lost == 0:
        talk.say("clarify.rephrase")
    else:
        talk.say("clarify.still_lost", *_contact(talk))
        _offer_region(talk)


def _topics(talk: Talk) -> list[Button]:
    buttons = []
    for intent in talk.heard.ranking:
        # Only what this portal has an answer to: the others' topics would mislead.
        article = talk.portal.articles.get(intent)
        if article is not None:
            buttons.append(Button(article.topic, f"/{intent}"))
    return buttons[:_MOST_TOPICS]


def _small_talk(talk: Talk, intent: str) -> None:
    if language := talk.heard.entities.get("language"):
        talk.say(f"language.{language}", *_contact(talk))
        _offer_region(talk)
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
    if intent in {"solved", "cancel"}:
        talk.memory["outcome"] = "solved" if intent == "solved" else "given_up"
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


def _contact(talk: Talk) -> tuple[Button, ...]:
    return () if talk.region or talk.stack else (talk.contact_button(),)


def _offer_region(talk: Talk) -> None:
    if talk.region and not talk.stack:
        talk.say_contact(talk.region)
