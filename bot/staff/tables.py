"""Staff accounts, their sessions, and the record of what they did."""

from __future__ import annotations

from datetime import datetime

from sqlalchemy import JSON, ForeignKey, Index, String, Text, true
from sqlalchemy.orm import Mapped, mapped_column

from bot.ground.db import Base, Moment

ROLES = ("reader", "agent", "admin")
"""From the least rights to the most; each role may do what those before it may."""

ALL_PORTALS = "*"


class StaffUser(Base):
    """Somebody who may open the console; never deleted, so that the record keeps its names.

    Attributes:
        email: In its normal form.
        password_hash: argon2id; empty until the invitation was followed.
        invitation_hash: SHA-256 of the token with which a password is chosen, once.
        totp_secret: Sealed with the secret key; set once the first code was typed.
        totp_step: The time step of the last code taken, so that none works twice.
        keys: Whether pages act on single keys.
    """

    __tablename__ = "staff_users"

    id: Mapped[int] = mapped_column(primary_key=True)
    email: Mapped[str] = mapped_column(String(320), unique=True)
    password_hash: Mapped[str] = mapped_column(String(200), default="")
    invitation_hash: Mapped[str | None] = mapped_column(String(64), unique=True)
    invitation_expires_at: Mapped[datetime | None] = mapped_column(Moment)
    totp_secret: Mapped[str] = mapped_column(String(255), default="")
    totp_step: Mapped[int] = mapped_column(default=0)
    keys: Mapped[bool] = mapped_column(default=True, server_default=true())
    created_at: Mapped[datetime] = mapped_column(Moment)
    disabled_at: Mapped[datetime | None] = mapped_column(Moment)


class StaffGrant(Base):
    """What somebody may do on a portal, or on all of them.

    Attributes:
        regions: Whose tickets are theirs; none means all.
    """

    __tablename__ = "staff_grants"

    user_id: Mapped[int] = mapped_column(
        ForeignKey("staff_users.id", ondelete="CASCADE"), primary_key=True
    )
    portal: Mapped[str] = mapped_column(String(64), primary_key=True)
    role: Mapped[str] = mapped_column(String(16))
    regions: Mapped[list[str]] = mapped_column(JSON, default=list)


class StaffLink(Base):
    """A mailed link with which somebody who lost their password chooses another, once."""

    __tablename__ = "staff_links"

    id: Mapped[int] = mapped_column(primary_key=True)
    user_id: Mapped[int] = mapped_column(
        ForeignKey("staff_users.id", ondelete="CASCADE"), index=True
    )
    token_hash: Mapped[str] = mapped_column(String(64), unique=True)
    expires_at: Mapped[datetime] = mapped_column(Moment)


class StaffRecoveryCode(Base):
    """A code that stands in for a lost phone, once; only its keyed hash is kept."""

    __tablename__ = "staff_recovery_codes"

    id: Mapped[int] = mapped_column(primary_key=True)
    user_id: Mapped[int] = mapped_column(
        ForeignKey("staff_users.id", ondelete="CASCADE"), index=True
    )
    code_hash: Mapped[str] = mapped_column(String(64), unique=True)


class StaffSession(Base):
    """A login that holds until it ends, expires or is revoked; only the token's hash is kept.

    Attributes:
        stage: `code` while the second factor is awaited, `open` afterwards.
        device: What the browser calls itself, so that people recognise their sessions.
        kept: The form that came after the last session's end, sealed; None for none.
    """

    __tablename__ = "staff_sessions"

    id: Mapped[int] = mapped_column(primary_key=True)
    token_hash: Mapped[str] = mapped_column(String(64), unique=True)
    user_id: Mapped[int] = mapped_column(
        ForeignKey("staff_users.id", ondelete="CASCADE"), index=True
    )
    stage: Mapped[str] = mapped_column(String(8))
    device: Mapped[str] = mapped_column(String(200), default="")
    kept: Mapped[str | None] = mapped_column(Text)
    created_at: Mapped[datetime] = mapped_column(Moment)
    seen_at: Mapped[datetime] = mapped_column(Moment)
    expires_at: Mapped[datetime] = mapped_column(Moment)


class StaffAction(Base):
    """One line of the record: who read, changed, revealed, exported or erased what.

    Attributes:
        subject: A conversation's id, a ticket's reference, the fingerprint of an address, or one of
            the staff: the record outlives what it is about, so it holds nobody's data.
    """

    __tablename__ = "staff_actions"
    __table_args__ = (
        Index("ix_staff_actions_portal_at", "portal", "at"),
        Index("ix_staff_actions_subject", "portal", "subject"),
    )

    id: Mapped[int] = mapped_column(primary_key=True)
    at: Mapped[datetime] = mapped_column(Moment)
    user_id: Mapped[int | None]
    portal: Mapped[str] = mapped_column(String(64))
    action: Mapped[str] = mapped_column(String(32))
    subject: Mapped[str] = mapped_column(String(128), default="")
    detail: Mapped[str] = mapped_column(String(200), default="")
