"""Facts: what words tell is what a question asks, in the same values."""

from __future__ import annotations

import ast
import re
from collections.abc import Iterator
from functools import lru_cache

from bot.content.files import Reading
from bot.content.files.articles import ArticleFile
from bot.content.files.mistakes import closest
from bot.content.trees import TreeStep
from bot.french.fold import fold, without_accents
from bot.ground.settings import ROOT

_CLASSES = re.compile(r"\\[A-Za-z]")
_WORD = re.compile(r"\w{2,}")


@lru_cache(maxsize=1)
def facts_in_code() -> frozenset[str]:
    """Return the facts that walks of our own ask for: `….facts.get("…")`."""
    found = set()
    for path in (ROOT / "bot" / "dialogue").rglob("*.py"):
        source = path.read_text(encoding="utf-8")
        if ".facts" not in source:
            continue
        for node in ast.walk(ast.parse(source)):
            if isinstance(node, ast.Call) and isinstance(node.func, ast.Attribute):
                owner = node.func.value
                first = node.args[0] if node.args else None
                if (
                    node.func.attr == "get"
                    and isinstance(owner, ast.Attribute)
                    and owner.attr == "facts"
                    and isinstance(first, ast.Constant)
                ):
                    found.add(str(first.value))
    return frozenset(found)


def check(reading: Reading) -> None:
    """Name facts that nothing asks for or nothing tells, and values that no answer means."""
    file, mistakes = reading.facts, reading.mistakes
    asked: dict[str, set[str]] = {name: set() for name in facts_in_code()}
    for article, step in _questions(reading):
        meant = asked.setdefault(step.fact, set())
        meant.update(meaning for answer in step.answers for meaning in answer.means)
        if step.fact not in file.value:
            mistakes.remark(
                article.article.path,
                article.front.line("tree", "steps", step.name, "fact"),
                f"étape « {step.name} » : le fait « {step.fact} » n’est pas dans common/facts.yml",
                closest(step.fact, file.value)
                or "ajoutez-le avec les mots qui le disent, ou « {} » s’il n’y en a pas",
            )
    for name, values in file.value.items():
        if name not in asked:
            mistakes.remark(
                file.path,
                file.line(name),
                f"aucun arbre ne demande le fait « {name} »",
                closest(name, set(asked) - set(file.value))
                or "donnez-le à une étape (« fact: »), ou retirez-le",
            )
        for value, patterns in values.items() if isinstance(values, dict) else ():
            if asked.get(name) and value not in asked[name]:
                mistakes.remark(
                    file.path,
                    file.line(name, value),
                    f"aucune réponse n’a « means: {value} » là où le fait « {name} » est demandé",
                    closest(value, asked[name]) or f"prenez {', '.join(sorted(asked[name]))}",
                )
            _check_patterns(reading, name, value, patterns)


def _check_patterns(reading: Reading, name: str, value: str, patterns: object) -> None:
    """Name patterns that cannot be found in a text as it is read for them."""
    for number, pattern in enumerate(patterns if isinstance(patterns, list) else ()):
        plain = _CLASSES.sub("", str(pattern))
        # A letter alone may be an ending, as in "vu(?:e|s)".
        read = _WORD.sub(lambda word: fold(word.group()), without_accents(plain))
        if isinstance(pattern, str) and read != plain:
            reading.mistakes.remark(
                reading.facts.path,
                reading.facts.line(name, value, number),
                "ce motif n’est jamais trouvé : le texte est comparé en minuscules sans accent,"
                " avec l’apostrophe droite et les abréviations écrites en entier",
                f"écrivez « {read} »",
            )


def _questions(reading: Reading) -> Iterator[tuple[ArticleFile, TreeStep]]:
    """Yield all steps whose answer is a fact, each once."""
    groups = (reading.articles, *(files.articles for files in reading.portals.values()))
    for article in (file for group in groups for file in group.values()):
        for step in article.article.tree.steps.values() if article.article.tree else ():
            if step.fact:
                yield article, step
