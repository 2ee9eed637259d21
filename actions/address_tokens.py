"""Cuts a text into what addresses are made of: runs, spaces, signs, and words that name a sign."""

from __future__ import annotations

import re
import unicodedata
from dataclasses import dataclass
from functools import cached_property, lru_cache

_AT_SIGNS = "@\uff20"
_APART = '<>()[]{}",:;'
_DASHES = "-\u2010\u2011\u2012\u2013\u2014\u2015\u2212"
_APOSTROPHES = "\u2018\u2019\u02bc"
_MOST_SPACES = 3
_AT_WORDS = frozenset(
    "arobase arobas arobaz arobaze arrobase arrobas arrobaze arobasse arobace at".split()
)
_BRACKETED_AT = _AT_WORDS | {"a"}
_SIGNS: dict[tuple[str, ...], str] = {
    ("point",): ".", ("dot",): ".", ("pt",): ".",
    ("tiret", "bas"): "_", ("tiret", "du", "8"): "_", ("tiret", "du", "huit"): "_",
    ("tiret", "du", "bas"): "_", ("underscore",): "_", ("souligné",): "_", ("souligne",): "_",
    ("tiret",): "-", ("tiret", "du", "6"): "-", ("tiret", "du", "six"): "-",
    ("tiret", "du", "milieu"): "-", ("trait", "d'union"): "-", ("trait", "d’union"): "-",
}  # fmt: skip
"""Words said for a sign, longest first tried."""

_FIRST_WORDS = frozenset(words[0] for words in _SIGNS)
_LONGEST_SIGN = 3
_HINT = re.compile(r"[@\uff20]|arr?ob|\bat\b", re.IGNORECASE)
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
    def breaks(self) -> bool:
        """Whether it holds a line break or more space than stands inside an address."""
        return "\n" in self.text or len(self.text) > _MOST_SPACES


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
    return letter or char in "._\uff0e\u3002" or char in _DASHES


def tokens_of(text: str) -> list[Token]:
    """Return the pieces of a text; none for a text that cannot hold an address.

    Args:
        text: The text.
    """
    if not _HINT.search(text):
        return []
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
    """Read "(at)" and "[dot]" as signs."""
    out: list[Token] = []
    place = 0
    while place < len(tokens):
        token = tokens[place]
        if token.text in "([{" and token.kind == "d":
            inside = [other for other in tokens[place + 1 : place + 5] if other.kind != "s"]
            if len(inside) > 1 and inside[1].text in (")", "]", "}"):
                sign = _sign_in_brackets(inside[0])
                if sign:
                    start, end = token.start, inside[1].end
                    out.append(Token(sign[0], inside[0].text, start, end, sign[1], start))
                    place = tokens.index(inside[1], place) + 1
                    continue
        out.append(token)
        place += 1
    return out


def _sign_in_brackets(token: Token) -> tuple[str, str] | None:
    word = token.text.lower()
    if token.kind == "@" or word in _BRACKETED_AT:
        return "@", ""
    return ("j", _SIGNS[(word,)]) if (word,) in _SIGNS else None


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
        if token.kind == "w" and alone and word in _AT_WORDS:
            out.append(Token("a", token.text, token.start, token.end, sign=token.start))
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
