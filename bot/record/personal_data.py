"""What is held on the person behind an address: found by the whole address, never by a part of it.

The fingerprints tell where a person named an address. What the assistant or staff wrote, and what
was written before there were fingerprints, is looked through: the database names what may hold the
address, and only what does hold it, as one whole address, counts.
"""

from __future__ import annotations

import asyncio
import json
from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field
from email import message_from_bytes, policy
from pathlib import Path
from typing import Any

from sqlalchemy import Text, cast, or_, select
from sqlalchemy.ext.asyncio import AsyncSession

from bot.desk.accounts import AccountRow
from bot.desk.outbox import OutboxMail
from bot.desk.privacy import addresses_in, fingerprint
from bot.desk.resets import ResetToken
from bot.desk.ticket_tables import Ticket, TicketEntry, TicketFile
from bot.ground.addresses import normalise_address
from bot.ground.db import Base
from bot.ground.markdown import escape_markdown, plain_text
from bot.record.review_tables import Note
from bot.record.summaries import ConversationAddress
from bot.record.transcript import Conversation, TranscriptEvent

_CHUNK = 200


@dataclass
class Held:
    """The numbers of what is held on a person."""

    conversations: list[str] = field(default_factory=list)
    tickets: list[int] = field(default_factory=list)
    mails: list[int] = field(default_factory=list)
    resets: list[int] = field(default_factory=list)
    accounts: list[int] = field(default_factory=list)
    notes: list[int] = field(default_factory=list)
    ticket_notes: list[int] = field(default_factory=list)
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
            "notes": len(self.notes) + len(self.ticket_notes),
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
    search = _Search(session, normalise_address(address), portal)
    held = Held(conversations=await search.conversations(secret_key))
    held.tickets = await search.tickets(held.conversations)
    held.mails = await search.rows(
        OutboxMail,
        OutboxMail.recipient,
        OutboxMail.reply_to,
        OutboxMail.subject,
        OutboxMail.text,
        OutboxMail.error,
    )
    held.resets = await search.rows(ResetToken, ResetToken.address)
    held.accounts = await search.rows(AccountRow, AccountRow.address)
    held.notes = await search.rows(Note, Note.text)
    held.ticket_notes = await search.ticket_notes(held.tickets)
    held.files = await asyncio.to_thread(_files, var_dir, search.address, portal)
    return held


def names(value: Any, address: str) -> bool:
    """Tell whether an address stands in a text, or in any text of a JSON value, as a whole.

    Args:
        value: The text or value.
        address: A normalised address.
    """
    return any(_stands_in(text, address) for text in _texts(value))


def may_hold(column: Any, address: str) -> Any:
    """Return a condition that lets through all that holds an address, and more.

    The domain is left out of it, since one domain has several spellings; so whoever asks looks with
    `names` at what comes.
    """
    start = address.rpartition("@")[0] + "@"
    written = {start, escape_markdown(start)}
    # JSON may spell letters beyond ASCII as \uXXXX.
    spellings = written | {json.dumps(spelling)[1:-1] for spelling in written}
    return or_(*(column.icontains(spelling, autoescape=True) for spelling in spellings))


class _Search:
    """Looks for one address in the database."""

    def __init__(self, session: AsyncSession, address: str, portal: str | None) -> None:
        self._session = session
        self.address = address
        self._portal = portal

    async def rows(self, table: type[Base], *columns: Any) -> list[int]:
        """Return the numbers of the rows of a table that hold the address in one of its columns."""
        query = select(table.id, *columns).where(  # type: ignore[attr-defined]
            or_(*(may_hold(column, self.address) for column in columns))
        )
        rows = await self._session.execute(self._of(table, query))
        return [number for number, *texts in rows if names(texts, self.address)]

    async def conversations(self, secret_key: str) -> list[str]:
        """Return the conversations in which the address was named, by whomever."""
        key = fingerprint(self.address, secret_key)
        named = select(ConversationAddress.conversation_id).where(
            ConversationAddress.fingerprint == key
        )
        found = dict.fromkeys(await self._session.scalars(self._of(ConversationAddress, named)))
        said = (
            select(TranscriptEvent.conversation_id, TranscriptEvent.data)
            .join(Conversation, Conversation.id == TranscriptEvent.conversation_id)
            .where(may_hold(cast(TranscriptEvent.data, Text), self.address))
            .order_by(TranscriptEvent.conversation_id)
        )
        rows = await self._session.stream(self._of(Conversation, said))
        async for conversation, data in rows:
            if conversation not in found and names(data, self.address):
                found[conversation] = None
        return list(found)

    async def tickets(self, conversations: list[str]) -> list[int]:
        """Return the tickets that hold the address, and those of some conversations."""
        found = dict.fromkeys(await self.rows(Ticket, Ticket.contact, Ticket.topic))
        entries = (
            select(
                Ticket.id,
                TicketEntry.text,
                TicketEntry.contact,
                TicketEntry.details,
                TicketFile.name,
            )
            .join(TicketEntry, TicketEntry.ticket_id == Ticket.id)
            .outerjoin(TicketFile, TicketFile.entry_id == TicketEntry.id)
            .where(
                TicketEntry.kind != "note",
                or_(
                    may_hold(TicketFile.name, self.address),
                    may_hold(TicketEntry.text, self.address),
                    may_hold(TicketEntry.contact, self.address),
                    may_hold(cast(TicketEntry.details, Text), self.address),
                ),
            )
        )
        for number, *texts in await self._session.execute(self._of(Ticket, entries)):
            if names(texts, self.address):
                found[number] = None
        for start in range(0, len(conversations), _CHUNK):
            chunk = conversations[start : start + _CHUNK]
            of_them = select(Ticket.id).where(Ticket.conversation_id.in_(chunk))
            found |= dict.fromkeys(await self._session.scalars(self._of(Ticket, of_them)))
        return list(found)

    async def ticket_notes(self, tickets: list[int]) -> list[int]:
        """Return the entries by which staff named the address on tickets of others."""
        notes = (
            select(
                TicketEntry.id,
                TicketEntry.ticket_id,
                TicketEntry.text,
                TicketEntry.details,
                TicketFile.name,
            )
            .join(Ticket, Ticket.id == TicketEntry.ticket_id)
            .outerjoin(TicketFile, TicketFile.entry_id == TicketEntry.id)
            .where(
                TicketEntry.kind == "note",
                or_(
                    may_hold(TicketEntry.text, self.address),
                    may_hold(cast(TicketEntry.details, Text), self.address),
                    may_hold(TicketFile.name, self.address),
                ),
            )
        )
        rows = await self._session.execute(self._of(Ticket, notes))
        found = {
            number: None
            for number, ticket, *texts in rows
            if ticket not in tickets and names(texts, self.address)
        }
        return list(found)

    def _of(self, table: Any, query: Any) -> Any:
        return query if self._portal is None else query.where(table.portal == self._portal)


def _stands_in(text: str, address: str) -> bool:
    # What the assistant wrote is Markdown: its marks stick to an address, or stand in it.
    return address in addresses_in(text) or address in addresses_in(plain_text(text))


def _texts(value: Any) -> Iterator[str]:
    if isinstance(value, str):
        yield value
    elif isinstance(value, dict):
        yield from _all_texts(value.values())
    elif isinstance(value, list):
        yield from _all_texts(value)


def _all_texts(values: Iterable[Any]) -> Iterator[str]:
    for value in values:
        yield from _texts(value)


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
    return names(texts, address)
