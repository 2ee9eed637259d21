"""The views of a message: ways to write it down as a list of grams that are then counted.

Each view forgives what another trips over: words carry the meaning, characters forgive typing
errors, sounds forgive spelling, clusters of words meet a synonym that training never showed.
"""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass, replace
from itertools import pairwise

from bot.french.letter_frame import strip_frame
from bot.french.sounds import phonetic_key
from bot.french.text import name_forms, normalise, shorten
from bot.reading.vectors import WordVectors

_WORD = re.compile(r"\w+")
_CHARS = (2, 5)
_SOUNDS = (3, 5)
_FORMS = frozenset({"zzadresse", "zznombre", "zzcode", "zzlogin", "zztelephone"})
_FILLERS = frozenset(
    "mon ma le la l n de du d c est voici voila numero client marche contrat convention ticket ref"
    " reference dossier login identifiant mail adresse code oui bonjour merci alors et donc".split()
)


@dataclass(frozen=True)
class Reading:
    """What all views start from.

    Attributes:
        words: Folded words and the marks ? and !, forms such as numbers named.
        sounds: Phonetic keys of the words as typed, with their accents.
        clusters: For each word its cluster's name, or the word where it has no vector.
        rows: For each word its row in the table of vectors, or None.
    """

    words: tuple[str, ...]
    sounds: tuple[str, ...]
    clusters: tuple[str, ...]
    rows: tuple[int | None, ...]


def read(
    text: str, vectors: WordVectors | None = None, *, strip: bool = True, shorthand: bool = True
) -> Reading:
    """Read a message once for all views.

    Args:
        text: A message as typed.
        vectors: The table that gives clusters and rows; without it there are none.
        strip: Whether salutation, thanks and signature are left out.
        shorthand: See `normalise`.
    """
    core = strip_frame(shorten(text)) if strip else shorten(text)
    words = tuple(normalise(core, shorthand=shorthand).split())
    spoken = name_forms(core.lower().replace("’", "'"))
    sounds = tuple(phonetic_key(word) for word in _WORD.findall(spoken))
    reading = Reading(words, sounds, words, (None,) * len(words))
    return with_vectors(reading, vectors) if vectors else reading


def with_vectors(reading: Reading, vectors: WordVectors) -> Reading:
    """Return a reading with the clusters and rows that a table gives its words."""
    rows = tuple(vectors.row(word) for word in reading.words)
    clusters = tuple(
        word if row is None else f"k{vectors.clusters[row]}"
        for word, row in zip(reading.words, rows, strict=True)
    )
    return replace(reading, clusters=clusters, rows=rows)


def pairs(items: Sequence[str]) -> list[str]:
    """Return the items and each two that follow one another."""
    return [*items, *(f"{one} {two}" for one, two in pairwise(items))]


def word_grams(reading: Reading) -> list[str]:
    """Return the words and pairs of words, and whether nothing is said but a reference.

    A number with nothing said of it is a reference, an address with nothing said of it an address.
    """
    grams = pairs(reading.words)
    said = set(reading.words) - _FILLERS
    if said and said <= _FORMS:
        grams.append("zzseulementadresse" if "zzadresse" in said else "zzseulementreference")
    return grams


def char_grams(reading: Reading) -> list[str]:
    """Return the character n-grams within words, their edges marked."""
    grams = []
    for word in reading.words:
        edged = f" {word} "
        for size in range(_CHARS[0], _CHARS[1] + 1):
            grams += [edged[at : at + size] for at in range(max(1, len(edged) - size + 1))]
            if len(edged) <= size:
                break
    return grams


def sound_grams(reading: Reading) -> list[str]:
    """Return n-grams of sounds across words: who writes by ear also misplaces the spaces."""
    sounds = "".join(reading.sounds)
    return [
        sounds[at : at + size]
        for size in range(_SOUNDS[0], _SOUNDS[1] + 1)
        for at in range(max(1, len(sounds) - size + 1))
    ]


def cluster_grams(reading: Reading) -> list[str]:
    """Return the clusters of words and pairs of them."""
    return pairs(reading.clusters)


VIEWS = {
    "words": word_grams,
    "chars": char_grams,
    "sounds": sound_grams,
    "clusters": cluster_grams,
}
"""The views by the names that config.yml uses."""
