"""Tells by its looks whether a word is a secret, a word of a sentence or a number of something."""

from __future__ import annotations

import re
import unicodedata

from bot.french.redaction.fold import fold_in_place
from bot.french.redaction.words import ELSE, MATTER, PRODUCT_HEADS, PRODUCTS

HOLE = "\ue000"
"""Stands for a secret while the text is read: the mark itself reads like "mot de passe …"."""

EDGE = ".,;:!?…()[]{}<>"
_DRESSING = EDGE + "'’‘«»“”\"+&*~_|`/\\-–—=→"
_SIGNS = frozenset("@!$%*#?^€£§&+=")
_LONG = 8
_LONGEST_REFERENCE_HEAD = 5
_UNMISTAKABLE = 12
_MOST_TYPED = 200

_INNER = re.compile(r"[.,;:!?/…'’()\[\]&+_=|–—-]+")
_MEASURE = re.compile(
    r"\d+(?:[.,]\d+)?(?:h\d*(?:mn|min)?|x|[eè]re?s?|[eè]?mes?|nde?|j|jours?|min\w*|mn|fois|ans?|mois"
    r"|sec\w*|s|[kmgt][bo]|[kcm]?m[²³2]?|[km]?g|[cm]?l|px|pt|eur\w*|k€?|€|%|ht|ttc|chf|th|st|nd|rd)"
    r"|x\d+|\d+x\d+",
    re.IGNORECASE,
)
_FIGURES = re.compile(r"(?:n[°o])?[+]?\d+(?:[./:,–_-]\d+)*[%€]?", re.IGNORECASE)
_LINK = re.compile(
    r"https?:|www\.|mailto:|[\w-]+(?:\.[\w-]+)*\.(?:fr|com|org|net|eu|example)\b", re.I
)
_FILE = re.compile(
    r".*\.(?:pdf|docx?|xlsx?|csv|pptx?|png|jpe?g|zip|txt|xml|msg|eml|exe|html?|odt)", re.I
)
_TICKET = re.compile(r"G[-‐–]?[0-9A-Z]{4}", re.IGNORECASE)
_PART_OF_REFERENCE = re.compile(
    r"\d+[A-Za-z]{0,2}\d*|[A-Z]{1,5}\d*[A-Z]{0,2}|[A-Z]{1,2}\d+[A-Z]\d+"
)
_HEAD = re.compile(r"([a-z]+)[-.°]?\d+(?:[.,-]\d+)*[a-z]?")
_HEXADECIMAL = re.compile(r"0x[0-9a-f]+", re.IGNORECASE)
_SPELLED = re.compile(r"[^\W_](?:[-.][^\W_]){3,40}")
_NAMED_AND_NUMBERED = re.compile(r"[A-ZÀ-Ý][a-zà-ÿ]{3,}/\d{1,4}")
_NUMBERED = re.compile(r"([^\W\d_]+)[#°]\d+")
_KEY = re.compile(
    r"(?:eyJ[\w-]{8,}|(?:sk|pk|ghp|gho|xox[bap]|glpat|rk)[_-]\w{8,}|AKIA\w{12,})[\w.-]*"
)
_ALTERNATING = re.compile(r"[a-z]+|[A-Z]+|\d+|[^A-Za-z\d]+")


def bare(word: str) -> str:
    """Return a word without the punctuation around it and the emoji in it."""
    if word.isascii():
        return word[:_MOST_TYPED].strip(_DRESSING)
    composed = unicodedata.normalize("NFC", word[:_MOST_TYPED])
    kept = (c for c in composed if unicodedata.category(c) not in {"So", "Sk", "Cf", "Mn"})
    return "".join(kept).strip(_DRESSING)


def looks_secret(word: str, *, number: bool = False) -> bool:
    """Tell whether a word where a secret is expected looks like one.

    Args:
        word: The word, with the punctuation that sticks to it.
        number: Whether a bare number counts.
    """
    stripped = bare(word)
    if HOLE in word or len(stripped) < 4 or is_known(stripped, heads=3):
        return False
    if not any(map(str.isalnum, stripped)):
        return False
    if _SPELLED.fullmatch(stripped):
        return True
    if _FIGURES.fullmatch(stripped):
        return number and stripped.isdecimal()
    return not _is_ordinary(stripped)


_MARKUP = re.compile(r"[<>]|\]\(|%3[ce]|\+AD[w4]", re.IGNORECASE)


