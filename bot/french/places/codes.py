"""Reads postcodes and département numbers, and tells them from all other numbers.

A postcode starts with the number of a département, save for a few communes that get their mail
from the next one; CEDEX codes follow the same rule and are in no public list of communes.
"""

from __future__ import annotations

from collections.abc import Sequence

from bot.french.places import cues
from bot.french.places.context import Text, context
from bot.french.places.index import index
from bot.french.places.model import FRANCE, Mention, Spot

_SEPARATORS = frozenset(" \t\n\r\u00a0\u202f()[],.;:!?\"«»'’")
_POSTCODE_WORDS = frozenset("postal postale cp cedex codepostal".split())
_POSTCODE = 5
_FOREIGN = 4
_LETTERS = {"b": "BE", "ch": "CH", "l": "LU"}
_MONACO = "98000"


def _postcode_spots(postcode: str, countries: bool, listed: bool) -> tuple[Spot, ...]:
    """Returns what a postcode may stand for, one reading for each département.

    With `listed`, only codes of the list of communes count, not those of CEDEX.
    """
    if postcode == _MONACO:
        monaco = Spot(postcode, "Monaco", "country", "", "", "MC", 0, 0)
        return (monaco,) if countries else ()
    places = index()
    numbers = places.postcodes.get(postcode, [])
    if not numbers:
        dep = places.departement_of(postcode)
        if not dep or (listed and not postcode.endswith("000")):
            return ()
        name, region = places.departements[dep]
        return (Spot(postcode, f"{postcode} ({name})", "postcode", dep, region, FRANCE, 0, 2),)
    groups: dict[str, list[int]] = {}
    for number in numbers:
        groups.setdefault(places.communes[number].dep, []).append(number)
    spots = []
    for dep, members in groups.items():
        name, region = places.departements[dep]
        people = sum(places.communes[number].population for number in members)
        single = len(members) == 1 and len(groups) == 1
        town = places.communes[members[0]].name
        label = f"{postcode} {town}" if single else f"{postcode} ({name})"
        spots.append(Spot(postcode, label, "postcode", dep, region, FRANCE, people, 2))
    return tuple(sorted(spots, key=lambda spot: -spot.population))


def _departement_spots(number: str) -> tuple[Spot, ...]:
    """Returns the reading of a département number, "20" being the whole of Corsica."""
    code = number.upper().zfill(2)
    if code == "20":
        return (index().region_spot("94"),)
    known = code in index().departements
    return (index().departement_spot(code),) if known else ()


def _free(text: Text, start: int, end: int) -> bool:
    """Returns whether a number stands by itself, unlike in "2019-069", "48h" or "04:00"."""
    before = text.tokens[start].glue
    after = text.after(end)
    if before and before[-1] not in _SEPARATORS:
        return False
    if start and (not before or before in {".", ",", ":", "'", "’"}):
        return before in {"'", "’"}
    if not after:
        return end == len(text.tokens)
    # A point or a comma glued to what follows is that of a decimal number or of a time.
    last = end == len(text.tokens)
    return after[0] in _SEPARATORS and (last or after not in {".", ",", ":"})


def _chained(text: Text, start: int, end: int) -> bool:
    """Returns whether a number is a part of several in a row, as in a telephone number."""
    tokens = text.tokens
    before = start > 0 and tokens[start - 1].raw.isdigit()
    after = end < len(tokens) and tokens[end].raw.isdigit()
    wide = (start > 1 and before and tokens[start - 2].raw.isdigit()) or (
        end + 1 < len(tokens) and after and tokens[end + 1].raw.isdigit()
    )
    return (before and after) or wide


def _number(text: Text, start: int) -> tuple[str, int]:
    """Returns the number at a token, "2A" and "69 003" in one, and the index after it."""
    tokens = text.tokens
    raw = tokens[start].raw
    after = tokens[start + 1] if start + 1 < len(tokens) else None
    if after and raw == "2" and after.folded in {"a", "b"} and not after.glue:
        return raw + after.folded.upper(), start + 2
    split = after and len(raw) == 2 and len(after.raw) == 3 and after.raw.isdigit()
    if after and split and after.glue in {" ", "\u00a0", "\u202f"}:
        return raw + after.raw, start + 2
    return raw, start + 1


def find_codes(text: Text, names: Sequence[Mention], countries: bool) -> list[Mention]:
    """Returns the places that a text gives by a number."""
    used = {place for mention in names for place in range(mention.start, mention.end)}
    found: list[Mention] = []
    start = 0
    while start < len(text.tokens):
        end = start + 1
        if text.tokens[start].raw.isdigit() and start not in used:
            number, end = _number(text, start)
            if _free(text, start, end) or _lettered(text, start):
                mention = _read(text, start, end, number, names, countries)
                if mention:
                    found.append(mention)
                else:
                    end = start + 1
        start = end
    return found


