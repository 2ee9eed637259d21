"""A key of how French words sound, so that "jé ri1 ressu" meets "j'ai rien reçu".

The key is coarse on purpose: it merges what people confuse in writing (é/è/er/ez, an/en, c/s/ss/ç,
k/qu, silent endings, doubled letters), not what a phonetician would.
"""

from __future__ import annotations

import re
from functools import lru_cache

_DIGITS = {"1": "in", "2": "de", "6": "sis", "7": "set", "8": "uit", "9": "neuf"}
_WHOLE = {
    "est": "e", "es": "e", "et": "e", "recu": "reSu", "recus": "reSu", "ca": "Sa", "c": "S",
    "que": "ke", "mail": "mel", "mails": "mel", "email": "emel", "emails": "emel",
}  # fmt: skip
# In order. An apostrophe holds the place of a mute e until the vowels before it are read.
_RULES: tuple[tuple[str, str], ...] = (
    (r"[àâä]", "a"),
    (r"[îï]", "i"),
    (r"[ôö]", "o"),
    (r"[ûùü]", "u"),
    (r"oeu|œu|œ", "eu"),
    (r"ph", "f"),
    (r"sch|sh|ch", "X"),
    (r"h", ""),
    (r"(?<=[^aeiouyéèêë])(?:aient|ait|ais)$", "é"),
    (r"(?<=.)(?:ées|ée|és|er|ez|ets|et|ai)$", "é"),
    (r"(?<=..[^m])ent$|(?<=..)es?$", "'"),
    (r"(?<=[^'][^'])[xtdz]$|(?<=[^'][^s'])s$", ""),
    (r"(?<=[^'][^'])[xtdz]$", ""),
    (r"mpt", "mt"),
    (r"[éèêë]", "e"),
    (r"s?ç|sc(?=[eiy])|c(?=[eiy])|z", "S"),
    (r"t(?=i(?:on|el|eu|al|en))", "S"),
    (r"s+", "S"),
    (r"gn", "N"),
    (r"gu(?=[eiy'])", "G"),
    (r"g(?=[eiy'])e?", "j"),
    (r"g", "G"),
    (r"qu|q|ck|c", "k"),
    (r"x", "kS"),
    (r"eau|au", "o"),
    (r"oin(?![aeiouy'nm])", "w1"),
    (r"oi|oy", "wa"),
    (r"ou", "W"),
    (r"ien(?![aeiouy'nm])", "i1"),
    (r"(?:ain|aim|ein|eim|yn|ym|in|im|un|um)(?![aeiouy'nm])", "1"),
    (r"(?:an|am|en|em)(?![aeiouy'nm])", "2"),
    (r"(?:on|om)(?![aeiouy'nm])", "3"),
    (r"(?<=[aeuW])ill?(?![a-z])|(?<=[aeuW])ill", "Y"),
    (r"ill", "iY"),
    (r"ai|ei|ay|ey|eu", "e"),
    (r"y", "i"),
    (r"'", ""),
    (r"(.)\1+", r"\1"),
)
_COMPILED = tuple((re.compile(pattern), by) for pattern, by in _RULES)
_INNER_DIGIT = re.compile(r"(?<=[^\W\d])[126789](?!\d)|(?<!\d)[126789](?=[^\W\d])")


@lru_cache(maxsize=1 << 15)
def phonetic_key(word: str) -> str:
    """Return how a word sounds, in a private alphabet; numbers are returned as they are.

    Args:
        word: One word, any case, with its accents.
    """
    if word.isdigit():
        return word
    whole = _WHOLE.get(word.lower())
    if whole:
        return whole
    key = _INNER_DIGIT.sub(lambda match: _DIGITS[match.group()], word.lower())
    for pattern, by in _COMPILED:
        key = pattern.sub(by, key)
    return key or word.lower()
