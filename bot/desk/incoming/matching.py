"""Finds the ticket that a mail is about, and holds that its sender may write into it.

Anybody can quote a reference or answer a mail that was passed on, so a mail goes into a ticket only
where its sender is an address of that ticket. A From header can be forged: who forges it gets
nothing to read, and only writes under a name that is not theirs, as with any mail.
"""

from __future__ import annotations

import re
from collections.abc import Collection, Iterator
from dataclasses import dataclass

from sqlalchemy import select
from sqlalchemy.ext.asyncio import AsyncSession

from bot.desk.incoming.message import IncomingMessage
from bot.desk.outbox import OutboxMail
from bot.desk.ticket_tables import Ticket, TicketEntry
from bot.ground.addresses import normalise_address

_IN_SUBJECT = re.compile(r"\bG[-‐‑– ]?([A-Z0-9]{4})\b", re.IGNORECASE)
_IN_ADDRESS = re.compile(r"[+=]G-?([A-Z0-9]{4})@", re.IGNORECASE)
_MOST_CANDIDATES = 20
_RECEIPT, _HANDOVER = ":receipt", ":handover"
"""What ends the key of a mail that acknowledges something, and the key of a hand-over."""


@dataclass(frozen=True)
class Match:
    """What was found.

    Attributes:
        ticket: Whose thread the mail goes into; None where it goes into none.
        named: The reference of a ticket that the mail names, and that is not its sender's.
    """

    ticket: Ticket | None = None
    named: str = ""


async def match(
    session: AsyncSession, portal: str, mail: IncomingMessage, ours: Collection[str] = ()
) -> Match:
    """Return the ticket that a mail belongs to: by what it answers, then by what it names.

    Args:
        session: The transaction.
        portal: Whose ticket it can be.
        mail: What came in.
        ours: Normalised addresses of the portal's own, which may answer any mail of ours: a
            reference can be guessed, and these addresses are known to all.
    """
    answered = await _answered(session, portal, mail.references)
    if answered and mail.sender in ours:
        return Match(answered[0])
    named = ""
    for ticket in [*answered, *await _named(session, portal, mail)][:_MOST_CANDIDATES]:
        if mail.sender in await _contacts(session, ticket):
            return Match(ticket)
        named = named or ticket.reference
    return Match(None, named)


async def _named(session: AsyncSession, portal: str, mail: IncomingMessage) -> list[Ticket]:
    references = list(dict.fromkeys(f"G-{code.upper()}" for code in _codes(mail)))
    named = await session.scalars(
        select(Ticket).where(
            Ticket.portal == portal, Ticket.reference.in_(references[:_MOST_CANDIDATES])
        )
    )
    by_reference = {ticket.reference: ticket for ticket in named}
    return [by_reference[one] for one in references if one in by_reference]


def _codes(mail: IncomingMessage) -> Iterator[str]:
    for address in mail.recipients:
        yield from _IN_ADDRESS.findall(address)
    yield from _IN_SUBJECT.findall(mail.subject)


async def _answered(
    session: AsyncSession, portal: str, message_ids: tuple[str, ...]
) -> list[Ticket]:
    """Return the tickets of the mails that one answers, ours or the person's own, nearest first."""
    ours = select(OutboxMail.message_id, OutboxMail.key).where(
        OutboxMail.portal == portal, OutboxMail.message_id.in_(message_ids)
    )
    keys = {message_id: _entry_keys(key) for message_id, key in await session.execute(ours)}
    wanted = [key for some in keys.values() for key in some]
    rows = await session.execute(
        select(TicketEntry.request_key, TicketEntry.mail_id, Ticket)
        .join(Ticket, Ticket.id == TicketEntry.ticket_id)
        .where(
            Ticket.portal == portal,
            TicketEntry.request_key.in_(wanted) | TicketEntry.mail_id.in_(message_ids),
        )
    )
    found: dict[str, Ticket] = {}
    for key, mail_id, ticket in rows:
        found[key] = ticket
        if mail_id:
            found[mail_id] = ticket
    named = [name for one in message_ids for name in (*keys.get(one, ()), one)]
    return [found[name] for name in named if name in found]


def _entry_keys(mail_key: str) -> tuple[str, ...]:
    """Return the keys that the entry may have which caused a mail."""
    if mail_key.endswith(_RECEIPT):
        cause = mail_key.removesuffix(_RECEIPT)
        return cause, cause + _HANDOVER
    return (mail_key,)


async def _contacts(session: AsyncSession, ticket: Ticket) -> set[str]:
    entries = await session.scalars(
        select(TicketEntry.contact).where(TicketEntry.ticket_id == ticket.id)
    )
    return {normalise_address(contact) for contact in (ticket.contact, *entries)} - {""}
