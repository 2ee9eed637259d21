"""Answers where a text says that its writer is."""

from __future__ import annotations

import re
from collections.abc import Iterable, Sequence
from dataclasses import replace
from itertools import takewhile, zip_longest

from bot.french.places.codes import find_codes, foreign_code
from bot.french.places.context import Text
from bot.french.places.cues import CONNECTORS
from bot.french.places.fold import fold_name, tokenise
from bot.french.places.index import index
from bot.french.places.model import FRANCE, Mention, Place, PlaceAnswer, Spot
from bot.french.places.scan import find_names, misspelt_parts, misspelt_whole, whole_name
from bot.french.places.tables import countries as known_countries

# Characters that are read: the longest messages say where they come from in the first lines.
_READ = 2_000
_MOST_TOKENS = 250
"""Words that are read: what has more in so few characters is no place said in a sentence."""

_MOST_MENTIONS = 60
"""Places that are read: each is held against every other."""

_SHOWN = 6
_NONE = PlaceAnswer("none", ())
# What says most about where someone is.
_PRECISION = {
    "hospital": 0,
    "commune": 1,
    "postcode": 2,
    "departement": 3,
    "region": 4,
    "country": 5,
}


def find_place(text: str, *, expected: bool = False, countries: bool = False) -> PlaceAnswer:
    """Finds the place that a text names.

    Args:
        text: What the user wrote; its first 2,000 characters are read.
        expected: Whether the user was just asked for the place: then a bare name or number is
            enough, and more typos are forgiven.
        countries: Whether foreign countries and towns count.

    Returns:
        The place, or the candidates when the text fits several régions or countries.
    """
    tokens, tail = tokenise(text[:_READ])
    if not tokens:
        return _NONE
    if len(tokens) > _MOST_TOKENS:
        tokens, tail = tokens[:_MOST_TOKENS], tokens[_MOST_TOKENS].glue
    letters = [char for char in text[:_READ] if char.isalpha()]
    shouted = len(tokens) > 1 and bool(letters) and all(char.isupper() for char in letters)
    parsed = Text(tokens, tail, shouted, expected)
    mentions = _mentions(parsed, countries)
    if countries:
        abroad = _abroad(parsed, mentions)
        if abroad:
            return abroad
    return _answer(mentions) if mentions else _NONE


def _mentions(text: Text, countries: bool) -> list[Mention]:
    """Returns all that a text says of places."""
    whole = None
    if text.expected:
        whole = whole_name(text, countries) or misspelt_whole(text, countries, generous=False)
    names = [whole] if whole else find_names(text, countries)
    codes = find_codes(text, names, countries)
    if not names:
        names = misspelt_parts(text, codes, countries)
        codes = find_codes(text, names, countries)
    if text.expected and not names and not codes:
        guess = misspelt_whole(text, countries, generous=True)
        names = [guess] if guess else []
    # The five digits of a German or Italian address are no French postcode.
    if any(_only_foreign(mention) for mention in names):
        codes = [mention for mention in codes if _only_foreign(mention)]
    return (names + codes)[:_MOST_MENTIONS]


def _only_foreign(mention: Mention) -> bool:
    return all(spot.country != FRANCE for spot in mention.spots)


def _abroad(text: Text, mentions: Sequence[Mention]) -> PlaceAnswer | None:
    """Returns the answer to a foreign postcode, or None when there is none to settle."""
    found, letter = foreign_code(text)
    if not found or letter == FRANCE:
        return None
    if letter:
        return PlaceAnswer("one", (_country(letter),))
    spots = [spot for mention in mentions for spot in mention.best()]
    named = [spot for spot in spots if spot.kind == "country" and spot.tier == 0]
    if named or any(spot.country == FRANCE and spot.tier <= 1 for spot in spots):
        return None
    towns = {spot.country: spot for spot in spots if spot.country != FRANCE}
    return PlaceAnswer("country_needed", tuple(_country(code) for code in towns))


