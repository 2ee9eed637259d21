"""Reads the part of an address behind the @: where it ends and what was put between its signs."""

from __future__ import annotations

import re

from bot.french.address_tokens import MOST_SCANNED, Side, Token
from bot.french.address_words import ENDINGS, fold_word, is_common
from bot.french.places.cues import GREETINGS

_TWICE = re.compile(r"(?<![^\W_])([^\W_]+)\.\.(?=[^\W_])")
"""A label with two dots behind it."""

_STUCK = re.compile(rf"({'|'.join(sorted(ENDINGS, key=len, reverse=True))})([^\W\d_]{{3,}})", re.I)
"""An ending to which the next word sticks."""

_SHORTEST_STUCK = 5

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
    at = tokens[here].start + len(piece)
    if len(piece) > 1 and piece[0] == "." != piece[1]:
        # "x@.chu.fr"
        piece = piece[1:]
    side = Side(_TWICE.sub(_once, piece), at)
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
    if len(labels) > 1 and labels[-1].lower() not in ENDINGS:
        _cut_stuck(side, labels[-1])
        labels = side.text.split(".")
    if side.joined or labels[-1].lower() in ENDINGS or not labels[-1]:
        return
    for number in range(2, len(labels)):
        word = labels[number]
        if labels[number - 1].lower() not in ENDINGS:
            continue
        if is_common(word) or word.istitle():
            whole = ".".join(labels[:number])
            side.at -= len(side.text) - len(whole)
            side.text = whole
        elif len(labels[-1]) != _COUNTRY:
            side.doubtful = True
        return


def _cut_stuck(side: Side, last: str) -> None:
    """Take off the word that sticks to an ending, or doubt both: "a@chu.frMerci"."""
    stuck = _STUCK.fullmatch(last)
    if stuck is None:
        return
    ending, word = stuck.groups()
    if word.istitle() and ending.islower():
        side.doubtful = side.doubtful or not (is_common(word) or fold_word(word) in GREETINGS)
        side.text = side.text[: -len(word)]
        side.at -= len(word)
    elif len(word) >= _SHORTEST_STUCK and is_common(word):
        side.doubtful = True


def _once(match: re.Match[str]) -> str:
    label = match.group(1)
    return f"{label}." if label.lower() not in ENDINGS else match.group()


def _goes_on(tokens: list[Token], here: int, side: Side) -> bool:
    """Tell whether the ending was torn apart, as in "a@chu.co m"."""
    if here + 2 >= len(tokens) or tokens[here + 1].kind != "s" or side.at != tokens[here].end:
        return False
    last = side.text.rpartition(".")[2].lower()
    return last not in ENDINGS and f"{last}{tokens[here + 2].text.lower()}" in ENDINGS


def _end_of_row(tokens: list[Token], here: int) -> int:
    """Return where "a@b@c" ends that begins before a place."""
    last = min(len(tokens), here + _MOST_IN_ROW) - 1
    while here < last and tokens[here + 1].kind in "@w":
        here += 1
    return tokens[here].end


_SLIPS = frozenset(",;:")
"""Signs whose key is beside that of the dot."""


_MOST_IN_ROW = 32
"""Tokens of a row that are looked at: more of it begins a row of its own."""


def _joint(tokens: list[Token], here: int, side: Side, spelled: bool) -> str | None:
    """Return what joins the next run to a domain, or None where the domain ends."""
    between, after = tokens[here + 1], tokens[here + 2]
    last = side.text.rstrip(".").rpartition(".")[2].lower()
    complete = "." in side.text.strip(".")
    ending = after.domain.strip(".").lower() in ENDINGS and after.domain == after.text.rstrip(".,")
    if between.kind == "j":
        if between.value not in ".-_" or (between.is_everyday and complete):
            return None
        typed = complete and not side.joined
        return between.value if not typed or (ending and last not in ENDINGS) else None
    if between.text in _SLIPS and not complete:
        # "a@chu,fr": no list is meant, as there is no address before the sign.
        further = tokens[here + 3 : here + 5]
        more = len(further) > 1 and further[0].text == between.text
        slipped = ending or (more and further[1].domain.lower() in ENDINGS)
        side.slip = between.text if slipped else ""
        return "." if slipped else None
    if between.text == side.slip and last not in ENDINGS:
        return "." if ending else None
    if between.kind != "s":
        return None
    if spelled and after.is_single:
        return ""
    if not complete and (after.text.startswith("-") or side.text.endswith("-")):
        # "chu - exemple.fr", "chu -exemple.fr", and a line broken at its hyphen.
        return ""
    if after.text == "." and here + 4 < len(tokens) and tokens[here + 3].kind == "s":
        return "" if tokens[here + 4].domain.strip(".").lower() in ENDINGS else None
    if not side.text.endswith(".") and not after.text.startswith("."):
        return None
    side.spaced = True
    if ending and last not in ENDINGS:
        return ""
    if complete or here + 4 >= len(tokens) or not after.domain.endswith("."):
        return None
    # "chu. exemple. fr": none of it is a domain before its last label.
    return "" if tokens[here + 4].domain.strip(".").lower() in ENDINGS else None
