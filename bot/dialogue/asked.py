"""Which question a conversation waits at, so that the next message is read as an answer to it."""

from __future__ import annotations

from collections.abc import Collection, Mapping, Sequence
from typing import Any

from bot.content.live import Portal
from bot.content.replies import WALKS, Question, tree_questions
from bot.content.trees import Tree
from bot.dialogue.tree import PREFIX

ASKED_SOLVED = "asked_solved"
"""The key of the memory that holds for one message whether it was asked if it works now."""

_SOLVED, _ADDRESS = f"{WALKS}/solved/ask", f"{WALKS}/login/address"
_REGION, _PREVIEW = f"{WALKS}/region/ask", f"{WALKS}/handover/preview"
_OFFER, _AFTER = f"{WALKS}/login/reset_offer", f"{WALKS}/login/after_reset"
SENT = f"{WALKS}/handover/sent"
"""What is asked, without words, of whoever writes on after a request was sent."""

_OF_WALKS: Mapping[tuple[str, str], str] = {
    ("login", "ask_address"): _ADDRESS,
    ("login", "ask_address_again"): _ADDRESS,
    ("login", "mail_refused"): _ADDRESS,
    ("login", "lost_mailbox"): _ADDRESS,
    ("login", "ask_current"): _ADDRESS,
    ("login", "alone"): _SOLVED,
    ("login", "unknown"): f"{WALKS}/login/unknown",
    ("login", "ask_login"): f"{WALKS}/login/shared",
    ("login", "offer_reset"): _OFFER,
    ("login", "offer_new_link"): _OFFER,
    ("login", "declined"): _OFFER,
    ("login", "after_reset"): _AFTER,
    ("login", "nothing_came"): _AFTER,
    ("login", "refused_spaces"): _SOLVED,
    ("login", "password_refused"): _SOLVED,
    ("login", "refused_traffic"): _SOLVED,
    ("region", "start"): _REGION,
    ("region", "ask"): _REGION,
    ("region", "not_found"): _REGION,
    ("region", "list"): _REGION,
    ("handover", "ask_contact"): f"{WALKS}/handover/contact",
    ("handover", "preview"): _PREVIEW,
    ("handover", "ask_again"): _PREVIEW,
    ("ticket", "ask_address"): _ADDRESS,
    ("ticket", "not_found"): f"{WALKS}/ticket/reference",
}
"""The question, in `data/replies/`, that a step of a walk of ours asks."""

WALKS_ASKING = frozenset({*(walk for walk, _ in _OF_WALKS), "solved", "clarify"})
"""What asks beside the trees of articles, by the names that `data/replies/` knows."""

_SUGGESTION = f"{WALKS}/login/suggestion"


OFFERED = f"{WALKS}/region/offered"
"""What is asked by a contact that was given, with the offer to pass the request on to it."""

ANYTHING = Question(f"{WALKS}/anything", ())
"""Stands for no question: a message may still complain, wait, or ask how."""

STORY = f"{WALKS}/first/story"
"""What begins a conversation: no question, but facts are learned from how such stories go."""


def question_asked(
    portal: Portal,
    stack: Sequence[Mapping[str, Any]],
    memory: Mapping[str, Any],
    known: Mapping[str, Question],
) -> Question | None:
    """Return the question that the next message answers, or None.

    Args:
        portal: Whose conversation it is.
        stack: The open walks as they stand in the slot, the current one last.
        memory: What the conversation knows.
        known: The questions of the walks, by id.
    """
    if memory.get(ASKED_SOLVED):
        return known.get(_SOLVED)
    if not stack:
        offered = [name for name, _ in memory.get("offered", ())]
        if offered == ["human_handoff"] and OFFERED in known:
            return known[OFFERED]
        sent = memory.get("last_sent") == "ticket"
        return known.get(SENT) if sent else ANYTHING
    frame = stack[-1]
    walk, step = str(frame["walk"]), str(frame["step"])
    if walk.startswith(PREFIX):
        return tree_question(portal, walk.removeprefix(PREFIX), step, known)
    if (walk, step) == ("login", "unknown") and frame["data"].get("likely"):
        return known.get(_SUGGESTION)
    return known.get(_OF_WALKS.get((walk, step), f"{WALKS}/{walk}/{step}"))


def tree_question(
    portal: Portal, intent: str, step: str, known: Mapping[str, Question]
) -> Question | None:
    """Return the question of a step of a tree, with its options as the article has them now."""
    article = portal.articles.get(intent)
    tree = article.tree if article else None
    if tree is None or step not in tree.steps:
        return None
    if tree.steps[step].input == "address":
        return known.get(_ADDRESS)
    name = f"{portal.id}/{intent}/{step}"
    asked = tree_questions(f"{portal.id}/{intent}", tree)
    return next((question for question in asked if question.id == name), None)


def questions_ahead(
    portal: Portal,
    stack: Sequence[Mapping[str, Any]],
    ranking: Sequence[Mapping[str, Any]],
    asked: str,
    *,
    sure: bool,
) -> list[Question]:
    """Return the questions that a message may answer beside the one that was asked.

    Args:
        portal: Whose conversation it is.
        stack: The open walks as they stand in the slot, the current one last.
        ranking: The intents of the message with their confidences, likeliest first.
        asked: The id of the question that was asked.
        sure: Whether the message is surely about its likeliest intent.

    Returns:
        Those of the trees that a conversation begins with. Within a tree, those that were passed on
        the way: a problem told again in full may answer them otherwise, as "non" does not.
    """
    topics = [str(one["name"]) for one in ranking[:_MOST_TOPICS] if one["confidence"] >= _LIKELY]
    passed: Collection[str] | None = None
    if stack:
        frame = stack[-1]
        if not sure or not str(frame["walk"]).startswith(PREFIX):
            return []
        topics, passed = [str(frame["walk"]).removeprefix(PREFIX)], frame["data"].get("path", ())
    return [
        question
        for topic in (topics[:1] if sure else topics)
        if (tree := _tree(portal, topic))
        for question in tree_questions(f"{portal.id}/{topic}", tree)
        if question.id != asked and (passed is None or question.id.rsplit("/", 1)[1] in passed)
    ]


_LIKELY = 0.25
"""Confidence from which a topic may be what a message is about."""

_MOST_TOPICS = 2


def _tree(portal: Portal, intent: str) -> Tree | None:
    article = portal.articles.get(intent)
    return article.tree if article else None


def question_key(walk: str, step: str) -> str | None:
    """Return the short name of the question that a step of a walk of ours asks, or None.

    Sentences about it stand under that name in messages.yml.
    """
    name = _OF_WALKS.get((walk, step))
    return name.removeprefix(f"{WALKS}/").replace("/", "_") if name else None
