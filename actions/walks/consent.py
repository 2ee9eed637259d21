"""Decides whether a message is a yes or a no: the only place where anything done rests on that.

A mail that is sent, a request that is handed over or dropped, a problem that is closed: each needs
a yes of its own. A button says it, or a message that is made up of words of agreement alone
(`faq/common/consent.yml`), or a short message that the model surely reads as agreement and that
holds no question, no negation and no "mais". All else is answered, and the question comes again.
"""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from functools import lru_cache
from pathlib import Path
from typing import TYPE_CHECKING, Any, Literal

import yaml

from actions.walks.facts import fold

if TYPE_CHECKING:
    from actions.walks.base import Heard

Act = Literal["reset", "ticket", "address", "solved"]
"""What is agreed to: a reset mail, sending a request, a suggested address, closing as solved."""

Answer = Literal["yes", "no"]
Tokens = tuple[str, ...]
_Kinds = dict[Tokens, frozenset[str]]

_FILE = Path(__file__).parents[2] / "faq" / "common" / "consent.yml"
_MOST_WORDS = 40
_SHORT = 8
_SHORT_DROPPING = 12
_DRAWN_OUT = re.compile(r"([a-z])\1{2,}")
_DOUBLED = re.compile(r"([a-z])\1+")
_WORD = re.compile(r"[^\W_]+|[^\w\s]")
_DROPS = frozenset({"cancel", "restart", "goodbye"})


def tokens(text: str) -> Tokens:
    """Return the words of a text without accents and punctuation; a sign that is a word stays."""
    return _words(text, _language().vocabulary)


def _words(text: str, vocabulary: frozenset[str]) -> Tokens:
    found = []
    for token in _WORD.findall(fold(text)):
        if not (token.isalnum() or _is_picture(token)):
            continue
        if token not in vocabulary:
            # "Ouiii", "okk": once with the letters drawn out, once with those merely doubled.
            short = (_DRAWN_OUT.sub(r"\1", token), _DOUBLED.sub(r"\1", token))
            token = next((word for word in short if word in vocabulary), token)
        found.append(token)
    return tuple(found)


def _is_picture(sign: str) -> bool:
    return unicodedata.category(sign) == "So" and sign > "\u2000"


@dataclass(frozen=True)
class _Language:
    """The words of consent.yml, each phrase split into its words."""

    vocabulary: frozenset[str]
    plain: _Kinds
    acts: Mapping[str, _Kinds]
    please: frozenset[Tokens]
    doubt: _Kinds
    objection: _Kinds
    still: _Kinds
    recall_verbs: _Kinds
    recall_things: _Kinds
    never_agreed: _Kinds
    beside_place: frozenset[str]
    places: Mapping[str, int]


_PLACES = {"first": 0, "second": 1, "third": 2, "fourth": 3, "fifth": 4, "sixth": 5, "last": -1}


@lru_cache(maxsize=1)
def _language() -> _Language:
    data: dict[str, Any] = yaml.safe_load(_FILE.read_text(encoding="utf-8"))
    raw = frozenset(
        word
        for kind in ("yes", "no", "beside")
        for phrase in data[kind]
        for word in _WORD.findall(fold(phrase))
        if word.isalnum() or _is_picture(word)
    )

    def split(phrases: Iterable[str], kind: str) -> _Kinds:
        return {_words(phrase, raw): frozenset({kind}) for phrase in phrases}

    def merged(*parts: _Kinds) -> _Kinds:
        whole: _Kinds = {}
        for part in parts:
            for words, kinds in part.items():
                whole[words] = whole.get(words, frozenset()) | kinds
        return whole

    base = merged(
        split(data["yes"], "yes"), split(data["no"], "no"), split(data["beside"], "beside")
    )
    acts = {
        act: merged(base, split(words["asks"], "yes"), split(words["with"], "beside"))
        for act, words in data["acts"].items()
    }
    harmless = split(data["harmless"], "harmless")
    places = data["places"]
    return _Language(
        vocabulary=raw,
        plain=merged(base, split(data["done"], "yes")),
        acts=acts,
        please=frozenset(split(data["please"], "please")),
        doubt=merged(split(data["doubt"], "doubt"), harmless),
        objection=merged(split(data["objection"], "doubt"), harmless),
        still=split(data["still"], "found"),
        recall_verbs=split(data["recall"]["verbs"], "found"),
        recall_things=split(data["recall"]["things"], "found"),
        never_agreed=split(data["never_agreed"], "found"),
        beside_place=frozenset(word for said in places["beside"] for word in _words(said, raw)),
        places={fold(word): place for name, place in _PLACES.items() for word in places[name]},
    )


def _parts(words: Tokens, phrases: _Kinds) -> list[frozenset[str] | None]:
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


def _asks(text: str) -> bool:
    return "?" in text or "？" in text


