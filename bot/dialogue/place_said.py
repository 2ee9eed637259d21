"""The place that a message names, asked for or in passing, and the region that covers it."""

from __future__ import annotations

import re

from bot.content.live import Portal, Region
from bot.dialogue.agreement import tokens
from bot.dialogue.flow import Talk
from bot.french.fold import fold
from bot.french.places import Place, PlaceAnswer, find_place

MOST_CORRECTING = 20
"""Words up to which a message may correct a place."""

MOST_SHORT = 5
"""Words up to which a message that nothing asked for is taken for the name of a place."""


def place_in(portal: Portal, text: str, *, expected: bool) -> PlaceAnswer:
    """Look for a place in a text, as far as the portal's regions reach."""
    return find_place(text, expected=expected, countries=portal.feature("countries"))


def regions_of(portal: Portal, places: tuple[Place, ...]) -> list[Region]:
    """Return the regions that cover the places, in their order, each once."""
    found = (portal.region_for(place) for place in places)
    return list(dict.fromkeys(region for region in found if region is not None))


def remember_region(talk: Talk) -> None:
    """Note the region when a message names it in passing, so that it is not asked for."""
    if not talk.heard.text.startswith("/") and (region := region_in(talk)):
        talk.memory["region"] = region.id


def region_in(talk: Talk) -> Region | None:
    """Return the one region that a message names, by its own name or by a place in it, or None.

    Any word may be a hamlet's name: what is little known counts where a region is spoken of.
    """
    heard = talk.heard
    if named := _named_itself(talk.portal, heard.text):
        return named
    speaks = heard.does("region") or heard.surely in {"inform_region", "regional_contact"}
    for expected in (False, True) if speaks else (False,):
        answer = place_in(talk.portal, heard.text, expected=expected)
        regions = regions_of(talk.portal, answer.places)
        if answer.outcome == "one" and len(regions) == 1:
            return regions[0]
    return None


def _named_itself(portal: Portal, text: str) -> Region | None:
    """Return the one region whose own name stands in a text, and is not said to be wrong."""
    words = tokens(text)
    found = []
    for region in portal.regions:
        name = tokens(region.name)
        for start in range(len(words) - len(name) + 1):
            before = words[max(0, start - _DENIED_BY) : start]
            if words[start : start + len(name)] == name and not {"pas", "plus"} & set(before):
                found.append(region)
    return found[0] if len(set(found)) == 1 else None


_DENIED_BY = 3
"""Words before a region's name among which a "pas" is about it."""


def _may_be_a_place(talk: Talk) -> bool:
    """Tell whether the model takes a place for likely: any word is a misspelt hamlet's name."""
    return bool({"inform_region", "regional_contact"} & set(talk.heard.ranking[:2]))


_WRONG_REGION = re.compile(
    r"\b(?:pas|plus) (?:la bonne|ma|notre|dans cette) region\b|\bmauvaise region\b"
    r"|\btrompee? de region\b"
)


def forget_wrong_region(talk: Talk) -> bool:
    """Forget the region when the message says that it is not theirs.

    Returns:
        Whether it says so.
    """
    if talk.heard.pressed or not _WRONG_REGION.search(fold(talk.heard.text)):
        return False
    talk.memory.pop("region", None)
    return True


def names_place(talk: Talk) -> bool:
    """Tell whether a short message names a place of one of the portal's regions."""
    words = len(talk.heard.text.split())
    if words > MOST_CORRECTING or not _may_be_a_place(talk):
        return False
    answer = place_in(talk.portal, talk.heard.text, expected=words <= MOST_SHORT)
    number = number_in(talk.heard.text) if words <= MOST_SHORT else None
    return bool(number or regions_of(talk.portal, answer.places))


def named_region(talk: Talk) -> Region | None:
    """Return the one region of a place that a short message names, or None."""
    heard = talk.heard
    other = heard.sure and heard.intent != "inform_region"
    if other or heard.pressed or len(heard.text.split()) > MOST_SHORT or not _may_be_a_place(talk):
        return None
    regions = regions_of(talk.portal, place_in(talk.portal, talk.heard.text, expected=True).places)
    return regions[0] if len(regions) == 1 else None


def is_place(talk: Talk) -> bool:
    """Tell whether a message is the name of a place of the portal's regions, and nothing else."""
    said = _letters(talk.heard.text)
    if talk.heard.pressed or not said:
        return False
    places = place_in(talk.portal, talk.heard.text, expected=True).places
    named = [place for place in places if _letters(place.label.partition("(")[0]) == said]
    return bool(regions_of(talk.portal, tuple(named)))


def _letters(text: str) -> str:
    return "".join(sign for sign in fold(text) if sign.isalnum())


def number_in(text: str) -> str | None:
    """Return the only département number in a text, as in "contact région svp, 44"."""
    numbers = _DEPARTMENT.findall(text)
    return numbers[0] if len(numbers) == 1 and not re.search(r"\d{4}", text) else None


_DEPARTMENT = re.compile(
    r"(?<![\w-])(\d{2}|2[abAB]|97\d)(?![\w%€])(?!\s*(?:h|min|ans|jours?|fois|heures?)\b)"
)
