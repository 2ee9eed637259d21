"""Cuts a message into the pieces that are judged: words, signs that part them, and lines."""

from __future__ import annotations

import re
import unicodedata
from typing import NamedTuple

from bot.french.redaction.fold import fold_in_place
from bot.french.redaction.kinds import HOLE

_PICTURES = "\U0001f000-\U0001faff\u2600-\u27bf\ufe0f"
_PIECE = re.compile(
    r"(?P<link>(?:https?|ftp)://[^\s<>\"«»]+|www\.[^\s<>\"«»]+)"
    rf"|{HOLE}|\n|[:=]{{1,3}}>?|[-=]{{1,3}}>|→|[/;,|()<>{{}}\[\]\"«»“”„`]|[{_PICTURES}]+"
    r"|(?P<elided>(?<![^\W_])(?:[cdjlmnst]|qu|jusqu|lorsqu|puisqu)['’](?=[^\W\d_]))"
    rf"|[^\s{HOLE}{_PICTURES}:=/;,|()<>{{}}\[\]\"«»“”„`→]+",
    re.IGNORECASE,
)
_BEFORE = "'’‘.…!?*~_-–—"
_BEHIND = "'’‘.…!?*~"


class Token(NamedTuple):
    """One piece of a text.

    Attributes:
        start: Where it begins in the text.
        end: Where it ends.
        word: The piece as typed.
        key: The piece folded.
        glued: Whether nothing stands between it and the piece before.
    """

    start: int
    end: int
    word: str
    key: str
    glued: bool


def _token(start: int, end: int, word: str, key: str, glued: bool) -> Token:
    if not word.isascii():
        word = unicodedata.normalize("NFC", word)
        key = "".join(sign for sign in key if not unicodedata.combining(sign))
    return Token(start, end, word, key, glued)


def tokens_of(text: str) -> list[Token]:
    """Return the pieces of a text, in order."""
    folded = fold_in_place(text)
    found: list[Token] = []
    last = -1

    def add(start: int, end: int) -> None:
        nonlocal last
        if start < end:
            found.append(_token(start, end, text[start:end], folded[start:end], start == last))
            last = end

    for match in _PIECE.finditer(text):
        start, end = match.span()
        piece = match.group()
        core = piece.lstrip(_BEFORE)
        begin = end - len(core)
        finish = begin + len(core.rstrip(_BEHIND))
        if match.lastgroup or not core or len(piece) < 3:
            add(start, end)
            continue
        add(start, begin)
        add(begin, finish)
        add(finish, end)
    return found
