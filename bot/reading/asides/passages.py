"""The part of an article that answers a question: a paragraph or an item, never the whole of it."""

from __future__ import annotations

import numpy as np

from bot.reading.asides.vectors import encoded
from bot.reading.sentences import encode

_BESIDE = np.float32(0.3)
"""What the likeness to the question that is open counts for beside that to the one asked."""
_FIRST = np.float32(0.15)
"""What comes first in an article answers most questions about it."""
_MOST_READ = 300


def passages(body: str) -> list[str]:
    """Return the paragraphs and the items of the lists of a text, in their order.

    Args:
        body: An article's text, filled in.
    """
    found: list[str] = []
    for block in body.split("\n\n"):
        fresh = True
        for line in block.splitlines():
            item = _item(line)
            if item is not None:
                found.append(item)
            elif fresh or not found:
                found.append(line.strip())
            else:
                found[-1] += f" {line.strip()}"
            fresh = False
    return [passage for passage in found if passage]


def likeliest_passage(body: str, question: str, beside: str = "") -> str:
    """Return the passage that most likely answers a question.

    Args:
        body: An article's text, filled in, which must not be empty.
        question: As typed.
        beside: What was asked or advised just before, which the question may be about.
    """
    every = passages(body)
    # What announces a list says nothing without it.
    choices = [passage for passage in every if not passage.endswith(":")] or every
    asked, *about = encode([question, *([beside[:_MOST_READ]] if beside else [])])
    vectors = encoded(choices)
    likeness = vectors @ asked
    likeness[0] += _FIRST if choices[0] == every[0] else 0
    for each in about:
        likeness = likeness + _BESIDE * (vectors @ each)
    return choices[int(np.argmax(likeness))]


def _item(line: str) -> str | None:
    """Return an item of a list without its mark, or None for a line that is none."""
    mark, space, rest = line.partition(" ")
    numbered = mark.endswith(".") and mark[:-1].isdecimal()
    return rest.strip() if space and (mark == "-" or numbered) else None
