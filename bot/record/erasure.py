"""Erases all that is held on the person behind an address.

Erasing is thorough rather than fine: a conversation in which the address was named goes as a whole.
"""

from __future__ import annotations

import asyncio
import sqlite3
from pathlib import Path
from typing import Any

from sqlalchemy import Delete, delete, select
from sqlalchemy.ext.asyncio import AsyncSession

from bot.desk.accounts import AccountRow
from bot.desk.accounts_staging import AccountImport, StagedAccount
from bot.desk.demo_passwords import DemoPassword
from bot.desk.outbox import OutboxMail
from bot.desk.resets import ResetToken
from bot.desk.thread import forget_tickets, receipt_key
from bot.desk.ticket_files import file_name
from bot.desk.ticket_tables import Ticket, TicketEntry, TicketFile
from bot.french.address_scanner import Found, replace_addresses
from bot.ground.addresses import normalise_address
from bot.ground.alerts import Alert
from bot.ground.db import Database, is_locked
from bot.ground.errors import GuichetError
from bot.ground.limits import LimitHit
from bot.record.consequences import KINDS
from bot.record.daily_counts import Tally
from bot.record.gone import let_conversations_go, let_ratings_go
from bot.record.personal_data import Held, find_held, may_hold, names
from bot.record.promises import let_tickets_go
from bot.record.ratings import Rating
from bot.record.review_tables import Note
from bot.record.search_index import forget_conversations, merge_index
from bot.record.transcript import Conversation, Turn
from bot.staff.notices import forget_gone

_CHUNK = 200
_SCRUB_ATTEMPTS = 5
_SCRUB_PAUSE = 1.0
_ERASED = "[adresse effacée]"


class ScrubFailed(GuichetError):
    """The rows are gone, but the database file may still hold traces of them."""


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
    tally = Tally()
    async with database.write() as session:
        held = await find_held(
            session, address, portal=portal, secret_key=secret_key, var_dir=var_dir
        )
        for start in range(0, len(held.conversations), _CHUNK):
            conversations = held.conversations[start : start + _CHUNK]
            await erase_conversations(session, conversations, tally)
        await let_tickets_go(session, Ticket.id.in_(held.tickets), tally)
        await forget_tickets(session, held.tickets)
        for table, numbers in (
            (OutboxMail, held.mails),
            (ResetToken, held.resets),
            (AccountRow, held.accounts),
        ):
            for start in range(0, len(numbers), _CHUNK):
                chunk = numbers[start : start + _CHUNK]
                await session.execute(delete(table).where(table.id.in_(chunk)))
        await session.execute(_staged(address, portal))
        # Those on answers went with their conversations; those on articles hang on nothing.
        await _erase_comments(session, address, portal, tally)
        await session.execute(_passwords(address, portal))
        for note in await session.scalars(select(Note).where(Note.id.in_(held.notes))):
            note.text = _without(note.text, address)
        await _clear_notes(session, held.ticket_notes, address)
        await forget_gone(session)
        await tally.write(session)
        await merge_index(session)
    await asyncio.to_thread(_remove, held.files)
    await scrub(database)
    return held


async def erase_conversations(
    session: AsyncSession, ids: list[str], tally: Tally | None = None
) -> None:
    """Delete conversations with all that hangs on them; reviews and corrections stay, unnamed.

    Args:
        session: The transaction to delete them in.
        ids: Which conversations.
        tally: Takes what they counted, for more that is written at the end; written here if None.
    """
    own = Tally() if tally is None else tally
    await let_conversations_go(session, ids, own)
    await forget_conversations(session, ids)
    await session.execute(delete(LimitHit).where(LimitHit.key.in_(ids)))
    await session.execute(delete(Alert).where(Alert.key.in_(ids)))
    tickets = await session.scalars(select(Ticket.id).where(Ticket.conversation_id.in_(ids)))
    numbers = tickets.all()
    await let_tickets_go(session, Ticket.id.in_(numbers), own)
    await forget_tickets(session, numbers)
    await _forget_mails(session, ids)
    await session.execute(delete(Conversation).where(Conversation.id.in_(ids)))
    if tally is None:
        await own.write(session)


async def _forget_mails(session: AsyncSession, ids: list[str]) -> None:
    """Delete the mails that conversations caused, but those of tickets that outlive them."""
    messages = await session.execute(
        select(Turn.conversation_id, Turn.message_id).where(Turn.conversation_id.in_(ids))
    )
    keys = [f"{key}:{message}:{kind}" for key, message in messages for kind in KINDS]
    chunks = [keys[start : start + _CHUNK] for start in range(0, len(keys), _CHUNK)]
    held: set[str] = set()
    for chunk in chunks:
        query = select(TicketEntry.request_key).where(TicketEntry.request_key.in_(chunk))
        for key in await session.scalars(query):
            held |= {key, receipt_key(key)}
    for chunk in chunks:
        gone = [key for key in chunk if key not in held]
        await session.execute(delete(OutboxMail).where(OutboxMail.key.in_(gone)))


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


def _staged(address: str, portal: str | None) -> Delete:
    """Return what takes an address out of a file that is still being imported."""
    rows = delete(StagedAccount).where(StagedAccount.address == address)
    if portal is None:
        return rows
    imports = select(AccountImport.id).where(AccountImport.portal == portal)
    return rows.where(StagedAccount.import_id.in_(imports))


def _passwords(address: str, portal: str | None) -> Delete:
    rows = delete(DemoPassword).where(DemoPassword.login == address)
    return rows if portal is None else rows.where(DemoPassword.portal == portal)


def _without(text: str, address: str) -> str:
    def by(found: Found) -> str:
        return _ERASED if found.value == address else text[found.start : found.end]

    return replace_addresses(text, by)


async def _clear_notes(session: AsyncSession, ids: list[int], address: str) -> None:
    """Take an address out of notes on tickets: also of what a note told that came by mail."""
    for entry in await session.scalars(select(TicketEntry).where(TicketEntry.id.in_(ids))):
        entry.text = _without(entry.text, address)
        entry.details = {
            name: _without(value, address) if isinstance(value, str) else value
            for name, value in entry.details.items()
        }
    for file in await session.scalars(select(TicketFile).where(TicketFile.entry_id.in_(ids))):
        file.name = file_name(_without(file.name, address))


async def _erase_comments(
    session: AsyncSession, address: str, portal: str | None, tally: Tally
) -> None:
    query = select(Rating.id, Rating.comment).where(may_hold(Rating.comment, address))
    if portal is not None:
        query = query.where(Rating.portal == portal)
    rows = await session.execute(query)
    numbers = [number for number, comment in rows if names(comment, address)]
    await let_ratings_go(session, Rating.id.in_(numbers), tally)
    await session.execute(delete(Rating).where(Rating.id.in_(numbers)))


def _remove(files: list[Path]) -> None:
    for path in files:
        path.unlink(missing_ok=True)
