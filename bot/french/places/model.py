"""What the place resolver answers, and what it handles on the way."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Literal

PlaceKind = Literal["region", "departement", "commune", "postcode", "hospital", "country"]
Outcome = Literal["none", "one", "several", "country_needed"]

FRANCE = "FR"


@dataclass(frozen=True)
class Place:
    """A place to show, with the codes of what contains it.

    Attributes:
        label: French text to show, such as "Lyon (Rhône)" or "Rhône (69)".
        kind: What was recognised.
        covers: Codes true of the place, most specific first: "dep:" and "region:" hold INSEE
            codes, "pays:" an ISO 3166-1 alpha-2 code.
        population: Inhabitants (INSEE municipal population), 0 where unknown.
    """

    label: str
    kind: PlaceKind
    covers: tuple[str, ...]
    population: int


@dataclass(frozen=True)
class PlaceAnswer:
    """What a text says of where its writer is.

    Attributes:
        outcome: "one" when the INSEE région (or the country) is settled, "several" when candidates
            lie in different ones, "country_needed" when the text gives a foreign postcode and does
            not name its country, "none" otherwise.
        places: One place for "one", at most six for "several", most populous first. For
            "country_needed", the countries of the towns that the text names, most often none.
    """

    outcome: Outcome
    places: tuple[Place, ...]


@dataclass(frozen=True)
class Spot:
    """One thing that a name or a code may stand for.

    Attributes:
        base: The name alone, without what contains it, as in "Lyon".
        label: The name to show, as in "Lyon (Rhône)".
        kind: What the name stands for.
        dep: INSEE code of its département, empty when it has none or more than one.
        region: INSEE code of its région, empty outside France.
        country: ISO 3166-1 alpha-2 code.
        population: Inhabitants, 0 where unknown.
        tier: Rank among what bears the same name, the lowest wins: 0 région, country and hospital
            group, 1 département, 2 commune and foreign town, 3 former commune or shortened name.
    """

    base: str
    label: str
    kind: PlaceKind
    dep: str
    region: str
    country: str
    population: int
    tier: int

    def area(self) -> tuple[str, str]:
        """Returns the country and the région, the unit that an answer must settle."""
        return (self.country, self.region)

    def place(self) -> Place:
        """Returns the place to show for this reading."""
        covers = (
            f"dep:{self.dep}" if self.dep else "",
            f"region:{self.region}" if self.region else "",
            f"pays:{self.country}",
        )
        return Place(self.label, self.kind, tuple(filter(None, covers)), self.population)


@dataclass(frozen=True)
class Mention:
    """A stretch of the text that stands for a place.

    Attributes:
        start: Index of its first token.
        end: Index after its last token.
        spots: What it may stand for, lowest tier first, then most populous first.
        strength: How sure the context makes it, from 1 (a known name alone) to 3 (introduced as
            a place).
    """

    start: int
    end: int
    spots: tuple[Spot, ...]
    strength: int

    def best(self) -> tuple[Spot, ...]:
        """Returns the spots of the lowest tier."""
        low = min(spot.tier for spot in self.spots)
        return tuple(spot for spot in self.spots if spot.tier == low)
