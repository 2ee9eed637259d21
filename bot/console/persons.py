"""All that is held on the person behind an address: found, exported, or erased.

Erasing is thorough rather than fine: a conversation in which the address was named goes as a whole.
"""

from __future__ import annotations

import asyncio
import json
import sqlite3
from dataclasses import dataclass, field
from email import message_from_bytes, policy
from pathlib import Path
from typing import Any, TypeVar

from sqlalchemy import Select, Text, cast, delete, or_, select
from sqlalchemy.ext.asyncio import AsyncSession
from sqlalchemy.orm import InstrumentedAttribute

from actions.accounts import AccountRow
from actions.addresses import normalise_address
from actions.db import Base, Database, is_locked
from actions.errors import GuichetError
from actions.limits import LimitHit
from actions.outbox import OutboxMail
from actions.ratings import Rating
from actions.resets import ResetToken
from actions.tickets import Ticket, TicketEntry
from actions.transcript import Conversation, TranscriptEvent, Turn
from bot.console.consequences import KINDS
from bot.console.private import fingerprint
from bot.console.review_tables import Note
from bot.console.search_index import forget_conversations, merge_index
from bot.console.summaries import ConversationAddress
from bot.demo.passwords import DemoPassword

Row = TypeVar("Row", bound=Base)

_CHUNK = 200
_SCRUB_ATTEMPTS = 5
_SCRUB_PAUSE = 1.0
_ERASED = "[adresse effacée]"


class ScrubFailed(GuichetError):
    """The rows are gone, but the database file may still hold traces of them."""


@dataclass
class Held:
    """The numbers of what is held on a person."""

    conversations: list[str] = field(default_factory=list)
    tickets: list[int] = field(default_factory=list)
    mails: list[int] = field(default_factory=list)
    resets: list[int] = field(default_factory=list)
    accounts: list[int] = field(default_factory=list)
    notes: list[int] = field(default_factory=list)
    files: list[Path] = field(default_factory=list)

    @property
    def counts(self) -> dict[str, int]:
        """How many of each, by what staff call them."""
        return {
            "conversations": len(self.conversations),
            "demandes": len(self.tickets),
            "mails": len(self.mails) + len(self.files),
            "réinitialisations": len(self.resets),
            "comptes": len(self.accounts),
            "notes": len(self.notes),
        }


async def find_held(
    session: AsyncSession, address: str, *, portal: str | None, secret_key: str, var_dir: Path
) -> Held:
    """Return what is held on a person.

    Args:
        session: Reads it.
        address: However it was typed.
        portal: Only what belongs to this portal; all portals where None.
        secret_key: With which addresses were fingerprinted.
        var_dir: The folder under which mails are kept.
    """
    address = normalise_address(address)

    def of(table: type[Row], column: InstrumentedAttribute[Any], *conditions: Any) -> Select[Any]:
        query = select(column).where(*conditions)
        return query if portal is None else query.where(table.portal == portal)  # type: ignore[attr-defined]

    async def ids(query: Select[Any]) -> list[Any]:
        return list(dict.fromkeys(await session.scalars(query)))

    named = of(
        ConversationAddress,
        ConversationAddress.conversation_id,
        ConversationAddress.fingerprint == fingerprint(address, secret_key),
    )
    # What was only said by the assistant, or is spelled otherwise, has no fingerprint.
    said = of(
        Conversation,
        Conversation.id,
        Conversation.id.in_(
            select(TranscriptEvent.conversation_id).where(
                _holds(cast(TranscriptEvent.data, Text), address)
            )
        ),
    )
    held = Held(conversations=list(dict.fromkeys([*await ids(named), *await ids(said)])))
    entries = select(TicketEntry.ticket_id).where(_holds(TicketEntry.text, address))
    held.tickets = await ids(
        of(Ticket, Ticket.id, or_(_holds(Ticket.contact, address), Ticket.id.in_(entries)))
    )
    columns = (OutboxMail.recipient, OutboxMail.reply_to, OutboxMail.text, OutboxMail.error)
    held.mails = await ids(
        of(OutboxMail, OutboxMail.id, or_(*(_holds(c, address) for c in columns)))
    )
    held.resets = await ids(of(ResetToken, ResetToken.id, _holds(ResetToken.address, address)))
    held.accounts = await ids(of(AccountRow, AccountRow.id, AccountRow.address == address))
    held.notes = await ids(of(Note, Note.id, _holds(Note.text, address)))
    for start in range(0, len(held.conversations), _CHUNK):
        chunk = held.conversations[start : start + _CHUNK]
        held.tickets += await ids(of(Ticket, Ticket.id, Ticket.conversation_id.in_(chunk)))
    held.tickets = list(dict.fromkeys(held.tickets))
    held.files = await asyncio.to_thread(_files, var_dir, address, portal)
    return held


