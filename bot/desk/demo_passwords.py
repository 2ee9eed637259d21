"""The demo portal's own passwords; Guichet itself keeps none."""

from __future__ import annotations

import asyncio
from concurrent.futures import ThreadPoolExecutor

from argon2 import PasswordHasher
from sqlalchemy import String
from sqlalchemy.orm import Mapped, mapped_column

from bot.ground import passwords
from bot.ground.db import Base, Database
from bot.ground.passwords import MOST_CHARACTERS, verifies

FEWEST_CHARACTERS = 10

_hasher = PasswordHasher()
# Each hash takes 64 MiB and a core for a moment: few at a time, the rest wait.
_threads = ThreadPoolExecutor(max_workers=2, thread_name_prefix="argon2")


class DemoPassword(Base):
    """The hash of the password of one login of one portal."""

    __tablename__ = "demo_passwords"

    portal: Mapped[str] = mapped_column(String(64), primary_key=True)
    login: Mapped[str] = mapped_column(String(320), primary_key=True)
    hash: Mapped[str] = mapped_column(String(200))


def fault_of(password: str, repeated: str) -> str | None:
    """Return what is wrong with a new password, as a sentence, or None."""
    return passwords.fault_of(password, repeated, fewest=FEWEST_CHARACTERS)


async def set_password(database: Database, portal: str, login: str, password: str) -> None:
    """Keep a login's new password."""
    hashed = await asyncio.get_running_loop().run_in_executor(_threads, _hasher.hash, password)
    async with database.write() as session:
        await session.merge(DemoPassword(portal=portal, login=login, hash=hashed))


async def password_fits(database: Database, portal: str, login: str, password: str) -> bool:
    """Tell whether a password is the login's."""
    async with database.read() as session:
        row = await session.get(DemoPassword, (portal, login))
    if row is None or len(password) > MOST_CHARACTERS:
        return False
    loop = asyncio.get_running_loop()
    return await loop.run_in_executor(_threads, verifies, _hasher, row.hash, password)
