"""Texts that only this installation can read: encrypted with a key made of its secret key."""

from __future__ import annotations

import base64
import hashlib
import hmac
from datetime import timedelta

from cryptography.fernet import Fernet, InvalidToken


def seal(text: str, secret_key: str, purpose: str) -> str:
    """Return a text encrypted and signed.

    Args:
        text: The text.
        secret_key: The installation's.
        purpose: What it is for; what was sealed for something else does not open.
    """
    return _cipher(secret_key, purpose).encrypt(text.encode()).decode("ascii")


def unseal(
    sealed: str, secret_key: str, purpose: str, lifetime: timedelta | None = None
) -> str | None:
    """Return the text that was sealed, or None where it is forged, too old, or of another key."""
    seconds = None if lifetime is None else int(lifetime.total_seconds())
    try:
        return _cipher(secret_key, purpose).decrypt(sealed.encode(), ttl=seconds).decode()
    except (InvalidToken, ValueError):
        return None


def _cipher(secret_key: str, purpose: str) -> Fernet:
    digest = hmac.new(secret_key.encode(), f"sealed:{purpose}".encode(), hashlib.sha256).digest()
    return Fernet(base64.urlsafe_b64encode(digest))
