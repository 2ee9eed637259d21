"""What happened to tickets that somebody may want to know, who wants to, and what waits to be told.

None of it holds anything about a person beyond a ticket's reference.
"""

from __future__ import annotations

from datetime import datetime

from sqlalchemy import ForeignKey, Index, String, Text
from sqlalchemy.orm import Mapped, mapped_column

from bot.ground.db import Base, Moment

KINDS = {
    "new": "une nouvelle demande dans mes régions",
    "assigned": "une demande qu’on m’attribue",
    "message": "une réponse de la personne",
    "overdue": "une demande en retard",
    "digest": "le point du matin, chaque jour ouvré",
}
"""Of what one may be told by mail, as the page offers it."""


class TicketEvent(Base):
    """Something that happened to a ticket, found once; kept as long as the ticket.

    Attributes:
        key: Names what happened, so that it is found once by however many processes look.
        kind: A key of `KINDS`, but `digest`.
        user_id: To whom it was assigned.
        actor_id: Who assigned it.
    """

    __tablename__ = "ticket_events"

    id: Mapped[int] = mapped_column(primary_key=True)
    key: Mapped[str] = mapped_column(String(200), unique=True)
    portal: Mapped[str] = mapped_column(String(64))
    kind: Mapped[str] = mapped_column(String(16))
    reference: Mapped[str] = mapped_column(String(16), index=True)
    region: Mapped[str] = mapped_column(String(64))
    user_id: Mapped[int | None]
    actor_id: Mapped[int | None]
    at: Mapped[datetime] = mapped_column(Moment)


class NoticeChoice(Base):
    """That somebody wants to be told of a kind of event on a portal.

    Attributes:
        sent_at: When the last mail of this kind was written.
    """

    __tablename__ = "notice_choices"

    user_id: Mapped[int] = mapped_column(
        ForeignKey("staff_users.id", ondelete="CASCADE"), primary_key=True
    )
    portal: Mapped[str] = mapped_column(String(64), primary_key=True)
    kind: Mapped[str] = mapped_column(String(16), primary_key=True)
    sent_at: Mapped[datetime | None] = mapped_column(Moment)


class Notice(Base):
    """What waits to be told to somebody in the next mail of its kind."""

    __tablename__ = "notices"

    id: Mapped[int] = mapped_column(primary_key=True)
    user_id: Mapped[int] = mapped_column(
        ForeignKey("staff_users.id", ondelete="CASCADE"), index=True
    )
    portal: Mapped[str] = mapped_column(String(64))
    kind: Mapped[str] = mapped_column(String(16))
    reference: Mapped[str] = mapped_column(String(16), index=True)
    at: Mapped[datetime] = mapped_column(Moment)


class Webhook(Base):
    """Where a portal's events are posted to.

    Attributes:
        secret: Signs what is posted; sealed with the secret key.
    """

    __tablename__ = "webhooks"

    portal: Mapped[str] = mapped_column(String(64), primary_key=True)
    url: Mapped[str] = mapped_column(String(500))
    secret: Mapped[str] = mapped_column(String(400))
    active: Mapped[bool]


class WebhookCall(Base):
    """One event posted, or to be posted; as the outbox does it with mails.

    Attributes:
        delivery: Names the call to the receiver, the same at each attempt.
        reference: The ticket's; empty for a trial.
        body: The JSON that is signed and posted.
    """

    __tablename__ = "webhook_calls"
    __table_args__ = (Index("ix_webhook_calls_due", "state", "next_attempt_at"),)

    id: Mapped[int] = mapped_column(primary_key=True)
    portal: Mapped[str] = mapped_column(String(64))
    delivery: Mapped[str] = mapped_column(String(64), unique=True)
    kind: Mapped[str] = mapped_column(String(16))
    reference: Mapped[str] = mapped_column(String(16), default="", index=True)
    body: Mapped[str] = mapped_column(Text)
    state: Mapped[str] = mapped_column(String(16), default="waiting")
    attempts: Mapped[int] = mapped_column(default=0)
    error: Mapped[str] = mapped_column(String(300), default="")
    created_at: Mapped[datetime] = mapped_column(Moment)
    next_attempt_at: Mapped[datetime] = mapped_column(Moment)
    sent_at: Mapped[datetime | None] = mapped_column(Moment)
