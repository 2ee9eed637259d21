"""Reads messages.yml: the sentences of the walks, by dotted key."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from jinja2 import TemplateError

from bot.content.files.mistakes import Mistakes
from bot.content.files.yaml_lines import At, Marked, read_yaml
from bot.content.portals import compiled

_ENOUGH = 40
"""Characters by which a line is found again."""


@dataclass(frozen=True)
class Sentence:
    """One sentence with where it stands; several wordings where a repeat is worded differently."""

    file: Marked
    at: At
    variants: tuple[str, ...]


def read_sentences(path: Path, mistakes: Mistakes) -> dict[str, Sentence]:
    """Read the sentences of a file; one that is wrong is left out."""
    file = read_yaml(path, mistakes)
    sentences = {}
    for at, value in _flatten(file.value):
        variants = tuple(value) if isinstance(value, list) else (value,)
        key = ".".join(at)
        if not variants or not all(isinstance(v, str) and v.strip() for v in variants):
            mistakes.blocks(
                path,
                file.line(*at),
                f"la phrase « {key} » est vide ou n’est pas un texte",
                "écrivez-la, entre guillemets au besoin, ou retirez la ligne",
            )
            continue
        sentences[key] = Sentence(file, at, variants)
        for number, variant in enumerate(variants):
            place = (*at, number) if isinstance(value, list) else at
            check_template(variant, file, place, mistakes, f"« {key} » : ")
    return sentences


def check_template(
    template: str, file: Marked, at: At, mistakes: Mistakes, what: str = "", first_line: int = 0
) -> None:
    """Name a text that cannot be filled in.

    Args:
        template: The text.
        file: Its file.
        at: Where it stands in the file's YAML.
        mistakes: Where mistakes go.
        what: How the mistake begins.
        first_line: The line at which the text begins, where it is not in the YAML.
    """
    try:
        compiled(template)
    except TemplateError as error:
        lines = template.splitlines()
        number = min(getattr(error, "lineno", None) or 1, len(lines))
        shown = lines[number - 1].strip()[:_ENOUGH] if lines else ""
        if "end of template" in str(error):
            # Jinja names the end; what is not closed was opened before.
            shown = "{%"
            number = next((n for n, text in enumerate(lines, start=1) if shown in text), number)
        line = first_line + number - 1 if first_line else file.find(shown, *at)
        mistakes.blocks(
            file.path,
            line,
            f"{what}modèle de texte fautif ({error})",
            "vérifiez les {{ … }} et {% … %} : chacun s’ouvre et se ferme,"
            " chaque « if » a son « endif »",
        )


def _flatten(tree: Mapping[str, Any], at: tuple[str, ...] = ()) -> Iterator[tuple[Any, Any]]:
    """Yield every sentence with the keys that lead to it."""
    for key, value in tree.items():
        if isinstance(value, dict) and value:
            yield from _flatten(value, (*at, key))
        else:
            yield (*at, key), value
