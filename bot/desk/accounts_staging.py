"""Where an accounts file waits in the database until it has been taken over.

All of a file stands here before the first account changes, so that an import that was killed can be
brought to its end without the file.
"""

from __future__ import annotations

from datetime import datetime

from sqlalchemy import ForeignKey, Index, String
from sqlalchemy.orm import Mapped, mapped_column

from bot.ground.db import Base, Moment

STAGING = "staging"
"""The file is being copied; no account has changed, and none will if it stops here."""
APPLYING = "applying"
"""The whole file is here, and the accounts follow it, some at a time."""
DISABLING = "disabling"
"""All accounts of the file are taken over; those that are not in it are disabled."""
CLEARING = "clearing"
"""The copy is removed."""
DONE = "done"


class AccountImport(Base):
    """One import of an accounts file.

    Attributes:
        sync: Whether accounts that are not in the file are disabled.
        demo: Whether these are demo accounts.
        state: How far it is.
        place: What the present state has come to: a row's number, or an account's.
        total: How many rows the file has.
    """

    __tablename__ = "account_imports"

    id: Mapped[int] = mapped_column(primary_key=True)
    portal: Mapped[str] = mapped_column(String(64), index=True)
    sync: Mapped[bool]
    demo: Mapped[bool]
    state: Mapped[str] = mapped_column(String(16))
    place: Mapped[int] = mapped_column(default=0)
    total: Mapped[int] = mapped_column(default=0)
    added: Mapped[int] = mapped_column(default=0)
    changed: Mapped[int] = mapped_column(default=0)
    disabled: Mapped[int] = mapped_column(default=0)
    started_at: Mapped[datetime] = mapped_column(Moment)


class StagedAccount(Base):
    """A row of a file that is being imported; see `AccountRow` for its columns.

    Attributes:
        number: Its place in the file, from 1, blank rows not counted.
    """

    __tablename__ = "staged_accounts"
    __table_args__ = (
        Index("ix_staged_accounts_key", "import_id", "address", "login"),
        Index("ix_staged_accounts_address", "address"),
    )

    import_id: Mapped[int] = mapped_column(ForeignKey("account_imports.id"), primary_key=True)
    number: Mapped[int] = mapped_column(primary_key=True)
    email: Mapped[str] = mapped_column(String(320))
    address: Mapped[str] = mapped_column(String(320))
    login: Mapped[str] = mapped_column(String(320))
    name: Mapped[str] = mapped_column(String(200))
    structure: Mapped[str] = mapped_column(String(200))
    region: Mapped[str] = mapped_column(String(64))
    customer_number: Mapped[str] = mapped_column(String(64))
    role: Mapped[str] = mapped_column(String(16))
    status: Mapped[str] = mapped_column(String(16))
    activated_at: Mapped[datetime | None] = mapped_column(Moment)
