"""Folding of names and cutting of a text into tokens."""

from __future__ import annotations

import re
import unicodedata
from dataclasses import dataclass, replace
from itertools import zip_longest


def _plain_letters() -> dict[int, str]:
    """Returns the table from each accented Latin letter to its plain lower-case letters."""
    table = {ord("œ"): "oe", ord("Œ"): "oe", ord("æ"): "ae", ord("Æ"): "ae", ord("ß"): "ss"}
    for point in range(0xC0, 0x250):
        if point not in table:
            plain = unicodedata.normalize("NFKD", chr(point)).encode("ascii", "ignore").decode()
            if plain:
                table[point] = plain.lower()
    return table


_LETTERS = _plain_letters()
_NAME = _LETTERS | {ord(mark): " " for mark in "-'’ʼ`´()/.,"}
_TOKEN = re.compile(r"\d+|[^\W\d_]+")
_MASKED = re.compile(r"(?<!\S)\S+@\S+|https?:\S+|www\.\S+", re.IGNORECASE)
_SAINTS = {"st": "saint", "ste": "sainte", "sts": "saints", "stes": "saintes"}


@dataclass(frozen=True)
class Token:
    """A word or a run of digits.

    Attributes:
        folded: Lower case, without accents or ligatures, usual abbreviations spelled out.
        raw: As written.
        glue: The characters between the previous token and this one.
    """

    folded: str
    raw: str
    glue: str


def fold_name(name: str) -> str:
    """Returns a name in lower-case plain letters, its words parted by one space."""
    return " ".join(name.lower().translate(_NAME).split())


def squash(folded: str) -> str:
    """Returns a folded name without its spaces, so that typos of spacing weigh nothing."""
    return folded.replace(" ", "")


def tokenise(text: str) -> tuple[list[Token], str]:
    """Cuts a text into tokens.

    Mail and web addresses are left out: the town in "chu-lille.fr" is the address of whoever is
    written to, not where the writer is.

    Args:
        text: What the user wrote.

    Returns:
        The tokens, and the characters after the last one.
    """
    text = _MASKED.sub(" ; ", unicodedata.normalize("NFC", text))
    tokens: list[Token] = []
    last = 0
    for found in _TOKEN.finditer(text):
        raw = found.group()
        tokens.append(Token(raw.translate(_LETTERS).lower(), raw, text[last : found.start()]))
        last = found.end()
    return _spell_out(tokens), text[last:]


def _spell_out(tokens: list[Token]) -> list[Token]:
    """Spells out "st", "ste", "s/" (sur) and "s/s" (sous) as in written place names."""
    out: list[Token] = []
    skip = False
    for here, after in zip_longest(tokens, tokens[1:]):
        if skip:
            skip = False
        elif after is None:
            out.append(here)
        elif (
            here.folded in _SAINTS and after.raw.isalpha() and after.glue.strip() in {"", "-", "."}
        ):
            out.append(replace(here, folded=_SAINTS[here.folded]))
        elif here.folded == "s" and after.glue.startswith("/"):
            skip = after.folded == "s"
            out.append(replace(here, folded="sous" if skip else "sur"))
        else:
            out.append(here)
    return out
