"""What a message answers before it is asked: which questions count, and what is skipped."""

from __future__ import annotations

from typing import Any

from bot.content.live import current_content
from bot.dialogue.ahead import answered_ahead, answered_anew, remember_answers
from bot.dialogue.asked import questions_ahead
from bot.dialogue.flow import Frame, Talk
from bot.dialogue.heard import Heard

PORTAL = current_content().portal("resah")
TOPIC = "market_not_visible"
TREE = PORTAL.articles[TOPIC].tree
ASKED = f"resah/{TOPIC}/search"


def ids(stack: list[dict[str, Any]], ranking: list[tuple[str, float]], *, sure: bool) -> set[str]:
    rows = [{"name": name, "confidence": confidence} for name, confidence in ranking]
    found = questions_ahead(PORTAL, stack, rows, ASKED, sure=sure)
    return {question.id for question in found}


def frame(**data: Any) -> dict[str, Any]:
    return {"walk": f"tree:{TOPIC}", "step": "rights", "asked": 0, "data": data}


def talk(heard: Heard, **memory: Any) -> Talk:
    stack = [Frame(f"tree:{TOPIC}", "rights", data={"path": ["search"], "taken": {}})]
    rest: dict[str, Any] = {"database": None, "accounts": None}
    return Talk("c", "m", "", PORTAL, heard, memory=dict(memory), stack=stack, **rest)


def test_a_first_message_may_answer_what_its_trees_ask() -> None:
    assert TREE is not None
    sure = ids([], [(TOPIC, 0.9), ("document_missing", 0.3)], sure=True)
    assert sure and all(name.startswith(f"resah/{TOPIC}/") for name in sure)
    assert ASKED not in sure
    both = ids([], [(TOPIC, 0.5), ("document_missing", 0.3)], sure=False)
    assert {name.split("/")[1] for name in both} == {TOPIC, "document_missing"}
    assert not ids([], [("bot_challenge", 0.9)], sure=True)
    assert not ids([], [(TOPIC, 0.1)], sure=False)


def test_within_a_tree_only_what_was_passed_may_be_answered_anew() -> None:
    told = [(TOPIC, 0.9)]
    assert ids([frame(path=["rights"])], told, sure=True) == {f"resah/{TOPIC}/rights"}
    assert not ids([frame()], told, sure=True)
    assert not ids([frame(path=["rights"])], told, sure=False)
    assert not ids([{**frame(), "walk": "login"}], told, sure=True)


def test_an_answer_given_ahead_is_kept_and_used_once() -> None:
    assert TREE is not None
    step = TREE.steps["search"]
    label = step.answers[0].label
    one = talk(Heard("…", TOPIC, ahead={ASKED: label}))
    remember_answers(one)
    given = answered_ahead(one, TOPIC, step)
    assert given is not None and given.label == label
    assert answered_ahead(one, TOPIC, step) is None


def test_a_label_that_the_step_has_not_any_more_is_no_answer() -> None:
    assert TREE is not None
    one = talk(Heard("…", TOPIC), ahead={ASKED: "Peut-être"})
    assert answered_ahead(one, TOPIC, TREE.steps["search"]) is None


def test_what_was_passed_can_be_answered_otherwise() -> None:
    assert TREE is not None
    step = TREE.steps["search"]
    first, other = (answer.label for answer in step.answers[:2])
    one = talk(Heard("…", TOPIC, ahead={ASKED: other}))
    one.frame.data["taken"] = {"search": first}
    assert answered_anew(one, TOPIC, TREE.steps.values()) == step
    one.frame.data["taken"] = {"search": other}
    assert answered_anew(one, TOPIC, TREE.steps.values()) is None
    one.frame.data["path"] = []
    assert answered_anew(one, TOPIC, TREE.steps.values()) is None
