"""Tells by its signs what a piece of a message is: a word, a number, an address, a mixture."""

from __future__ import annotations

import re

from bot.french.redaction.fold import fold_in_place
from bot.french.redaction.lexicon import COMMON, PRODUCT_HEADS, PRODUCTS

HOLE = "\ue000"
"""Stands for a secret while the text is read: the mark itself reads like "mot de passe …"."""

MOST_READ = 40
"""Signs of a piece that are looked at."""

NEVER = frozenset({"mail", "url", "file", "product", "keys"})
"""Kinds that have a grammar of their own and are no secrets."""

_OFTEN = 2000
_MEASURE = re.compile(
    r"\d+(?:[.,]\d+)?(?:h\d*(?:mn|min)?|x|[eè]re?s?|[eè]?mes?|nde?|j|jours?|min\w*|mn|fois|ans?|mois"
    r"|sec\w*|s|[kmgt][bo]|[kcm]?m[²³2]?|[km]?g|[cm]?l|px|pt|eur\w*|k€?|€|%|ht|ttc|chf|th|st|nd|rd)"
    r"|x\d+|\d+x\d+|\d+m\d+",
    re.IGNORECASE,
)
_LINK = re.compile(
    r"(?:https?|ftp):|www\.|mailto:|[\w-]+(?:\.[\w-]+)*\.(?:fr|com|org|net|eu|example)$", re.I
)
_FILE = re.compile(
    r"[^ ]*\.(?:pdf|docx?|xlsx?|csv|pptx?|png|jpe?g|zip|txt|xml|msg|eml|exe|html?|odt)$", re.I
)
_KEYS = re.compile(r"(?:ctrl|alt|maj|shift|cmd|option|fn|suppr)(?:\+[\w-]{1,8}){1,3}", re.I)
_TICKET = re.compile(r"G-[0-9A-Z]{4}")
_PART_OF_REFERENCE = re.compile(
    r"\d+[A-Za-z]{0,2}\d*|[A-Z]{1,5}\d*[A-Z]{0,2}|[A-Z]{1,2}\d+[A-Z]\d+"
)
_VERSION = re.compile(r"([a-z]+)[-.°]?\d+(?:[.,-]\d+)*[a-z]?")
_DATE = re.compile(r"\d{1,2}[.-]\d{1,2}[.-]\d{2,4}|(?:19|20)\d\d-\d\d(?:-\d\d)?")
_YEAR = re.compile(r"(?:19|20)\d\d")
_ASKING = re.compile(
    r"[a-z]+-(?:t-)?(?:ils?|elles?|on|vous|nous|moi|je|tu|toi|ce|ci|la|le|les|lui|leur|y|en)"
)
_STUCK = re.compile(r"[.!?,'’]+")


def kind_of(word: str, key: str) -> str:
    """Return the kind of a piece.

    Args:
        word: The piece as typed.
        key: The piece folded.

    Returns:
        A short name. Signs begin with "p", numbers with "n", words with "w", "v" (rare) or "x"
        (unknown); words and mixtures end with l, u, c or m: lower case, capitals, one capital
        first, mixed.
    """
    if not any(map(str.isalnum, word)):
        return "p\\n" if word == "\n" else "p" + word[:2]
    word, key = word[:MOST_READ], key[:MOST_READ]
    digits = sum(map(str.isdigit, word))
    letters = sum(map(str.isalpha, word))
    signs = len(word) - digits - letters
    if not letters:
        return _number(word, digits, signs)
    fixed = _fixed(word, key, mixed=bool(digits or signs))
    if fixed:
        return fixed
    case = "l" if word == word.lower() else "u" if word.isupper() else "c"
    if case == "c" and word[1:] != word[1:].lower():
        case = "m"
    if signs:
        return _signed(word, key, case, digits)
    if digits:
        return _figured(word, key, case, len(word) - letters)
    if len(word) == 1:
        return "1" + case
    rank = COMMON.get(key)
    if rank is None:
        return ("x" if len(word) > 3 else "y") + case
    return ("w" if rank < _OFTEN else "v") + case


def _number(word: str, digits: int, signs: int) -> str:
    if not signs:
        return "year" if _YEAR.fullmatch(word) else f"n{min(digits, 10)}"
    return "date" if _DATE.fullmatch(word) else f"ns{min(digits, 9)}"


def _fixed(word: str, key: str, *, mixed: bool) -> str:
    """Return the kind of what has a grammar of its own, or nothing."""
    if key in PRODUCTS:
        return "product"
    if not mixed:
        return ""
    if is_address(word):
        return "mail"
    if _LINK.match(word):
        return "url"
    if _FILE.match(word):
        return "file"
    if _KEYS.fullmatch(word):
        return "keys"
    if _TICKET.fullmatch(word):
        return "ticket"
    if _MEASURE.fullmatch(word):
        return "measure"
    version = _VERSION.fullmatch(key)
    return "version" if version and version[1] in PRODUCT_HEADS else ""


def _signed(word: str, key: str, case: str, digits: int) -> str:
    if all(part in COMMON or part.isdigit() for part in _STUCK.split(key) if part):
        return "stuck" + case
    if _ASKING.fullmatch(key):
        return "asking"
    if digits:
        return ("r" if is_reference(word) else "g") + case
    joined = all(sign.isalpha() or sign in "-'’." for sign in word)
    return ("j" if joined else "h") + case


def _figured(word: str, key: str, case: str, figures: int) -> str:
    stem = key.rstrip("0123456789")
    if stem.isalpha():
        return f"d{case}{'w' if stem in COMMON else 'x'}{min(figures, 4)}"
    return "a" + case


def pattern_of(word: str) -> str:
    """Return the shape of a piece, runs of alike signs written once: "Soleil2024!" is "Aa0!"."""
    shape = ""
    for sign in word[:MOST_READ]:
        one = "0" if sign.isdigit() else "A" if sign.isupper() else "a" if sign.isalpha() else sign
        if shape[-1:] != one:
            shape += one
    return shape[:8]


def is_address(word: str) -> bool:
    """Tell whether a word is an address, or one that was left unfinished."""
    local, _, domain = word.rpartition("@")
    if len(local) < 2 or not domain:
        return False
    if "." in domain:
        ending = domain.rpartition(".")[2]
        return ending.isalpha() and len(ending) > 1
    return domain.isalpha() and domain.islower() and local.islower() and len(local) > 2


def is_reference(word: str) -> bool:
    """Tell whether a word is built like the number of a ticket, an order, a contract."""
    parts = re.split(r"[-_/.]", word)
    return all(_PART_OF_REFERENCE.fullmatch(part) for part in parts if part)


def bare(word: str) -> str:
    """Return a word without the punctuation around it."""
    return word.strip(".,;:!?…()[]{}<>'’‘«»“”\"*~`")


def stands_out(word: str) -> bool:
    """Tell whether a word is no word of a sentence: it may be masked wherever it is repeated."""
    kind = kind_of(word, fold_in_place(word))
    return len(word) > 3 and kind[0] not in "pnwvxy1" and kind not in NEVER | {"measure", "year"}
