"""Files of a ticket's entries: what came with a message, what goes with a reply."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import PurePosixPath, PureWindowsPath

from sqlalchemy import select
from sqlalchemy.ext.asyncio import AsyncSession

from bot.desk.ticket_tables import TicketEntry, TicketFile
from bot.ground.errors import GuichetError

MOST_FILE_BYTES = 10 * 1024 * 1024
_MOST_NAME = 200
_MOST_TYPE = 100


class FileRefused(GuichetError):
    """A file cannot be taken; the sentence says why, and nothing was added."""


@dataclass(frozen=True)
class NewFile:
    """A file to keep with an entry."""

    name: str
    content_type: str
    data: bytes


@dataclass(frozen=True)
class StoredFile:
    """A file that is kept; its bytes are read by `file_of` alone."""

    id: int
    name: str
    content_type: str
    size: int


async def add_files(session: AsyncSession, entry: TicketEntry, files: Sequence[NewFile]) -> None:
    """Keep files with an entry.

    Raises:
        FileRefused: If one is too large.
    """
    for file in files:
        name = file_name(file.name)
        if len(file.data) > MOST_FILE_BYTES:
            raise FileRefused(f"Le fichier « {name} » dépasse 10 Mo.")
        session.add(
            TicketFile(
                entry_id=entry.id,
                name=name,
                content_type=_type_of(file.content_type),
                size=len(file.data),
                data=file.data,
            )
        )
    await session.flush()


def file_name(name: str) -> str:
    """Return a file's name without folders and without characters that are not shown."""
    bare = PurePosixPath(PureWindowsPath(name).name).name
    shown = "".join(char for char in bare if char.isprintable()).strip()
    if len(shown) > _MOST_NAME:
        stem, dot, ending = shown.rpartition(".")
        keeps = dot and len(ending) < 12
        shown = f"{stem[: _MOST_NAME - 13]}.{ending}" if keeps else shown[:_MOST_NAME]
    return shown or "fichier"


def _type_of(content_type: str) -> str:
    kind = content_type.partition(";")[0].strip().lower()
    known = kind.isascii() and kind.count("/") == 1 and len(kind) <= _MOST_TYPE
    return kind if known and kind.isprintable() else "application/octet-stream"


async def files_of_entries(
    session: AsyncSession, entry_ids: Sequence[int]
) -> dict[int, list[StoredFile]]:
    """Return the files of entries, by entry."""
    kept = select(
        TicketFile.entry_id, TicketFile.id, TicketFile.name, TicketFile.content_type,
        TicketFile.size,
    ).where(TicketFile.entry_id.in_(entry_ids))  # fmt: skip
    files: dict[int, list[StoredFile]] = {}
    for entry_id, *facts in await session.execute(kept.order_by(TicketFile.id)):
        files.setdefault(entry_id, []).append(StoredFile(*facts))
    return files


async def file_of(session: AsyncSession, ticket_id: int, file_id: int) -> NewFile | None:
    """Return a file of a ticket with its bytes, or None."""
    found = (
        await session.execute(
            select(TicketFile.name, TicketFile.content_type, TicketFile.data)
            .join(TicketEntry, TicketEntry.id == TicketFile.entry_id)
            .where(TicketEntry.ticket_id == ticket_id, TicketFile.id == file_id)
        )
    ).one_or_none()
    return NewFile(*found) if found else None


async def files_of_mail(session: AsyncSession, key: str) -> list[NewFile]:
    """Return the files that go with the mail under a key."""
    rows = await session.execute(
        select(TicketFile.name, TicketFile.content_type, TicketFile.data)
        .join(TicketEntry, TicketEntry.id == TicketFile.entry_id)
        .where(TicketEntry.request_key == key)
        .order_by(TicketFile.id)
    )
    return [NewFile(*row) for row in rows]
