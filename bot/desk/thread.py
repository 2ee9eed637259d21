"""A ticket's thread: what was handed over, replies to the person, their messages, staff's notes.

Whoever adds an entry names it by a key, so that a form sent twice or a mail fetched twice adds one.
The mail that a reply causes stands in the outbox under the key of its entry.
"""

from __future__ import annotations

import uuid
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import datetime
from hashlib import sha256
from typing import cast

from sqlalchemy import delete, or_, select
from sqlalchemy.ext.asyncio import AsyncSession

from bot.desk.outbox import OutboxMail
from bot.desk.ticket_files import NewFile, StoredFile, add_files, files_of_entries
from bot.desk.ticket_mails import TicketMail, read_mail
from bot.desk.ticket_tables import Channel, Kind, Ticket, TicketEntry
from bot.ground.addresses import normalise_address
from bot.ground.db import now
from bot.ground.markdown import plain_text

MOST_TEXT = 50_000
"""Characters that an entry may have; a longer mail is cut."""

_CHUNK = 200
_MARKDOWN = ("handover", "withdrawal")
"""What the assistant wrote is light Markdown; what people wrote stands as it is."""


@dataclass(frozen=True)
class ThreadEntry:
    """One entry as it is read.

    Attributes:
        text: Plain text.
        contact: The person's address in it: where a reply went, whom a message came from.
        author_id: Who of the staff wrote it, or None.
        mail: What became of the mail that it caused, or None where it caused none.
        whole: The whole text of the mail that it came by, where some of that was folded.
        named: The reference of somebody else's ticket that a mail named which opened this one.
    """

    id: int
    kind: Kind
    channel: Channel
    text: str
    contact: str
    author_id: int | None
    created_at: datetime
    files: tuple[StoredFile, ...]
    mail: TicketMail | None
    whole: str = ""
    named: str = ""


async def add_message(
    session: AsyncSession,
    ticket: Ticket,
    text: str,
    *,
    channel: Channel,
    sender: str,
    mail_id: str | None = None,
    files: Sequence[NewFile] = (),
    key: str = "",
) -> TicketEntry | None:
    """Add what the person wrote; a ticket that was answered, waits or is closed opens again.

    Args:
        session: The transaction.
        ticket: The ticket, of the same transaction.
        text: Plain text, without what it quotes.
        channel: By what way it came.
        sender: The address that it came from.
        mail_id: The Message-ID of the mail that it came by; a mail is added once.
        files: What came with it.
        key: Names the message where no mail does; made up where it is empty.

    Returns:
        The entry, or None where it is there already.

    Raises:
        FileRefused: If a file is too large.
    """
    name = _message_key(mail_id, key)
    entry = await add_entry(
        session, ticket, "message", channel, text,
        key=name, mail_id=mail_id, contact=sender, files=files,
    )  # fmt: skip
    if entry is not None:
        ticket.reopen()
    return entry


async def add_note(
    session: AsyncSession,
    ticket: Ticket,
    text: str,
    *,
    author_id: int,
    key: str = "",
    files: Sequence[NewFile] = (),
) -> TicketEntry | None:
    """Add a note that only staff see; it leaves the state as it is.

    Returns:
        The entry, or None where it is there already.

    Raises:
        FileRefused: If a file is too large.
    """
    name = f"note:{key or uuid.uuid4().hex}"
    return await add_entry(
        session, ticket, "note", "console", text, key=name, author_id=author_id, files=files
    )


async def open_ticket(
    session: AsyncSession,
    ticket: Ticket,
    text: str,
    *,
    channel: Channel,
    mail_id: str | None = None,
    files: Sequence[NewFile] = (),
    key: str = "",
) -> TicketEntry | None:
    """Write a ticket that no conversation handed over, with the message that opens it.

    Args:
        session: The transaction.
        ticket: The ticket with reference, portal, region and contact; it is not in the session yet.
        text: Plain text.
        channel: By what way it came.
        mail_id: The Message-ID of the mail that it came by; a mail opens one ticket.
        files: What came with it.
        key: Names the message where no mail does.

    Returns:
        The first entry, or None where that mail or message is known: then no ticket is written.

    Raises:
        FileRefused: If a file is too large.
    """
    name = _message_key(mail_id, key)
    if await _known(session, name, mail_id):
        return None
    moment = now()
    ticket.created_at = ticket.updated_at = moment
    ticket.state = "new"
    session.add(ticket)
    await session.flush()
    return await add_entry(
        session, ticket, "message", channel, text,
        key=name, mail_id=mail_id, contact=ticket.contact, files=files,
    )  # fmt: skip