def looks_strong(word: str) -> bool:
    """Tell whether a word looks like a secret wherever it stands beside the name of one."""
    # Signs and figures are all over pasted HTML and Markdown.
    if _MARKUP.search(word):
        return False
    stripped = bare(word)
    if HOLE in word or len(stripped) < 5 or is_known(stripped) or _FIGURES.fullmatch(stripped):
        return False
    numbered = _NUMBERED.fullmatch(stripped)
    if numbered and fold_in_place(numbered[1]) in ELSE | MATTER:
        return False
    if _SPELLED.fullmatch(stripped):
        return True
    if is_reference(stripped) or _is_ordinary(stripped):
        return False
    letters = any(map(str.isalpha, stripped))
    digits = any(map(str.isdigit, stripped))
    inner = stripped[1:-1]
    if not letters:
        return digits and any(sign in "@!$%*#?^&" for sign in inner)
    if digits:
        return not _is_sentence(stripped)
    return any(sign in "@$%*#^€£§" for sign in inner)


def is_unmistakable(word: str) -> bool:
    """Tell whether a word is a secret wherever it stands, even where nothing names one."""
    stripped = bare(word)
    if _KEY.fullmatch(stripped):
        return True
    if not looks_strong(word) or len(stripped) < _LONG:
        return False
    kinds = (str.islower, str.isupper, str.isdigit)
    if not all(any(map(kind, stripped)) for kind in kinds):
        return False
    if len(_ALTERNATING.findall(stripped)) >= 8 and len(stripped) >= _UNMISTAKABLE:
        return True
    ending = word.rstrip(".,;:)]}»\"'")
    return any(sign in _SIGNS - {"&", "+", "=", "?"} for sign in ending[1:]) and (
        len(ending) >= 9 or ending[-1] not in "!?"
    )


def is_known(stripped: str, heads: int = 1) -> bool:
    """Tell whether a word is an address, a link, a file, a measure or the name of a product.

    Args:
        stripped: The word, without the punctuation around it.
        heads: The fewest letters before a number that make it a version or the like.
    """
    folded = fold_in_place(stripped)
    if stripped.isalpha():
        return folded in PRODUCTS
    if folded in PRODUCTS or _LINK.match(stripped) or is_address(stripped):
        return True
    head = _HEAD.fullmatch(folded)
    if head is not None and head[1] in PRODUCT_HEADS and len(head[1]) >= heads:
        return True
    return any(form.fullmatch(stripped) for form in (_MEASURE, _FILE, _HEXADECIMAL))


def is_address(word: str) -> bool:
    """Tell whether a word is an address, or one that was left unfinished."""
    local, _, domain = word.rpartition("@")
    if len(local) < 2 or not domain:
        return False
    if "." in domain:
        ending = domain.rpartition(".")[2]
        return ending.isalpha() and len(ending) > 1
    return domain.isalpha() and domain.islower() and local.islower() and len(local) > 2


def is_reference(stripped: str) -> bool:
    """Tell whether a word is built like the number of a ticket, an order, a contract."""
    if _TICKET.fullmatch(stripped):
        return True
    if not any(map(str.isdigit, stripped)):
        return False
    parts = re.split(r"[-_/.]", stripped)
    return all(_PART_OF_REFERENCE.fullmatch(part) for part in parts if part) and not (
        len(parts) == 1 and stripped[:1].isdigit() and stripped[-1:].islower()
    )


def _is_ordinary(stripped: str) -> bool:
    """Tell whether a word is letters only, in lower case, in capitals or with one capital first."""
    parts = [part for part in _INNER.split(stripped) if part]
    return all(
        part.isalpha() and (part[1:] == part[1:].lower() or part.isupper()) for part in parts
    )


def _is_sentence(stripped: str) -> bool:
    """Tell whether words and numbers only miss a space: "Bonjour,2", "login/2024", "pdf(2)"."""
    if any(sign in "@$%*#^€£§" for sign in stripped):
        return False
    if _NAMED_AND_NUMBERED.fullmatch(stripped):
        return False
    parts = [part for part in re.split(r"[.,;:?/…'’()\[\]|]+", stripped) if part]
    return len(parts) > 1 and all(
        part.isdigit() or (part.isalpha() and part[1:] == part[1:].lower()) or is_known(part)
        for part in parts
    )
