"""Regions: each one can be reached, each code exists and is covered once, France has no gap."""

from __future__ import annotations

import re
from functools import cache

from bot.check.links import is_phone
from bot.content.files import Marked, Mistakes, PortalFiles, Reading
from bot.content.files.mistakes import closest
from bot.content.portals import Region
from bot.french.places.index import index
from bot.french.places.tables import countries
from bot.ground.addresses import is_address, normalise_address

_ID = re.compile(r"[a-z0-9]+(?:-[a-z0-9]+)*")
_MOST_ID = 64
_MOST_NAMED = 8
_FRANCE = "pays:FR"


def check(reading: Reading) -> None:
    """Name what is wrong with the regions of every portal."""
    for files in reading.portals.values():
        if files.portal.regions:
            _check_portal(files, reading.mistakes)


def _check_portal(files: PortalFiles, mistakes: Mistakes) -> None:
    file, regions = files.regions, files.portal.regions
    ids: dict[str, int] = {}
    codes: dict[str, str] = {}
    for number, region in enumerate(regions):
        at = ("regions", number)
        if region.id in ids:
            mistakes.breaks(
                file.path,
                file.line(*at, "id"),
                f"la région « {region.id} » est déjà à la ligne {ids[region.id]}",
                "donnez-lui un autre id",
            )
        ids.setdefault(region.id, file.line(*at, "id"))
        _check_region(file, number, region, mistakes)
        for place, code in enumerate(file.value["regions"][number].get("covers", ())):
            line = file.line(*at, "covers", place)
            if not isinstance(code, str):
                continue
            if code in codes:
                mistakes.remark(
                    file.path,
                    line,
                    f"« {code} » est déjà couvert par « {codes[code]} »",
                    "gardez-le dans une seule région",
                )
            codes.setdefault(code, region.id)
            if not _exists(code):
                mistakes.remark(file.path, line, *_unknown(code))
            elif (
                code.startswith("pays:")
                and code != _FRANCE
                and not files.portal.feature("countries")
            ):
                mistakes.remark(
                    file.path,
                    line,
                    f"« {code} » n’est jamais trouvé, le portail ne connaît que la France",
                    "écrivez « countries: true » sous « has: » dans portal.yml",
                )
    _check_france(file, set(codes), mistakes)


def _check_region(file: Marked, number: int, region: Region, mistakes: Mistakes) -> None:
    at = ("regions", number)
    if region.id and (not _ID.fullmatch(region.id) or len(region.id) > _MOST_ID):
        mistakes.remark(
            file.path,
            file.line(*at, "id"),
            f"l’id « {region.id} » ne convient pas",
            f"prenez des minuscules sans accent, chiffres et tirets, {_MOST_ID} au plus",
        )
    plain = normalise_address(region.mailbox)
    if region.mailbox and (not is_address(plain) or not is_address(region.mailbox)):
        mistakes.remark(
            file.path,
            file.line(*at, "mailbox"),
            f"« {region.mailbox} » n’est pas une adresse e-mail",
            "écrivez « mailbox: nom@domaine »",
        )
    if region.phone and not is_phone(region.phone):
        mistakes.remark(
            file.path,
            file.line(*at, "phone"),
            f"« {region.phone} » n’est pas un numéro de téléphone",
            'écrivez par exemple « phone: "01 23 45 67 89" »',
        )


def _check_france(file: Marked, codes: set[str], mistakes: Mistakes) -> None:
    if _FRANCE in codes:
        return
    gaps = [
        f"{name} ({code})"
        for code, (name, region) in index().departements.items()
        if f"dep:{code}" not in codes and f"region:{region}" not in codes
    ]
    if gaps:
        more = f" et {len(gaps) - _MOST_NAMED} autres" if len(gaps) > _MOST_NAMED else ""
        mistakes.remark(
            file.path,
            file.line("regions"),
            f"aucune région ne couvre {', '.join(gaps[:_MOST_NAMED])}{more}",
            "ajoutez les codes à « covers », ou « pays:FR » à la région qui prend le reste",
        )


def _exists(code: str) -> bool:
    return code == _FRANCE or code in _known()


@cache
def _known() -> frozenset[str]:
    """Return all codes of places but France itself."""
    return frozenset(
        (
            *(f"region:{code}" for code in index().regions),
            *(f"dep:{code}" for code in index().departements),
            *(f"pays:{code}" for code in countries()),
        )
    )


def _unknown(code: str) -> tuple[str, str]:
    form = "region: ou dep: avec un code de l’INSEE, ou pays: avec un code de pays (BE, CH…)"
    kind = code.partition(":")[0]
    near = closest(code, _known()) if kind not in {"region", "dep", "pays"} else ""
    return f"le code « {code} » n’existe pas", near or f"écrivez {form}"
