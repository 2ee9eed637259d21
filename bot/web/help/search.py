"""Searches a portal's articles by words, with the typing errors that people make."""

from __future__ import annotations

import math
import re
import unicodedata
from collections import Counter
from collections.abc import Iterable
from dataclasses import dataclass

from rapidfuzz import fuzz

from bot.content.portals import Article, Portal
from bot.web.help.faq import plain_of

MOST_CHARACTERS = 200
"""Characters of a query."""

_MOST_RESULTS = 8
_MOST_EXCERPT = 160
_TITLE, _TEXT = 3.0, 1.0
_ALIKE = 78
"""Percent of likeness from which a word counts as another one misspelt."""

_SHORTEST = 4
"""Letters from which a word may be misspelt: shorter ones are too much alike."""

_BEGINNING = 0.9
_WORD = re.compile(r"[a-z0-9]+")
_IDLE = frozenset(
    "a ai alors au aux avec avez avoir c ca car ce cela ces cet cette comment d dans de des deux"
    " du elle en es est et etre eu faire faut il ils j jai je l la le les leur lui m ma mais me mes"
    " moi mon n ne nous on ont ou par pas plus pour qu quand que quel quelle qui quoi s sa se ses"
    " si son sont sur t ta te tes toi ton tu un une vers vos votre vous y".split()
)
_PASSWORD = ("mot", "passe")
_MEANT = {"mdp": _PASSWORD, "pwd": _PASSWORD, "password": _PASSWORD, "spams": ("spam",)}
"""What people write for words that the articles use."""


@dataclass(frozen=True)
class Hit:
    """An article that was found, with the beginning of its text."""

    article: Article
    excerpt: str


@dataclass(frozen=True)
class _Entry:
    article: Article
    plain: str
    title: frozenset[str]
    text: frozenset[str]


class _Index:
    def __init__(self, portal: Portal) -> None:
        self.portal = portal
        self.entries = []
        counts: Counter[str] = Counter()
        for article in portal.articles.values():
            plain = plain_of(portal, article)
            title = frozenset(_words(f"{article.title} {article.topic}"))
            text = frozenset(_words(plain))
            counts.update(title | text)
            self.entries.append(_Entry(article, plain, title, text))
        number = len(self.entries) + 1
        self.weight = {word: math.log(number / count) for word, count in counts.items()}


_indexes: dict[str, _Index] = {}


def search(portal: Portal, query: str) -> list[Hit]:
    """Return the articles that a query may mean, the likeliest first.

    Args:
        portal: Whose articles.
        query: As typed; what exceeds `MOST_CHARACTERS` is left out.
    """
    index = _indexes.get(portal.id)
    # Content that was read anew is another portal object.
    if index is None or index.portal is not portal:
        index = _indexes[portal.id] = _Index(portal)
    words = list(dict.fromkeys(_words(query[:MOST_CHARACTERS])))
    if not words:
        return []
    scored = []
    for number, entry in enumerate(index.entries):
        found = [_score(word, entry, index.weight) for word in words]
        if sum(score > 0 for score in found) * 2 >= len(words):
            scored.append((-sum(found), number, entry))
    best = sorted(scored)[:_MOST_RESULTS]
    return [Hit(entry.article, _excerpt(entry.plain)) for score, _, entry in best if score < 0]


def _score(word: str, entry: _Entry, weight: dict[str, float]) -> float:
    return max(_best(word, entry.title, weight, _TITLE), _best(word, entry.text, weight, _TEXT))


def _best(word: str, among: Iterable[str], weight: dict[str, float], part: float) -> float:
    best = 0.0
    for other in among:
        best = max(best, part * _likeness(word, other) * weight[other])
    return best


def _likeness(word: str, other: str) -> float:
    if word == other:
        return 1.0
    if len(word) >= _SHORTEST - 1 and other.startswith(word):
        return _BEGINNING
    if len(word) < _SHORTEST or len(other) < _SHORTEST:
        return 0.0
    ratio: float = fuzz.ratio(word, other, score_cutoff=_ALIKE)
    # A word that is only alike counts less than any that is the same.
    return (ratio / 100) ** 3


def _words(text: str) -> list[str]:
    folded = unicodedata.normalize("NFKD", text.casefold().replace("œ", "oe"))
    plain = "".join(char for char in folded if not unicodedata.combining(char))
    words = (word for word in _WORD.findall(plain) if word not in _IDLE)
    return [one for word in words for one in _meant(word)]


def _meant(word: str) -> tuple[str, ...]:
    alike = (key for key in _MEANT if len(key) > _SHORTEST and fuzz.ratio(word, key) >= _ALIKE)
    return _MEANT.get(word) or _MEANT.get(next(alike, "")) or (word,)


def _excerpt(text: str) -> str:
    if len(text) <= _MOST_EXCERPT:
        return text
    return text[:_MOST_EXCERPT].rpartition(" ")[0].rstrip(" ,;:.") + "…"
