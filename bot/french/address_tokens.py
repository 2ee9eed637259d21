"""Cuts a text into what addresses are made of: runs, spaces, signs, and words that name a sign."""

from __future__ import annotations

import re
import unicodedata
from dataclasses import dataclass
from functools import cached_property, lru_cache

_AT_SIGNS = "@"
_APART = '<>()[]{}",:;'
_DASHES = "-\u2010\u2011\u2012\u2013\u2014\u2015\u2212"
_APOSTROPHES = "\u2018\u2019\u02bc"
_MOST_SPACES = 3
MOST_SCANNED = 400
"""Signs after which a part of an address is too long to go on with."""

_AT_WORDS = frozenset("arobase at chez".split())
_AT_BEGINS = ("arob", "arrob")
_LONGEST_AT = 10
_AROUND_AT = "-_*|~`'"
_SIGNS: dict[tuple[str, ...], str] = {
    tuple(said.split()): sign
    for sign, all_said in {
        ".": "point, dot, pt, poin, poind",
        "_": "tiret bas, tiret du 8, tiret du huit, tiret du bas, underscore, under score,"
        " trait bas, souligné, souligne, tiret souligné, barre basse, barre du bas, trait du bas",
        "-": "tiret, tiret du 6, tiret du six, tiret du milieu, tiret normal, tiret simple, moins,"
        " tiret haut, trait d'union, trait d’union, trait union, signe moins, dash",
        "+": "plus, signe plus",
        "'": "apostrophe",
        "&": "esperluette, et commercial",
    }.items()
    for said in all_said.split(", ")
}
"""Words said for a sign, longest first tried."""

_EVERYDAY_SIGNS = frozenset(["plus", "moins", "souligne", "souligné"])
"""Words that are said for a sign now and then only."""

_FIRST_WORDS = frozenset(words[0] for words in _SIGNS)
_LONGEST_SIGN = 3
_PARTS = re.compile(r"[^\W_]+")


@dataclass(frozen=True)
class Token:
    """A piece of a text.

    Attributes:
        kind: `w` a run without spaces, `s` a space, `@` the sign, `a` a word for it, `j` a word for
            a sign that joins, `d` anything else. `@`, `a` and `j` hold the spaces around them.
        text: As typed, without what cannot be seen.
        start: Where it begins.
        end: The index after its last character.
        value: The sign that a `j` stands for.
        sign: Where the sign itself begins in an `@`.
    """

    kind: str
    text: str
    start: int
    end: int
    value: str = ""
    sign: int = 0

    @cached_property
    def is_single(self) -> bool:
        """Whether it is one letter or digit, as in a spelled-out name."""
        return self.kind == "w" and len(self.text) == 1 and self.text.isalnum() and self.text != "à"

    @cached_property
    def domain(self) -> str:
        """The part at its beginning, as typed, that may belong to a domain."""
        end = 0
        while end < len(self.text) and _in_domain(self.text[end]):
            end += 1
        return self.text[:end] if self.kind == "w" else ""

    @cached_property
    def words(self) -> list[str]:
        """Its letters and digits, in lower case."""
        return _PARTS.findall(self.text.lower())

    @property
    def is_everyday(self) -> bool:
        """Whether it is a word that is said for a sign now and then only."""
        return self.kind == "j" and self.text.strip().lower() in _EVERYDAY_SIGNS

    @property
    def breaks(self) -> bool:
        """Whether it holds a line break or more space than stands inside an address."""
        return "\n" in self.text or len(self.text) > _MOST_SPACES


@dataclass
class Side:
    """The part of an address on one side of its @.

    Attributes:
        text: As read so far.
        at: The index in the text where it begins or ends, away from the @.
        doubtful: Whether more may belong to it.
        joined: Whether a sign in it was said.
        said: Whether the @ was said.
        slip: The sign that was typed for a dot in it, by the wrong key.
        spaced: Whether a space stands behind a dot in it, as phones put it there.
    """

    text: str
    at: int
    doubtful: bool = False
    joined: bool = False
    spaced: bool = False
    slip: str = ""
    said: bool = False


@lru_cache(maxsize=1024)
def _kind(char: str) -> str:
    if char in _AT_SIGNS:
        return "@"
    if char.isspace():
        return "s"
    if char in _APART:
        return "d"
    category = unicodedata.category(char)
    if ord(char) < 128 or char in _DASHES or char in _APOSTROPHES:
        return "s" if category == "Cc" else "w"
    return "w" if category[0] in "LNM" or category == "Cf" else "d"


@lru_cache(maxsize=1024)
def _in_domain(char: str) -> bool:
    letter = unicodedata.category(char)[0] in "LNM" or unicodedata.category(char) == "Cf"
    return letter or char in "._" or char in _DASHES


