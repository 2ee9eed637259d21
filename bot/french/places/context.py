"""What stands around a name in a text."""

from __future__ import annotations

from bisect import bisect_left
from collections.abc import Sequence
from dataclasses import dataclass
from functools import cached_property

from bot.french.places import cues
from bot.french.places.fold import Token

_BREAKS = frozenset(".!?;:,\n")
# Words before a name that may introduce it.
NEARBY = 4
INTO = frozenset("a au aux en dans de d du des sur vers".split())
_HOSPITAL_LINKS = frozenset("de d du des a au aux en dans".split())


@dataclass(frozen=True)
class Text:
    """A text cut into tokens.

    Attributes:
        tokens: Its tokens.
        tail: The characters after the last token.
        shouted: Whether capitals say nothing, as all letters are capitals.
        expected: Whether the text answers a question about the place.
    """

    tokens: Sequence[Token]
    tail: str
    shouted: bool
    expected: bool

    def alone(self, start: int, end: int) -> bool:
        """Returns whether the rest of the text says nothing but that a place follows."""
        telling, digits = self._telling, self._digits
        if telling and (telling[0] < start or telling[-1] >= end):
            return False
        before, after = bisect_left(digits, start), bisect_left(digits, end)
        outside = before + len(digits) - after
        if outside and (not self.expected or outside > 2):
            return False
        # A postcode or the number of a département may stand beside the name.
        numbers = [self.tokens[place].raw for place in (*digits[:before], *digits[after:])]
        return len({len(number) for number in numbers}) == len(numbers)

    @cached_property
    def _telling(self) -> list[int]:
        """Where a token says more than that a place follows."""
        around = cues.FILLERS if self.expected else cues.GREETINGS
        return [
            place
            for place, token in enumerate(self.tokens)
            if token.folded not in around and not token.raw.isdigit()
        ]

    @cached_property
    def _digits(self) -> list[int]:
        return [place for place, token in enumerate(self.tokens) if token.raw.isdigit()]

    def after(self, end: int) -> str:
        """Returns the characters between a token and the next, or after the last one."""
        return self.tokens[end].glue if end < len(self.tokens) else self.tail


@dataclass(frozen=True)
class Context:
    """What stands before a name.

    Attributes:
        link: The preposition, empty when there is none.
        cue: What introduces the name: "hospital", "admin" (ville de, département de),
            "person" (je suis à, nous travaillons en), "noun" (officine à), or "".
        barred: Whether the name is that of a street, a person or a company.
        negated: Whether the text says that it is not there.
    """

    link: str
    cue: str
    barred: bool
    negated: bool


def context(text: Text, start: int, link: str = "") -> Context:
    """Reads what stands before a name, and the `link` that the name has swallowed ("au Mans")."""
    tokens = text.tokens
    at = start - 1
    glue = tokens[start].glue if start < len(tokens) else ""
    while at >= 0 and not _BREAKS & set(glue) and tokens[at].folded in cues.CONNECTORS:
        if not link and tokens[at].folded in cues.PREPOSITIONS:
            link = tokens[at].folded
        glue = tokens[at].glue
        at -= 1
    before: list[str] = []
    while at >= 0 and len(before) < NEARBY and not _BREAKS & set(glue):
        before.append(tokens[at].folded)
        glue = tokens[at].glue
        at -= 1
    first = before[0] if before else ""
    titled = start > 0 and tokens[start - 1].folded in cues.CIVILITIES
    barred = (
        titled
        or first in cues.ODONYMS
        or first in cues.CIVILITIES
        or link == "chez"
        or (not link and not cues.NAMING.isdisjoint(before[:2]))
        or (not link and len(before) > 1 and before[1] in cues.CIVILITIES)
    )
    negated = first in {"pas", "plus"}
    return Context(link, _cue(before, link), barred, negated)


def _cue(before: list[str], link: str) -> str:
    """Returns what introduces a name, from the words before it, nearest first."""
    if not before:
        return ""
    if before[0] in cues.HOSPITAL and (not link or link in _HOSPITAL_LINKS):
        return "hospital"
    if before[0] in cues.ADMINISTRATIVE:
        return "admin"
    if link in _HOSPITAL_LINKS and cues.HOSPITAL & set(before):
        return "hospital"
    if link in INTO:
        for place, word in enumerate(before):
            if word == "est" and before[place + 1 : place + 2] not in (["on"], ["qui"]):
                continue
            if word in cues.PERSON_VERBS or word == "est":
                return "person"
        if before[0] in cues.LOCATIVE:
            return "noun"
    return ""
