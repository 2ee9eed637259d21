"""Finds the names of places in a text."""

from __future__ import annotations

from collections.abc import Iterator, Sequence

from bot.french.places import cues
from bot.french.places.context import Text, context
from bot.french.places.fold import Token
from bot.french.places.index import index
from bot.french.places.model import Mention, Spot
from bot.french.places.plausibility import stands_out, weigh
from bot.french.places.typos import correct

# "au Mans" holds the article of "Le Mans".
_SWALLOWED = {"au": ("le", "a"), "du": ("le", "de"), "aux": ("les", "a"), "des": ("les", "de")}
_CITIES = {"paris": 20, "marseille": 16, "lyon": 9}
_ROMAN = dict(
    zip(
        "i ii iii iv v vi vii viii ix x xi xii xiii xiv xv xvi xvii xviii xix xx".split(),
        range(1, 21),
        strict=True,
    )
)
_ORDINALS = frozenset("e er eme ere ieme arrondissement arr ardt me".split())
_APART = frozenset(',;:!?()\n"«»[]|=+*&')
_LONGEST_TYPO = 5
_LONGEST_LINK = 6
# Inhabitants from which a misspelt town counts without being introduced as a place.
_CITY = 50_000


def _joined(tokens: Sequence[Token], apart: frozenset[str] = _APART) -> int:
    """Returns how many tokens from the first may belong to one name."""
    for place, token in enumerate(tokens[1:], 1):
        if apart & set(token.glue):
            return place
    return len(tokens)


def _candidates(text: Text, start: int, countries: bool) -> Iterator[tuple[int, str, str]]:
    """Yields the known names that start at a token, longest first.

    Yields:
        Index after the last token, the folded name, and the preposition that it has swallowed.
    """
    places = index()
    first = text.tokens[start].folded
    forms = [(first, "")]
    if first in _SWALLOWED:
        forms.insert(0, _SWALLOWED[first])
    reach = max(places.longest.get(form, 0) for form, _ in forms)
    if not reach:
        return
    window = text.tokens[start : start + reach]
    rest = [token.folded for token in window[1 : _joined(window, _APART - {"(", ")"})]]
    for size in range(len(rest), -1, -1):
        for form, link in forms:
            name = " ".join([form, *rest[:size]])
            if places.knows(name, countries):
                yield start + size + 1, name, link


def find_names(text: Text, countries: bool) -> list[Mention]:
    """Returns the places that a text names as they are spelt."""
    mentions: list[Mention] = []
    rejected: list[Mention] = []
    start = 0
    while start < len(text.tokens):
        step = 1
        for end, name, link in _candidates(text, start, countries):
            spots = index().spots(name, countries)
            if (name in cues.CONNECTORS and not text.alone(start, end)) or not spots:
                continue
            strength = weigh(text, start, end, name, spots, link)
            if not strength:
                rejected.append(Mention(start, end, spots, 2))
            else:
                end = _arrondissement(text, end, name)
                mentions.append(Mention(start, end, spots, strength))
                step = end - start
                break
        start += step
    known = tuple(mentions)
    mentions += [
        other
        for other in rejected
        if any(_pair(text, other, one) or _pair(text, one, other) for one in known)
    ]
    return _without_negated(text, mentions)


def _pair(text: Text, town: Mention, area: Mention) -> bool:
    """Returns whether a town and its area follow each other, as in "Sens dans l'Yonne"."""
    if not 0 <= area.start - town.end <= _LONGEST_LINK:
        return False
    between = text.tokens[town.end : area.start]
    if not all(token.folded in cues.CONNECTORS for token in between):
        return False
    return any(
        spot.tier > 1 and spot.region == wide.region and wide.dep in {"", spot.dep}
        for wide in area.best()
        if wide.kind in {"region", "departement"}
        for spot in town.spots
    )


def _without_negated(text: Text, mentions: list[Mention]) -> list[Mention]:
    """Leaves out "pas en Bretagne" where the text goes on to say where."""
    kept = [mention for mention in mentions if not context(text, mention.start).negated]
    return kept or mentions


