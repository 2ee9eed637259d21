"""Takes off what announces that something is to be told: "précisez qu'on…", "j'ai oublié de dire…".

What is left is what a request holds. The words of announcing are content
(`faq/common/requests.yml`); anything else ends the announcement, and a text that announces nothing
stays whole.
"""

from __future__ import annotations

import re
from collections.abc import Collection, Iterator, Mapping
from dataclasses import dataclass

from bot.french.clauses import parts_of_message
from bot.french.fold import without_accents
from bot.french.spelling import spell_out
from bot.french.wording import Tokens

_WORD = re.compile(r"[^\W_]+")
_ARTICLES = frozenset({"le", "la", "les", "l", "ma", "une"})
_MOST_WORDS = 14
"""An announcement is no longer than so many words."""


@dataclass(frozen=True)
class Told:
    """What a clause tells.

    Attributes:
        text: What is left of it; empty where it only announces.
        announced: Whether an announcement was taken off.
        linked: Whether that ended in "que", so that a clause behind it may begin with "et que".
    """

    text: str
    announced: bool = False
    linked: bool = False


def told_in(clause: str, phrases: Mapping[str, Collection[Tokens]]) -> Told:
    """Return what a clause tells, without the words that announce it.

    Args:
        clause: As typed.
        phrases: The words of announcing: `tells`, `around` and `links`.
    """
    tells, around, links = (
        {word for words in phrases[kind] for word in words} for kind in ("tells", "around", "links")
    )
    announced, cut = False, 0
    words = _words(clause)
    if not words:
        return Told(clause.strip())
    for number, (word, start, end) in enumerate(words):
        if number >= _MOST_WORDS:
            return Told(clause.strip())
        if announced and ":" in clause[cut:start]:
            return Told(clause[clause.index(":", cut) + 1 :].strip(), announced=True)
        if announced and _among(word, links):
            return Told(clause[end:].lstrip(" '’"), announced=True, linked=True)
        if _among(word, tells):
            announced, cut = True, end
        elif _among(word, around):
            behind_hyphen = start > 0 and clause[start - 1] == "-"
            if announced and (behind_hyphen or word not in _ARTICLES):
                cut = end
        else:
            return _from(clause, cut) if announced else Told(clause.strip())
    # Nothing but such words: "j'aimerais", cut off before "aussi préciser que…", tells nothing.
    return Told("", announced=announced)


def _among(word: str, known: Collection[str]) -> bool:
    """Tell whether a word, or all that a shorthand such as "svp" stands for, is among some."""
    if word in known:
        return True
    spelt = spell_out(word)
    return spelt != word and all(part in known for part in _WORD.findall(spelt))


def _from(clause: str, cut: int) -> Told:
    left = clause[cut:].lstrip(" ,;:-'’")
    return Told(left.strip(), announced=True)


def _words(clause: str) -> list[tuple[str, int, int]]:
    plain = without_accents(clause)
    if len(plain) != len(clause):
        # A sign that folds to two: places would not fit.
        return []
    return [(found[0], found.start(), found.end()) for found in _WORD.finditer(plain)]


def pieces_of(text: str, phrases: Mapping[str, Collection[Tokens]]) -> Iterator[str]:
    """Yield what a request may hold of a message: its clauses, and what each of them tells."""
    for start, end in parts_of_message(text) or [(0, len(text))]:
        clause = text[start:end]
        told = told_in(clause, phrases).text
        for piece in (clause, told, without_link(clause, phrases["links"])):
            bare = piece.strip(" ,;:.")
            yield from (bare, capitalised(bare))


def without_link(clause: str, links: Collection[Tokens]) -> str:
    """Return a clause such as "et que c'est urgent" without the "que" that an announcement left."""
    words = _words(clause)
    known = {word for each in links for word in each}
    if len(words) > 2 and words[0][0] in {"et", "ou", "mais"} and words[1][0] in known:
        return f"{clause[: words[0][2]]} {clause[words[1][2] :].lstrip(' ’').lstrip(chr(39))}"
    return clause


def capitalised(text: str) -> str:
    """Return a text that begins with a capital letter."""
    return text[:1].upper() + text[1:]
