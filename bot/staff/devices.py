"""Browsers in which an account was open before: what strangers try does not shut them out."""

from __future__ import annotations

from datetime import timedelta

from bot.desk.privacy import fingerprint
from bot.ground.sealing import seal, unseal
from bot.staff.passwords import new_token

DEVICE_LIFETIME = timedelta(days=180)

_PURPOSE = "device"
_NAME_LENGTH = 16


def device_of(email: str, secret_key: str) -> str:
    """Return what a browser keeps once an account was open in it."""
    name = new_token()[:_NAME_LENGTH]
    return seal(f"{name} {fingerprint(email, secret_key)}", secret_key, _PURPOSE)


def known_device(sealed: str, email: str, secret_key: str) -> str:
    """Return the name of a browser in which somebody's account was open, or an empty text."""
    text = unseal(sealed, secret_key, _PURPOSE, DEVICE_LIFETIME) if sealed else None
    name, _, owner = (text or "").partition(" ")
    return f"device-{name}" if owner and owner == fingerprint(email, secret_key) else ""
