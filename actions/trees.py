"""Troubleshooting trees: steps, questions and where each answer leads, written in an article.

A tree stands in the front matter of its article, so that a new one needs neither Python nor a
training. `faq/README.md` shows how to write one.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import Any

from actions.errors import ContentError

ENDS = ("solved", "informed", "contact", "hand_over", "login")
"""How a tree may end: solved, told what to do, a contact, a hand-over, the login walk."""

ADDRESS_STATES = ("known", "pending", "disabled", "unknown", "none")
"""What a check of the address may find; `none` where no address was given."""

MEANINGS = ("yes", "no", "dont_know", "not_solved", "solved")
"""What an answer may mean beside the name of an intent."""

INPUTS = ("address", "contract", "document", "detail")
"""What a tree may ask the user to type; kept for the whole conversation."""

_KEYS = {
    "say", "answers", "fact", "tried", "input", "without", "go", "check", "end", *ADDRESS_STATES,
}  # fmt: skip


@dataclass(frozen=True)
class TreeAnswer:
    """One answer to a question: its button, what else means it, and where it leads."""

    label: str
    means: tuple[str, ...]
    words: tuple[str, ...]
    go: str


@dataclass(frozen=True)
class TreeStep:
    """One step of a tree.

    Attributes:
        say: The wordings of the first, second, … time; empty for a check.
        answers: Where the answers lead; makes the step a question.
        fact: Under which name the answer is remembered, so that it is asked once.
        tried: What a hand-over says was tried once the step has been passed.
        input: What the user is asked to type, remembered under this name.
        without: Where a user leads who does not want to, or cannot, type it.
        go: The next step.
        branches: Where each state of the address leads; makes the step a check.
        end: How the tree ends here.
    """

    name: str
    say: tuple[str, ...] = ()
    answers: tuple[TreeAnswer, ...] = ()
    fact: str = ""
    tried: str = ""
    input: str = ""
    without: str = ""
    go: str = ""
    branches: Mapping[str, str] | None = None
    end: str = ""

    def leads_to(self) -> Iterator[str]:
        """Yield the names of all steps that may come next."""
        yield from (answer.go for answer in self.answers)
        yield from (self.branches or {}).values()
        yield from (name for name in (self.go, self.without) if name)


@dataclass(frozen=True)
class Tree:
    """A troubleshooting tree."""

    first: str
    steps: Mapping[str, TreeStep]


def read_tree(value: Any, where: str) -> Tree:
    """Read a tree from an article's front matter and check that it holds together.

    Args:
        value: What stands under `tree:`.
        where: Names the article in errors.

    Raises:
        ContentError: With every mistake found: unknown keys and steps, steps that nobody reaches,
            steps from which no end can be reached.
    """
    if not isinstance(value, dict) or not isinstance(value.get("steps"), dict):
        raise ContentError(f"{where} : l’arbre demande « first » et « steps ».")
    problems: list[str] = []
    steps = {
        str(name): _read_step(str(name), step, problems) for name, step in value["steps"].items()
    }
    tree = Tree(first=str(value.get("first", "")), steps=steps)
    problems += _check(tree)
    if problems:
        raise ContentError(f"{where} : " + " ; ".join(problems) + ".")
    return tree


def _read_step(name: str, value: Any, problems: list[str]) -> TreeStep:
    if not isinstance(value, dict):
        problems.append(f"l’étape « {name} » doit contenir des clés et des valeurs")
        return TreeStep(name)
    for key in sorted(set(value) - _KEYS):
        problems.append(f"l’étape « {name} » : clé inconnue « {key} »")
    say = value.get("say", ())
    if isinstance(say, str):
        say = (say,)
    checked = str(value.get("check", ""))
    if checked not in {"", "address"}:
        problems.append(f"l’étape « {name} » : check « {checked} » (attendu : address)")
    branches = {str(k): str(v) for k, v in value.items() if k in ADDRESS_STATES}
    return TreeStep(
        name=name,
        say=tuple(str(text).strip() for text in say),
        answers=tuple(
            _read_answer(name, answer, problems) for answer in value.get("answers") or ()
        ),
        fact=str(value.get("fact", "")),
        tried=str(value.get("tried", "")),
        input=str(value.get("input", "")),
        without=str(value.get("without", "")),
        go=str(value.get("go", "")),
        branches=branches if checked else None,
        end=str(value.get("end", "")),
    )


def _read_answer(step: str, value: Any, problems: list[str]) -> TreeAnswer:
    if not isinstance(value, dict) or not {"label", "go"} <= set(value):
        problems.append(f"l’étape « {step} » : une réponse demande « label » et « go »")
        return TreeAnswer("", (), (), "")
    means, words = value.get("means", ()), value.get("words", ())
    return TreeAnswer(
        label=str(value["label"]),
        means=(means,) if isinstance(means, str) else tuple(map(str, means)),
        words=(words,) if isinstance(words, str) else tuple(map(str, words)),
        go=str(value["go"]),
    )


def _check(tree: Tree) -> Iterator[str]:
    if tree.first not in tree.steps:
        yield f"la première étape « {tree.first} » n’existe pas"
        return
    for step in tree.steps.values():
        for target in step.leads_to():
            if target not in tree.steps:
                yield f"l’étape « {step.name} » mène à « {target} », qui n’existe pas"
        yield from _check_step(step)
    reached = _reachable(tree)
    for name in tree.steps:
        if name not in reached:
            yield f"aucun chemin ne mène à l’étape « {name} »"
    for name in sorted(reached - _ending(tree)):
        yield f"l’étape « {name} » ne mène à aucune fin"
    for name in _silent_loops(tree):
        yield f"l’étape « {name} » tourne en rond sans rien demander"


def _check_step(step: TreeStep) -> Iterator[str]:
    kinds = [bool(step.answers), bool(step.input), step.branches is not None, bool(step.end)]
    if sum(kinds) > 1:
        yield f"l’étape « {step.name} » mélange question, saisie, vérification ou fin"
    if not any(kinds) and not step.go:
        yield f"l’étape « {step.name} » ne mène nulle part (go ou end)"
    if not step.say and not (step.branches is not None or step.end):
        yield f"l’étape « {step.name} » ne dit rien (say)"
    if step.end and step.end not in ENDS:
        yield f"l’étape « {step.name} » : fin « {step.end} » (attendu : {', '.join(ENDS)})"
    if step.input and step.input not in INPUTS:
        yield f"l’étape « {step.name} » : saisie « {step.input} » (attendu : {', '.join(INPUTS)})"
    if step.input and not (step.go and step.without):
        yield f"l’étape « {step.name} » : une saisie demande « go » et « without »"
    if step.branches is not None and "unknown" not in step.branches:
        yield f"l’étape « {step.name} » : la vérification demande au moins « unknown »"


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
