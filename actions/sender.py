"""Sends what waits in the outbox: over SMTP, or into `.eml` files where no SMTP is set.

A mail is leased before it is sent and marked after, each in a short transaction of its own, so
that nothing is lost when the process dies and two processes do not send the same mail.
"""

from __future__ import annotations

import asyncio
import logging
import os
from contextlib import suppress
from datetime import timedelta
from email.message import EmailMessage
from pathlib import Path
from urllib.parse import unquote, urlsplit

import aiosmtplib
from sqlalchemy import select, update
from sqlalchemy.exc import SQLAlchemyError

from actions.addresses import mask_address
from actions.db import Database, now
from actions.errors import SettingsError
from actions.outbox import OutboxMail, to_message
from actions.settings import Settings

logger = logging.getLogger(__name__)

LEASE = timedelta(seconds=60)
"""How long a mail belongs to the sender that took it; longer than a delivery may take."""

_TIMEOUT = 30.0
"""Seconds that one delivery may take as a whole."""

_POLL_SECONDS = 2.0
_MOST_ATTEMPTS = 12
_FIRST_DELAY = timedelta(seconds=15)
_LONGEST_DELAY = timedelta(hours=1)


class OutboxSender:
    """Drains the outbox, in the background or once.

    Args:
        database: Where the outbox stands.
        settings: SMTP servers by portal, and the folder for `.eml` files.
    """

    def __init__(self, database: Database, settings: Settings) -> None:
        self._database = database
        self._settings = settings
        self._wake = asyncio.Event()

    def wake(self) -> None:
        """Have the background loop look at once, because something was enqueued."""
        self._wake.set()

    async def run(self) -> None:
        """Send until cancelled; a failing database is tried again at the next round."""
        while True:
            try:
                while await self.send_due():
                    pass
            except (SQLAlchemyError, OSError):
                logger.exception("The outbox could not be read; trying again")
            self._wake.clear()
            with suppress(asyncio.TimeoutError):
                await asyncio.wait_for(self._wake.wait(), _POLL_SECONDS)

    async def send_due(self) -> int:
        """Try every mail that is due once.

        Returns:
            How many mails were tried.
        """
        tried = 0
        while row := await self._lease():
            await self._deliver(row)
            tried += 1
        return tried

    async def _lease(self) -> OutboxMail | None:
        """Take the oldest mail that is due; one at a time, so that no lease ends in a queue."""
        async with self._database.write() as session:
            due = (
                select(OutboxMail)
                .where(OutboxMail.state == "waiting", OutboxMail.next_attempt_at <= now())
                .order_by(OutboxMail.id)
                .limit(1)
                .with_for_update(skip_locked=True)
            )
            row: OutboxMail | None = await session.scalar(due)
            if row is not None:
                row.attempts += 1
                row.next_attempt_at = now() + LEASE
        return row

    async def _deliver(self, row: OutboxMail) -> None:
        url = self._settings.smtp_url_for(row.portal)
        try:
            if row.expires_at is not None and row.expires_at <= now():
                raise ValueError("the mail came too late to be of use")
            message = to_message(row)
            if url:
                await asyncio.wait_for(send_over_smtp(message, url), _TIMEOUT)
            else:
                await asyncio.to_thread(_keep_as_file, message, self._settings.var_dir, row.id)
        # ValueError: a mail that cannot be written or comes too late. One bad mail must not hold up
        # the others.
        except (aiosmtplib.SMTPException, OSError, asyncio.TimeoutError, ValueError) as error:
            await self._mark_failed(row, error)
            return
        forgotten = _forgotten(row)
        async with self._database.write() as session:
            await session.execute(
                update(OutboxMail)
                .where(OutboxMail.id == row.id)
                .values(state="sent", sent_at=now(), error="", **forgotten)
            )
        logger.info("Mail %s (%s) sent to %s", row.id, row.kind, mask_address(row.recipient))

    async def _mark_failed(self, row: OutboxMail, error: Exception) -> None:
        given_up = _is_final(error) or row.attempts >= _MOST_ATTEMPTS
        delay = min(_FIRST_DELAY * 2 ** (row.attempts - 1), _LONGEST_DELAY)
        async with self._database.write() as session:
            await session.execute(
                update(OutboxMail)
                .where(OutboxMail.id == row.id)
                .values(
                    state="failed" if given_up else "waiting",
                    next_attempt_at=now() + delay,
                    error=f"{type(error).__name__}: {error}"[:500],
                    **(_forgotten(row) if given_up else {}),
                )
            )
        logger.warning("Mail %s not sent (attempt %s): %s", row.id, row.attempts, error)


def _forgotten(row: OutboxMail) -> dict[str, None]:
    """Return what is taken out of a mail that will not be sent again: a reset mail's token."""
    return {"text": None} if row.kind == "reset" else {}


def _is_final(error: Exception) -> bool:
    """Tell whether trying again is useless: refused for good (5xx), or not a mail at all.

    A 4xx answer is greylisting or a full mailbox: the same mail may be taken later.
    """
    if isinstance(error, aiosmtplib.SMTPRecipientsRefused):
        return all(refusal.code >= 500 for refusal in error.recipients)
    return isinstance(error, ValueError)


async def send_over_smtp(message: EmailMessage, url: str) -> None:
    """Send one message.

    Args:
        message: The MIME message.
        url: `smtp://` (STARTTLS where offered) or `smtps://`, with user, password, host and port.

    Raises:
        SettingsError: If the URL is not of that form.
        aiosmtplib.SMTPException: If the server does not take it.
    """
    parts = urlsplit(url)
    if parts.scheme not in {"smtp", "smtps"} or not parts.hostname:
        raise SettingsError("GUICHET_SMTP_URL doit avoir la forme smtp://serveur:port.")
    await aiosmtplib.send(
        message,
        hostname=parts.hostname,
        port=parts.port or (465 if parts.scheme == "smtps" else 25),
        username=unquote(parts.username) if parts.username else None,
        password=unquote(parts.password) if parts.password else None,
        use_tls=parts.scheme == "smtps",
        timeout=_TIMEOUT,
    )


def _keep_as_file(message: EmailMessage, var_dir: Path, mail_id: int) -> None:
    folder = var_dir / "mail"
    folder.mkdir(parents=True, exist_ok=True)
    target = folder / f"{mail_id:08d}.eml"
    partial = target.with_suffix(".part")
    partial.write_bytes(bytes(message))
    os.replace(partial, target)
