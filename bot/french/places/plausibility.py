"""Whether the words around a name make it a place.

Many communes bear the name of an ordinary word (Sens, Port, Us), of a person (Martin, Laval) or of
a thing (Orange). A name counts when the text introduces it as a place, or when it is well known
and nothing else.
"""

from __future__ import annotations

from collections.abc import Sequence

from bot.french.places import cues
from bot.french.places.context import NEARBY, Context, Text, context
from bot.french.places.index import index
from bot.french.places.model import Spot
from bot.french.places.tables import wordy_names

# Inhabitants.
_LARGE = 20_000
_TOWN = 5_000
_SHORTENED = 3
_ENOUGH = 7
"""Points that make a name a town; all points are fitted to the messages in `tests/places`."""


def is_wordy(name: str) -> bool:
    """Returns whether a folded name could be ordinary words.

    Args:
        name: The folded name.
    """
    words = index().words
    return name in wordy_names() or all(
        word in words or word in cues.CONNECTORS for word in name.split()
    )


def _without_article(name: str) -> str:
    """Returns a folded name without its leading article."""
    first, _, rest = name.partition(" ")
    return rest if rest and first in cues.ARTICLES else name


def stands_out(text: Text, start: int, end: int, name: str, spots: Sequence[Spot]) -> bool:
    """Returns whether a name is all that an answer says, and no usual words of an answer.

    Args:
        text: The answer to a question about the place.
        start: Index of the first token of the name.
        end: Index after its last token.
        name: The folded name.
        spots: What it may stand for.
    """
    if cues.FILLERS.issuperset(name.split()) or not text.alone(start, end):
        return False
    if start and text.tokens[start - 1].folded in cues.CIVILITIES:
        return False
    if len(text.tokens) == 1 and text.tokens[0].raw in cues.REPLIES:
        return False
    usual = name in index().frequent and not text.tokens[start].raw[0].isupper()
    if usual and not any(spot.population >= _LARGE for spot in spots):
        return False
    if name in cues.MONTHS and any(token.raw.isdigit() for token in text.tokens):
        return False
    return _without_article(name) != "reunion" or context(text, start).link != "en"


def weigh(text: Text, start: int, end: int, name: str, spots: Sequence[Spot], link: str) -> int:
    """Returns how surely a name is a place here, 0 for not at all.

    Args:
        text: The text.
        start: Index of the first token of the name.
        end: Index after its last token.
        name: The folded name.
        spots: What it may stand for.
        link: The preposition that the name has swallowed, as "au" in "au Mans".
    """
    if text.expected and stands_out(text, start, end, name, spots):
        return 2
    around = context(text, start, link)
    if around.barred:
        return 0
    area = spots[0].tier <= 1
    if not area and not around.cue and _is_part(text, start, end, around):
        return 0
    if _numbered(text, start, end, spots):
        return 3
    plain, capital = _without_article(name), _capital(text, start, end)
    if not area:
        return _weigh_town(text, start, end, name, spots, around, capital)
    if not {name, plain} & wordy_names():
        return 3
    written = any(token.raw[0].isupper() for token in text.tokens[start:end])
    announced = written and text.alone(start, end)
    return _weigh_wordy_area(around, capital, plain, announced, text.expected)


def _weigh_wordy_area(
    around: Context, capital: bool, name: str, announced: bool, expected: bool
) -> int:
    """Returns the weight of a région or département such as Lot, Manche or La Réunion."""
    inside = around.link in {"dans", "en"}
    # "CHU Réunion" names the island, "Hôpital Nord" a part of its town.
    named = around.link != "" or (capital and name not in {"nord", "centre"})
    if around.cue == "admin" or (around.cue == "hospital" and named):
        return 3
    # "au centre" and "en réunion" are said of anything, "dans le lot" of some things.
    usual = name in {"centre", "reunion"}
    idiom = name in {"lot", "somme", "manche", "nord", "grand est"}
    if around.link == "dans" and not usual and (around.cue == "person" or not idiom):
        return 3
    if capital and (inside or around.link in {"de", "d", "du", "a", "sur"}):
        return 2
    return 2 if announced or (expected and not usual and (inside or capital)) else 0


