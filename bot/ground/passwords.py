"""What staff passwords and those of the demo portal have in common."""

from __future__ import annotations

from argon2 import PasswordHasher
from argon2.exceptions import InvalidHashError, VerificationError

MOST_CHARACTERS = 200


def fault_of(password: str, repeated: str, *, fewest: int) -> str | None:
    """Return what is wrong with a new password, as a sentence, or None.

    Args:
        password: What was chosen.
        repeated: The same, typed again.
        fewest: Characters that it needs.
    """
    if len(password) < fewest:
        return f"Choisissez au moins {fewest} caractères."
    if len(password) > MOST_CHARACTERS:
        return f"Choisissez au plus {MOST_CHARACTERS} caractères."
    if password != repeated:
        return "Les deux saisies sont différentes."
    return None


def verifies(hasher: PasswordHasher, hashed: str, password: str) -> bool:
    """Tell whether a password fits a hash; one that is no hash fits nothing."""
    try:
        return hasher.verify(hashed, password)
    except (VerificationError, InvalidHashError):
        return False