async def erase(
    database: Database, address: str, *, portal: str | None, secret_key: str, var_dir: Path
) -> Held:
    """Erase all that is held on a person.

    On SQLite nothing of it is left in the database file and its log when this returns; on
    PostgreSQL no row is, and `docs/console.md` tells how long dead rows, WAL and backups last.

    Args:
        database: Where to erase.
        address: Whose data.
        portal: Only what belongs to this portal; all portals where None.
        secret_key: With which addresses were fingerprinted.
        var_dir: The folder under which mails are kept.

    Returns:
        What was erased.
    """
    address = normalise_address(address)
    async with database.write() as session:
        held = await find_held(
            session, address, portal=portal, secret_key=secret_key, var_dir=var_dir
        )
        for start in range(0, len(held.conversations), _CHUNK):
            await erase_conversations(session, held.conversations[start : start + _CHUNK])
        for table, numbers in (
            (Ticket, held.tickets),
            (OutboxMail, held.mails),
            (ResetToken, held.resets),
            (AccountRow, held.accounts),
        ):
            for start in range(0, len(numbers), _CHUNK):
                chunk = numbers[start : start + _CHUNK]
                await session.execute(delete(table).where(table.id.in_(chunk)))
        # Those on answers went with their conversations; those on articles hang on nothing.
        await session.execute(delete(Rating).where(_holds(Rating.comment, address)))
        await session.execute(delete(DemoPassword).where(DemoPassword.login == address))
        for note in await session.scalars(select(Note).where(Note.id.in_(held.notes))):
            note.text = _without(note.text, address)
        await merge_index(session)
    await asyncio.to_thread(_remove, held.files)
    await scrub(database)
    return held


async def erase_conversations(session: AsyncSession, ids: list[str]) -> None:
    """Delete conversations with all that hangs on them; reviews and corrections stay, unnamed."""
    await forget_conversations(session, ids)
    messages = await session.execute(
        select(Turn.conversation_id, Turn.message_id).where(Turn.conversation_id.in_(ids))
    )
    keys = [f"{key}:{message}:{kind}" for key, message in messages for kind in KINDS]
    for start in range(0, len(keys), _CHUNK):
        chunk = keys[start : start + _CHUNK]
        await session.execute(delete(OutboxMail).where(OutboxMail.key.in_(chunk)))
    await session.execute(delete(LimitHit).where(LimitHit.key.in_(ids)))
    await session.execute(delete(Ticket).where(Ticket.conversation_id.in_(ids)))
    await session.execute(delete(Conversation).where(Conversation.id.in_(ids)))


async def scrub(database: Database) -> None:
    """Have SQLite write its file anew without what was deleted, and empty its log.

    `secure_delete` overwrites what is deleted, but not the copies that were left behind when rows
    moved from one page to another: only a file written anew is free of them.

    Raises:
        ScrubFailed: If the database was too busy for that; what was erased stays erased.
    """
    if not database.is_sqlite:
        return
    for _ in range(_SCRUB_ATTEMPTS):
        async with database.engine.connect() as connection:
            driver: Any = (await connection.get_raw_connection()).driver_connection
            try:
                await driver.execute("VACUUM")
                cursor = await driver.execute("PRAGMA wal_checkpoint(TRUNCATE)")
                busy = (await cursor.fetchone())[0]
                await cursor.close()
            except sqlite3.OperationalError as error:
                if not is_locked(error):
                    raise
                busy = 1
        if not busy:
            return
        await asyncio.sleep(_SCRUB_PAUSE)
    raise ScrubFailed(
        "Tout est effacé, mais la base est trop occupée pour que son fichier soit réécrit :"
        " relancez la même commande à une heure plus calme."
    )


def _holds(column: Any, address: str) -> Any:
    # JSON may spell letters beyond ASCII as \uXXXX.
    spellings = {address, json.dumps(address)[1:-1]}
    return or_(*(column.icontains(spelling, autoescape=True) for spelling in spellings))


def _without(text: str, address: str) -> str:
    words = [_ERASED if address in normalise_address(word) else word for word in text.split(" ")]
    return " ".join(words)


def _files(var_dir: Path, address: str, portal: str | None) -> list[Path]:
    return [
        path for path in sorted((var_dir / "mail").glob("*")) if _file_holds(path, address, portal)
    ]


def _file_holds(path: Path, address: str, portal: str | None) -> bool:
    try:
        mail = message_from_bytes(path.read_bytes(), policy=policy.default)
    except (OSError, ValueError):
        return False
    if portal is not None and mail["X-Guichet-Portal"] != portal:
        return False
    texts = [str(value) for _, value in mail.items()]
    for part in mail.walk():
        if not part.is_multipart():
            payload = part.get_payload(decode=True)
            texts.append(payload.decode("utf-8", "replace") if isinstance(payload, bytes) else "")
    return any(address in text.casefold() for text in texts)


def _remove(files: list[Path]) -> None:
    for path in files:
        path.unlink(missing_ok=True)
