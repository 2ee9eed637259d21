"""Finds e-mail addresses in a text, typed or spelled out, whole or not at all.

People write `jean.dupont@chu.fr`, `jean.dupont (at) chu.fr`, "jean point dupont arobase chu point
fr" or "j e a n arobase …". Phones put a space behind each dot and curl each apostrophe. What is
read as somebody's address decides to whom a mail goes, so the tail of an address is never taken for
one: where its beginning or its end is in doubt, the address is found as one that is not whole, and
whoever wrote it is asked.

The text is cut into runs once, and each run is looked at by its neighbours only, so the time to
scan grows with the length of the text, whatever it holds.
"""

from __future__ import annotations

import re
from collections.abc import Callable
from dataclasses import dataclass, replace
from functools import lru_cache

from bot.french.address_domain import read_domain
from bot.french.address_local import read_local
from bot.french.address_text import may_hold_address, plain
from bot.french.address_tokens import MOST_SCANNED, Side, Token, tokens_of
from bot.french.address_words import ENDINGS, fold_word, is_common
from bot.ground.addresses import is_address, normalise_address

_QUOTES = "*'`’‘ʼ"
_SPELLED = re.compile(r"(?<![^\W_])(?:[^\W_]-){2,20}[^\W_](?![^\W_])")
_ACCENTS = r"(?:accents?|tr[ée]mas?|c[ée]dilles?)"
_WITHOUT_ACCENT = re.compile(
    rf"\b(?P<or>(?:ou|pas|que|et) )?(?:sans (?:les |l['’])?{_ACCENTS}|{_ACCENTS} en moins)\b"
    r"(?P<all>[\s,.;:!)]*(?:(?:bien sûr|merci|svp|évidemment|hein|du coup)\b.{0,20})?$)?", re.I,
)  # fmt: skip
_MENDED = re.compile(
    rf"(?<!\S)(?:\.(?:{'|'.join(sorted(ENDINGS))})(?![\w.@])|@[\w-]{{1,60}}\.\w)", re.I
)
"""The end of an address once more, behind it, without its beginning: "pardon .fr"."""

_ACCENTED = re.compile(r"\s(?:à|a|sur|dans)\s([^\W_]{2,40})")
_UNSURE = re.compile(
    r"\bje (?:crois|pense) qu['’]il y a un (?:point|tiret|underscore|chiffre|accent)\b"
    r"|\b(?:point|tiret|underscore|chiffre|accent|www)\b.{0,12}\bje (?:ne )?sais (?:pas|plus)\b",
    re.I,
)
"""A sign of which whoever wrote does not know whether it belongs to the address."""

_SIGN_TOLD = re.compile(r"\bavec un (?:point|tiret|underscore)\b", re.I)
_NAMED = re.compile(
    r"[\s,:(]*(?:donc|soit|c['’]est[- ]à[- ]dire)\s(?:c['’]est\s)?([^\W\d_]+)([._-])([^\W\d_]+)"
    r"(?![\w@-])"
)
_PARTS = re.compile(r"[^\W_]+")
_SURE = re.compile(r"[._\-\d]")


@dataclass(frozen=True)
class Found:
    """What looks like an address in a text.

    Attributes:
        start: Where it begins.
        end: The index after its last character.
        value: Its normal form, as far as it was read.
        whole: Whether it is an address that can be acted on.
    """

    start: int
    end: int
    value: str
    whole: bool


def find_addresses(text: str) -> list[Found]:
    """Return what looks like an address in a text, in order.

    Args:
        text: A message, or anything that may hold one.
    """
    return list(_found_in(text)) if may_hold_address(text) else []


@lru_cache(maxsize=8)
def _found_in(text: str) -> tuple[Found, ...]:
    """Scan a text; the readers of one message scan the same few forms of it."""
    read = plain(text)
    return tuple(
        Found(read.starts[one.start], read.ends[one.end - 1], one.value, one.whole)
        for one in _scan(read.text)
    )


def _scan(text: str) -> list[Found]:
    tokens = tokens_of(text)
    found: list[Found] = []
    floor = 0
    for place, token in enumerate(tokens):
        if token.kind not in "@a" or token.start < floor:
            continue
        domain = read_domain(tokens, place)
        # What no domain follows is none, whatever stands before it.
        one = None
        if domain is not None:
            local = read_local(text, tokens, place, floor, domain.slip)
            one = _found(text, token, local, domain)
        if one is not None:
            found.append(one)
            floor = one.end
        else:
            floor = max(floor, token.end)
    return _unless_spelled_otherwise(text, found)


