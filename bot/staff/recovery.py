"""Recovery codes: what opens a session once each, in place of the code of a phone that is lost."""

from __future__ import annotations

import hashlib
import hmac
import secrets

from sqlalchemy import delete, func, select
from sqlalchemy.ext.asyncio import AsyncSession

from bot.staff.tables import StaffRecoveryCode

COUNT = 10

_ALPHABET = "23456789ACDEFGHJKMNPQRTVWXY"
"""No letter or digit that is mistaken for another when written by hand."""

_LENGTH = 12
_GROUP = 4


async def renew_codes(session: AsyncSession, user_id: int, secret_key: str) -> list[str]:
    """Give somebody new codes, in place of those that they had.

    Args:
        session: The transaction.
        user_id: Whose.
        secret_key: Keys the hashes.

    Returns:
        The codes, as they are shown this once.
    """
    await forget_codes(session, user_id)
    codes = ["".join(secrets.choice(_ALPHABET) for _ in range(_LENGTH)) for _ in range(COUNT)]
    session.add_all(
        StaffRecoveryCode(user_id=user_id, code_hash=_hash(user_id, code, secret_key))
        for code in codes
    )
    return [grouped(code) for code in codes]


async def use_code(session: AsyncSession, user_id: int, typed: str, secret_key: str) -> bool:
    """Use a code up.

    Args:
        session: The transaction that opens the session.
        user_id: Who typed it.
        typed: As it was typed; case, spaces and hyphens do not count.
        secret_key: Keys the hashes.

    Returns:
        Whether it was one of theirs that had not been used.
    """
    code = "".join(char for char in typed.upper() if char in _ALPHABET)
    if len(code) != _LENGTH:
        return False
    # One statement decides, so that a code typed twice at once opens one session.
    used = await session.scalar(
        delete(StaffRecoveryCode)
        .where(
            StaffRecoveryCode.user_id == user_id,
            StaffRecoveryCode.code_hash == _hash(user_id, code, secret_key),
        )
        .returning(StaffRecoveryCode.id)
    )
    return used is not None


async def codes_left(session: AsyncSession, user_id: int) -> int:
    """Return how many codes somebody has not used yet."""
    counted = select(func.count()).where(StaffRecoveryCode.user_id == user_id)
    return await session.scalar(counted) or 0


async def forget_codes(session: AsyncSession, user_id: int) -> None:
    """Make all of somebody's codes void."""
    await session.execute(delete(StaffRecoveryCode).where(StaffRecoveryCode.user_id == user_id))


def grouped(text: str) -> str:
    """Return letters in groups of four, as people copy them."""
    return " ".join(text[at : at + _GROUP] for at in range(0, len(text), _GROUP))


def _hash(user_id: int, code: str, secret_key: str) -> str:
    return hmac.new(
        f"recovery:{secret_key}".encode(), f"{user_id}:{code}".encode(), hashlib.sha256
    ).hexdigest()
