"""Reads asides.yml: what people ask beside the point, and the sentences that answer it."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path

from bot.content.asides import NOTHING, Aside
from bot.content.files.fields import Fields
from bot.content.files.mistakes import Mistakes
from bot.content.files.sentences import check_template
from bot.content.files.yaml_lines import Marked, read_yaml


@dataclass(frozen=True)
class AsidesFile:
    """The asides of a file by name, with the file; none where there is no such file."""

    file: Marked | None = None
    asides: Mapping[str, Aside] = field(default_factory=dict)


def read_asides(path: Path, mistakes: Mistakes) -> AsidesFile:
    """Read a file of asides; one that is wrong is left out, and a file that is missing has none."""
    if not path.exists():
        return AsidesFile()
    file = read_yaml(path, mistakes)
    below = Fields(file, mistakes, file.value or {})
    asides = {}
    for name in below.values:
        what = f"« {name} » : "
        fields = Fields(file, mistakes, below.below(name).values, (name,), what)
        keys = ("questions",) if name == NOTHING else ("about", "questions", "answer")
        fields.only(*keys)
        aside = Aside(
            name,
            fields.texts("about") if "about" in keys else (),
            fields.texts("questions", required=True),
            fields.text("answer") if "answer" in keys else "",
        )
        if aside.questions and (aside.answer or name == NOTHING):
            asides[name] = aside
            check_template(aside.answer, file, (name, "answer"), mistakes, what)
    return AsidesFile(file, asides)
