"""Texts in lower case and without accents, each sign at its own place."""

from __future__ import annotations

import unicodedata
from functools import lru_cache


@lru_cache(4096)
def _plain(sign: str) -> str:
    low = unicodedata.normalize("NFD", sign)[0].lower()
    return low if len(low) == 1 else sign


def fold_in_place(text: str) -> str:
    """Return a text folded, of the same length, so that positions in one hold in the other."""
    if text.isascii():
        return text.lower()
    return "".join(map(_plain, text)).replace("’", "'").replace("ʼ", "'").replace("‘", "'")
