"""How a message is written down before its n-grams are counted."""

from __future__ import annotations

import re
import unicodedata

MOST_READ = 2000
"""Characters of a message that are read; what stands beyond changes nothing but the time."""

_ADDRESS = re.compile(r"\S+@\S+\.\S+")
_LINK = re.compile(r"https?://\S+|www\.\S+")
_NUMBER = re.compile(r"\d+")
_ELONGATION = re.compile(r"(.)\1{2,}")
_PUNCTUATION = re.compile(r"[^\w\s?!]")


def fold(text: str) -> str:
    """Return a text in lower case without accents, ligatures opened."""
    opened = text.replace("œ", "oe").replace("Œ", "oe").replace("’", "'")
    # Twice: styled letters (𝗠𝗼𝘁) have a case only once they are decomposed.
    lower = unicodedata.normalize("NFKD", opened).casefold()
    decomposed = unicodedata.normalize("NFKD", lower)
    return "".join(char for char in decomposed if not unicodedata.combining(char))


def normalise(text: str) -> str:
    """Return the text whose n-grams are counted.

    Addresses, links and numbers become one word each, letters repeated for emphasis are written
    once, and punctuation goes but for question and exclamation marks, which tell of tone.
    """
    folded = fold(text[:MOST_READ])
    folded = _LINK.sub(" zzlien ", folded)
    folded = _ADDRESS.sub(" zzadresse ", folded)
    folded = _NUMBER.sub(" zznombre ", folded)
    folded = _ELONGATION.sub(r"\1", folded)
    folded = _PUNCTUATION.sub(" ", folded)
    return " ".join(folded.split())
