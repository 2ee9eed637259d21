"""Tickets as they are kept: the ticket, the entries of its thread, and the files of these."""

from __future__ import annotations

from datetime import datetime
from typing import Any, Literal

from sqlalchemy import JSON, ForeignKey, Index, LargeBinary, String, Text
from sqlalchemy.orm import Mapped, mapped_column

from bot.content.live import current_content
from bot.ground.db import Base, Moment, now

STATE_NAMES = {
    "new": "nouvelle",
    "open": "en cours",
    "waiting": "en attente de la personne",
    "answered": "répondue",
    "closed": "close",
}
"""The states of a ticket, with what people call them.

`new` was touched by nobody yet; `waiting` waits for the person, `new` and `open` for us.
"""

UNANSWERED = ("new", "open")
"""The states in which the person waits for an answer."""

SETTABLE = ("open", "waiting", "answered", "closed")
"""The states that staff may set by hand: what was touched is not new any more."""

CANCELLABLE = (*UNANSWERED, "waiting")
"""The states of a request that its writer can still take back."""

Kind = Literal["handover", "reply", "message", "automatic", "note", "withdrawal"]
"""What an entry is: a `reply` goes to the person, a `message` comes from them, a `note` stays.

What is `automatic` came from a machine of theirs.
"""

Channel = Literal["chat", "console", "mail", "page"]
"""By what way an entry came: `page` is the person's follow-up page."""


def _first_due(context: Any) -> datetime | None:
    values = context.get_current_parameters()
    portal = current_content().portals.get(values["portal"])
    if portal is None or portal.promise is None:
        return None
    return portal.promise.due(values["created_at"])


class Ticket(Base):
    """A request to a region; what it says of region, topic and contact was confirmed last.

    Attributes:
        conversation_id: The conversation that was handed over; None where a mail opened it, or
            where the ticket outlived it.
        region: Who answers for it; empty where that is not known yet.
        reopened_at: When it was opened for the last time after an answer or closing.
        answered_at: When it was answered for the first time.
        first_due_at: Until when that was promised as it came; None where nothing was.
        links_from: Since when the follow-up page's links count; earlier ones were revoked.
    """

    __tablename__ = "tickets"
    __table_args__ = (
        Index("ix_tickets_portal_state", "portal", "state", "region"),
        Index("ix_tickets_created_at", "created_at"),
        # Holds all that a report asks, so that tickets are counted without being read.
        Index("ix_tickets_promise", "portal", "created_at", "answered_at", "first_due_at", "state"),
    )

    id: Mapped[int] = mapped_column(primary_key=True)
    reference: Mapped[str] = mapped_column(String(16), unique=True)
    portal: Mapped[str] = mapped_column(String(64))
    conversation_id: Mapped[str | None] = mapped_column(String(128), unique=True)
    region: Mapped[str] = mapped_column(String(64))
    topic: Mapped[str] = mapped_column(String(200))
    contact: Mapped[str] = mapped_column(String(320))
    state: Mapped[str] = mapped_column(String(16), default="new")
    created_at: Mapped[datetime] = mapped_column(Moment)
    updated_at: Mapped[datetime] = mapped_column(Moment)
    reopened_at: Mapped[datetime | None] = mapped_column(Moment)
    answered_at: Mapped[datetime | None] = mapped_column(Moment)
    first_due_at: Mapped[datetime | None] = mapped_column(Moment, default=_first_due)
    links_from: Mapped[datetime | None] = mapped_column(Moment)
    assigned_to: Mapped[int | None]

    @property
    def waiting_since(self) -> datetime:
        """From when an answer is waited for."""
        return self.reopened_at or self.created_at

    @property
    def is_unanswered(self) -> bool:
        """Whether the person waits for an answer."""
        return self.state in UNANSWERED

    def set_state(self, state: str) -> None:
        """Set the state, a key of `STATE_NAMES`; a reopened ticket waits from now on."""
        moment = now()
        if state in UNANSWERED and not self.is_unanswered:
            self.reopened_at = moment
        if state == "answered" and self.answered_at is None:
            self.answered_at = moment
        self.state = state
        self.updated_at = moment

    def assign(self, user_id: int | None) -> None:
        """Say to whom it falls, or to nobody; what falls to somebody is in work."""
        self.assigned_to = user_id
        if user_id is not None and self.state == "new":
            self.set_state("open")

    def reopen(self) -> None:
        """Have it wait for an answer again; what nobody has touched yet stays new."""
        self.set_state("new" if self.state == "new" else "open")


class TicketEntry(Base):
    """One entry of a ticket's thread.

    Attributes:
        request_key: Makes a repeat harmless; the mail that the entry caused has the same key.
        contact: The person's address: where a reply went, whom a message came from.
        author_id: Who of the staff wrote it, or None.
        mail_id: The Message-ID of the mail that it came by, or None.
        details: What a hand-over told besides, for the staff's lists.
    """

    __tablename__ = "ticket_entries"

    id: Mapped[int] = mapped_column(primary_key=True)
    ticket_id: Mapped[int] = mapped_column(ForeignKey("tickets.id", ondelete="CASCADE"), index=True)
    request_key: Mapped[str] = mapped_column(String(200), unique=True)
    kind: Mapped[str] = mapped_column(String(16))
    channel: Mapped[str] = mapped_column(String(16))
    author_id: Mapped[int | None]
    mail_id: Mapped[str | None] = mapped_column(String(998), unique=True)
    region: Mapped[str] = mapped_column(String(64))
    contact: Mapped[str] = mapped_column(String(320))
    text: Mapped[str] = mapped_column(Text)
    details: Mapped[dict[str, Any]] = mapped_column(JSON)
    created_at: Mapped[datetime] = mapped_column(Moment, index=True)


class TicketFile(Base):
    """A file of an entry."""

    __tablename__ = "ticket_files"

    id: Mapped[int] = mapped_column(primary_key=True)
    entry_id: Mapped[int] = mapped_column(
        ForeignKey("ticket_entries.id", ondelete="CASCADE"), index=True
    )
    name: Mapped[str] = mapped_column(String(200))
    content_type: Mapped[str] = mapped_column(String(100))
    size: Mapped[int]
    data: Mapped[bytes] = mapped_column(LargeBinary, deferred=True)