async def add_entry(
    session: AsyncSession,
    ticket: Ticket,
    kind: Kind,
    channel: Channel,
    text: str,
    *,
    key: str,
    contact: str = "",
    mail_id: str | None = None,
    author_id: int | None = None,
    files: Sequence[NewFile] = (),
) -> TicketEntry | None:
    """Add an entry of any kind, as the functions for each kind do.

    Returns:
        The entry, or None where one of that key or mail is there already.

    Raises:
        FileRefused: If a file is too large.
    """
    if await _known(session, key, mail_id):
        return None
    entry = TicketEntry(
        ticket_id=ticket.id,
        request_key=key,
        kind=kind,
        channel=channel,
        author_id=author_id,
        mail_id=mail_id,
        region=ticket.region,
        contact=normalise_address(contact),
        text=text[:MOST_TEXT],
        details={},
        created_at=now(),
    )
    session.add(entry)
    await session.flush()
    await add_files(session, entry, files)
    ticket.updated_at = now()
    return entry


async def is_known(session: AsyncSession, key: str) -> bool:
    """Tell whether an entry was added under a key."""
    return await _known(session, key, None)


async def _known(session: AsyncSession, key: str, mail_id: str | None) -> bool:
    same = TicketEntry.request_key == key
    if mail_id:
        same = or_(same, TicketEntry.mail_id == mail_id)
    return await session.scalar(select(TicketEntry.id).where(same).limit(1)) is not None


def _message_key(mail_id: str | None, key: str) -> str:
    """Return the key of a message: by the mail that it came by, as named, or made up."""
    # A Message-ID may be longer than a key.
    named = sha256(mail_id.encode()).hexdigest() if mail_id else key
    return f"message:{named or uuid.uuid4().hex}"


async def entries_of(
    session: AsyncSession, ticket_id: int, kinds: Iterable[Kind] = ()
) -> list[TicketEntry]:
    """Return the entries of a ticket, oldest first; only some kinds where they are named."""
    query = select(TicketEntry).where(TicketEntry.ticket_id == ticket_id)
    if kinds:
        query = query.where(TicketEntry.kind.in_(list(kinds)))
    return list(await session.scalars(query.order_by(TicketEntry.id)))


async def read_thread(session: AsyncSession, ticket_id: int) -> list[ThreadEntry]:
    """Return a ticket's thread, oldest first, with what became of its mails."""
    rows = await entries_of(session, ticket_id)
    keys = [row.request_key for row in rows]
    mails = {
        mail.key: read_mail(mail)
        for mail in await session.scalars(select(OutboxMail).where(OutboxMail.key.in_(keys)))
    }
    files = await files_of_entries(session, [row.id for row in rows])
    return [
        ThreadEntry(
            id=row.id,
            kind=cast(Kind, row.kind),
            channel=cast(Channel, row.channel),
            text=plain_text(row.text) if row.kind in _MARKDOWN else row.text,
            contact=row.contact,
            author_id=row.author_id,
            created_at=row.created_at,
            files=tuple(files.get(row.id, ())),
            mail=mails.get(row.request_key),
            whole=str(row.details.get("whole", "")),
            named=str(row.details.get("named", "")),
        )
        for row in rows
    ]


def receipt_key(request_key: str) -> str:
    """Return the key of the mail that acknowledges a hand-over or a mail."""
    return f"{request_key.removesuffix(':handover')}:receipt"


async def forget_tickets(session: AsyncSession, ids: Sequence[int]) -> None:
    """Delete tickets with their threads, files and mails."""
    for start in range(0, len(ids), _CHUNK):
        chunk = list(ids[start : start + _CHUNK])
        rows = await session.scalars(
            select(TicketEntry.request_key).where(TicketEntry.ticket_id.in_(chunk))
        )
        keys = [key for one in rows for key in (one, receipt_key(one))]
        for first in range(0, len(keys), _CHUNK):
            some = keys[first : first + _CHUNK]
            await session.execute(delete(OutboxMail).where(OutboxMail.key.in_(some)))
        await session.execute(delete(Ticket).where(Ticket.id.in_(chunk)))