def bare_answer(text: str, act: Act | None = None) -> Answer | None:
    """Return what a message made up of words of agreement or refusal alone answers, or None.

    Args:
        text: As typed.
        act: What is agreed to, whose own words count too; None where only a fact was asked.
    """
    language = _language()
    words = tokens(text)
    if not words or len(words) > _MOST_WORDS or _asks(text):
        return None
    parts = _parts(words, language.acts[act] if act else language.plain)
    if any(kinds is None for kinds in parts):
        return None
    says = {kind for kinds in parts if kinds for kind in ("yes", "no") if kind in kinds}
    if "yes" in says and "no" in says:
        return None
    if "yes" in says:
        return "yes"
    if "no" in says:
        return "no"
    return "yes" if _holds(words, dict.fromkeys(language.please, frozenset({"doubt"}))) else None


def _holds(words: Tokens, phrases: _Kinds) -> bool:
    return any(kinds and "harmless" not in kinds for kinds in _parts(words, phrases))


def doubts(text: str) -> bool:
    """Tell whether a text asks, denies or objects, so that nothing is taken for agreed."""
    return _asks(text) or _holds(tokens(text), _language().doubt)


def still_fails(text: str) -> bool:
    """Tell whether a text says, without asking, that what was wrong goes on."""
    return not _asks(text) and _holds(tokens(text), _language().still)


def objects(text: str) -> bool:
    """Tell whether a text goes on with "mais", "sauf" and the like, or asks."""
    return _asks(text) or _holds(tokens(text), _language().objection)


def consents(heard: Heard, act: Act) -> bool:
    """Tell whether a message agrees to an act."""
    if heard.pressed:
        return heard.intent in ({"affirm", "solved"} if act == "solved" else {"affirm"})
    bare = bare_answer(heard.text, act)
    if bare:
        return bare == "yes"
    # What else is to be sent is not what was offered: only the closed list tells that.
    text = heard.text
    if len(tokens(text)) > _SHORT or doubts(text) or sends(text) or _only_polite(text):
        return False
    if act == "solved":
        return heard.sure and heard.intent == "solved"
    return heard.surely == "affirm"


def _only_polite(text: str) -> bool:
    """Tell whether nothing but politeness and pictures is said."""
    language = _language()
    parts = _parts(tuple(word for word in tokens(text) if word.isalnum()), language.plain)
    return all(kinds == _BESIDE for kinds in parts)


_BESIDE = frozenset({"beside"})


def refuses(heard: Heard, act: Act) -> bool:
    """Tell whether a message refuses an act, and says no more than that."""
    if heard.pressed:
        return heard.intent == "deny"
    if bare := bare_answer(heard.text, act):
        return bare == "no"
    short = len(tokens(heard.text)) <= _SHORT
    return heard.surely == "deny" and short and not objects(heard.text)


def answered(heard: Heard) -> Answer | None:
    """Return what a message answers to a question of fact, or None."""
    if heard.pressed:
        return "yes" if heard.intent == "affirm" else "no" if heard.intent == "deny" else None
    if bare := bare_answer(heard.text):
        return bare
    if _ends_in_no(heard.text):
        return "no"
    if heard.intent == "affirm" and heard.sure and not doubts(heard.text):
        return "yes"
    return "no" if heard.intent == "deny" and not objects(heard.text) else None


def _ends_in_no(text: str) -> bool:
    """Tell whether a short message comes to a no, as in "je viens de réessayer, non"."""
    words = tokens(text)
    return not objects(text) and 1 < len(words) <= _SHORT_DROPPING and words[-1] in _FLAT_NO


_FLAT_NO = frozenset({"non", "nan", "nope"})


def is_meant(heard: Heard) -> bool:
    """Tell whether a reading that would end something is more than half of what was said.

    "C'est bon. Revenons à ma connexion" is no closing, "ok mais où ?" no yes.
    """
    if heard.pressed:
        return True
    if heard.intent in {"solved", "affirm"}:
        bare = bare_answer(heard.text, "solved" if heard.intent == "solved" else None)
        return bare == "yes" or not doubts(heard.text)
    if heard.intent in _DROPS:
        return not objects(heard.text)
    return True


def sends(text: str) -> bool:
    """Tell whether a text speaks of sending something."""
    return any(word.startswith(_SENDING) for word in tokens(text))


_SENDING = ("envoy", "envoi", "renvoy", "renvoi", "transmet", "transfer")


def recalls(text: str) -> bool:
    """Tell whether a message wants a mail back that was sent, or says that nobody asked for it."""
    language, words = _language(), tokens(text)
    if len(words) > _SHORT_DROPPING:
        return False
    wants_back = _holds(words, language.recall_verbs) and _holds(words, language.recall_things)
    return wants_back or _holds(words, language.never_agreed)


def place_named(text: str, count: int) -> int | None:
    """Return which of some offered buttons a message names by its place, or None.

    Args:
        text: Such as "2", "le premier", "option 2" or "la dernière".
        count: How many are offered.

    Returns:
        The index of the button.
    """
    language = _language()
    named = [word for word in tokens(text) if word not in language.beside_place]
    if len(named) != 1 or named[0] not in language.places:
        return None
    place = language.places[named[0]]
    return count - 1 if place < 0 else place if place < count else None
