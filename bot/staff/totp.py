"""The second factor: codes of six digits that change every thirty seconds (RFC 6238)."""

from __future__ import annotations

from datetime import timedelta

import pyotp
import segno

from bot.ground.sealing import seal, unseal

STEP_SECONDS = 30
_BYTES = 20
_PURPOSE = "totp"
_OFFER_LIFETIME = timedelta(hours=1)
_DRIFT = 1
"""Steps that a phone's clock may be off, either way."""


def new_secret() -> str:
    """Return a secret of 160 bits in base 32, as authenticator applications read it."""
    return pyotp.random_base32(32)


def is_secret(text: str) -> bool:
    """Tell whether a text is a secret such as `new_secret` returns."""
    try:
        return len(pyotp.HOTP(text).byte_secret()) >= _BYTES
    except ValueError:
        return False


def seal_offer(secret: str, user_id: int, secret_key: str) -> str:
    """Return a secret that is offered to somebody, as the form carries it: no other is taken."""
    return seal(secret, secret_key, f"{_PURPOSE}-offer:{user_id}")


def open_offer(sealed: str, user_id: int, secret_key: str) -> str | None:
    """Return the secret that was offered to somebody within the hour, or None."""
    return unseal(sealed, secret_key, f"{_PURPOSE}-offer:{user_id}", _OFFER_LIFETIME)


def closed_secret(secret: str, secret_key: str) -> str:
    """Return a secret as it is stored: readable with the installation's key only."""
    return seal(secret, secret_key, _PURPOSE)


def opened_secret(stored: str, secret_key: str) -> str:
    """Return a stored secret; empty, which fits no code, where it was closed with another key."""
    return unseal(stored, secret_key, _PURPOSE) or ""


def accepted_step(secret: str, code: str, seconds: float, after: int = 0) -> int | None:
    """Return the time step whose code was typed, or None.

    Args:
        secret: The user's, base 32.
        code: As typed; spaces do not count.
        seconds: The present time, in seconds since 1970.
        after: The last step that was taken: neither it nor an earlier one is taken again.
    """
    if not is_secret(secret):
        return None
    codes, typed = pyotp.HOTP(secret), "".join(code.split())
    now = int(seconds) // STEP_SECONDS
    steps = range(max(now - _DRIFT, after + 1), now + _DRIFT + 1)
    return next((step for step in steps if codes.verify(typed, step)), None)


def address_of(secret: str, email: str) -> str:
    """Return the `otpauth:` address that an authenticator application opens."""
    return pyotp.TOTP(secret).provisioning_uri(name=email, issuer_name="Guichet")


def picture_of(secret: str, email: str) -> str:
    """Return the same address as a QR code for a phone's camera: a `data:` address of an image."""
    # Dark on white whatever the page's colours: cameras read nothing else reliably.
    return segno.make(address_of(secret, email)).svg_data_uri(scale=4, border=4, light="#fff")
