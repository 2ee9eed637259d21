"""Cuts a message into clauses, where people change the subject and where sentences end."""

from __future__ import annotations

import re

from bot.french.letter_frame import strip_frame
from bot.french.text import MOST_READ

_CONNECTOR = (
    r"et\s+(?:aussi|en\s+plus|puis\s+aussi|d['’]ailleurs|sinon|par\s+ailleurs|pendant\s+(?:que\s+j['’]y"
    r"\s+suis|qu['’]on\s+y\s+est)|autre\s+(?:chose|question|souci|probl[èe]me)|tant\s+qu['’]on\s+y\s+est)"
    r"|en\s+plus(?:\s+(?:de\s+(?:ça|cela)|j|je|il|on|le|la|les))?(?=\s)|par\s+ailleurs|d['’]autre\s+part"
    r"|autre\s+(?:chose|question|souci|probl[èe]me|point)|deuxi[èe]me\s+(?:chose|question|souci|probl[èe]me"
    r"|point)|(?:deuxi[èe]mement|secundo|ensuite|[ée]galement|sinon|en\s+outre|de\s+plus|accessoirement)"
    r"|(?:au|du)\s+passage|j['’](?:ai|aurais)\s+(?:aussi|[ée]galement)|je\s+(?:voudrais|veux|souhaite"
    r"|souhaiterais|voulais)\s+(?:aussi|[ée]galement)|(?:et|puis)\s+(?:aussi|puis)|ps\s*:|p\.s\."
    r"|question\s+(?:suivante|subsidiaire)|rien\s+[àa]\s+voir(?:\s+mais)?|tant\s+que\s+j['’]y\s+suis"
    r"|pendant\s+que\s+j['’]y\s+suis|pis|et\s+(?:os|auss)i|osi"
)
_STRONG = re.compile(
    rf"(?:^|(?<=[\s,;.!?(]))(?={_CONNECTOR})|(?<=[\s\n(])(?=[2-4]\s?[).°/-]\s)"
    r"|(?<=[.?!])\s+(?=(?:et|puis)\s)|\n\s*[-•*–]\s*|(?<=\s)(?=\+\s)",
    re.IGNORECASE,
)
_WEAK = re.compile(
    r"(?<=[.!?;…])\s+|\n+|\s+(?=(?:et|puis|mais|aussi)\s)|,\s+(?=(?:je|j['’]|il|on|o[ùu]|comment|est-ce)\b)",
    re.IGNORECASE,
)
_FINE = re.compile(rf"{_WEAK.pattern}|(?<=[,:])\s+(?=\w+['’\s]\w)", re.IGNORECASE)
"""Where a message is cut into clauses that are read by themselves."""
_LEADING = re.compile(
    rf"^[\s,;.:!?()+*•–-]*(?:\d\s?[).°/-]\s*)?(?:(?:{_CONNECTOR}|et|puis|mais|aussi|alors|donc)\b[\s,:]*)*",
    re.IGNORECASE,
)

_FEWEST_WORDS = 2
_MOST_CLAUSES = 8
_MOST_PARTS = 12
_WORD = re.compile(r"\w+")


def split_clauses(text: str) -> list[tuple[bool, list[str]]]:
    """Return the parts of a message that might be problems of their own.

    Args:
        text: A message as typed.

    Returns:
        Ways to cut it, each of two clauses or more, with whether the cut stands where people say
        that they change the subject; none for a message without a place to cut.
    """
    core = strip_frame(text[:MOST_READ])
    strong = _clauses(_STRONG, core)
    weak = [clause for part in _STRONG.split(core) for clause in _clauses(_WEAK, part)]
    cuts = [(True, strong)]
    if len(weak) != len(strong):
        cuts.append((False, weak))
    return [(trusted, cut) for trusted, cut in cuts if 1 < len(cut) <= _MOST_CLAUSES]


def parts_of_message(text: str) -> list[tuple[int, int]]:
    """Return where the clauses of a message begin and end, cut as finely as can be.

    Args:
        text: A message as typed.

    Returns:
        Their places in the text; none where it is but one clause, or too many.
    """
    core = strip_frame(text[:MOST_READ])
    first = max(0, text.find(core))
    core = text[first : first + len(core)]
    borders = sorted(
        (found.start(), found.end()) for cut in (_STRONG, _FINE) for found in cut.finditer(core)
    )
    spans: list[tuple[int, int]] = []
    begin = 0
    for end, after in (*borders, (len(core), len(core))):
        if end < begin:
            continue
        clause = core[begin:end]
        if len(_WORD.findall(clause)) < _FEWEST_WORDS and spans:
            spans[-1] = spans[-1][0], end
        elif clause.strip():
            spans.append((begin, end))
        begin = after
    trimmed = [
        (first + begin + len(core[begin:end]) - len(core[begin:end].lstrip()),
         first + begin + len(core[begin:end].rstrip()))
        for begin, end in spans
    ]  # fmt: skip
    return trimmed if 1 < len(trimmed) <= _MOST_PARTS else []


def bare_clause(clause: str) -> str:
    """Return a clause without what joins it to the one before, such as "et aussi"."""
    return _LEADING.sub("", clause) or clause


def _clauses(border: re.Pattern[str], text: str) -> list[str]:
    clauses: list[str] = []
    for part in border.split(text):
        if len(_WORD.findall(part)) < _FEWEST_WORDS and clauses:
            clauses[-1] += " " + part
        elif part.strip():
            clauses.append(part.strip())
    return clauses
