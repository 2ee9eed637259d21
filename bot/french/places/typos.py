"""Names written with typos, by optimal string alignment (one swap of neighbours counts one)."""

from __future__ import annotations

import re
from functools import cache, lru_cache
from typing import NamedTuple

from rapidfuzz import process
from rapidfuzz.distance import OSA

from bot.french.places.cues import FILLERS
from bot.french.places.fold import squash
from bot.french.places.index import index

# Inhabitants from which a town is likely enough to be read into a misspelt word.
_LARGE = 20_000
_MEDIUM = 2_000


class _Pools(NamedTuple):
    """Squashed names to folded names: the well known, the known, and all; then by sound."""

    large: dict[str, str]
    medium: dict[str, str]
    every: dict[str, str]
    sounds: dict[str, str]


# How French spells one sound in several ways, in the order in which to level them.
_SOUNDS = tuple(
    (re.compile(spelling), sound)
    for spelling, sound in (
        ("qu|ck|c(?![eiyh])", "k"),
        ("ph", "f"),
        ("y", "i"),
        ("eau|au", "o"),
        ("[ae]in|im", "in"),
        ("e([nm])", r"a\1"),
        ("z", "s"),
        ("g(?=[ei])", "j"),
        ("c(?=[ei])", "s"),
        (r"(.)\1", r"\1"),
        ("h", ""),
        ("er?[stxd]*$|[stxd]+$", ""),
    )
)


def _sound(word: str) -> str:
    """Returns a squashed name levelled to about how it sounds."""
    for spelling, sound in _SOUNDS:
        word = spelling.sub(sound, word)
    return word


@cache
def _pools(countries: bool) -> _Pools:
    places = index()
    large: dict[str, str] = {}
    medium: dict[str, str] = {}
    every: dict[str, str] = {}
    for name in places.fixed:
        if len(name) >= 5:
            large[squash(name)] = name
    if countries:
        for name in places.foreign:
            large.setdefault(squash(name), name)
    for table in (places.names, places.shorts):
        for name, numbers in table.items():
            people = max(places.communes[number].population for number in numbers)
            pool = large if people >= _LARGE else medium if people >= _MEDIUM else every
            pool.setdefault(squash(name), name)
    sounds: dict[str, str] = {}
    for key, name in large.items():
        known = sounds.setdefault(_sound(key), name)
        if _population(name, countries) > _population(known, countries):
            sounds[_sound(key)] = name
    return _Pools(large, medium, every, sounds)


def _allowed(size: int, generous: bool) -> int:
    """Returns how many typos a name of this many letters may hold."""
    if generous:
        return 0 if size < 4 else 1 if size < 7 else 2 if size < 12 else 3
    return 0 if size < 4 else 1 if size < 9 else 2


def _population(name: str, countries: bool) -> int:
    spots = index().spots(name, countries)
    return max((spot.population for spot in spots), default=0)


def _nearest(word: str, pool: dict[str, str], limit: int, countries: bool) -> tuple[int, str]:
    """Returns the distance and the folded name nearest to a squashed word, most populous first."""
    found = process.extract(word, pool.keys(), scorer=OSA.distance, score_cutoff=limit, limit=None)
    ranked = [
        # A wrong first letter is rare, so it weighs as one more typo.
        (int(distance) + (key[0] != word[0]), -_population(pool[key], countries), pool[key])
        for key, distance, _ in found
    ]
    if not ranked:
        return limit + 9, ""
    distance, _, name = min(ranked)
    return distance, name


@lru_cache(maxsize=4096)
def correct(phrase: str, *, generous: bool, countries: bool) -> str:
    """Returns the folded name that a misspelt phrase most likely stands for, or an empty string.

    Args:
        phrase: Folded words.
        generous: Whether the phrase is an answer to a question about the place: then small towns
            count, and more typos are forgiven.
        countries: Whether foreign places count.
    """
    word = squash(phrase)
    frequent = index().frequent
    if any(char.isdigit() for char in word):
        return ""
    # A letter alone is shorthand, as in "à la main é", more often than a piece of a name.
    if all(len(part) == 1 or part in frequent or part in FILLERS for part in phrase.split()):
        return ""
    limit = _allowed(len(word), generous)
    pools = _pools(countries)
    for pool in pools if generous else pools[:1]:
        if word in pool:
            return pool[word]
    if not limit:
        return ""
    distance, name = _nearest(word, pools.large, limit, countries)
    if not generous:
        return name if distance <= limit else ""
    # One typo away from a large town is more likely than a hamlet of the exact shape.
    if name and distance <= 1:
        return name
    sound = _sound(word)
    near, other = _nearest(sound, pools.sounds, int(len(word) > 5), countries) if sound else (9, "")
    if other and near <= 1:
        return other
    # A hamlet is read only into a long word that is all but right.
    for pool, size in ((pools.medium, 5), (pools.every, 7)):
        near, other = _nearest(word, pool, int(len(word) >= size), countries)
        if other and near < distance:
            distance, name = near, other
    return name if distance <= limit + 1 else ""
