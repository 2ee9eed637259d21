"""A change to the content that breaks something, and what must be said of it."""

from __future__ import annotations

from dataclasses import dataclass

TREE = """\
---
intent: training
title: Formations
topic: Formations
group: informations
contact: false
tree:
  first: ask
  steps:
    ask:
      say: Première fois ?
      answers:
        - label: Oui
          means: yes
          go: end
        - label: Non
          means: no
          go: end
    end:
      say: Voilà.
      end: informed
---
Venez aux formations.
"""


@dataclass(frozen=True)
class Case:
    """A change that breaks something.

    Attributes:
        file: Which file, below the content directory.
        old: What is replaced there, at its first place; empty to write the file anew.
        new: By what.
        at: What stands in the line that must be named, in the changed file.
        says: Parts of what must be said.
    """

    file: str
    old: str
    new: str
    at: str
    says: tuple[str, ...]


ARTICLE = "resah/articles/training.md"


def tree(old: str, new: str, at: str, *says: str) -> Case:
    """Return a mistake in a tree."""
    assert old in TREE
    return Case(ARTICLE, "", TREE.replace(old, new, 1), at, says)