def _lettered(text: Text, start: int) -> str:
    """Returns the country of a code written as "B-1000", or "FR" for "F-69003"."""
    token = text.tokens[start]
    if not start or token.glue != "-":
        return ""
    letter = text.tokens[start - 1].folded
    return FRANCE if letter in {"f", "fr"} else _LETTERS.get(letter, "")


def _read(
    text: Text,
    start: int,
    end: int,
    number: str,
    names: Sequence[Mention],
    countries: bool,
) -> Mention | None:
    """Returns the place of a number, or None when nothing makes it a postcode or département."""
    if len(number) == _POSTCODE:
        known = _postcode_spots(number, countries, listed=False)
        strength = _postcode_strength(text, start, end, number, known, names)
        return Mention(start, end, known, strength) if known and strength else None
    spots = _departement_spots(number) if len(number) <= 3 else ()
    if not spots or _chained(text, start, end):
        return None
    strength = _departement_strength(text, start, end, spots, names)
    return Mention(start, end, spots, strength) if strength else None


def _near(start: int, end: int, spots: Sequence[Spot], names: Sequence[Mention]) -> bool:
    """Returns whether a name of the same département stands beside a number."""
    deps = {spot.dep for spot in spots}
    for mention in names:
        beside = 0 <= start - mention.end <= 1 or 0 <= mention.start - end <= 1
        if beside and any(spot.dep and spot.dep in deps for spot in mention.spots):
            return True
    return False


def _postcode_strength(
    text: Text,
    start: int,
    end: int,
    number: str,
    spots: Sequence[Spot],
    names: Sequence[Mention],
) -> int:
    """Returns how surely five digits are a postcode here, 0 for not at all."""
    tokens = text.tokens
    before = [token.folded for token in tokens[max(0, start - 3) : start]][::-1]
    after = [token.folded for token in tokens[end : end + 3]]
    if {"cedex", "cdx"} & set(
        tokens[place].folded for place in range(end, min(end + 6, len(tokens)))
    ):
        return 3
    if _POSTCODE_WORDS & set(before) or _lettered(text, start) or _near(start, end, spots, names):
        return 3
    if cues.UNITS & set(after[:1]) or cues.COUNTED & set(before[:2]):
        return 0
    if text.alone(start, end):
        listed = _postcode_spots(number, True, listed=True)
        return 3 if text.expected or listed else 0
    if text.expected:
        return 2
    around = context(text, start)
    placed = around.cue in {"hospital", "person", "admin"} or _bracketed(text, start, end)
    return 2 if placed and _postcode_spots(number, True, listed=True) else 0


def _bracketed(text: Text, start: int, end: int) -> bool:
    return "(" in text.tokens[start].glue and ")" in text.after(end)


def _departement_strength(
    text: Text, start: int, end: int, spots: Sequence[Spot], names: Sequence[Mention]
) -> int:
    """Returns how surely a number is that of a département here, 0 for not at all."""
    tokens = text.tokens
    back = start - 1
    while back >= 0 and tokens[back].folded in {"le", "la", "l", "du", "de", "n", "no", "numero"}:
        back -= 1
    if back >= 0 and tokens[back].folded in cues.DEPARTEMENT_WORDS:
        return 3
    after = tokens[end].folded if end < len(tokens) else ""
    if after in cues.MONTHS or after in cues.UNITS:
        return 0
    if _near(start, end, spots, names):
        return 3
    before = tokens[start - 1].folded if start else ""
    # One digit alone more often counts something, or picks a choice from a list.
    if len(tokens[start].raw) == 1 and end - start == 1:
        return 0
    if _bracketed(text, start, end):
        return 0 if before in cues.COUNTED else 3
    around = context(text, start)
    into = before in {"le", "du"} and around.link in {"dans", "du"}
    if around.cue == "person" and into:
        return 3
    if before == "le" and around.link == "dans":
        return 2
    if end - start > 1 and before in {"en", "dans"}:
        return 2
    if not text.expected or before in cues.COUNTED:
        return 0
    return 2 if text.alone(start, end) else 0


def foreign_code(text: Text) -> tuple[bool, str]:
    """Returns whether a text gives a postcode of four digits, and the country of its letter."""
    for start, token in enumerate(text.tokens):
        if not token.raw.isdigit() or len(token.raw) != _FOREIGN:
            continue
        country = _lettered(text, start)
        if country:
            return True, country
        before = {other.folded for other in text.tokens[max(0, start - 3) : start]}
        around = context(text, start)
        told = bool(_POSTCODE_WORDS & before) or text.expected
        named = around.cue in {"person", "hospital"} and around.link in {"a", "au"}
        if _free(text, start, start + 1) and (told or named):
            return True, ""
    return False, ""