def tokens_of(text: str) -> list[Token]:
    """Return the pieces of a text.

    Args:
        text: The text, in plain signs.
    """
    return _with_spaces(_with_signs(_bracketed(_runs(text)), text), text)


def _runs(text: str) -> list[Token]:
    tokens: list[Token] = []
    start = 0
    kinds = [_kind(char) for char in text]
    while start < len(text):
        kind, end = kinds[start], start + 1
        while kind in "ws" and end < len(text) and kinds[end] == kind:
            end += 1
        tokens.append(Token(kind, text[start:end], start, end, sign=start))
        start = end
    return tokens


def _bracketed(tokens: list[Token]) -> list[Token]:
    """Read "(at)", "[dot]" and "(.)" as signs."""
    out: list[Token] = []
    place = 0
    while place < len(tokens):
        token = tokens[place]
        if token.kind == "d" and token.text in _OPENING:
            closing = _OPENING[token.text]
            row = tokens[place + 1 : place + 2 + _MOST_INSIDE]
            size = next((n for n, one in enumerate(row) if one.text == closing), 0)
            inside = [one.text.lower() for one in row[:size] if one.kind != "s"]
            if inside and (sign := _sign_in_brackets(inside)):
                said, end = " ".join(inside), row[size].end
                out.append(Token(sign[0], said, token.start, end, sign[1], token.start))
                place += size + 2
                continue
        out.append(token)
        place += 1
    return out


_OPENING = {"(": ")", "[": "]", "{": "}", "<": ">"}
_MOST_INSIDE = 7


def _sign_in_brackets(words: list[str]) -> tuple[str, str] | None:
    if len(words) == 1 and (words[0] in _AT_SIGNS or words[0] == "a" or _is_at(words[0])):
        return "@", ""
    if len(words) == 1 and words[0] in _BARE_SIGNS:
        return "j", words[0]
    sign = _SIGNS.get(tuple(words))
    return ("j", sign) if sign else None


_BARE_SIGNS = (".", "-", "_")


def _is_at(word: str) -> bool:
    """Tell whether a word is said for an @, however it is spelled."""
    return word in _AT_WORDS or (word.startswith(_AT_BEGINS) and len(word) <= _LONGEST_AT)


def _with_signs(tokens: list[Token], text: str) -> list[Token]:
    """Read the words that are said for a sign, where they stand alone."""
    out: list[Token] = []
    place = 0
    while place < len(tokens):
        token = tokens[place]
        word = token.text.lower()
        alone = (place == 0 or tokens[place - 1].kind == "s") and (
            place + 1 < len(tokens) and tokens[place + 1].kind == "s"
        )
        if token.kind == "w" and alone and _is_at(word.strip(_AROUND_AT)):
            out.append(Token("a", word.strip(_AROUND_AT), token.start, token.end, sign=token.start))
        elif token.kind == "w" and alone and word in _FIRST_WORDS:
            size, value = _said_sign(tokens, place)
            if value:
                end = tokens[place + size - 1].end
                out.append(Token("j", text[token.start : end], token.start, end, value))
                place += size
                continue
            out.append(token)
        else:
            out.append(token)
        place += 1
    return out


def _said_sign(tokens: list[Token], place: int) -> tuple[int, str]:
    """Return how many tokens the longest sign takes that is said at a place, and the sign."""
    row = tokens[place : place + 2 * _LONGEST_SIGN - 1]
    words = [token.text.lower() for token in row[::2] if token.kind == "w"]
    spaced = all(token.kind == "s" for token in row[1::2])
    for count in range(len(words), 0, -1):
        value = _SIGNS.get(tuple(words[:count]))
        if value and (spaced or count == 1):
            return 2 * count - 1, value
    return 0, ""


def _with_spaces(tokens: list[Token], text: str) -> list[Token]:
    """Put the spaces around a sign into it, up to as many as stand inside an address."""
    out: list[Token] = []
    for place, token in enumerate(tokens):
        if token.kind == "s" and len(token.text) <= _MOST_SPACES:
            if out and out[-1].kind in "@aj":
                before = out.pop()
                whole = text[before.start : token.end]
                out.append(
                    Token(before.kind, whole, before.start, token.end, before.value, before.sign)
                )
                continue
            if place + 1 < len(tokens) and tokens[place + 1].kind in "@aj":
                after = tokens[place + 1]
                continue_with = Token(
                    after.kind, text[token.start : after.end], token.start, after.end,
                    after.value, after.sign,
                )  # fmt: skip
                tokens[place + 1] = continue_with
                continue
        out.append(token)
    return out
