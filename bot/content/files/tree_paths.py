"""Checks that a tree holds together: every step leads somewhere, and every path to an end."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass

from bot.content.trees import ENDS, INPUTS, Tree, TreeStep


@dataclass(frozen=True)
class TreeProblem:
    """A mistake in a tree.

    Attributes:
        at: Keys and positions that lead to it from `tree:`.
        text: What is wrong, in French.
        mend: What to do about it, in French.
    """

    at: tuple[str | int, ...]
    text: str
    mend: str


def check_paths(tree: Tree) -> Iterator[TreeProblem]:
    """Yield what is wrong with a tree that was read: steps, and the paths between them."""
    if tree.first not in tree.steps:
        yield TreeProblem(
            ("first",),
            f"la première étape « {tree.first} » n’existe pas",
            "écrivez sous « first: » le nom d’une étape de « steps: »",
        )
        return
    for step in tree.steps.values():
        for at, target in step.targets():
            if target and target not in tree.steps:
                yield TreeProblem(
                    ("steps", step.name, *at),
                    f"l’étape « {step.name} » mène à « {target} », qui n’existe pas",
                    "écrivez le nom d’une étape, ou ajoutez celle-ci",
                )
        yield from _check_step(step)
    reached = _reachable(tree)
    for name in tree.steps:
        if name not in reached:
            yield TreeProblem(
                ("steps", name),
                f"aucun chemin ne mène à l’étape « {name} »",
                "menez-y par un « go », ou retirez-la",
            )
    for name in sorted(reached - _ending(tree)):
        yield TreeProblem(
            ("steps", name),
            f"l’étape « {name} » ne mène à aucune fin",
            "menez-la à une étape qui a « end »",
        )
    for name in _silent_loops(tree):
        yield TreeProblem(
            ("steps", name),
            f"l’étape « {name} » tourne en rond sans rien demander",
            "changez son « go »",
        )


def _check_step(step: TreeStep) -> Iterator[TreeProblem]:
    at, where = ("steps", step.name), f"l’étape « {step.name} »"
    kinds = [bool(step.answers), bool(step.input), step.branches is not None, bool(step.end)]
    if sum(kinds) > 1:
        text = f"{where} mélange question, saisie, vérification ou fin"
        yield TreeProblem(at, text, "faites-en plusieurs étapes")
    if not any(kinds) and not step.go:
        yield TreeProblem(at, f"{where} ne mène nulle part", "ajoutez « go » ou « end »")
    if not step.say and not (step.branches is not None or step.end):
        yield TreeProblem(at, f"{where} ne dit rien", "ajoutez « say »")
    if step.end and step.end not in ENDS:
        text = f"{where} : la fin « {step.end} » n’existe pas"
        yield TreeProblem((*at, "end"), text, f"prenez l’une de celles-ci : {', '.join(ENDS)}")
    if step.input and step.input not in INPUTS:
        text = f"{where} : la saisie « {step.input} » n’existe pas"
        yield TreeProblem((*at, "input"), text, f"prenez l’une de celles-ci : {', '.join(INPUTS)}")
    if step.input and not (step.go and step.without):
        text = f"{where} : une saisie demande « go » et « without »"
        yield TreeProblem(at, text, "ajoutez ce qui manque")
    if step.branches is not None and "unknown" not in step.branches:
        text = f"{where} : la vérification demande au moins « unknown »"
        yield TreeProblem(at, text, "ajoutez « unknown: » avec le nom d’une étape")


def _reachable(tree: Tree) -> set[str]:
    reached, waiting = {tree.first}, [tree.first]
    while waiting:
        for name in tree.steps[waiting.pop()].leads_to():
            if name in tree.steps and name not in reached:
                reached.add(name)
                waiting.append(name)
    return reached


def _ending(tree: Tree) -> set[str]:
    """Return the steps from which an end can be reached."""
    ending = {name for name, step in tree.steps.items() if step.end}
    while True:
        more = {
            name
            for name, step in tree.steps.items()
            if name not in ending and ending & set(step.leads_to())
        }
        if not more:
            return ending
        ending |= more


def _silent_loops(tree: Tree) -> Iterator[str]:
    """Yield steps that come back to themselves without waiting for an answer."""
    for name in tree.steps:
        seen, here = set(), name
        while here in tree.steps and here not in seen:
            step = tree.steps[here]
            if step.answers or step.input or step.branches is not None or step.end:
                break
            seen.add(here)
            here = step.go
        else:
            if here in seen:
                yield name
