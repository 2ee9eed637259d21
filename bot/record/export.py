"""All that is held on a person, as one JSON file that can be handed to them.

What others are, is theirs: their addresses are masked in it, but for the portals' own mailboxes.
"""

from __future__ import annotations

import json
from base64 import b64encode
from collections.abc import Iterator
from datetime import datetime
from pathlib import Path
from typing import Any

from sqlalchemy import select
from sqlalchemy.ext.asyncio import AsyncSession

from bot.content.live import current_content
from bot.desk.accounts import AccountRow
from bot.desk.outbox import SECRET_KINDS, OutboxMail
from bot.desk.privacy import addresses_of, mask_addresses
from bot.desk.resets import ResetToken
from bot.desk.ticket_tables import Ticket, TicketEntry, TicketFile
from bot.ground.addresses import normalise_address
from bot.ground.db import Base, Database, now
from bot.record.personal_data import find_held, names
from bot.record.review_tables import Note
from bot.record.transcript import Conversation, read_lines

_SECRET = {"token_hash", "request_key", "key", "message_id"}
"""What stands in rows but tells nobody anything, or must not be handed out."""


async def export_person(
    database: Database, address: str, *, portal: str | None, secret_key: str, var_dir: Path
) -> str:
    """Return all that is held on a person, as JSON.

    Args:
        database: Where it stands.
        address: Whose data.
        portal: Only what belongs to this portal; all portals where None.
        secret_key: With which addresses were fingerprinted.
        var_dir: The folder under which mails are kept.
    """
    address = normalise_address(address)
    shown = frozenset((address, *_own_addresses()))
    async with database.read() as session:
        held = await find_held(
            session, address, portal=portal, secret_key=secret_key, var_dir=var_dir
        )
        tickets = [
            await _ticket(session, ticket, address)
            for ticket in await _rows(session, Ticket, held.tickets)
        ]
        found: dict[str, Any] = {
            "address": address,
            "exported_at": now().isoformat(),
            "accounts": await _rows(session, AccountRow, held.accounts),
            "resets": await _rows(session, ResetToken, held.resets),
            "mails": [_without_link(mail) for mail in await _rows(session, OutboxMail, held.mails)],
            "kept_mail_files": [path.name for path in held.files],
            "tickets": tickets,
            "notes": await _rows(session, Note, held.notes),
            "ticket_notes": await _rows(session, TicketEntry, held.ticket_notes),
        }
        conversations = [await session.get_one(Conversation, key) for key in held.conversations]
    found["conversations"] = [await _conversation(database, one) for one in conversations]
    return json.dumps(_masked(found, shown), ensure_ascii=False, indent=2)


def _own_addresses() -> Iterator[str]:
    for portal in current_content().portals.values():
        yield from addresses_of(portal)


def _masked(value: Any, shown: frozenset[str]) -> Any:
    """Return a value as JSON, the addresses of others masked in its texts, not in its files."""
    if isinstance(value, str):
        return mask_addresses(value, shown)
    if isinstance(value, dict):
        return {key: _masked(one, shown) for key, one in value.items()}
    if isinstance(value, bytes):
        return value.decode("ascii")
    return [_masked(one, shown) for one in value] if isinstance(value, list) else value


async def _conversation(database: Database, conversation: Conversation) -> dict[str, Any]:
    lines = await read_lines(database, conversation.id)
    return {
        "portal": conversation.portal,
        "started_at": conversation.created_at.isoformat(),
        "last_at": conversation.last_at.isoformat(),
        "lines": [
            {"who": line.who, "at": line.at.isoformat(), "text": line.text} for line in lines
        ],
    }


def _without_link(mail: dict[str, Any]) -> dict[str, Any]:
    """Return a mail without what opens something to whoever reads it, as the link of a reset."""
    return mail | {"text": None} if mail["kind"] in SECRET_KINDS else mail


async def _rows(session: AsyncSession, table: type[Base], ids: list[int]) -> list[dict[str, Any]]:
    found = [await session.get(table, number) for number in ids]
    return [_plain(row) for row in found if row is not None]


async def _ticket(session: AsyncSession, ticket: dict[str, Any], address: str) -> dict[str, Any]:
    """Return a ticket with its thread and files.

    Of another person's ticket only what names the address, and the files that came from it.
    """
    own = normalise_address(ticket["contact"]) == address
    rows = await session.scalars(
        select(TicketEntry).where(TicketEntry.ticket_id == ticket["id"]).order_by(TicketEntry.id)
    )
    entries = []
    for row in rows:
        theirs = own or normalise_address(row.contact) == address
        files = await _files(session, row.id)
        if not theirs:
            files = [{"name": file["name"]} for file in files if names(file["name"], address)]
        if theirs or files or names([row.text, row.details], address):
            entries.append(_plain(row) | {"files": files})
    topic = ticket["topic"] if own or names(ticket["topic"], address) else ""
    return ticket | {"topic": topic, "entries": entries}


async def _files(session: AsyncSession, entry_id: int) -> list[dict[str, Any]]:
    rows = await session.execute(
        select(TicketFile.name, TicketFile.content_type, TicketFile.data)
        .where(TicketFile.entry_id == entry_id)
        .order_by(TicketFile.id)
    )
    return [
        {"name": name, "content_type": kind, "base64": b64encode(data)} for name, kind, data in rows
    ]


def _plain(row: Base) -> dict[str, Any]:
    values = {c.key: getattr(row, c.key) for c in row.__table__.columns if c.key not in _SECRET}
    return {
        name: value.isoformat() if isinstance(value, datetime) else value
        for name, value in values.items()
    }