def _weigh_town(
    text: Text,
    start: int,
    end: int,
    name: str,
    spots: Sequence[Spot],
    around: Context,
    capital: bool,
) -> int:
    """Returns the weight of a commune or a foreign town: points for each sign that it is meant."""
    best = [spot for spot in spots if spot.tier == spots[0].tier]
    people = max(spot.population for spot in best)
    wordy = is_wordy(name)
    if spots[0].tier == _SHORTENED and wordy:
        return 0
    famous = people >= _LARGE and len({spot.area() for spot in best}) == 1
    saint = name.startswith(("saint ", "sainte "))
    if saint and around.cue == "hospital" and not around.link and not famous:
        # "Hôpital Saint-Louis" bears the name of a saint.
        return 0
    introduced = around.cue not in {"", "noun"}
    # A large town counts by itself, and so does what is introduced as a place; a name that could
    # be ordinary words must be both.
    points = 7 * (people >= _LARGE) + 8 * introduced - 7 * wordy
    points += 2 * (people >= _TOWN) + 2 * capital + 4 * text.expected + 3 * (around.cue == "noun")
    points += 3 if around.link in {"a", "au", "aux"} else 2 * (around.link != "")
    if points < _ENOUGH:
        return 0
    return 3 if introduced else 2 if around.link or around.cue else 1


def _is_part(text: Text, start: int, end: int, around: Context) -> bool:
    return _hyphenated(text, start, end) or _surname(text, start, around)


def _hyphenated(text: Text, start: int, end: int) -> bool:
    """Returns whether a name is only a part of a longer one, such as a double surname."""
    before = text.tokens[start].glue == "-" and not text.tokens[start - 1].raw.isdigit()
    after = text.after(end) == "-" and end < len(text.tokens)
    after = after and not text.tokens[end].raw.isdigit()
    return before or after


def _surname(text: Text, start: int, around: Context) -> bool:
    """Returns whether a name follows a capitalised word, as a surname follows a first name."""
    if around.link or text.shouted or not start or text.tokens[start].glue != " ":
        return False
    before = text.tokens[start - 1]
    nearby = {token.folded for token in text.tokens[max(0, start - NEARBY) : start]}
    first = before.raw[0].isupper() and before.raw[1:].islower()
    return first and before.folded not in cues.FILLERS and not nearby & cues.HOSPITAL


def _numbered(text: Text, start: int, end: int, spots: Sequence[Spot]) -> bool:
    """Returns whether a name stands in an address or beside the number of its département."""
    deps = {spot.dep for spot in spots if spot.dep}
    if start and text.tokens[start].glue.strip() in {"", "-", ","}:
        before = text.tokens[start - 1].raw
        if len(before) == 5 and before.isdigit() and index().departement_of(before) in deps:
            return True
        if len(before) == 4 and before.isdigit() and any(not spot.region for spot in spots):
            return True
    after = text.tokens[end] if end < len(text.tokens) else None
    if after is None or after.glue.strip() not in {"", "(", "-", ","}:
        return False
    if after.folded in {"cedex", "cdx", "metropole", "agglo", "agglomeration"}:
        return True
    if len(after.raw) == 5 and after.raw.isdigit():
        return index().departement_of(after.raw) in deps
    return after.raw.isdigit() and len(after.raw) > 1 and after.raw in deps


def _capital(text: Text, start: int, end: int) -> bool:
    """Returns whether capitals mark the name as a proper noun."""
    if text.shouted:
        return False
    marked = [
        token.raw[0].isupper()
        for token in text.tokens[start:end]
        if token.folded not in cues.CONNECTORS
    ] or [text.tokens[start].raw[0].isupper()]
    opens = start == 0 or bool(set(".!?\n") & set(text.tokens[start].glue))
    return all(marked) and (len(marked) > 1 or not opens)
