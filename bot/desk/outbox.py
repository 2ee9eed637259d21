"""The outbox: mails are written with the turn that causes them, and sent afterwards.

Each mail has a Message-ID from the start, so that one sent twice (the process died between the
server's acceptance and our mark) is recognised as the same by mail programs.
"""

from __future__ import annotations

import uuid
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from email.message import EmailMessage
from email.utils import format_datetime
from typing import Protocol

from sqlalchemy import Index, String, Text, select
from sqlalchemy.ext.asyncio import AsyncSession
from sqlalchemy.orm import Mapped, mapped_column

from bot.ground.addresses import wire_address
from bot.ground.db import Base, Moment, now
from bot.ground.markdown import plain_text, to_html

SECRET_KINDS = frozenset({"reset", "code", "staff_link"})
"""Kinds of mail that carry what opens something: their text is forgotten once they are sent."""

STAFF_KINDS = frozenset({"staff", "staff_link"})
"""Kinds of mail to staff, of what happens to their accounts as well."""

_BY_PEOPLE = frozenset({"ticket", "reply"})
"""Kinds of mail that somebody wrote."""

TOO_LATE = "the mail came too late to be of use"
"""Why a mail whose time is over is not sent."""

UNWRITABLE = "no mail server takes this address"
"""Why a mail to such an address is not."""


@dataclass(frozen=True)
class Mail:
    """A mail to send.

    Attributes:
        text: Light Markdown, readable as it is; the HTML part is made from it.
        expires_at: From when the mail is of no use any more and is not sent.
        thread: Message-IDs of the mails that it follows, oldest first.
    """

    portal: str
    kind: str
    recipient: str
    subject: str
    text: str
    reply_to: str = ""
    expires_at: datetime | None = None
    thread: tuple[str, ...] = ()


class Attached(Protocol):
    """A file that goes with a mail."""

    @property
    def name(self) -> str:
        """What it is called."""

    @property
    def content_type(self) -> str:
        """What it is, as in `application/pdf`."""

    @property
    def data(self) -> bytes:
        """Its bytes."""


class OutboxMail(Base):
    """A mail waiting, sent or failed; the body of one that opens something is forgotten."""

    __tablename__ = "outbox"
    __table_args__ = (Index("ix_outbox_due", "state", "next_attempt_at"),)

    id: Mapped[int] = mapped_column(primary_key=True)
    portal: Mapped[str] = mapped_column(String(64))
    kind: Mapped[str] = mapped_column(String(32))
    key: Mapped[str] = mapped_column(String(200), unique=True)
    sender: Mapped[str] = mapped_column(String(320))
    recipient: Mapped[str] = mapped_column(String(320))
    reply_to: Mapped[str] = mapped_column(String(320), default="")
    subject: Mapped[str] = mapped_column(String(300))
    text: Mapped[str | None] = mapped_column(Text)
    message_id: Mapped[str] = mapped_column(String(200), unique=True)
    thread: Mapped[str] = mapped_column(Text, default="")
    state: Mapped[str] = mapped_column(String(16), default="waiting")
    attempts: Mapped[int] = mapped_column(default=0)
    error: Mapped[str] = mapped_column(Text, default="")
    created_at: Mapped[datetime] = mapped_column(Moment)
    next_attempt_at: Mapped[datetime] = mapped_column(Moment)
    sent_at: Mapped[datetime | None] = mapped_column(Moment)
    expires_at: Mapped[datetime | None] = mapped_column(Moment)


async def enqueue(session: AsyncSession, mail: Mail, *, sender: str, key: str) -> None:
    """Add a mail to the outbox, unless one with the same key is there.

    Args:
        session: The transaction that also holds what the mail is about.
        mail: What to send.
        sender: The From address.
        key: Names the mail; a second one under the same key is not added.
    """
    if await session.scalar(select(OutboxMail.id).where(OutboxMail.key == key)) is not None:
        return
    moment = now()
    domain = (wire_address(sender) or sender).rpartition("@")[2]
    session.add(
        OutboxMail(
            portal=mail.portal,
            kind=mail.kind,
            key=key,
            sender=sender,
            recipient=mail.recipient,
            reply_to=mail.reply_to,
            expires_at=mail.expires_at,
            subject=mail.subject,
            text=mail.text,
            message_id=f"<{uuid.uuid4().hex}@{domain}>",
            thread=" ".join(mail.thread),
            created_at=moment,
            next_attempt_at=moment,
        )
    )


def to_message(row: OutboxMail, files: Sequence[Attached] = ()) -> EmailMessage:
    """Build the MIME message of an outbox row: a text part and the HTML made from it.

    What a person wrote is not marked as automatic: help desks refuse such mails without a word.

    Args:
        row: The mail.
        files: What goes with it.

    Raises:
        ValueError: If the mail cannot be written, as one to an address that no server takes.
    """
    message = EmailMessage()
    message["From"] = _on_the_wire(row.sender)
    message["To"] = _on_the_wire(row.recipient)
    if row.reply_to:
        message["Reply-To"] = _on_the_wire(row.reply_to)
    message["Subject"] = row.subject
    message["Date"] = format_datetime(row.created_at)
    message["Message-ID"] = row.message_id
    if row.thread:
        message["In-Reply-To"] = row.thread.split()[-1]
        message["References"] = row.thread
    if row.kind not in _BY_PEOPLE:
        message["Auto-Submitted"] = "auto-generated"
    message["X-Guichet-Portal"] = row.portal
    text = row.text or ""
    message.set_content(plain_text(text))
    message.add_alternative(
        f'<!doctype html><html lang="fr"><body>{to_html(text)}</body></html>',
        subtype="html",
    )
    for file in files:
        kind, _, detail = file.content_type.partition("/")
        if kind in ("message", "multipart"):
            # Those may not be encoded as files are.
            kind, detail = "application", "octet-stream"
        message.add_attachment(file.data, maintype=kind, subtype=detail, filename=file.name)
    # Setting the content drops every Content-… header that was there before.
    message["Content-Language"] = "fr"
    return message


def _on_the_wire(address: str) -> str:
    wire = wire_address(address)
    if wire is None:
        raise ValueError(UNWRITABLE)
    return wire
