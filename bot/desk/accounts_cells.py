"""How the cells of an accounts CSV are read: what spreadsheets and mail programs do to them.

A spreadsheet keeps leading zeros as `="00123"` or `'00123`, and turns a long number into
`1,23E+11`, of which the digits are lost; a mail program copies `"Jean" <jean@chu.example>`.
"""

from __future__ import annotations

import re
from datetime import datetime, timezone

from bot.ground.addresses import MOST_CHARACTERS, is_address, normalise_address, wire_address
from bot.ground.clock import PARIS

_MANGLED = re.compile(r"[+-]?[0-9](?:[.,][0-9]+)?E[+-][0-9]+", re.IGNORECASE)
_MOST_SHOWN = 60


def plain(cell: str | None) -> str:
    """Return what a cell says, without what a spreadsheet wrote around it to keep it a text.

    Args:
        cell: The cell as it stands in the file; None where the row is short.
    """
    text = (cell or "").strip()
    if len(text) > 2 and text.startswith('="') and text.endswith('"'):
        return text[2:-1].replace('""', '"').strip()
    return text[1:] if text[:1] == "'" and text[1:2] in set("0123456789") else text


def is_mangled(text: str) -> bool:
    """Tell whether a text is a number whose digits a spreadsheet has dropped, as `1,23E+11`."""
    return _MANGLED.fullmatch(text) is not None


def address_in(cell: str) -> str:
    """Return the normal form of the address in a cell, which may have a name before it.

    Args:
        cell: `jean@chu.example` or `Jean <jean@chu.example>`. Where the name is another address,
            or where there are several, nothing is chosen: what is returned is no address.
    """
    name, inside = _parts(cell)
    if not inside:
        return normalise_address(cell)
    address = normalise_address(inside)
    return (
        normalise_address(cell) if "@" in name and normalise_address(name) != address else address
    )


def _parts(cell: str) -> tuple[str, str]:
    """Return the name before an address in angle brackets, and the address; else nothing."""
    name, opened, rest = cell.partition("<")
    inside = rest.removesuffix(">")
    if not opened or inside == rest or "<" in inside or ">" in inside:
        return "", ""
    return name, inside


def fault_of_address(cell: str) -> str | None:
    """Return why no mail can go to the address in a cell; None where it can."""
    address = address_in(cell)
    shown = shortened(cell)
    if len(address) > MOST_CHARACTERS:
        return f"l’adresse « {shown} » dépasse {MOST_CHARACTERS} caractères"
    # What people type with a space in it is read as one; in a list it is two things, or a slip.
    if len((_parts(cell)[1] or cell).split()) > 1 or not is_address(address):
        return f"« {shown} » n’est pas une adresse e-mail"
    if wire_address(address) is None:
        return (
            f"l’adresse « {shown} » a, avant le @, une lettre accentuée ou un caractère que les "
            "messageries ne prennent pas"
        )
    return None


def shortened(text: str) -> str:
    """Return a text as a sentence can name it."""
    text = " ".join(text.split())
    return text if len(text) <= _MOST_SHOWN else f"{text[:_MOST_SHOWN]}…"


def moment(text: str) -> datetime | None:
    """Read an ISO 8601 moment; one without a zone is Paris local time.

    Args:
        text: The moment or the day, `today` for now, or nothing.

    Raises:
        ValueError: If it is no moment.
        OverflowError: If it lies outside of the calendar.
    """
    if not text:
        return None
    if text == "today":
        return datetime.now(timezone.utc).replace(microsecond=0)
    read = datetime.fromisoformat(text.replace("Z", "+00:00"))
    return (read if read.tzinfo else read.replace(tzinfo=PARIS)).astimezone(timezone.utc)
