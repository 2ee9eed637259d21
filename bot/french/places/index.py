"""The index of every name and postcode that the resolver knows, built once from the data file.

Rules: a région name wins over everything, then a département name, then the communes of today,
then the communes déléguées and associées and the shortened names. Nothing changes the index once
it is built, so threads may share it.
"""

from __future__ import annotations

import gzip
import json
from collections.abc import Iterable
from dataclasses import replace
from functools import cache
from itertools import product
from threading import Lock
from typing import Any, NamedTuple

from bot.french.places.fold import fold_name
from bot.french.places.model import FRANCE, Spot
from bot.french.places.tables import DATA, countries, table

# A shortened name such as "Cherbourg" stands for a town of at least this many inhabitants.
_SHORT_POPULATION = 10_000
# So many times as populous, a town is meant by its shortened name as much as its homonyms are.
_FAR_LARGER = 5
# A shortened name that is also a usual word stands for a town of at least this many inhabitants.
_CITY_POPULATION = 40_000
# Nobody means a French village by the name of a foreign town of this many inhabitants.
_METROPOLIS = 1_000_000
_LINKS = frozenset("sur sous en les lez le la de du des d l et a aux saint sainte".split())
_LOCK = Lock()


class Commune(NamedTuple):
    """A commune: its name, INSEE département code, inhabitants, and whether it exists today."""

    name: str
    dep: str
    population: int
    current: bool


