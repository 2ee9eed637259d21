"""Texts as patterns and lists of phrases read them: without accents, shorthand written out."""

from __future__ import annotations

import re
import unicodedata

from bot.french.spelling import spell_out

_MOST_READ = 2000
"""Characters of a message that patterns read."""

_JAI = re.compile(r"\bj ai\b")


def fold(text: str) -> str:
    """Return a text as patterns read it: in lower case, without accents, shorthand written out."""
    return spell_out(without_accents(text))


def without_accents(text: str) -> str:
    """Return a text in lower case without accents, with plain apostrophes; places stay the same.

    Of a very long text, the beginning.
    """
    plain = _JAI.sub("j'ai", text[:_MOST_READ].casefold().replace("’", "'"))
    decomposed = unicodedata.normalize("NFKD", plain)
    return "".join(char for char in decomposed if not unicodedata.combining(char))