def _unless_spelled_otherwise(text: str, found: list[Found]) -> list[Found]:
    """Doubt an address of which more is told: spelled once more, or without its accents."""
    if len(found) != 1:
        return found
    one = found[0]
    beside, behind = text[: one.start], text[one.end :]
    without = None if one.value.isascii() else _WITHOUT_ACCENT.search(text)
    if without:
        if (named := _ACCENTED.match(text, without.end())) and not without["or"]:
            bare = _without_accent_of(one.value, named[1])
            return [replace(one, value=bare, whole=bare.isascii() and is_address(bare))]
        # "Sans accent à hopital", "avec ou sans accent": which of them is not told.
        sure = one.whole and not without["or"] and (without["all"] is not None)
        found = [replace(one, value=fold_word(one.value), whole=sure)]
        return found if sure else [replace(one, whole=False)]
    local, _, domain = fold_word(one.value).partition("@")
    named = _NAMED.match(behind)
    if named and local in {f"prenom{named[2]}nom", f"p{named[2]}nom"}:
        name = named[1] if local.startswith("prenom") else named[1][:1]
        value = normalise_address(f"{name}{named[2]}{named[3]}@{domain}")
        return [replace(one, value=value, whole=is_address(value))]
    if _MENDED.search(behind) or _SIGN_TOLD.search(beside) or _UNSURE.search(text):
        return [replace(one, whole=False)]
    names = [match.group().replace("-", "") for match in _SPELLED.finditer(text)]
    parts = _PARTS.findall(fold_word(found[0].value))
    if all(fold_word(name) in parts or _SPELLED.search(found[0].value) for name in names):
        return found
    return [replace(found[0], whole=False)]


def _without_accent_of(address: str, word: str) -> str:
    """Return an address with a word of it written without its accents."""
    meant = fold_word(word)
    return re.sub(
        r"[^\W_]+", lambda part: meant if fold_word(part[0]) == meant else part[0], address
    )


def whole_addresses(text: str) -> list[str]:
    """Return the normal forms of the addresses in a text that can be acted on, each once."""
    return list(dict.fromkeys(found.value for found in find_addresses(text) if found.whole))


def replace_addresses(text: str, by: Callable[[Found], str]) -> str:
    """Return a text with all that looks like an address replaced, whole or not.

    Args:
        text: The text.
        by: Returns what stands for one.
    """
    pieces: list[str] = []
    at = 0
    for found in find_addresses(text):
        pieces += text[at : found.start], by(found)
        at = found.end
    return "".join(pieces) + text[at:]


def unreadable_address(text: str) -> str | None:
    """Return the part of a text that is meant as an address but is none that can be acted on.

    Returns:
        None where a whole address stands in the text, or nothing like one.
    """
    found = find_addresses(text)
    if any(one.whole for one in found):
        return None
    if found:
        return text[found[0].start : found[0].end]
    return text.strip() if "@" in plain(text).text else None


def _found(text: str, at: Token, local: Side | None, domain: Side) -> Found | None:
    if local is None:
        return None
    spoken = at.kind == "a"
    dotted = "." in domain.text
    if spoken and not dotted:
        # "À l'hôpital, at work": no address at all, unless more of one was spelled.
        return None
    spaced = text[at.start : at.end].strip() != text[at.start : at.end]
    if not dotted and spaced:
        return None
    if at.text.strip().lower() == "chez" and not _is_box(text, local, domain):
        # "Je travaille chez chu.fr".
        return None
    start = local.at
    value = normalise_address(f"{local.text}@{domain.text}")
    while start < at.start and text[start] in _QUOTES:
        start += 1
    if local.text.startswith("_") and text[domain.at : domain.at + 1] == "_":
        # Set in italics.
        value = value[1:]
    stars = text[local.at : at.start].count("*")
    masked = stars != text[domain.at : domain.at + stars].count("*")
    long = len(local.text) + len(domain.text) > MOST_SCANNED
    doubtful = local.doubtful or domain.doubtful or masked or long
    return Found(start, domain.at, value, not doubtful and is_address(value))


def _is_box(text: str, local: Side, domain: Side) -> bool:
    """Tell whether what stands before "chez" is a part of an address rather than a word."""
    if _SURE.search(local.text):
        return local.text.rpartition(".")[2].lower() not in ENDINGS
    plain_word = local.text.isascii() and local.text.isalpha() and local.text.islower()
    if not plain_word or is_common(local.text):
        return False
    before = fold_word(text[max(0, local.at - _MOST_BEFORE) : local.at]).rstrip(" :,")
    alone = not before and not text[domain.at :].strip(" .!")
    words = _PARTS.findall(before.removesuffix("c'est"))
    return alone or bool(words and words[-1] in _BOXES)


_BOXES = frozenset("mail mel email courriel adresse login identifiant".split())
_MOST_BEFORE = 60
