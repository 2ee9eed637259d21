"""Reads an accounts CSV and brings the account store to what it says, all of it or nothing.

Columns: `email,login,name,structure,region,customer_number,role,status,activated_at`; only email
and status are required. One address may stand in several rows with different logins.
"""

from __future__ import annotations

import csv
import io
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import datetime, timezone
from pathlib import Path

from sqlalchemy import delete, func, select
from sqlalchemy.ext.asyncio import AsyncSession

from actions.accounts import ROLES, STATUSES, AccountRow
from actions.addresses import is_address, normalise_address
from actions.content import Portal
from actions.db import Database
from actions.errors import AccountsFileError

_COLUMNS = (
    "email", "login", "name", "structure", "region", "customer_number", "role", "status",
    "activated_at",
)  # fmt: skip
_REQUIRED = ("email", "status")
_MOST = {"email": 320, "login": 320, "name": 200, "structure": 200, "customer_number": 64}
_MOST_NAMED = 20


@dataclass(frozen=True)
class ImportResult:
    """How many accounts an import touched."""

    added: int
    changed: int
    unchanged: int
    disabled: int


async def import_accounts(
    database: Database, portal: Portal, path: Path, *, sync: bool = False, demo: bool = False
) -> ImportResult:
    """Load an accounts CSV.

    Args:
        database: The account store's database.
        portal: Whose accounts these are; regions are checked against its own.
        path: The file, UTF-8 (a byte order mark is fine), with commas or semicolons.
        sync: Whether accounts that are no longer in the file are disabled.
        demo: Whether these are demo accounts; loading others removes all demo accounts.

    Raises:
        AccountsFileError: If a row is wrong; it names the lines, and nothing is loaded.
    """
    rows = list(_read(path, portal))
    async with database.write() as session:
        if not demo:
            await session.execute(delete(AccountRow).where(AccountRow.demo))
        result = await _merge(session, portal.id, rows, sync=sync, demo=demo)
    return result


async def has_accounts(database: Database) -> bool:
    """Tell whether the store holds any account."""
    async with database.read() as session:
        return bool(await session.scalar(select(func.count()).select_from(AccountRow)))


async def _merge(
    session: AsyncSession, portal_id: str, rows: list[AccountRow], *, sync: bool, demo: bool
) -> ImportResult:
    stored = await session.scalars(select(AccountRow).where(AccountRow.portal == portal_id))
    known = {(row.address, row.login): row for row in stored}
    added = changed = unchanged = disabled = 0
    for row in rows:
        row.demo = demo
        old = known.pop((row.address, row.login), None)
        if old is None:
            session.add(row)
            added += 1
        elif _take_over(old, row):
            changed += 1
        else:
            unchanged += 1
    if sync:
        for old in known.values():
            if old.status != "disabled":
                old.status = "disabled"
                disabled += 1
    return ImportResult(added, changed, unchanged, disabled)


def _take_over(old: AccountRow, new: AccountRow) -> bool:
    """Copy what differs from a row of the file onto the stored one."""
    different = False
    for name in (*_COLUMNS, "demo"):
        if getattr(old, name) != getattr(new, name):
            setattr(old, name, getattr(new, name))
            different = True
    return different


