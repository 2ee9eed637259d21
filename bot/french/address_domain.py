"""Reads the part of an address behind the @: where it ends and what was put between its signs."""

from __future__ import annotations

from bot.french.address_tokens import MOST_SCANNED, Side, Token
from bot.french.address_words import is_common

_ENDINGS = frozenset("fr com org net eu be ch ca lu mc re nc pf info gouv quebec example".split())
"""A space before one of these stands inside an address, as phones put it there."""

_COUNTRY = 2
"""Letters in the name of a country, which may end any domain."""


def read_domain(tokens: list[Token], place: int) -> Side | None:
    """Read the part behind an @, from left to right.

    Args:
        tokens: Its tokens.
        place: Which of them is the @.

    Returns:
        The part, or None where there is none.
    """
    here = place + 1
    if here >= len(tokens) or tokens[here].kind != "w":
        return None
    piece = tokens[here].domain
    if not piece:
        return None
    side = Side(piece, tokens[here].start + len(piece))
    spelled = tokens[here].is_single
    while side.at == tokens[here].end and here + 2 < len(tokens):
        between, after = tokens[here + 1], tokens[here + 2]
        if after.kind != "w" or not after.domain or len(side.text) > MOST_SCANNED:
            break
        joint = _joint(tokens, here, side, spelled)
        if joint is None:
            break
        side.text += joint + after.domain
        side.joined = side.joined or between.kind == "j"
        side.at = after.start + len(after.domain)
        spelled = after.is_single
        here += 2
    if here + 1 < len(tokens) and tokens[here + 1].kind == "@" and tokens[here + 1].sign == side.at:
        return Side(piece, _end_of_row(tokens, here + 1), doubtful=True)
    _cut_sentence(side)
    bare = side.text.rstrip(".-_–—‐‑")
    side.at -= len(side.text) - len(bare)
    side.text = bare
    side.doubtful = side.doubtful or _goes_on(tokens, here, side)
    return side if bare else None


def _cut_sentence(side: Side) -> None:
    """Take off the sentence that begins where a space was forgotten: "a@chu.fr.Merci"."""
    labels = side.text.split(".")
    if side.joined or labels[-1].lower() in _ENDINGS or not labels[-1]:
        return
    for number in range(2, len(labels)):
        word = labels[number]
        if labels[number - 1].lower() not in _ENDINGS:
            continue
        if is_common(word) or word.istitle():
            whole = ".".join(labels[:number])
            side.at -= len(side.text) - len(whole)
            side.text = whole
        elif len(labels[-1]) != _COUNTRY:
            side.doubtful = True
        return


def _goes_on(tokens: list[Token], here: int, side: Side) -> bool:
    """Tell whether the ending was torn apart, as in "a@chu.co m"."""
    if here + 2 >= len(tokens) or tokens[here + 1].kind != "s" or side.at != tokens[here].end:
        return False
    last = side.text.rpartition(".")[2].lower()
    return last not in _ENDINGS and f"{last}{tokens[here + 2].text.lower()}" in _ENDINGS


def _end_of_row(tokens: list[Token], here: int) -> int:
    """Return where "a@b@c" ends that begins before a place."""
    while here + 1 < len(tokens) and tokens[here + 1].kind in "@w":
        here += 1
    return tokens[here].end


def _joint(tokens: list[Token], here: int, side: Side, spelled: bool) -> str | None:
    """Return what joins the next run to a domain, or None where the domain ends."""
    between, after = tokens[here + 1], tokens[here + 2]
    last = side.text.rstrip(".").rpartition(".")[2].lower()
    complete = "." in side.text.strip(".")
    ending = after.domain.strip(".").lower() in _ENDINGS and after.domain == after.text.rstrip(".,")
    if between.kind == "j":
        if between.value not in ".-_" or (between.is_everyday and complete):
            return None
        typed = complete and not side.joined
        return between.value if not typed or (ending and last not in _ENDINGS) else None
    if between.kind != "s":
        return None
    if spelled and after.is_single:
        return ""
    if not complete and (after.text.startswith("-") or side.text.endswith("-")):
        # "chu - exemple.fr", "chu -exemple.fr", and a line broken at its hyphen.
        return ""
    if after.text == "." and here + 4 < len(tokens) and tokens[here + 3].kind == "s":
        return "" if tokens[here + 4].domain.strip(".").lower() in _ENDINGS else None
    if not side.text.endswith(".") and not after.text.startswith("."):
        return None
    side.spaced = True
    if ending and last not in _ENDINGS:
        return ""
    if complete or here + 4 >= len(tokens) or not after.domain.endswith("."):
        return None
    # "chu. exemple. fr": none of it is a domain before its last label.
    return "" if tokens[here + 4].domain.strip(".").lower() in _ENDINGS else None