class Index:
    """Names and codes of places.

    Attributes:
        regions: Name of each région by INSEE code.
        departements: Name and région code of each département by INSEE code.
        communes: Every commune, then the former ones.
        names: Positions in communes by folded name.
        shorts: Positions in communes by shortened folded name.
        postcodes: Positions in communes by postcode.
        fixed: Régions, départements and hospital groups by folded name.
        foreign: Countries and foreign towns by folded name.
        longest: Number of words of the longest name by first word.
        words: Folded French words that are also words of commune names.
        frequent: Folded frequent French words, which are no typos of a place name.
    """

    def __init__(self, data: dict[str, Any], words: set[str], frequent: set[str]) -> None:
        """Builds the index."""
        self.words = frozenset(words)
        self.frequent = frozenset(frequent)
        self.regions: dict[str, str] = data["regions"]
        self.departements: dict[str, tuple[str, str]] = {
            code: (name, region) for code, (name, region) in data["departements"].items()
        }
        self.communes: list[Commune] = []
        self.names: dict[str, list[int]] = {}
        self.shorts: dict[str, list[int]] = {}
        self.postcodes: dict[str, list[int]] = {}
        self.dep_population: dict[str, int] = {}
        self.region_population: dict[str, int] = {}
        self._read_communes(data["communes"])
        self._read_former(data["former"])
        self._read_shorts()
        self.fixed: dict[str, tuple[Spot, ...]] = {}
        self.foreign: dict[str, tuple[Spot, ...]] = {}
        self._read_fixed()
        self._read_foreign()
        self.longest: dict[str, int] = {}
        for known in (self.names, self.shorts, self.fixed, self.foreign):
            for name in known:
                first, size = name.partition(" ")[0], name.count(" ") + 1
                if size > self.longest.get(first, 0):
                    self.longest[first] = size

    def _read_communes(self, communes: dict[str, list[list[Any]]]) -> None:
        for dep, rows in communes.items():
            total = 0
            for name, population, codes in rows:
                number = len(self.communes)
                self.communes.append(Commune(name, dep, population, True))
                self.names.setdefault(fold_name(name), []).append(number)
                # "Château-Chinon (Ville)" is told apart from its neighbour by the brackets alone.
                if "(" in name:
                    self.names.setdefault(fold_name(name.partition("(")[0]), []).append(number)
                for code in codes.split():
                    self.postcodes.setdefault(code, []).append(number)
                total += population
            self.dep_population[dep] = total
            region = self.departements[dep][1]
            self.region_population[region] = self.region_population.get(region, 0) + total

    def _read_former(self, former: dict[str, list[str]]) -> None:
        added: dict[str, list[int]] = {}
        for dep, names in former.items():
            for name in names:
                folded = fold_name(name)
                if folded not in self.names:
                    added.setdefault(folded, []).append(len(self.communes))
                    self.communes.append(Commune(name, dep, 0, False))
        self.names.update(added)

    def _read_shorts(self) -> None:
        """Adds names without their article, and large towns by the start of their name."""
        usual = self.words | self.frequent
        for name, numbers in self.names.items():
            words = name.split()
            if words[0] in {"le", "la", "les", "l"} and len(words) > 1:
                self._shorten(" ".join(words[1:]), numbers)
            large = [
                number
                for number in numbers
                if self.communes[number].population >= _SHORT_POPULATION
            ]
            start = 2 if words[0] in _LINKS else 1
            cut = " ".join(words[:start])
            if cut in usual:
                large = [n for n in large if self.communes[n].population >= _CITY_POPULATION]
            if large and len(words) > start:
                self._shorten(cut, large)

    def _shorten(self, name: str, numbers: list[int]) -> None:
        if name not in _LINKS:
            known = self.shorts.setdefault(name, [])
            known.extend(number for number in numbers if number not in known)

    def region_spot(self, code: str, tier: int = 0) -> Spot:
        """Returns the reading of a région, with its département where it has only one."""
        name = self.regions[code]
        deps = [dep for dep, (_, region) in self.departements.items() if region == code]
        dep = deps[0] if len(deps) == 1 else ""
        return Spot(
            name, name, "region", dep, code, FRANCE, self.region_population.get(code, 0), tier
        )

    def departement_spot(self, code: str) -> Spot:
        """Returns the reading of a département."""
        name, region = self.departements[code]
        label = f"{name} ({code})"
        return Spot(
            name, label, "departement", code, region, FRANCE, self.dep_population.get(code, 0), 1
        )

    def commune_spot(self, number: int, short: bool = False) -> Spot:
        """Returns the reading of a commune."""
        name, dep, population, current = self.communes[number]
        dep_name, region = self.departements[dep]
        label = name if dep_name == name else f"{name} ({dep_name})"
        tier = 3 if short or not current else 2
        return Spot(name, label, "commune", dep, region, FRANCE, population, tier)

    def _fix(self, names: Iterable[str], spots: tuple[Spot, ...]) -> None:
        for name in names:
            self.fixed.setdefault(fold_name(name), spots)

    def _read_fixed(self) -> None:
        france = table("france")
        ambiguous = france["ambiguous_regions"]
        for code, name in self.regions.items():
            official = () if code in ambiguous else (name,)
            self._fix([*official, *france["regions"].get(code, ())], (self.region_spot(code),))
        for group in france["groups"]:
            spots = tuple(self.region_spot(code) for code in group["regions"])
            self._fix(group["names"], spots)
        for code, (name, region) in self.departements.items():
            if region not in ambiguous:
                spots = (self.departement_spot(code),)
                folded = fold_name(name)
                self._fix([folded, *france["departements"].get(code, ())], spots)
                self._fix(_singulars(folded), spots)
                # "La Marne" is a village too, yet most often the département.
                self._fix([f"{article} {folded}" for article in ("le", "la", "les", "l")], spots)
        for label, (where, *names) in table("hospitals").items():
            dep = "" if where.startswith("region:") else where
            region = self.departements[dep][1] if dep else where.removeprefix("region:")
            base = label.partition(" (")[0]
            self._fix(names, (Spot(base, label, "hospital", dep, region, FRANCE, 0, 0),))

    def _read_foreign(self) -> None:
        for code, (name, *aliases) in countries().items():
            spot = Spot(name, name, "country", "", "", code, 0, 0)
            for alias in (fold_name(name), *aliases):
                self.foreign[alias] = (spot,)
        for code, towns in table("abroad")["towns"].items():
            country = countries()[code][0]
            for town, thousands in towns.items():
                label = f"{town} ({country})"
                spot = Spot(town, label, "country", "", "", code, thousands * 1000, 2)
                folded = fold_name(town)
                self.foreign[folded] = (*self.foreign.get(folded, ()), spot)

    def departement_of(self, postcode: str) -> str:
        """Returns the INSEE code of the département that a postcode starts with, or ""."""
        if postcode.startswith("20"):
            # Corsica was one département until 1976 and its postcodes still start with 20.
            return "2A" if postcode[2] in "01" else "2B"
        code = postcode[:3] if postcode[:2] in {"97", "98"} else postcode[:2]
        return code if code in self.departements else ""

    def knows(self, name: str, countries: bool) -> bool:
        """Returns whether a folded name is that of a place."""
        known = name in self.names or name in self.fixed or name in self.shorts
        return known or (countries and name in self.foreign)

    def spots(self, name: str, countries: bool) -> tuple[Spot, ...]:
        """Returns all that a folded name may stand for, lowest tier first, then most populous."""
        found = list(self.fixed.get(name, ()))
        if countries:
            found += self.foreign.get(name, ())
        exact = [self.commune_spot(number) for number in self.names.get(name, ())]
        shorts = [self.commune_spot(number, short=True) for number in self.shorts.get(name, ())]
        # "Clermont" alone most often means Clermont-Ferrand, yet where the exact name settles the
        # région it must settle it.
        if len({spot.area() for spot in exact}) > 1 and exact[0].tier == 2:
            least = max(_SHORT_POPULATION, *(_FAR_LARGER * spot.population for spot in exact))
            shorts = [
                replace(spot, tier=2) if spot.population >= least else spot for spot in shorts
            ]
        found += exact + shorts
        huge = [spot for spot in found if not spot.region and spot.population >= _METROPOLIS]
        if huge:
            found = huge
        return tuple(sorted(found, key=lambda spot: (spot.tier, -spot.population)))


def _singulars(name: str) -> list[str]:
    """Returns a name of several words with the plural marks left out, each or all."""
    forms = [[word, word[:-1]] if word.endswith("s") else [word] for word in name.split()]
    return [" ".join(form) for form in product(*forms)] if len(forms) > 1 else []


def _lines(name: str) -> set[str]:
    text = (DATA / name).read_text("utf-8")
    return {line for line in text.split() if line}


@cache
def _load() -> Index:
    data = json.loads(gzip.decompress((DATA / "communes.json.gz").read_bytes()))
    return Index(data, _lines("words.txt"), _lines("frequent.txt"))


def index() -> Index:
    """Returns the index, read from the data file on first use."""
    with _LOCK:
        return _load()
