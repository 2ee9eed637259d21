"""Reads a tree from an article's front matter."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from bot.content.files.tree_paths import TreeProblem, check_paths
from bot.content.trees import ADDRESS_STATES, Tree, TreeAnswer, TreeStep

_KEYS = {
    "say", "answers", "fact", "tried", "input", "without", "go", "check", "end", *ADDRESS_STATES,
}  # fmt: skip
_ANSWER = ("label", "means", "examples", "go", "tried")


def read_tree(value: Any) -> tuple[Tree, list[TreeProblem]]:
    """Read a tree from an article's front matter and check that it holds together.

    Args:
        value: What stands under `tree:`.

    Returns:
        The tree as far as it can be read, and every mistake: unknown keys and steps, steps that
        nobody reaches, steps from which no end can be reached. A tree with mistakes is not walked.
    """
    if not isinstance(value, dict) or not isinstance(value.get("steps"), dict):
        problem = TreeProblem(
            (), "l’arbre demande « first » et « steps »", "écrivez-les sous « tree: »"
        )
        return Tree("", {}), [problem]
    problems: list[TreeProblem] = []
    for key in sorted(set(value) - {"first", "steps"}):
        problems.append(
            TreeProblem((key,), f"clé inconnue « {key} » sous « tree: »", "retirez cette ligne")
        )
    steps = {name: _read_step(name, step, problems) for name, step in value["steps"].items()}
    tree = Tree(first=_text(value, "first", (), problems), steps=steps)
    problems += check_paths(tree)
    return tree, problems


def _read_step(name: str, value: Any, problems: list[TreeProblem]) -> TreeStep:
    at = ("steps", name)
    if name == "done":
        problems.append(
            TreeProblem(at, "aucune étape ne peut s’appeler « done »", "renommez l’étape")
        )
    if not isinstance(value, dict):
        problems.append(
            TreeProblem(
                at,
                f"l’étape « {name} » doit contenir des clés et des valeurs",
                "écrivez-les en retrait sous son nom, par exemple « say: … »",
            )
        )
        return TreeStep(name)
    for key in sorted(set(value) - _KEYS):
        known = ", ".join(sorted(_KEYS - set(ADDRESS_STATES)))
        problems.append(
            TreeProblem(
                (*at, key),
                f"l’étape « {name} » : clé inconnue « {key} »",
                f"prenez l’une de celles-ci : {known}",
            )
        )
    checked = _text(value, "check", at, problems)
    if checked not in {"", "address"}:
        problems.append(
            TreeProblem(
                (*at, "check"),
                f"l’étape « {name} » : check « {checked} » n’existe pas",
                "écrivez « check: address »",
            )
        )
    states = [state for state in ADDRESS_STATES if state in value]
    if states and not checked:
        problems.append(
            TreeProblem(
                (*at, states[0]),
                f"l’étape « {name} » : « {states[0]} » ne compte que dans une vérification",
                "ajoutez « check: address », ou retirez cette ligne",
            )
        )
    answers = value.get("answers", [])
    if not isinstance(answers, list):
        problems.append(
            TreeProblem(
                (*at, "answers"),
                f"l’étape « {name} » : « answers » doit être une liste",
                "commencez chaque réponse par « - label: … »",
            )
        )
        answers = []
    return TreeStep(
        name=name,
        say=_texts(value, "say", at, problems),
        answers=tuple(
            _read_answer(name, number, answer, problems) for number, answer in enumerate(answers)
        ),
        fact=_text(value, "fact", at, problems),
        tried=_text(value, "tried", at, problems),
        input=_text(value, "input", at, problems),
        without=_text(value, "without", at, problems),
        go=_text(value, "go", at, problems),
        branches={state: _text(value, state, at, problems) for state in states}
        if checked
        else None,
        end=_text(value, "end", at, problems),
    )


def _read_answer(step: str, number: int, value: Any, problems: list[TreeProblem]) -> TreeAnswer:
    at = ("steps", step, "answers", number)
    if not isinstance(value, dict) or not {"label", "go"} <= set(value):
        problems.append(
            TreeProblem(
                at,
                f"l’étape « {step} » : une réponse demande « label » et « go »",
                "ajoutez ce qui manque",
            )
        )
        return TreeAnswer("", (), (), "")
    for key in sorted(set(value) - set(_ANSWER)):
        problems.append(
            TreeProblem(
                (*at, key),
                f"l’étape « {step} » : clé inconnue « {key} » dans une réponse",
                f"prenez l’une de celles-ci : {', '.join(_ANSWER)}",
            )
        )
    return TreeAnswer(
        label=_text(value, "label", at, problems),
        means=_texts(value, "means", at, problems),
        examples=_texts(value, "examples", at, problems),
        go=_text(value, "go", at, problems),
        tried=_text(value, "tried", at, problems),
    )


def _text(
    value: Mapping[str, Any], key: str, at: tuple[str | int, ...], problems: list[TreeProblem]
) -> str:
    text = value.get(key, "")
    if key in value and (not isinstance(text, str) or not text.strip()):
        problems.append(
            TreeProblem(
                (*at, key), f"« {key} » est vide ou n’est pas un texte", "écrivez-y un texte"
            )
        )
        return ""
    return str(text).strip()


def _texts(
    value: Mapping[str, Any], key: str, at: tuple[str | int, ...], problems: list[TreeProblem]
) -> tuple[str, ...]:
    texts = value.get(key, [])
    if isinstance(texts, str):
        texts = [texts]
    filled = isinstance(texts, list) and all(isinstance(t, str) and t.strip() for t in texts)
    if not filled or (key in value and not texts):
        problems.append(
            TreeProblem(
                (*at, key),
                f"« {key} » demande un texte ou une liste de textes",
                "écrivez-y un texte, entre guillemets s’il contient « : »",
            )
        )
        return ()
    return tuple(text.strip() for text in texts)
