"""The account store: who is known to a portal, and in which state.

`AccountStore` is what the walks need of a portal's accounts. The SQL store behind it keeps a copy
that the operator imports; a portal with an interface of its own gets another implementation.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from functools import lru_cache
from typing import Protocol

from sqlalchemy import Index, String, UniqueConstraint, select
from sqlalchemy.orm import Mapped, mapped_column

from bot.content.live import current_content
from bot.desk.resets import issue_reset
from bot.ground.addresses import normalise_address
from bot.ground.clock import same_day
from bot.ground.db import Base, Database, Moment, current_database, unit_of_work
from bot.ground.settings import current_settings

STATUSES = ("active", "pending", "disabled")
ROLES = ("user", "admin")


@dataclass(frozen=True)
class Account:
    """One account of a portal.

    Attributes:
        role: `user` or `admin` (administrator of their organisation).
        status: `active`, `pending` or `disabled`.
        activated_at: When it was activated, aware; None where unknown.
    """

    id: int
    portal: str
    email: str
    login: str
    name: str
    structure: str
    region: str
    customer_number: str
    role: str
    status: str
    activated_at: datetime | None
    demo: bool

    def activated_today(self, moment: datetime) -> bool:
        """Tell whether the account was activated on the day of a moment, as Paris counts days."""
        return self.activated_at is not None and same_day(self.activated_at, moment)


class AccountStore(Protocol):
    """What the walks ask of a portal's accounts."""

    async def find(self, portal: str, address: str) -> list[Account]:
        """Return the accounts tied to an address, however it was typed."""
        ...

    async def request_reset(self, account: Account, *, request_key: str) -> None:
        """Have a reset mail sent to the account's address.

        Args:
            account: An active account.
            request_key: Names the request; asking again under the same key does nothing.

        Raises:
            LimitReached: If the account has had its share of reset mails this hour.
        """
        ...

    async def region_of_customer(self, portal: str, customer_number: str) -> str | None:
        """Return the region id of a customer number, or None where it is unknown."""
        ...


class AccountRow(Base):
    """An account as imported; one address may stand in several rows with different logins."""

    __tablename__ = "accounts"
    __table_args__ = (
        UniqueConstraint("portal", "address", "login"),
        Index("ix_accounts_customer", "portal", "customer_number"),
    )

    id: Mapped[int] = mapped_column(primary_key=True)
    portal: Mapped[str] = mapped_column(String(64))
    email: Mapped[str] = mapped_column(String(320))
    address: Mapped[str] = mapped_column(String(320))
    login: Mapped[str] = mapped_column(String(320), default="")
    name: Mapped[str] = mapped_column(String(200), default="")
    structure: Mapped[str] = mapped_column(String(200), default="")
    region: Mapped[str] = mapped_column(String(64), default="")
    customer_number: Mapped[str] = mapped_column(String(64), default="")
    role: Mapped[str] = mapped_column(String(16), default="user")
    status: Mapped[str] = mapped_column(String(16))
    activated_at: Mapped[datetime | None] = mapped_column(Moment)
    demo: Mapped[bool] = mapped_column(default=False)

    def to_account(self) -> Account:
        """Return the row as the domain sees it."""
        return Account(
            id=self.id,
            portal=self.portal,
            email=self.email,
            login=self.login,
            name=self.name,
            structure=self.structure,
            region=self.region,
            customer_number=self.customer_number,
            role=self.role,
            status=self.status,
            activated_at=self.activated_at,
            demo=self.demo,
        )


class SqlAccountStore:
    """The accounts in Guichet's own database.

    Args:
        database: Where they stand.
    """

    def __init__(self, database: Database) -> None:
        self._database = database

    async def find(self, portal: str, address: str) -> list[Account]:
        """Return the accounts tied to an address, ordered by login."""
        query = (
            select(AccountRow)
            .where(AccountRow.portal == portal, AccountRow.address == normalise_address(address))
            .order_by(AccountRow.login)
        )
        async with self._database.read() as session:
            return [row.to_account() for row in await session.scalars(query)]

    async def request_reset(self, account: Account, *, request_key: str) -> None:
        """Write a reset token and its mail, together with the rest of the turn."""
        portal = current_content().portal(account.portal)
        async with unit_of_work(self._database) as unit:
            await issue_reset(
                unit,
                portal=portal,
                account_id=account.id,
                login=account.login or account.email,
                address=account.email,
                reset_url=_reset_url(portal.links["reset_url"], account),
                request_key=request_key,
            )

    async def region_of_customer(self, portal: str, customer_number: str) -> str | None:
        """Return the region of the first account with this customer number and a region."""
        query = (
            select(AccountRow.region)
            .where(
                AccountRow.portal == portal,
                AccountRow.customer_number == customer_number,
                AccountRow.region != "",
            )
            .limit(1)
        )
        async with self._database.read() as session:
            region: str | None = await session.scalar(query)
            return region


def _reset_url(portal_url: str, account: Account) -> str:
    """Send demo accounts to the demo portal, which plays the part of the real one."""
    if account.demo:
        return f"{current_settings().public_url}/demo/{account.portal}/reset"
    return portal_url


@lru_cache(maxsize=1)
def current_accounts() -> AccountStore:
    """Return the process's account store."""
    return SqlAccountStore(current_database())
