"""Staff passwords and invitation tokens: hashed, compared, never told apart by time."""

from __future__ import annotations

import asyncio
import re
import secrets
from concurrent.futures import ThreadPoolExecutor
from functools import lru_cache

from argon2 import PasswordHasher
from zxcvbn import zxcvbn

from bot.ground import passwords
from bot.ground.passwords import MOST_CHARACTERS, verifies

FEWEST_CHARACTERS = 12
_FEWEST_DIFFERENT = 5
_LEAST_SCORE = 3
"""Of zxcvbn's 0 to 4: at least a hundred million guesses, known passwords and names first."""
_MOST_JUDGED = 72
"""Characters that are judged: more of them take long, and make no password weaker."""
_COMMON = tuple(
    """motdepasse azerty azertyuiop bonjour administrateur guichet support soleil jetaime doudou
    chouchou bienvenue console portail assistance""".split()
)
"""French words that the lists of known passwords lack."""

_hasher = PasswordHasher()
# Each hash takes 64 MiB and a core for a moment: few at a time, the rest wait.
_threads = ThreadPoolExecutor(max_workers=2, thread_name_prefix="staff-argon2")


async def fault_of(password: str, repeated: str, email: str) -> str | None:
    """Return what is wrong with a new password, as a sentence, or None.

    Args:
        password: What was chosen.
        repeated: The same, typed again.
        email: Whose it is to be.
    """
    folded = password.casefold()
    if fault := passwords.fault_of(password, repeated, fewest=FEWEST_CHARACTERS):
        return fault
    if len(set(folded)) < _FEWEST_DIFFERENT:
        return "Ce mot de passe répète presque toujours les mêmes caractères."
    if email.casefold() in folded or folded in email.casefold():
        return "Le mot de passe ne peut pas être votre adresse."
    loop = asyncio.get_running_loop()
    if await loop.run_in_executor(_threads, _score, password, email) < _LEAST_SCORE:
        return (
            "Ce mot de passe est parmi les premiers que l’on essaie : choisissez-en un autre, par"
            " exemple trois mots sans rapport."
        )
    return None


def _score(password: str, email: str) -> int:
    own = [email, *re.split(r"[^a-z]+", email.casefold()), *_COMMON]
    return int(zxcvbn(password[:_MOST_JUDGED], user_inputs=own)["score"])


async def hash_password(password: str) -> str:
    """Return the argon2id hash of a password."""
    return await asyncio.get_running_loop().run_in_executor(_threads, _hasher.hash, password)


async def password_fits(hashed: str, password: str) -> bool:
    """Tell whether a password fits a hash; an empty hash costs the same time and fits nothing."""
    loop = asyncio.get_running_loop()
    fits = await loop.run_in_executor(
        _threads, verifies, _hasher, hashed or _hash_of_nobody(), password[:MOST_CHARACTERS]
    )
    return fits and bool(hashed) and len(password) <= MOST_CHARACTERS


def new_token() -> str:
    """Return a token that nobody guesses."""
    return secrets.token_urlsafe(32)


@lru_cache(maxsize=1)
def _hash_of_nobody() -> str:
    return _hasher.hash(secrets.token_urlsafe(32))
