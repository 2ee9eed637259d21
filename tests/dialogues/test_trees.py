"""What holds of every tree as it is written: all ways end, questions have two wordings."""

from __future__ import annotations

from collections.abc import Iterator

from bot.content.trees import ENDS, Tree
from tests.dialogues.trees import each_tree, tree_of

_MOST_QUESTIONS = 8


def _paths(tree: Tree) -> Iterator[list[str]]:
    """Yield every way through a tree that does not come back to a step."""
    waiting = [[tree.first]]
    while waiting:
        path = waiting.pop()
        step = tree.steps[path[-1]]
        if step.end:
            yield path
        for target in dict.fromkeys(step.leads_to()):
            assert target not in path, f"{' → '.join(path)} comes back to {target}"
            waiting.append([*path, target])


@each_tree
def test_a_tree_leads_from_every_step_to_an_end_and_never_back(portal: str, intent: str) -> None:
    tree = tree_of(portal, intent)
    paths = list(_paths(tree))
    assert {step for path in paths for step in path} == set(tree.steps)
    for path in paths:
        assert tree.steps[path[-1]].end in ENDS
        asked = [name for name in path if tree.steps[name].answers or tree.steps[name].input]
        assert len(asked) <= _MOST_QUESTIONS, (
            f"{len(asked)} questions before an end: {' → '.join(path)}"
        )


@each_tree
def test_a_question_of_a_tree_is_asked_again_in_other_words(portal: str, intent: str) -> None:
    for step in tree_of(portal, intent).steps.values():
        if step.answers or step.input:
            assert len(set(step.say)) >= 2, f"{step.name} has one wording"
            labels = [answer.label for answer in step.answers]
            assert len(set(labels)) == len(labels), f"{step.name} has a label twice"