def _read(path: Path, portal: Portal) -> Iterator[AccountRow]:
    """Yield the file's rows, after all of them have been checked."""
    try:
        text = path.read_text(encoding="utf-8-sig")
    except OSError as error:
        raise AccountsFileError(f"{path} ne peut pas être lu ({error.strerror}).") from error
    except UnicodeDecodeError as error:
        line = error.object[: error.start].count(b"\n") + 1
        raise AccountsFileError(f"{path}, ligne {line} : le fichier n’est pas en UTF-8.") from error
    first = text.partition("\n")[0]
    delimiter = ";" if first.count(";") > first.count(",") else ","
    reader = csv.DictReader(io.StringIO(text), delimiter=delimiter, strict=True)
    rows: list[AccountRow] = []
    problems: list[str] = []
    seen: dict[tuple[str, str], int] = {}
    try:
        columns = [name.strip() for name in reader.fieldnames or ()]
        reader.fieldnames = columns
        _check_columns(path, columns)
        for values in reader:
            # The reader counts up to a row's end; quoted values may hold line breaks.
            line = reader.line_num - sum(str(value).count("\n") for value in values.values())
            clean = {name: (value or "").strip() for name, value in values.items() if name}
            if not any(clean.values()):
                continue
            if None in values:
                problems.append(f"ligne {line} : trop de colonnes")
                continue
            wrong = list(_problems(clean, portal))
            key = (normalise_address(clean["email"]), clean.get("login", ""))
            if not wrong and key in seen:
                wrong = [f"même adresse et même login qu’à la ligne {seen[key]}"]
            seen.setdefault(key, line)
            problems += [f"ligne {line} : {problem}" for problem in wrong]
            if not wrong:
                rows.append(_row(clean, portal))
    except csv.Error as error:
        # Behind the last good row; an unclosed quote swallows all that follows.
        raise AccountsFileError(
            f"{path}, ligne {reader.line_num + 1} : CSV fautif, souvent un guillemet mal fermé"
            f" ({error})."
        ) from error
    if problems:
        more = len(problems) - _MOST_NAMED
        named = " ; ".join(problems[:_MOST_NAMED]) + (f" ; et {more} autres" if more > 0 else "")
        raise AccountsFileError(f"{path} n’a pas été chargé. {named}.")
    if not rows:
        raise AccountsFileError(f"{path} ne contient aucun compte.")
    yield from rows


def _check_columns(path: Path, columns: list[str]) -> None:
    unknown = [name for name in columns if name not in _COLUMNS]
    missing = [name for name in _REQUIRED if name not in columns]
    if missing:
        raise AccountsFileError(f"{path}, ligne 1 : colonne manquante : {', '.join(missing)}.")
    if len(set(columns)) < len(columns):
        raise AccountsFileError(f"{path}, ligne 1 : une colonne y est deux fois.")
    if unknown:
        raise AccountsFileError(f"{path}, ligne 1 : colonne inconnue : {', '.join(unknown)}.")


def _problems(row: dict[str, str], portal: Portal) -> Iterator[str]:
    if not is_address(normalise_address(row["email"])):
        yield f"« {row['email']} » n’est pas une adresse e-mail"
    if row["status"] not in STATUSES:
        yield f"status « {row['status']} » (attendu : {', '.join(STATUSES)})"
    if row.get("role") and row["role"] not in ROLES:
        yield f"role « {row['role']} » (attendu : {', '.join(ROLES)})"
    if row.get("region") and portal.region(row["region"]) is None:
        yield f"région « {row['region']} » inconnue de ce portail"
    try:
        _moment(row.get("activated_at", ""))
    except (ValueError, OverflowError):
        yield f"activated_at « {row['activated_at']} » n’est pas une date ISO 8601"
    for name, most in _MOST.items():
        if len(row.get(name, "")) > most:
            yield f"{name} dépasse {most} caractères"


def _row(row: dict[str, str], portal: Portal) -> AccountRow:
    return AccountRow(
        portal=portal.id,
        email=normalise_address(row["email"]),
        address=normalise_address(row["email"]),
        login=row.get("login", ""),
        name=row.get("name", ""),
        structure=row.get("structure", ""),
        region=row.get("region", ""),
        customer_number=row.get("customer_number", ""),
        role=row.get("role") or "user",
        status=row["status"],
        activated_at=_moment(row.get("activated_at", "")),
    )


def _moment(text: str) -> datetime | None:
    """Read an ISO 8601 moment; one without a zone counts as UTC."""
    if not text:
        return None
    if text == "today":
        return datetime.now(timezone.utc).replace(microsecond=0)
    moment = datetime.fromisoformat(text.replace("Z", "+00:00"))
    return (moment if moment.tzinfo else moment.replace(tzinfo=timezone.utc)).astimezone(
        timezone.utc
    )
