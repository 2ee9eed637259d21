"""Reads the part of an address before the @, from right to left, and doubts what may be a tail.

Whoever reads "marc fleury@…" as an address reads somebody else's. So where a space, a comma or
a sign stands before what was read, the word before it decides: everyday French ends the address,
anything else may belong to it.
"""

from __future__ import annotations

import re

from bot.french.address_tokens import MOST_SCANNED, Side, Token
from bot.french.address_words import (
    DETERMINERS,
    INTRODUCES,
    fold_word,
    is_common,
    is_no_name,
    may_be_elided,
    names_owner,
)
from bot.french.places.cues import GREETINGS

_NO_LOCAL_ENDS = tuple("_'’‘ʼ+&=/-‐‑–")
_BETWEEN = "/|*+&=~-'’.!?"
_AROUND = "*`~|#•·>"
_LABEL = re.compile(
    r"(?:(?:e-?)?mail|mel|courriel|adresse|adr|login|identifiant|user|utilisateur|mailto)=+|www\.",
    re.IGNORECASE,
)
"""What stands before an address without a space and is none of it."""

_ENDS_IN_DOT = re.compile(r"[^\W_]{3}\.$")
_TWICE = re.compile(r"(?<![^\W_])([^\W_]{3,40})\.\.(?=[^\W_]{3})")
"""One dot typed twice; behind fewer letters it hides some."""

_HYPHENED = re.compile(r"(?:[^\W_]-){2,}[^\W_]")
"""A name spelled with hyphens between its letters."""

_OR = frozenset("ou et / - – & + | ni".split())
_SEPARATED = re.compile(r"[^\W_][._-][^\W_]")
_SIGNS_UNKNOWN = frozenset("espace trait barre slash virgule souligner".split())
"""Said for a sign that stands in no address, or not told well enough."""

_OPENING = frozenset("<([{«“‘")
_CLOSING = {")": "(", "]": "[", "}": "{"}
_MOST_INSIDE = 12


def read_local(text: str, tokens: list[Token], place: int, floor: int, slip: str) -> Side | None:
    """Read the part before an @.

    Args:
        text: The text, in plain signs.
        tokens: Its tokens.
        place: Which of them is the @.
        floor: Where the address before it ends.
        slip: The sign that was typed for a dot behind the @.

    Returns:
        The part, or None where there is none.
    """
    here = place - 1
    if here < 0 or tokens[here].kind != "w" or tokens[here].end <= floor:
        return None
    first = tokens[here]
    if first.start < floor:
        # "a@x.fr/b@y.fr": the run began with the address before.
        rest = text[floor : first.end].lstrip(_BETWEEN)
        return Side(rest, first.end - len(rest)) if rest else None
    at = tokens[place]
    said = at.kind == "a"
    loose = said or at.start < at.sign
    side = Side(first.text, first.start, said=said)
    if first.text.startswith("//"):
        # An address in a link belongs to whoever the link leads to.
        side.doubtful = not _only_linked(tokens, place)
        side.text = side.text.lstrip("/")
    _take_off_label(side)
    if not loose and _ENDS_IN_DOT.search(side.text):
        side.text = side.text[:-1]
    singles = int(first.is_single)
    while here - 2 >= 0 and tokens[here - 2].kind == "w" and tokens[here - 2].start >= floor:
        between, before = tokens[here - 1], tokens[here - 2]
        if len(side.text) > MOST_SCANNED:
            side.doubtful = True
            break
        if between.kind == "j":
            if between.is_everyday and (not said or is_common(before.text)):
                break
            side.doubtful = side.doubtful or before.text.lower() in DETERMINERS
            side.text, side.joined, loose = before.text + between.value + side.text, True, True
        elif slip and here == place - 1 and _slipped(between, before, slip):
            side.text = f"{before.text}.{side.text}"
        elif between.kind != "s":
            break
        elif singles and before.is_single and (loose or _spelled(tokens, here, floor)):
            singles += 1
            side.text = before.text + side.text
        elif _dot_between(before, between, side):
            verdict = _dot_verdict(tokens, here - 2, side.text, loose)
            if verdict == "stop":
                break
            side.text = before.text + side.text
            side.spaced = True
            side.doubtful = side.doubtful or verdict == "ask"
        else:
            break
        singles = int(before.is_single) if between.kind == "j" else singles
        here -= 2
        side.at = before.start
    side.text = ".".join(_unspelled(part) for part in side.text.split(".")) if loose else side.text
    side.text = _TWICE.sub(_once, side.text)
    _look_before(tokens, here, floor, side, loose or singles > 1)
    row = [token.text for token in tokens[max(0, here - 3) : here] if token.kind != "s"]
    if slip and len(row) > 1 and row[-1] == slip:
        # A list, if no greeting.
        side.doubtful = side.doubtful or not is_common(row[-2])
    side.doubtful = side.doubtful or is_no_name(side.text, said=said)
    return side


