"""Two problems in one message: both are treated, one after the other."""

from __future__ import annotations

from dataclasses import replace

from bot.dialogue.answers import answer_intent
from bot.dialogue.conductor import open_walk
from bot.dialogue.flow import Talk
from bot.dialogue.openers import opener
from bot.dialogue.tree import PREFIX
from bot.reading.problems import apart


def without_settled(talk: Talk) -> None:
    """Take out of several problems what the same message tells as settled.

    "J'ai mon numéro client, je veux un accès" looks for no number.
    """
    problems = talk.heard.problems
    left = tuple(intent for intent in problems if not _settled(talk, intent))
    if len(problems) < 2 or not left or left == problems:
        return
    intent = left[0] if talk.heard.intent in problems else talk.heard.intent
    talk.heard = replace(talk.heard, problems=left, intent=intent)


def _settled(talk: Talk, intent: str) -> bool:
    """Tell whether what is known answers the first question of a topic so that it is solved."""
    article = talk.portal.articles.get(intent)
    tree = article.tree if article else None
    first = tree.steps[tree.first] if tree else None
    known = talk.facts.get(first.fact) if first and first.fact else None
    if tree is None or first is None or known is None:
        return False
    ends = (tree.steps[each.go].end for each in first.answers if known in each.means)
    return "solved" in ends


def note_second_problem(talk: Talk) -> None:
    """Keep the second problem of a message for when the first has been treated."""
    others = [intent for intent in talk.heard.problems if intent != talk.heard.intent]
    if not talk.heard.sure or talk.heard.intent not in talk.heard.problems or not others:
        return
    if not {talk.heard.intent, others[0]} <= set(talk.portal.articles):
        # What another portal has is no problem here.
        return
    topic, other = talk.portal.topic(talk.heard.intent), talk.portal.topic(others[0])
    talk.memory["next_problem"] = others[0]
    talk.say("conductor.two_problems", topic=topic, other=other)


def problem_beside(talk: Talk) -> str | None:
    """Return the problem that a message tells of beside its answer to what is open, or None."""
    if not talk.stack or talk.heard.pressed or talk.memory.get("next_problem"):
        return None
    if not (talk.heard.option or talk.heard.yes_no):
        return None
    open_topics = [_topic(frame.walk) for frame in talk.stack]
    for part in talk.heard.parts[1:]:
        beside = all(apart(part.intent, topic) for topic in open_topics)
        # What has no walk of its own was mentioned rather than asked about.
        if beside and part.confidence >= _CLEAR and opener(talk, part.intent):
            return part.intent
    return None


_CLEAR = 0.9
"""Confidence from which a clause is about a problem beyond doubt."""


def note_beside(talk: Talk, intent: str) -> None:
    """Keep a problem told beside an answer for later, unless it is what is talked of by now."""
    opened = opener(talk, intent)
    if talk.memory.get("topic") == intent or any(frame.walk == opened for frame in talk.stack):
        return
    talk.memory["next_problem"] = intent
    if not talk.stack:
        # It is taken up at once.
        return
    question = talk.said.pop() if talk.said else None
    talk.say("conductor.noted_problem", topic=talk.portal.topic(intent), any_number=True)
    if question:
        talk.said.append(question)


def _topic(walk: str) -> str:
    """Return the intent that stands for what a walk is about."""
    return walk.removeprefix(PREFIX) if walk.startswith(PREFIX) else _TOPICS.get(walk, "")


_TOPICS = {"login": "login_problem", "region": "regional_contact", "handover": "regional_contact"}


async def take_up_next_problem(talk: Talk) -> None:
    """Go on with a problem that was kept, once no walk is open any more."""
    if talk.stack or not (intent := talk.memory.get("next_problem")):
        return
    del talk.memory["next_problem"]
    if talk.memory.get("outcome") == "given_up":
        return
    talk.say("conductor.next_problem", topic=talk.portal.topic(intent))
    walk = opener(talk, intent)
    if walk is None:
        answer_intent(talk, intent)
    else:
        await open_walk(talk, walk)
