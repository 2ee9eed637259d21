"""Reads an accounts CSV: all of it, or what is wrong with it.

Columns: `email,login,name,structure,region,customer_number,role,status,activated_at`; only email
and status are required. One address may stand in several rows with different logins.
"""

from __future__ import annotations

import csv
import io
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any, cast

from bot.content.live import Portal
from bot.desk.accounts import ROLES, STATUSES
from bot.desk.accounts_cells import (
    address_in,
    fault_of_address,
    is_mangled,
    moment,
    plain,
    shortened,
)
from bot.ground.errors import AccountsFileError

_COLUMNS = (
    "email", "login", "name", "structure", "region", "customer_number", "role", "status",
    "activated_at",
)  # fmt: skip
_REQUIRED = ("email", "status")
_MOST = {"login": 320, "name": 200, "structure": 200, "customer_number": 64}
_DELIMITERS = ",;\t"
_MOST_NAMED = 20

Row = dict[str, Any]
"""An account by the names of its columns, without its portal."""

DEMO_FILE = "demo_accounts.csv"
"""The file of demo accounts in a portal's folder."""


@dataclass(frozen=True)
class Fault:
    """Something wrong with an accounts CSV.

    Attributes:
        line: Its line, from 1; 0 where it has none.
        of_file: Whether the file as a whole cannot be read on for it.
    """

    line: int
    text: str
    of_file: bool = False


def faults_of(path: Path, portal: Portal) -> list[Fault]:
    """Return what is wrong with an accounts CSV; nothing where it can be imported."""
    return _read(path, portal)[1]


def read_accounts(path: Path, portal: Portal) -> list[Row]:
    """Return what an accounts CSV says, after all of its rows have been checked.

    Args:
        path: The file, UTF-8 (a byte order mark is fine), with commas, semicolons or tabs.
        portal: Whose accounts these are; regions are checked against its own.

    Raises:
        AccountsFileError: If a row is wrong; it names the lines.
    """
    rows, faults = _read(path, portal)
    if not faults:
        return rows
    if faults[0].of_file:
        line = f", ligne {faults[0].line}" if faults[0].line else ""
        raise AccountsFileError(f"{path}{line} : {faults[0].text}.")
    more = len(faults) - _MOST_NAMED
    named = " ; ".join(f"ligne {fault.line} : {fault.text}" for fault in faults[:_MOST_NAMED])
    named += f" ; et {more} autres" if more > 0 else ""
    raise AccountsFileError(f"{path} n’a pas été chargé. {named}.")


def _read(path: Path, portal: Portal) -> tuple[list[Row], list[Fault]]:
    """Return the rows that are right, and what is wrong with the others."""
    try:
        text = path.read_text(encoding="utf-8-sig")
    except OSError as error:
        return [], [Fault(0, f"le fichier ne peut pas être lu ({error.strerror})", of_file=True)]
    except UnicodeDecodeError as error:
        line = error.object[: error.start].count(b"\n") + 1
        return [], [Fault(line, "le fichier n’est pas en UTF-8", of_file=True)]
    lines = io.StringIO(text)
    delimiter, before = _delimiter(lines)
    reader = csv.DictReader(lines, delimiter=delimiter, strict=True)
    rows: list[Row] = []
    faults: list[Fault] = []
    seen: dict[tuple[str, str], int] = {}
    try:
        columns = [name.strip().lower() for name in reader.fieldnames or ()]
        while columns and not columns[-1]:
            columns.pop()
        reader.fieldnames = columns
        if wrong := _fault_of_columns(columns):
            return [], [Fault(before + 1, wrong, of_file=True)]
        for values in reader:
            # The reader counts up to a row's end; quoted values may hold line breaks.
            beyond = cast("list[str]", values.pop(None, []))
            breaks = sum((cell or "").count("\n") for cell in (*values.values(), *beyond))
            line = before + reader.line_num - breaks
            clean = {name: plain(cell) for name, cell in values.items()}
            if any(cell.strip() for cell in beyond):
                faults.append(Fault(line, "trop de colonnes"))
                continue
            if not any(clean.values()):
                continue
            problems = list(_problems(clean, portal))
            key = (address_in(clean["email"]), clean.get("login", ""))
            if not problems and key in seen:
                problems = [f"même adresse et même login qu’à la ligne {seen[key]}"]
            seen.setdefault(key, line)
            faults += [Fault(line, problem) for problem in problems]
            if not problems:
                rows.append(_row(clean))
    except csv.Error as error:
        # Behind the last good row; an unclosed quote swallows all that follows.
        text = f"CSV fautif, souvent un guillemet mal fermé ({error})"
        return rows, [Fault(before + reader.line_num + 1, text, of_file=True)]
    if not rows and not faults:
        faults.append(Fault(1, "le fichier ne contient aucun compte", of_file=True))
    return rows, faults


def _delimiter(lines: io.StringIO) -> tuple[str, int]:
    """Return what separates the columns, and how many lines stand before the heading.

    A spreadsheet may say so itself in a first line, `sep=;`, which is read past.
    """
    first = lines.readline().rstrip("\n")
    if first.lower().startswith("sep=") and first[4:] in tuple(_DELIMITERS):
        return first[4:], 1
    lines.seek(0)
    return max(_DELIMITERS, key=first.count), 0


def _fault_of_columns(columns: list[str]) -> str | None:
    unknown = [name for name in columns if name not in _COLUMNS]
    missing = [name for name in _REQUIRED if name not in columns]
    if missing:
        return f"colonne manquante : {', '.join(missing)}"
    if len(set(columns)) < len(columns):
        return "une colonne y est deux fois"
    return f"colonne inconnue : {', '.join(unknown)}" if unknown else None


def _problems(row: dict[str, str], portal: Portal) -> Iterator[str]:
    if fault := fault_of_address(row["email"]):
        yield fault
    if row["status"] not in STATUSES:
        yield f"status « {row['status']} » (attendu : {', '.join(STATUSES)})"
    if row.get("role") and row["role"] not in ROLES:
        yield f"role « {row['role']} » (attendu : {', '.join(ROLES)})"
    if row.get("region") and portal.region(row["region"]) is None:
        yield f"région « {row['region']} » inconnue de ce portail"
    try:
        moment(row.get("activated_at", ""))
    except (ValueError, OverflowError):
        yield f"activated_at « {row['activated_at']} » n’est pas une date ISO 8601"
    for name, most in _MOST.items():
        if len(row.get(name, "")) > most:
            yield f"{name} dépasse {most} caractères"
        if is_mangled(row.get(name, "")):
            yield (
                f"{name} « {shortened(row[name])} » est un nombre abrégé par le tableur ; mettez "
                "la colonne au format Texte et exportez de nouveau"
            )


def _row(row: dict[str, str]) -> Row:
    address = address_in(row["email"])
    return {
        "email": address,
        "address": address,
        "login": row.get("login", ""),
        "name": row.get("name", ""),
        "structure": row.get("structure", ""),
        "region": row.get("region", ""),
        "customer_number": row.get("customer_number", ""),
        "role": row.get("role") or "user",
        "status": row["status"],
        "activated_at": moment(row.get("activated_at", "")),
    }