def _only_linked(tokens: list[Token], place: int) -> bool:
    """Tell whether "http://" was put before an address that leads to no page."""
    scheme = place >= 3 and tokens[place - 2].text == ":" and tokens[place - 3].text.lower()
    domain = tokens[place + 1] if place + 1 < len(tokens) else None
    if domain is None or scheme not in {"http", "https"} or "/" in tokens[place - 1].text[2:]:
        return False
    port = [token.text[:1] for token in tokens[place + 2 : place + 4]]
    return domain.text.rstrip(".!?…") == domain.domain.rstrip(".") and port[:1] != [":"]


def _once(match: re.Match[str]) -> str:
    word = match.group(1)
    return match.group() if is_common(word) else f"{word}."


def _slipped(between: Token, before: Token, slip: str) -> bool:
    """Tell whether a comma stands for a dot, as it does behind the @: "a,b@chu,fr"."""
    return between.text == slip != ":" and before.text.isalpha() and not is_common(before.text)


def _take_off_label(side: Side) -> None:
    bare = side.text.lstrip(_AROUND)
    label = _LABEL.match(bare)
    side.text = bare[label.end() :] if label and label.end() < len(bare) else bare


def _unspelled(part: str) -> str:
    """Return a name that was spelled with hyphens as the word that was meant."""
    return part.replace("-", "") if _HYPHENED.fullmatch(part) else part


def _spelled(tokens: list[Token], here: int, floor: int) -> bool:
    """Tell whether at least three letters stand one by one before a place."""
    row = tokens[max(0, here - 4) : here + 1]
    singles = [token for token in row if token.kind == "w" and token.is_single]
    return len(singles) >= 3 and singles[0].start >= floor


def _dot_between(before: Token, between: Token, side: Side) -> bool:
    return not between.breaks and (before.text.endswith(".") or side.text.startswith("."))


def _dot_verdict(tokens: list[Token], place: int, after: str, loose: bool) -> str:
    """Tell what a dot and a space before a word mean: the address goes on, a sentence ends, or ask.

    Returns:
        `join`, `stop` or `ask`.
    """
    if after.startswith("."):
        return "join"
    if tokens[place].text == "." and place >= 2:
        # "camille . martin": the word that counts stands before the dot.
        place -= 2
    word = tokens[place].text.strip(".")
    if "." in after and not loose:
        # Whoever has typed a dot without a space typed the others like it.
        return "stop"
    alone = place == 0 or tokens[place - 1].kind == "d" or tokens[place - 1].breaks
    if place >= 4 and tokens[place - 2].text == ":" and tokens[place - 1].kind == "s":
        # "Mail : rose. vidal@…", but not "Nom : Vidal. rose@…".
        back = place - 4 if tokens[place - 3].kind == "s" else place - 3
        alone = alone or fold_word(tokens[back].text) in INTRODUCES
    common = is_common(word)
    led = place >= 2 and fold_word(tokens[place - 2].text.strip(".:")) in INTRODUCES
    if len(word) == 1 and word.isalpha() and (alone or led):
        # "E. Lopez@…": nobody ends a sentence with a letter.
        return "join"
    if alone and word.lower() not in GREETINGS:
        return "ask" if common else "join"
    return "stop" if common and not led else "ask"


