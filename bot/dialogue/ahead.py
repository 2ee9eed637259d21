"""What a message answers before it is asked: "je suis revendeur, on a déjà commandé chez vous".

Whoever tells a problem in full has answered questions of its tree that are still to come, and a
story told again may answer anew what was misunderstood before. The model of replies reads such a
message against each of those questions as if it had been asked.
"""

from __future__ import annotations

from collections.abc import Iterable

from bot.content.trees import TreeAnswer, TreeStep
from bot.dialogue.flow import Talk

_MOST_KEPT = 30


def remember_answers(talk: Talk) -> None:
    """Keep what the message answers ahead, the latest answer to each question."""
    kept: dict[str, str] = talk.memory.get("ahead", {})
    for question, option in talk.heard.ahead.items():
        kept.pop(question, None)
        kept[question] = option
    if kept:
        talk.memory["ahead"] = dict(list(kept.items())[-_MOST_KEPT:])


def answered_ahead(talk: Talk, intent: str, step: TreeStep) -> TreeAnswer | None:
    """Return the answer that a step of a tree was given before it asked, and forget it."""
    kept: dict[str, str] = talk.memory.get("ahead", {})
    label = kept.pop(_question(talk, intent, step.name), None)
    return _named(step, label)


def answered_anew(talk: Talk, intent: str, steps: Iterable[TreeStep]) -> TreeStep | None:
    """Return the step, of those passed on the way here, that a message answers otherwise.

    Args:
        talk: The turn.
        intent: Whose tree is open.
        steps: Its steps.
    """
    path: list[str] = talk.frame.data.get("path", [])
    taken: dict[str, str] = talk.frame.data.get("taken", {})
    for step in steps:
        label = talk.heard.ahead.get(_question(talk, intent, step.name))
        if step.name in path and _named(step, label) and label != taken.get(step.name, label):
            return step
    return None


def _question(talk: Talk, intent: str, step: str) -> str:
    return f"{talk.portal.id}/{intent}/{step}"


def _named(step: TreeStep, label: str | None) -> TreeAnswer | None:
    return next((answer for answer in step.answers if answer.label == label), None)
