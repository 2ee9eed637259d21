"""Examples of answers: enough of them, and none that would stand for two answers at once."""

from __future__ import annotations

from collections.abc import Iterable

from bot.content.files import Mistakes, Reading
from bot.content.files.articles import ArticleFile
from bot.content.trees import TreeStep
from bot.french.fold import fold

FEWEST = 3
"""Of fewer examples it cannot be seen what they have in common."""


def check(reading: Reading) -> None:
    """Name answers with too few examples, and examples that stand twice under a question."""
    groups = (reading.articles, *(files.articles for files in reading.portals.values()))
    for file in (one for group in groups for one in group.values()):
        for step in file.article.tree.steps.values() if file.article.tree else ():
            _check_step(file, step, reading.mistakes)


def _check_step(file: ArticleFile, step: TreeStep, mistakes: Mistakes) -> None:
    path, seen = file.article.path, dict[str, str]()
    for number, answer in enumerate(step.answers):
        at = ("tree", "steps", step.name, "answers", number, "examples")
        if 0 < len(answer.examples) < FEWEST:
            mistakes.remark(
                path, file.front.line(*at),
                f"étape « {step.name} », réponse « {answer.label} » : {len(answer.examples)}"
                " exemple(s) ne suffisent pas",
                f"donnez-en {FEWEST} ou plus, ou aucun si « means » et le libellé disent tout",
            )  # fmt: skip
        for place, example in enumerate(answer.examples):
            if (other := seen.setdefault(_plain(example), answer.label)) != answer.label:
                mistakes.remark(
                    path, file.front.line(*at, place),
                    f"étape « {step.name} » : l’exemple « {example} » est déjà sous « {other} »",
                    "gardez-le sous une seule réponse",
                )  # fmt: skip
            elif _plain(example) in map(_plain, answer.examples[:place]):
                mistakes.remark(
                    path, file.front.line(*at, place),
                    f"étape « {step.name} » : l’exemple « {example} » y est deux fois",
                    "retirez-le une fois",
                )  # fmt: skip


def _plain(example: str) -> str:
    return " ".join(_words(fold(example)))


def _words(text: str) -> Iterable[str]:
    return "".join(sign if sign.isalnum() else " " for sign in text).split()
