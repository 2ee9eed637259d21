"""The demo portal's own passwords; Guichet itself keeps none."""

from __future__ import annotations

import asyncio
from concurrent.futures import ThreadPoolExecutor

from argon2 import PasswordHasher
from argon2.exceptions import InvalidHashError, VerificationError
from sqlalchemy import String
from sqlalchemy.orm import Mapped, mapped_column

from actions.db import Base, Database

FEWEST_CHARACTERS = 10
MOST_CHARACTERS = 200

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
    if len(password) < FEWEST_CHARACTERS:
        return f"Choisissez au moins {FEWEST_CHARACTERS} caractères."
    if len(password) > MOST_CHARACTERS:
        return f"Choisissez au plus {MOST_CHARACTERS} caractères."
    if password != repeated:
        return "Les deux saisies sont différentes."
    return None


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
    return await loop.run_in_executor(_threads, _verifies, row.hash, password)


def _verifies(hashed: str, password: str) -> bool:
    try:
        return _hasher.verify(hashed, password)
    except (VerificationError, InvalidHashError):
        return False
