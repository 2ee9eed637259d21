"""How one message reaches an SMTP server, and what its refusal means.

A server is named by a URL: `smtp://` (STARTTLS where offered) or `smtps://`, with user, password,
host and port. `smtp://127.0.0.1?starttls=never` speaks in clear to a relay of this machine, whose
certificate nobody signed.
"""

from __future__ import annotations

import ssl
from email.message import EmailMessage
from pathlib import Path
from urllib.parse import parse_qs, unquote, urlsplit

import aiosmtplib

CONNECT_SECONDS = 8.0
"""Seconds that a server has to answer at all; a dead one is left soon."""

COMMAND_SECONDS = 20.0
"""Seconds that it has for each command after that: taking a message may include scanning it."""

_LOGIN_REFUSALS = frozenset({530, 534, 535, 538})
"""5xx answers that the operator mends and the same mail may outlive."""


def client_for(url: str, ca_file: Path | None, seconds: float = CONNECT_SECONDS) -> aiosmtplib.SMTP:
    """Return a client for a server, not connected yet.

    Args:
        url: The server.
        ca_file: Certificates to trust beside the system's, or None.
        seconds: How long it has to answer.

    Raises:
        OSError: If the certificates cannot be read.
    """
    parts = urlsplit(url)
    secure = parts.scheme == "smtps"
    context = ssl.create_default_context()
    if ca_file is not None:
        context.load_verify_locations(ca_file)
    never = parse_qs(parts.query).get("starttls") == ["never"]
    return aiosmtplib.SMTP(
        hostname=parts.hostname,
        port=parts.port or (465 if secure else 25),
        username=unquote(parts.username) if parts.username else None,
        password=unquote(parts.password) if parts.password else None,
        use_tls=secure,
        start_tls=False if never or secure else None,
        tls_context=context,
        timeout=seconds,
    )


async def send(message: EmailMessage, url: str, ca_file: Path | None) -> None:
    """Send one message.

    Args:
        message: The MIME message.
        url: The server.
        ca_file: Certificates to trust beside the system's, or None.

    Raises:
        aiosmtplib.SMTPException: If the server does not take it.
        OSError: If it cannot be reached.
    """
    async with client_for(url, ca_file) as client:
        await client.send_message(message, timeout=COMMAND_SECONDS)


def is_final(error: Exception) -> bool:
    """Tell whether trying again is useless: refused for good (5xx), or not a mail at all.

    A 4xx answer is greylisting or a full mailbox: the same mail may be taken later. So it may be
    after a refused greeting or login, which tell nothing of the mail.
    """
    if isinstance(error, aiosmtplib.SMTPRecipientsRefused):
        return all(refusal.code >= 500 for refusal in error.recipients)
    if isinstance(error, aiosmtplib.SMTPSenderRefused | aiosmtplib.SMTPDataError):
        return error.code >= 500 and error.code not in _LOGIN_REFUSALS
    return isinstance(error, ValueError | aiosmtplib.SMTPNotSupported)


def cause_of(error: Exception) -> str:
    """Return what a failed delivery came to, as the staff read it: the server's own words."""
    if isinstance(error, aiosmtplib.SMTPRecipientsRefused):
        return " ; ".join(f"{one.code} {one.message}" for one in error.recipients)[:500]
    if isinstance(error, aiosmtplib.SMTPResponseException):
        return f"{error.code} {error.message}"[:500]
    return f"{type(error).__name__}: {error}"[:500]


def without_addresses(text: str, address: str) -> str:
    """Return a server's words as a log may hold them: without any address.

    Args:
        text: What the server said.
        address: Whom the mail was for; servers name its local part alone, too.
    """
    local = address.rpartition("@")[0].casefold()
    return " ".join(
        "…" if "@" in word or (local and local in word.casefold()) else word
        for word in text.split()
    )
