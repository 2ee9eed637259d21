"""Reads regions.yml: whom to turn to, and for which places."""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path

from bot.content.files.fields import Fields
from bot.content.files.mistakes import Mistakes
from bot.content.files.yaml_lines import Marked, read_yaml
from bot.content.portals import Region


def read_regions(path: Path, mistakes: Mistakes) -> tuple[Marked, tuple[Region, ...]]:
    """Read a portal's regions; those that are wrong are left out."""
    file = read_yaml(path, mistakes)
    Fields(file, mistakes, file.value).only("regions")
    entries = file.value.get("regions")
    if not isinstance(entries, list) or not entries:
        if file.value or not file.source:
            mistakes.blocks(
                path,
                file.line("regions"),
                "« regions » doit être une liste d’au moins une région",
                "commencez chaque région par « - id: … »",
            )
        return file, ()
    regions = [_read_region(file, number, entry, mistakes) for number, entry in enumerate(entries)]
    return file, tuple(regions)


def _read_region(file: Marked, number: int, entry: object, mistakes: Mistakes) -> Region:
    at = ("regions", number)
    what = f"région n° {number + 1} : "
    if not isinstance(entry, Mapping):
        mistakes.blocks(
            file.path,
            file.line(*at),
            f"{what}il faut des clés et des valeurs",
            "écrivez « - id: … », puis name, mailbox et covers en retrait",
        )
        return Region("", "", "", frozenset())
    fields = Fields(file, mistakes, entry, at, what)
    fields.only("id", "name", "mailbox", "covers", "manager", "phone")
    return Region(
        id=fields.text("id"),
        name=fields.text("name"),
        mailbox=fields.text("mailbox"),
        covers=frozenset(fields.texts("covers", required=True)),
        manager=fields.text("manager", required=False) or None,
        phone=fields.text("phone", required=False) or None,
    )
