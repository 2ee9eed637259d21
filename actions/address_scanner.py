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

from collections.abc import Callable
from dataclasses import dataclass

from actions.address_tokens import Token, tokens_of
from actions.addresses import is_address, normalise_address
from actions.places.cues import GREETINGS
from actions.places.index import index

_ENDINGS = frozenset("fr com org net eu be ch ca lu mc re nc pf info gouv quebec example".split())
"""A space before one of these stands inside an address, as phones put it there."""

_NO_LOCAL_ENDS = tuple("_'’‘ʼ+&=/-‐‑–")
_BETWEEN = "/|*+&=~-'’.!?"
_QUOTES = "*'’‘ʼ"
_INTRODUCES = frozenset("est suis mail email adresse mel courriel".split())
_MOST_CHARACTERS = 400


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


@dataclass
class _Side:
    text: str
    at: int
    """The index in the text where the side begins or ends, away from the @."""
    doubtful: bool = False
    joined: bool = False


def find_addresses(text: str) -> list[Found]:
    """Return what looks like an address in a text, in order.

    Args:
        text: A message, or anything that may hold one.
    """
    tokens = tokens_of(text)
    found: list[Found] = []
    floor = 0
    for place, token in enumerate(tokens):
        if token.kind not in "@a" or token.start < floor:
            continue
        local = _local(text, tokens, place, floor)
        domain = _domain(text, tokens, place)
        one = _found(text, token, local, domain)
        if one is not None:
            found.append(one)
            floor = one.end
        else:
            floor = max(floor, token.end)
    return found


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
    return text.strip() if "@" in text or "\uff20" in text else None


def _found(text: str, at: Token, local: _Side | None, domain: _Side | None) -> Found | None:
    if local is None or domain is None:
        return None
    spoken = at.kind == "a"
    dotted = "." in domain.text
    if spoken and not (dotted and domain.text[-1:] != "."):
        # "À l'hôpital, at work": no address at all, unless more of one was spelled.
        return None
    spaced = text[at.start : at.end].strip() != text[at.start : at.end]
    if not dotted and spaced:
        return None
    start = local.at
    value = normalise_address(f"{local.text}@{domain.text}")
    while start < at.start and text[start] in _QUOTES:
        start += 1
    long = len(local.text) + len(domain.text) > _MOST_CHARACTERS
    doubtful = local.doubtful or domain.doubtful or long
    return Found(start, domain.at, value, not doubtful and is_address(value))


def _local(text: str, tokens: list[Token], place: int, floor: int) -> _Side | None:
    """Read the part before the @, from right to left."""
    here = place - 1
    if here < 0 or tokens[here].kind != "w" or tokens[here].end <= floor:
        return None
    first = tokens[here]
    if first.start < floor:
        # "a@x.fr/b@y.fr": the run began with the address before.
        rest = text[floor : first.end].lstrip(_BETWEEN)
        return _Side(rest, first.end - len(rest)) if rest else None
    at = tokens[place]
    loose = at.kind == "a" or at.start < at.sign
    side = _Side(first.text.lstrip("*"), first.start)
    # An address in a link belongs to whoever the link leads to.
    side.doubtful = first.text.startswith("//")
    singles = int(first.is_single)
    while here - 2 >= 0 and tokens[here - 2].kind == "w" and tokens[here - 2].start >= floor:
        between, before = tokens[here - 1], tokens[here - 2]
        if len(side.text) > _MOST_CHARACTERS:
            side.doubtful = True
            break
        if between.kind == "j":
            side.text, side.joined, loose = before.text + between.value + side.text, True, True
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
            side.doubtful = side.doubtful or verdict == "ask"
        else:
            side.doubtful = side.doubtful or _belongs(before, between, loose or singles > 1)
            if side.doubtful:
                side.at = before.start
            break
        singles = int(before.is_single) if between.kind == "j" else singles
        here -= 2
        side.at = before.start
    return side


def _spelled(tokens: list[Token], here: int, floor: int) -> bool:
    """Tell whether at least three letters stand one by one before a place."""
    row = tokens[max(0, here - 4) : here + 1 : 1]
    singles = [token for token in row if token.kind == "w" and token.is_single]
    return len(singles) >= 3 and singles[0].start >= floor


def _dot_between(before: Token, between: Token, side: _Side) -> bool:
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
    alone = place == 0 or tokens[place - 1].kind == "d"
    common = _is_common(word)
    if alone and word.lower() not in GREETINGS:
        return "ask" if common else "join"
    led = place >= 2 and tokens[place - 2].words[-1:] in [[word] for word in _INTRODUCES]
    return "stop" if common and not led else "ask"


def _belongs(before: Token, between: Token, loose: bool) -> bool:
    """Tell whether the word before an address may be a part of it."""
    if between.breaks:
        return False
    if before.text.endswith(_NO_LOCAL_ENDS) and len(before.text) > 1:
        return True
    if not loose or not before.words or not before.text[-1].isalnum():
        return False
    word = before.words[-1]
    return word not in _INTRODUCES and not _is_common(word)


def _is_common(word: str) -> bool:
    """Tell whether a word is of everyday French rather than a part of somebody's name."""
    return len(word) < 2 or word.isdigit() or word.lower() in index().frequent


def _domain(text: str, tokens: list[Token], place: int) -> _Side | None:
    """Read the part behind the @, from left to right."""
    here = place + 1
    if here >= len(tokens) or tokens[here].kind != "w":
        return None
    piece = tokens[here].domain
    if not piece:
        return None
    side = _Side(piece, tokens[here].start + len(piece))
    spelled = tokens[here].is_single
    while side.at == tokens[here].end and here + 2 < len(tokens):
        between, after = tokens[here + 1], tokens[here + 2]
        if after.kind != "w" or not after.domain or len(side.text) > _MOST_CHARACTERS:
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
        return _Side(piece, _end_of_row(tokens, here + 1), doubtful=True)
    bare = side.text.rstrip(".-_–—‐‑")
    if side.text.isascii() or bare == side.text:
        side.at -= len(side.text) - len(bare)
    side.text = bare
    return side if bare else None


def _end_of_row(tokens: list[Token], here: int) -> int:
    """Return where "a@b@c" ends that begins before a place."""
    while here + 1 < len(tokens) and tokens[here + 1].kind in "@w":
        here += 1
    return tokens[here].end


def _joint(tokens: list[Token], here: int, side: _Side, spelled: bool) -> str | None:
    """Return what joins the next run to a domain, or None where the domain ends."""
    between, after = tokens[here + 1], tokens[here + 2]
    last = side.text.rstrip(".").rpartition(".")[2].lower()
    complete = "." in side.text.strip(".")
    ending = after.domain.strip(".").lower() in _ENDINGS and after.domain == after.text.rstrip(".,")
    if between.kind == "j":
        typed = complete and not side.joined
        return between.value if not typed or (ending and last not in _ENDINGS) else None
    if between.kind != "s":
        return None
    if spelled and after.is_single:
        return ""
    if after.text == "." and here + 4 < len(tokens) and tokens[here + 3].kind == "s":
        return "" if tokens[here + 4].domain.strip(".").lower() in _ENDINGS else None
    if not side.text.endswith(".") and not after.text.startswith("."):
        return None
    if ending and last not in _ENDINGS:
        return ""
    if complete or here + 4 >= len(tokens) or not after.domain.endswith("."):
        return None
    # "chu. exemple. fr": none of it is a domain before its last label.
    return "" if tokens[here + 4].domain.strip(".").lower() in _ENDINGS else None