def _look_before(tokens: list[Token], here: int, floor: int, side: Side, loose: bool) -> None:
    """Doubt a part before which more of it may stand."""
    if here == 0 or tokens[here - 1].end <= floor:
        return
    between = tokens[here - 1]
    before = tokens[here - 2] if here >= 2 and tokens[here - 2].start >= floor else None
    word = before.words[-1] if before and before.kind == "w" and before.words else ""
    if between.kind == "j":
        doubtful = _after_sign(between, before, word, side)
    elif between.kind == "d":
        doubtful = _after_mark(tokens, here, floor, side)
    elif before is None or before.kind != "w":
        doubtful = False
    elif between.breaks:
        alone = here == 2 or "\n" in tokens[here - 3].text
        torn = before.text.endswith(_NO_LOCAL_ENDS) and len(word) > 1
        doubtful = torn or (alone and before.text.endswith(".") and not is_common(word))
    else:
        doubtful = _after_word(tokens, here, floor, side, loose)
    if may_be_elided(side.text, word) and between.kind == "s":
        doubtful = True
    if doubtful:
        side.doubtful = True
        side.at = before.start if before and before.kind == "w" else side.at


def _after_sign(between: Token, before: Token | None, word: str, side: Side) -> bool:
    """Read a sign said before the part: it begins the address, or more stands before it."""
    if between.is_everyday:
        return bool(word) and not is_common(word)
    if before is None or before.kind == "d" or fold_word(word) in INTRODUCES:
        side.text, side.at = between.value + side.text, between.start
        return between.value not in "-_"
    return True


def _after_mark(tokens: list[Token], here: int, floor: int, side: Side) -> bool:
    """Doubt what follows a comma, a bracket or a picture that follows more without a space."""
    mark = tokens[here - 1].text
    if mark in _CLOSING:
        for back in range(here - 2, max(-1, here - _MOST_INSIDE), -1):
            if tokens[back].text == _CLOSING[mark] and back > 0:
                if tokens[back - 1].kind == "w":
                    return True
                break
    back = here - 1
    while back >= 0 and tokens[back].kind == "d":
        back -= 1
    if back < 0 or tokens[back].start < floor:
        return False
    if tokens[back].kind != "w" or mark in _OPENING:
        return False
    if mark in _HIDING:
        return True
    word = tokens[back].words[-1] if tokens[back].words else ""
    return bool(word) and not is_common(word) and not names_owner(word, side.text)


_HIDING = frozenset("…•·●■∙▪◦￼\ufffd")
"""Marks that stand for a letter that is not shown, or cannot be typed."""


def _after_word(tokens: list[Token], here: int, floor: int, side: Side, loose: bool) -> bool:
    """Tell whether the word before an address, with a space between, may be a part of it."""
    before = tokens[here - 2]
    further = tokens[here - 4] if here >= 4 and tokens[here - 4].start >= floor else None
    known = further.words[-1] if further and further.kind == "w" and further.words else ""
    if before.text.lower() in _OR:
        if further is None or not known:
            return False
        whole = _SEPARATED.search(further.text) is not None
        named = before.text != "ou" and names_owner(known, side.text)
        return (whole or not is_common(known)) and not named
    if before.text.endswith(_NO_LOCAL_ENDS) and len(before.text) > 1:
        return True
    if not before.words:
        return set(before.text) <= set("._-") and bool(known) and not is_common(known)
    if not before.text[-1].isalnum():
        return False
    word = before.words[-1]
    if before.text.lower() in _SIGNS_UNKNOWN:
        return True
    if fold_word(before.text) in INTRODUCES or names_owner(word, side.text):
        return False
    if known and len(known) > 2 and names_owner(known, side.text) and not loose:
        # "Leduc Kevin kleduc@…".
        return False
    if len(word) == 1:
        return loose or _is_simple(side.text)
    if word.isdigit() or is_common(word):
        return side.said and not side.joined and is_common(side.text)
    if loose or _is_simple(side.text):
        noun = fold_word(known) in DETERMINERS or is_common(side.text)
        return loose or not noun
    # A whole name behind a word: a part of it only where an address may begin.
    begins = further is None or further.kind != "w" or known in INTRODUCES
    return begins and fold_word(known) not in DETERMINERS


def _is_simple(local: str) -> bool:
    """Tell whether a part before an @ is one word, as the second half of a name is."""
    return local.strip(_AROUND).isalpha()