def _arrondissement(text: Text, end: int, name: str) -> int:
    """Returns the end of a name with its municipal arrondissement, as in "Lyon 3e"."""
    if name not in _CITIES or end >= len(text.tokens) or _APART & set(text.tokens[end].glue):
        return end
    word = text.tokens[end].folded
    number = int(word) if word.isdigit() and len(word) <= 2 else _ROMAN.get(word, 0)
    if not 1 <= number <= _CITIES[name]:
        return end
    end += 1
    while end < len(text.tokens) and text.tokens[end].folded in _ORDINALS:
        end += 1
    return end


def whole_name(text: Text, countries: bool) -> Mention | None:
    """Returns the place when the text is nothing but its name, as in "Us" or "c'est Lyon"."""
    size = len(text.tokens)
    if size == 1 and text.tokens[0].raw in cues.REPLIES:
        return None
    for start in range(size):
        for end, name, _ in _candidates(text, start, countries):
            spots = index().spots(name, countries)
            everything = start == 0 and end == size
            if spots and (everything or stands_out(text, start, end, name, spots)):
                return Mention(start, _arrondissement(text, end, name), spots, 2)
        if text.tokens[start].folded not in cues.FILLERS:
            break
    return None


def _core(text: Text) -> tuple[int, int]:
    """Returns the bounds of a text without the words that only lead to the place."""
    start, end = 0, len(text.tokens)
    while start < end and text.tokens[start].folded in cues.FILLERS:
        start += 1
    while end > start and text.tokens[end - 1].folded in cues.FILLERS:
        end -= 1
    return start, end


def _phrase(text: Text, start: int, end: int) -> str:
    tokens = text.tokens[start:end]
    if _joined(tokens) < len(tokens):
        return ""
    return " ".join(token.folded for token in tokens)


def misspelt_whole(text: Text, countries: bool, *, generous: bool) -> Mention | None:
    """Returns the place when the whole text is its name with typos."""
    start, end = _core(text)
    phrase = _phrase(text, start, end)
    if not phrase or end - start > _LONGEST_TYPO + 2 or index().knows(phrase, countries):
        return None
    return _misspelt(start, end, phrase, countries, generous, 2)


def _misspelt(
    start: int, end: int, phrase: str, countries: bool, generous: bool, strength: int
) -> Mention | None:
    name = correct(phrase, generous=generous, countries=countries)
    spots = index().spots(name, countries) if name else ()
    return Mention(start, end, spots, strength) if spots else None


def misspelt_parts(text: Text, taken: list[Mention], countries: bool) -> list[Mention]:
    """Returns the places that the text introduces as such, written with typos."""
    used = {place for mention in taken for place in range(mention.start, mention.end)}
    found: list[Mention] = []
    start = 0
    while start < len(text.tokens):
        mention = None
        if start not in used and text.tokens[start].folded not in cues.CONNECTORS:
            mention = _misspelt_at(text, start, used, countries)
        if mention:
            found.append(mention)
        start = mention.end if mention else start + 1
    return found


def _misspelt_at(text: Text, start: int, used: set[int], countries: bool) -> Mention | None:
    """Returns the place that starts at a token, written with typos, longest first."""
    around = context(text, start)
    if around.barred:
        return None
    introduced = around.cue in {"hospital", "admin", "person"}
    if not introduced and around.link not in {"en", "a", "dans"} and not text.expected:
        return None
    # A name spelt right that the context speaks against is no typo of another.
    if any(not link for _, _, link in _candidates(text, start, countries)):
        return None
    for end in range(min(start + _LONGEST_TYPO, len(text.tokens)), start, -1):
        if used & set(range(start, end)) or text.tokens[end - 1].folded in cues.FILLERS:
            continue
        phrase = _phrase(text, start, end)
        # Four letters are too few to read a typo into unless a hospital is said to be there.
        if len(phrase) < (4 if around.cue == "hospital" else 5):
            continue
        mention = _misspelt(start, end, phrase, countries, False, 2)
        if mention and (introduced or text.expected or _prominent(mention.spots)):
            return mention
    return None


def _prominent(spots: tuple[Spot, ...]) -> bool:
    return spots[0].tier <= 1 or spots[0].population >= _CITY
