"""Replies of the staff to whoever a ticket is from: an entry of the thread, and its mail."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from sqlalchemy import select, update
from sqlalchemy.ext.asyncio import AsyncSession

from bot.content.live import Portal
from bot.desk.outbox import Mail, OutboxMail, enqueue
from bot.desk.thread import add_entry, entries_of, receipt_key
from bot.desk.ticket_files import NewFile
from bot.desk.ticket_tables import Ticket, TicketEntry
from bot.ground.addresses import normalise_address
from bot.ground.db import now
from bot.ground.markdown import escape_markdown

KIND = "reply"
AFTERWARDS = ("answered", "waiting", "closed")
"""The states that a reply may leave a ticket in."""

_MOST_REFERENCES = 20


@dataclass(frozen=True)
class Reply:
    """A reply as it is sent.

    Attributes:
        text: Plain text, with greeting and signature.
        state: What the ticket is afterwards, one of `AFTERWARDS`.
        author_id: Who of the staff wrote it.
        key: Names it; sent again under the same key, it is not added again.
        page: The address of the person's follow-up page.
    """

    text: str
    state: str
    author_id: int
    key: str
    page: str
    files: Sequence[NewFile] = ()


async def add_reply(
    session: AsyncSession, ticket: Ticket, portal: Portal, reply: Reply
) -> TicketEntry | None:
    """Add a reply to a ticket's thread, set the state, and have its mail leave.

    Args:
        session: The transaction.
        ticket: The ticket, of the same transaction; its contact gets the mail.
        portal: Whose it is.
        reply: The reply.

    Returns:
        The entry, or None where it is there already.

    Raises:
        FileRefused: If a file is too large.
    """
    thread = await mail_thread(session, ticket.id)
    key = reply_key(ticket, reply.key)
    entry = await add_entry(
        session, ticket, "reply", "console", reply.text,
        key=key, contact=ticket.contact, author_id=reply.author_id, files=reply.files,
    )  # fmt: skip
    if entry is None:
        return None
    mail = Mail(
        portal=portal.id,
        kind=KIND,
        recipient=ticket.contact,
        subject=portal.say("mail.reply.subject", reference=ticket.reference, topic=ticket.topic),
        text=_text(portal, ticket, reply.text, reply.page),
        reply_to=answers_to(ticket, portal),
        thread=thread,
    )
    await enqueue(session, mail, sender=portal.sender, key=key)
    ticket.set_state(reply.state)
    if ticket.answered_at is None:
        ticket.answered_at = now()
    return entry


def reply_key(ticket: Ticket, name: str) -> str:
    """Return the key of a reply's entry, and of its mail."""
    return f"reply:{ticket.id}:{name}"


async def send_reply_to(
    session: AsyncSession, ticket: Ticket, portal: Portal, entry_id: int, address: str, page: str
) -> bool:
    """Have a reply leave again, for another address, which is the ticket's contact from then on.

    Args:
        session: The transaction.
        ticket: The ticket.
        portal: Whose it is.
        entry_id: The reply.
        address: Where it goes now.
        page: The address of the follow-up page, for that address.

    Returns:
        Whether it could: it may have left, or its mail is not kept any more.
    """
    entry = await session.get(TicketEntry, entry_id)
    if entry is None or entry.ticket_id != ticket.id or entry.kind != "reply":
        return False
    done = await session.execute(
        update(OutboxMail)
        .where(OutboxMail.key == entry.request_key, OutboxMail.state != "sent")
        .values(
            recipient=normalise_address(address),
            text=_text(portal, ticket, entry.text, page),
            state="waiting",
            attempts=0,
            error="",
            next_attempt_at=now(),
        )
        .returning(OutboxMail.id)
    )
    if done.one_or_none() is None:
        return False
    entry.contact = normalise_address(address)
    return True


def answers_to(ticket: Ticket, portal: Portal) -> str:
    """Return the address at which the person's answer to a mail is read."""
    region = portal.region(ticket.region)
    return portal.answers or (region.mailbox if region else portal.sender)


async def mail_thread(session: AsyncSession, ticket_id: int) -> tuple[str, ...]:
    """Return the Message-IDs of the mails between the person and us, oldest first."""
    entries = await entries_of(session, ticket_id)
    keys = {receipt_key(e.request_key) if e.kind == "handover" else e.request_key for e in entries}
    query = select(OutboxMail.key, OutboxMail.message_id).where(
        OutboxMail.key.in_(keys), OutboxMail.kind.in_((KIND, "receipt"))
    )
    sent = {key: message_id for key, message_id in await session.execute(query)}
    found = []
    for entry in entries:
        key = receipt_key(entry.request_key) if entry.kind == "handover" else entry.request_key
        if message_id := entry.mail_id or sent.get(key):
            found.append(message_id)
    return tuple(found[-_MOST_REFERENCES:])


def _text(portal: Portal, ticket: Ticket, text: str, page: str) -> str:
    # What was written is no markup: it arrives as it was typed.
    return portal.say(
        "mail.reply.body", reference=ticket.reference, text=escape_markdown(text), page=page
    )