def _country(code: str) -> Place:
    return Place(known_countries()[code][0], "country", (f"pays:{code}",), 0)


def _agree(one: Spot, other: Spot, *, closely: bool) -> bool:
    """Returns whether two readings can be true at once.

    Args:
        one: A reading.
        other: Another reading.
        closely: Whether they must also lie in the same département, where both have one.
    """
    if one.area() != other.area():
        return False
    return not closely or not one.dep or not other.dep or one.dep == other.dep


def _narrow(mentions: Sequence[Mention]) -> list[tuple[Spot, ...]]:
    """Returns the readings of each mention that the others confirm, or its best ones."""
    narrowed = []
    for mention in mentions:
        kept: tuple[Spot, ...] = mention.spots
        confirmed = False
        for other in mentions:
            if other is mention:
                continue
            for closely in (True, False):
                agreeing = tuple(
                    spot
                    for spot in kept
                    if any(_agree(spot, known, closely=closely) for known in other.best())
                )
                if agreeing:
                    kept = agreeing
                    confirmed = True
                    break
        low = min(spot.tier for spot in kept)
        best = tuple(spot for spot in kept if spot.tier == low)
        narrowed.append(best if confirmed else mention.best())
    return narrowed


def _answer(mentions: Sequence[Mention]) -> PlaceAnswer:
    """Returns the place that the mentions settle, or the candidates that they leave."""
    readings = _narrow(mentions)
    areas = {spot.area() for spots in readings for spot in spots}
    if len(areas) > 1:
        most = max(mention.strength for mention in mentions)
        surest = [mention for mention in mentions if mention.strength == most]
        readings = _narrow(surest)
        areas = {spot.area() for spots in readings for spot in spots}
    if len(areas) == 1:
        return PlaceAnswer("one", (_settle(readings),))
    spots = {spot for spots in readings for spot in spots}
    by_area = [_collapse([spot for spot in spots if spot.area() == area]) for area in areas]
    by_area.sort(key=lambda place: (-place.population, place.label))
    return PlaceAnswer("several", tuple(by_area[:_SHOWN]))


def _settle(readings: Sequence[tuple[Spot, ...]]) -> Place:
    """Returns the most precise place among readings that lie in one région or country."""
    ranked = sorted(readings, key=lambda spots: _PRECISION[spots[0].kind])
    deps = [{spot.dep for spot in spots if spot.dep} for spots in readings]
    shared = set.intersection(*(known for known in deps if known)) if any(deps) else set()
    if any(deps) and not shared:
        return index().region_spot(ranked[0][0].region).place()
    return _collapse(ranked[0])


def _collapse(spots: Iterable[Spot]) -> Place:
    """Returns one place for readings in one région, with the codes that are true of all."""
    ranked = sorted(spots, key=lambda spot: (-spot.population, spot.label))
    first = ranked[0]
    alike = len({spot.dep for spot in ranked}) == 1
    if alike and len({spot.base for spot in ranked}) == 1:
        return first.place()
    known = alike and first.dep
    area = index().departement_spot(first.dep) if known else index().region_spot(first.region)
    shared = _shared_words([spot.base for spot in ranked])
    if not shared or first.kind in {"region", "departement"}:
        return area.place()
    label = f"{shared} ({area.base})"
    return replace(area.place(), label=label, kind=first.kind, population=first.population)


def _shared_words(names: Sequence[str]) -> str:
    """Returns the words that names start with, as "Noisy" of Noisy-le-Grand and Noisy-le-Sec."""
    words = [re.split(r"(?<=[- ])", name) for name in names]
    shared = [same[0] for same in takewhile(_equal, zip_longest(*words, fillvalue="")) if same[0]]
    while shared and fold_name(shared[-1]) in CONNECTORS:
        shared.pop()
    return "".join(shared).rstrip("- ")


def _equal(words: Sequence[str]) -> bool:
    return len({word.rstrip("- ") for word in words}) == 1
