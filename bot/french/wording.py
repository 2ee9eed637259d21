"""Phrases by which people agree, refuse or say whose an address is, held against a text.

The phrases are content (`consent.yml`, `addresses.yml`, `requests.yml` in `faq/common/`); here is
how a text is held against them, whole words against whole words, in time that grows with its length
alone.
"""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Collection, Mapping
from dataclasses import dataclass, field

from bot.french.fold import fold

Tokens = tuple[str, ...]
Phrases = Mapping[Tokens, frozenset[str]]
"""What each phrase is, by its words; one may be several things."""

PLACES = {"first": 0, "second": 1, "third": 2, "fourth": 3, "fifth": 4, "sixth": 5, "last": -1}
"""The names of places in consent.yml, with the index of the button."""

_DRAWN_OUT = re.compile(r"([a-z])\1{2,}")
_DOUBLED = re.compile(r"([a-z])\1+")
_WORD = re.compile(r"[^\W_]+|[^\w\s]")


def split_words(text: str, vocabulary: Collection[str] = ()) -> Tokens:
    """Return the words of a text without accents and punctuation; a sign that is a word stays.

    Args:
        text: As typed.
        vocabulary: Words that a drawn-out one stands for: "ouiii" and "okk" are among them.
    """
    found = []
    for token in _WORD.findall(fold(text)):
        if not (token.isalnum() or _is_picture(token)):
            continue
        if token not in vocabulary:
            # Once with the letters drawn out, once with those merely doubled.
            short = (_DRAWN_OUT.sub(r"\1", token), _DOUBLED.sub(r"\1", token))
            token = next((word for word in short if word in vocabulary), token)
        found.append(token)
    return tuple(found)


def _is_picture(sign: str) -> bool:
    return unicodedata.category(sign) == "So" and sign > "\u2000"


def asks(text: str) -> bool:
    """Tell whether a text has a question mark."""
    return "?" in text or "？" in text


def parts_of(words: Tokens, phrases: Phrases) -> list[frozenset[str] | None]:
    """Split words into the longest known phrases; None stands for a word of none of them."""
    longest = max(map(len, phrases), default=1)
    parts: list[frozenset[str] | None] = []
    start = 0
    while start < len(words):
        for length in range(min(longest, len(words) - start), 0, -1):
            if kinds := phrases.get(words[start : start + length]):
                parts.append(kinds)
                start += length
                break
        else:
            parts.append(None)
            start += 1
    return parts


def merged(*several: Phrases) -> dict[Tokens, frozenset[str]]:
    """Return phrases joined; one that is in several is all that it is there."""
    whole: dict[Tokens, frozenset[str]] = {}
    for phrases in several:
        for words, kinds in phrases.items():
            whole[words] = whole.get(words, frozenset()) | kinds
    return whole


@dataclass(frozen=True)
class Wording:
    """The phrases of consent.yml, addresses.yml and requests.yml, each split into its words.

    Attributes:
        vocabulary: Words that drawn-out ones are taken for.
        plain: What answers a question of fact.
        acts: What agrees to each act, or may stand beside that.
        turns_to: What says that the person turns to whoever was named.
        addresses: Whose an address is, by kind.
        requests: What announces, or names, a line of a request, by kind.
    """

    vocabulary: frozenset[str] = frozenset()
    plain: Phrases = field(default_factory=dict)
    acts: Mapping[str, Phrases] = field(default_factory=dict)
    turns_to: Phrases = field(default_factory=dict)
    please: Phrases = field(default_factory=dict)
    doubt: Phrases = field(default_factory=dict)
    elsewhere: Phrases = field(default_factory=dict)
    objection: Phrases = field(default_factory=dict)
    still: Phrases = field(default_factory=dict)
    recall_verbs: Phrases = field(default_factory=dict)
    recall_things: Phrases = field(default_factory=dict)
    never_agreed: Phrases = field(default_factory=dict)
    beside_place: frozenset[str] = frozenset()
    places: Mapping[str, int] = field(default_factory=dict)
    addresses: Mapping[str, frozenset[Tokens]] = field(default_factory=dict)
    requests: Mapping[str, frozenset[Tokens]] = field(default_factory=dict)
