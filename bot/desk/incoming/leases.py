"""Which process reads a mailbox: one at a time, and another soon after that one ended."""

from __future__ import annotations

import uuid
from datetime import datetime, timedelta

from sqlalchemy import String, or_, select, update
from sqlalchemy.exc import IntegrityError
from sqlalchemy.orm import Mapped, mapped_column

from bot.ground.db import Base, Database, Moment, now

LEASE = timedelta(seconds=90)
"""How long a mailbox belongs to the process that took it, unless it says so again."""


class MailboxLease(Base):
    """Who reads a mailbox, and until when nobody else does."""

    __tablename__ = "mailbox_leases"

    name: Mapped[str] = mapped_column(String(80), primary_key=True)
    holder: Mapped[str] = mapped_column(String(32))
    until: Mapped[datetime] = mapped_column(Moment)


class Leases:
    """The leases of one process.

    Args:
        database: Where they stand.
    """

    def __init__(self, database: Database) -> None:
        self._database = database
        self._holder = uuid.uuid4().hex

    async def hold(self, name: str) -> bool:
        """Take or keep a mailbox; tell whether it is ours for the time of a lease."""
        moment = now()
        async with self._database.write() as session:
            done = await session.execute(
                update(MailboxLease)
                .where(
                    MailboxLease.name == name,
                    or_(MailboxLease.holder == self._holder, MailboxLease.until <= moment),
                )
                .values(holder=self._holder, until=moment + LEASE)
                .returning(MailboxLease.name)
            )
            if done.one_or_none() is not None:
                return True
            if await session.scalar(select(MailboxLease.name).where(MailboxLease.name == name)):
                return False
        return await self._begin(name, moment)

    async def let_go(self, name: str) -> None:
        """Leave a mailbox to whoever wants it."""
        async with self._database.write() as session:
            await session.execute(
                update(MailboxLease)
                .where(MailboxLease.name == name, MailboxLease.holder == self._holder)
                .values(until=now())
            )

    async def _begin(self, name: str, moment: datetime) -> bool:
        try:
            async with self._database.write() as session:
                session.add(MailboxLease(name=name, holder=self._holder, until=moment + LEASE))
        except IntegrityError:
            # Another process was quicker.
            return False
        return True
