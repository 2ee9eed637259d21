"""The second factor: codes of six digits that change every thirty seconds (RFC 6238).

The RFC's reference algorithm is a dozen lines over `hmac`; its test vectors are our tests.
"""

from __future__ import annotations

import base64
import binascii
import hashlib
import hmac
import secrets
import struct
from urllib.parse import quote, urlencode

from bot.console.sealed import seal, unseal

STEP_SECONDS = 30
_DIGITS = 6
_PURPOSE = "totp"
_DRIFT = 1
"""Steps that a phone's clock may be off, either way."""


def new_secret() -> str:
    """Return a secret of 160 bits in base 32, as authenticator applications read it."""
    return base64.b32encode(secrets.token_bytes(20)).decode("ascii")


def closed_secret(secret: str, secret_key: str) -> str:
    """Return a secret as it is stored: readable with the installation's key only."""
    return seal(secret, secret_key, _PURPOSE)


def opened_secret(stored: str, secret_key: str) -> str:
    """Return a stored secret; empty, which fits no code, where it was closed with another key."""
    return unseal(stored, secret_key, _PURPOSE) or ""


def code_at(secret: str, step: int) -> str:
    """Return the code of a time step."""
    digest = hmac.new(base64.b32decode(secret), struct.pack(">Q", step), hashlib.sha1).digest()
    offset = digest[-1] & 0x0F
    number = struct.unpack(">I", digest[offset : offset + 4])[0] & 0x7FFFFFFF
    return str(number % 10**_DIGITS).zfill(_DIGITS)


def accepted_step(secret: str, code: str, seconds: float, after: int = 0) -> int | None:
    """Return the time step whose code was typed, or None.

    Args:
        secret: The user's, base 32.
        code: As typed; spaces do not count.
        seconds: The present time, in seconds since 1970.
        after: The last step that was taken: neither it nor an earlier one is taken again.
    """
    if not secret:
        return None
    typed = "".join(code.split())
    now = int(seconds) // STEP_SECONDS
    try:
        for step in range(max(now - _DRIFT, after + 1), now + _DRIFT + 1):
            if hmac.compare_digest(code_at(secret, step).encode(), typed.encode()):
                return step
    except binascii.Error:
        return None
    return None


def address_of(secret: str, email: str) -> str:
    """Return the `otpauth:` address that an authenticator application opens."""
    values = urlencode({"secret": secret, "issuer": "Guichet"})
    return f"otpauth://totp/{quote(f'Guichet:{email}')}?{values}"
