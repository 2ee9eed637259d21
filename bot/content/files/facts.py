"""Reads facts.yml: the words that tell in passing what would otherwise be asked for."""

from __future__ import annotations

import re
from collections.abc import Mapping
from pathlib import Path
from typing import Any

from bot.content.files.mistakes import Mistakes
from bot.content.files.yaml_lines import Marked, read_yaml

Facts = dict[str, dict[str, re.Pattern[str]]]
"""By fact and value, the pattern over text in lower case without accents."""


def read_facts(path: Path, mistakes: Mistakes) -> tuple[Marked, Facts]:
    """Read the patterns; those that are wrong are left out."""
    file = read_yaml(path, mistakes)
    facts: Facts = {}
    for name, values in file.value.items():
        facts[name] = {}
        # A fact that no words tell is remembered from the answer to its question alone.
        if values is not None and not isinstance(values, Mapping):
            mistakes.blocks(
                path,
                file.line(name),
                f"sous « {name} », il faut des valeurs avec leurs motifs",
                "écrivez « yes: » ou « no: », puis un motif par ligne « - … »",
            )
            continue
        for value, patterns in (values or {}).items():
            pattern = _pattern(file, name, value, patterns, mistakes)
            if pattern is not None:
                facts[name][value] = pattern
    return file, facts


def _pattern(
    file: Marked, name: str, value: str, patterns: Any, mistakes: Mistakes
) -> re.Pattern[str] | None:
    good = []
    if not isinstance(patterns, list) or not patterns:
        mistakes.blocks(
            file.path,
            file.line(name, value),
            f"sous « {name} », « {value} » demande une liste de motifs",
            "écrivez un motif par ligne « - … », ou retirez la ligne",
        )
        return None
    for number, pattern in enumerate(patterns):
        if not isinstance(pattern, str):
            mistakes.blocks(
                file.path,
                file.line(name, value, number),
                "ce motif n’est pas lu comme un texte",
                "mettez-le entre guillemets simples, par exemple s’il contient « : »",
            )
            continue
        try:
            re.compile(pattern)
        except re.error as error:
            mistakes.blocks(
                file.path,
                file.line(name, value, number),
                f"motif fautif ({error})",
                "vérifiez parenthèses et crochets ; un signe spécial s’écrit avec « \\ » devant",
            )
        else:
            good.append(pattern)
    return re.compile("|".join(f"(?:{pattern})" for pattern in good)) if good else None
