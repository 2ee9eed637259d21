"""Finds what still stands for something real: `.example` addresses, made-up telephone numbers."""

from __future__ import annotations

import re
from collections.abc import Iterator
from pathlib import Path

_EXAMPLE = re.compile(r"[\w.+-]+@[\w.-]+\.example\b|[\w.-]*\w\.example\b", re.IGNORECASE)
_SAMPLE = re.compile(r"prenom\.nom@", re.IGNORECASE)
"""Shows the form of an address in a sentence, and is meant to stay."""

_NUMBER = re.compile(r"\+?\d(?:[ .]?\d){7,}")
_MADE_UP = re.compile(r"^0199|0{6}")
"""Numbers kept for fiction (01 99 00 …), and rows of zeros."""


def placeholders(directory: Path) -> Iterator[tuple[Path, list[int]]]:
    """Yield each content file that has placeholders left, with their lines from 1.

    Args:
        directory: The content directory. Demo accounts and comments do not count.
    """
    for path in sorted((*directory.glob("*/*.yml"), *directory.glob("*/articles/*.md"))):
        lines = path.read_text(encoding="utf-8", errors="replace").splitlines()
        found = [number for number, line in enumerate(lines, start=1) if _has_placeholder(line)]
        if found:
            yield path, found


def _has_placeholder(line: str) -> bool:
    if line.lstrip().startswith("#"):
        return False
    if any(not _SAMPLE.match(match[0]) for match in _EXAMPLE.finditer(line)):
        return True
    return any(_MADE_UP.search(re.sub(r"\D", "", match[0])) for match in _NUMBER.finditer(line))
