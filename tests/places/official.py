"""Every official name and code of a place, asked as a user would: does it give its région?"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, field

from bot.french.places import PlaceAnswer, find_place
from bot.french.places.fold import fold_name
from bot.french.places.index import Index, index

# The INSEE counts eighteen régions; the other collectivities have codes of three digits.
_REGION_DIGITS = 2


@dataclass
class Score:
    """How many questions of a kind get the right région.

    Attributes:
        title: The kind.
        total: Number of questions.
        failures: Questions with a wrong answer, and the answer.
    """

    title: str
    total: int = 0
    failures: list[str] = field(default_factory=list)

    def ask(self, text: str, regions: set[str], *, expected: bool) -> None:
        """Asks for a place and counts the answer.

        Args:
            text: What a user would write.
            regions: INSEE codes of the régions that the answer must give, no more and no fewer.
            expected: Whether the user was just asked for the place.
        """
        answer = find_place(text, expected=expected)
        self.total += 1
        outcome = "one" if len(regions) == 1 else "several"
        if answer.outcome != outcome or not found_regions(answer) <= regions:
            self.failures.append(f"{text!r}: {answer}")


def found_regions(answer: PlaceAnswer) -> set[str]:
    """Returns the INSEE codes of the régions of an answer.

    Args:
        answer: What the resolver answered.
    """
    return {
        code.removeprefix("region:")
        for place in answer.places
        for code in place.covers
        if code.startswith("region:")
    }


def _departements(places: Index) -> Iterator[Score]:
    # Saint-Martin and Saint-Barthélemy share their name with communes, so they are asked about.
    shared = {"977", "978"}
    names = Score("départements by name")
    bare = Score("départements by bare number, asked")
    told = Score('départements as "dpt NN", not asked')
    for code, (name, region) in places.departements.items():
        if code not in shared:
            names.ask(name, {region}, expected=True)
        bare.ask(code, {region}, expected=True)
        told.ask(f"bonjour je suis dans le dpt {code}", {region}, expected=False)
    yield from (names, bare, told)


def _regions(places: Index) -> Score:
    score = Score("régions by name")
    for code, name in places.regions.items():
        if len(code) == _REGION_DIGITS:
            score.ask(name, {code}, expected=True)
    return score


def _postcodes(places: Index) -> Iterator[Score]:
    single = Score("postcodes of one région")
    shared = Score("postcodes of two régions")
    for code, numbers in places.postcodes.items():
        regions = {places.departements[places.communes[number].dep][1] for number in numbers}
        (single if len(regions) == 1 else shared).ask(code, regions, expected=True)
    yield from (single, shared)


def _communes(places: Index) -> Iterator[Score]:
    single = Score("commune names of one région")
    several = Score("commune names of several régions")
    taken = Score("commune names that an official area bears")
    areas = {fold_name(name): code for code, name in places.regions.items() if len(code) == 2}
    for name, region in places.departements.values():
        if len(region) == _REGION_DIGITS:
            areas.setdefault(fold_name(name), region)
    homonyms: dict[str, set[str]] = {}
    for commune in places.communes:
        if commune.current:
            regions = homonyms.setdefault(commune.name, set())
            regions.add(places.departements[commune.dep][1])
    folded: dict[str, set[str]] = {}
    for name, regions in homonyms.items():
        # Brackets tell neighbours of the same name apart; users leave them out.
        for form in {fold_name(name), fold_name(name.partition("(")[0])}:
            folded.setdefault(form, set()).update(regions)
    for name in homonyms:
        key = fold_name(name)
        # "La Marne" is said of the département as much as "Marne".
        area = areas.get(key) or areas.get(key.removeprefix("la "))
        if area:
            taken.ask(name, {area}, expected=True)
        elif len(folded[key]) == 1:
            single.ask(name, folded[key], expected=True)
        else:
            several.ask(name, folded[key] | _of_short_name(places, key), expected=True)
    yield from (single, several, taken)


def _of_short_name(places: Index, name: str) -> set[str]:
    """Returns the régions of the towns that people call by a name shorter than the official."""
    numbers = places.shorts.get(name, ())
    return {places.departements[places.communes[number].dep][1] for number in numbers}


def measure() -> list[Score]:
    """Returns the scores of every kind of name and code."""
    places = index()
    scores = [*_departements(places), _regions(places)]
    return [*scores, *_postcodes(places), *_communes(places)]
