"""French words as the search compares them: without accents, capitals and endings.

Both databases are given the same stems, so that a search finds the same on either, and a hit can be
shown where it stands in the text.
"""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Iterator
from dataclasses import dataclass

_WORD = re.compile(r"[^\W_]+")
_LEAST = 3
"""Letters that a stem keeps at least."""

_MOST_WORD = 40

# Longest first; of two that fit, the longer one goes.
_ENDINGS = tuple(
    sorted(
        "issements issement ements ement ments ment ations ation itions ition ateurs ateur atrice"
        " euses euse eurs eur aient ions ion ait ais ons ant ants ante antes ent er ers ez ees ee"
        " es e s x is it ir irs ie ies ites ite if ifs ive ives i".split(),
        key=len,
        reverse=True,
    )
)
_EMPTY = frozenset(
    "a au aux avec ce ces cet cette c d dans de des du elle en est et il ils j je l la le les leur"
    " leurs lui m ma mais me mes moi mon n ne nos notre nous on ou par pas pour qu que qui s sa se"
    " ses son sur t ta te tes toi ton tu un une vos votre vous y".split()
)
_WHOLE = {"mail": "mail", "mails": "mail", "email": "mail", "emails": "mail", "mel": "mail"}


@dataclass(frozen=True)
class Piece:
    """A part of a text, and whether the search found it there."""

    text: str
    hit: bool = False


def fold(text: str) -> str:
    """Return a text in lower case without accents."""
    plain = text.casefold().replace("œ", "oe").replace("æ", "ae")
    return "".join(
        char for char in unicodedata.normalize("NFKD", plain) if not unicodedata.combining(char)
    )


def stem(word: str) -> str:
    """Return what words of one family share, such as "connecter" and "connectées".

    Args:
        word: A single word, however written.
    """
    folded = fold(word)[:_MOST_WORD]
    if folded in _WHOLE or not folded.isalpha():
        return _WHOLE.get(folded, folded)
    # What one ending uncovers is another's: "oubliées", "oubliée", "oublie".
    while True:
        for ending in _ENDINGS:
            if folded.endswith(ending) and len(folded) - len(ending) >= _LEAST:
                folded = folded[: -len(ending)]
                break
        else:
            return folded


def stems(text: str) -> list[str]:
    """Return the stems of a text's words that say something, in their order."""
    return [stem(word) for word in _words(text) if fold(word) not in _EMPTY]


def wanted(query: str) -> list[str]:
    """Return the stems that a search asks for, each once; none if it asks for nothing."""
    return list(dict.fromkeys(stems(query)))


def highlight(text: str, query: str, most: int = 220) -> list[Piece]:
    """Return the part of a text around its first hit, with all hits in it marked.

    Args:
        text: The text.
        query: What was searched.
        most: About how many characters to return.
    """
    sought = set(wanted(query))
    hits = [word.span() for word in _WORD.finditer(text) if stem(word.group()) in sought]
    start = max(0, (hits[0][0] if hits else 0) - most // 3)
    if start:
        start = text.find(" ", start) + 1 or start
    end = min(len(text), start + most)
    pieces, at = [Piece("… ")] if start else [], start
    for first, last in hits:
        if first < at or last > end:
            continue
        pieces += [Piece(text[at:first]), Piece(text[first:last], hit=True)]
        at = last
    pieces.append(Piece(text[at:end] + (" …" if end < len(text) else "")))
    return [piece for piece in pieces if piece.text]


def _words(text: str) -> Iterator[str]:
    # "ç" typed as two characters is still one letter of its word.
    for match in _WORD.finditer(unicodedata.normalize("NFC", text)):
        yield match.group()
