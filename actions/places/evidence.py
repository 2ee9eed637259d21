"""Whether the words around a name make it a place.

Many communes bear the name of an ordinary word (Sens, Port, Us), of a person (Martin, Laval) or of
a thing (Orange). A name counts when the text introduces it as a place, or when it is well known
and nothing else.
"""

from __future__ import annotations

from collections.abc import Sequence

from actions.places import cues
from actions.places.context import INTO, NEARBY, Context, Text, context
from actions.places.index import index
from actions.places.model import Spot
from actions.places.tables import wordy

# Inhabitants from which a town is named without further ado.
_LARGE = 20_000
_TOWN = 5_000
_SMALL_TOWN = 2_000


def is_wordy(name: str) -> bool:
    """Returns whether a folded name could be ordinary words.

    Args:
        name: The folded name.
    """
    words = index().words
    return name in wordy() or all(word in words or word in cues.CONNECTORS for word in name.split())


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
    alone = text.alone(start, end)
    if text.expected and stands_out(text, start, end, name, spots):
        return 2
    around = context(text, start, link)
    if around.barred:
        return 0
    area = spots[0].tier <= 1
    if (
        not area
        and not around.cue
        and (_hyphenated(text, start, end) or _surname(text, start, around))
    ):
        return 0
    if _numbered(text, start, end, spots):
        return 3
    capital = _capital(text, start, end)
    written = any(token.raw[0].isupper() for token in text.tokens[start:end])
    if area:
        plain = _without_article(name)
        if not {name, plain} & wordy():
            return 3
        return _weigh_wordy_area(around, capital, plain, alone and written, text.expected)
    return _weigh_town(text, around, capital, name, spots, alone, written)


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
    if announced or (expected and not usual and (inside or capital)):
        return 2
    return 0


def _weigh_town(
    text: Text,
    around: Context,
    capital: bool,
    name: str,
    spots: Sequence[Spot],
    alone: bool,
    written: bool,
) -> int:
    """Returns the weight of a commune or a foreign town."""
    best = [spot for spot in spots if spot.tier == spots[0].tier]
    people = max(spot.population for spot in best)
    settled = len({spot.area() for spot in best}) == 1
    significant = [word for word in name.split() if word not in cues.CONNECTORS]
    saint = len(significant) == 2 and significant[0] in {"saint", "sainte"}
    several = len(significant) > 1
    introduced = around.cue != ""
    at = around.link in {"a", "au", "aux"}
    famous = settled and people >= _LARGE
    if saint and around.cue == "hospital" and not around.link and not famous:
        # "Hôpital Saint-Louis" bears the name of a saint.
        return 0
    if spots[0].tier == 3 and people:
        if introduced or alone or text.expected:
            return 2 if people >= _LARGE and not is_wordy(name) else 0
        return 0
    if is_wordy(name) and not saint:
        return _weigh_wordy_town(text, around, capital, several, people, alone, written)
    if introduced and around.cue != "noun":
        return 3 if len(name) > 3 or capital else 0
    if at and (capital or several or people >= 2 * _TOWN or text.expected):
        return 2
    if around.cue == "noun" and (capital or people >= _TOWN):
        return 2
    if saint:
        return int(famous or (people >= _LARGE and (around.link != "" or text.expected)))
    if people >= _LARGE:
        return 2 if around.link else 1
    if several and (capital or people >= _SMALL_TOWN or text.expected):
        return 1
    if alone and people >= (_SMALL_TOWN if written else _TOWN):
        return 2
    return int(text.expected and (people >= _SMALL_TOWN or around.link != ""))


def _weigh_wordy_town(
    text: Text,
    around: Context,
    capital: bool,
    several: bool,
    people: int,
    alone: bool,
    written: bool,
) -> int:
    """Returns the weight of a commune whose name could be ordinary words."""
    at = around.link in {"a", "au", "aux"}
    if around.cue:
        known = people >= _LARGE and (around.cue == "hospital" or at)
        return 3 if capital or known else 0
    if at and capital and people >= _SMALL_TOWN:
        return 2
    if several and capital and people >= _TOWN:
        return 1
    if alone and people >= (_LARGE if written else 2 * _LARGE):
        return 2
    inside = around.link in INTO and people >= _SMALL_TOWN
    return int(text.expected and inside and (capital or at))


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
