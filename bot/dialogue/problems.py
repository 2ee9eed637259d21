"""Two problems in one message: both are treated, one after the other."""

from __future__ import annotations

from bot.dialogue.answers import answer_intent
from bot.dialogue.conductor import open_walk
from bot.dialogue.flow import Talk
from bot.dialogue.openers import opener


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
