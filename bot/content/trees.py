"""Troubleshooting trees: steps, questions and where each answer leads, written in an article.

A tree stands in the front matter of its article, so that a new one needs neither Python nor a
training. `faq/README.md` shows how to write one, `bot.content.files.trees` reads it.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass

ENDS = ("solved", "informed", "contact", "hand_over", "login")
"""How a tree may end: solved, told what to do, a contact, a hand-over, the login walk."""

ADDRESS_STATES = ("known", "today", "pending", "disabled", "unknown", "none")
"""What a check of the address may find: `today` where the access was opened today, `none` where no
address was given."""

MEANINGS = ("yes", "no", "dont_know", "not_solved", "solved")
"""What an answer may mean beside the name of an intent."""

INPUTS = ("address", "contract", "document", "detail")
"""What a tree may ask the user to type; kept for the whole conversation."""


@dataclass(frozen=True)
class TreeAnswer:
    """One answer to a question.

    Attributes:
        label: Its button.
        means: What else means it.
        examples: Sentences with which people give it.
        go: Where it leads.
        tried: What a hand-over says was tried where this is answered.
    """

    label: str
    means: tuple[str, ...]
    examples: tuple[str, ...]
    go: str
    tried: str = ""


@dataclass(frozen=True)
class TreeStep:
    """One step of a tree.

    Attributes:
        say: The wordings of the first, second, … time; empty for a check.
        answers: Where the answers lead; makes the step a question.
        fact: Under which name the answer is remembered, so that it is asked once.
        tried: What a hand-over says was tried once the step has been answered, whichever way.
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
        yield from (target for _, target in self.targets())

    def targets(self) -> Iterator[tuple[tuple[str | int, ...], str]]:
        """Yield where the step leads, each with its place in the step."""
        for number, answer in enumerate(self.answers):
            yield ("answers", number, "go"), answer.go
        for state, target in (self.branches or {}).items():
            yield (state,), target
        for key, target in (("go", self.go), ("without", self.without)):
            if target:
                yield (key,), target


@dataclass(frozen=True)
class Tree:
    """A troubleshooting tree."""

    first: str
    steps: Mapping[str, TreeStep]
