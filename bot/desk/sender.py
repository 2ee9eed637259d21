"""Sends what waits in the outbox: over SMTP, or into `.eml` files where no SMTP is set.

Each mail server has a lane of its own, so that one that hangs holds up nobody else's mail. A mail
is leased before it is sent and marked after, each in a short transaction of its own, so that
nothing is lost when the process dies and two processes do not send the same mail.
"""

from __future__ import annotations

import asyncio
import logging
import os
from contextlib import suppress
from datetime import timedelta
from email.message import EmailMessage
from pathlib import Path

import aiosmtplib
from sqlalchemy import select, update
from sqlalchemy.exc import SQLAlchemyError

from bot.desk import smtp
from bot.desk.outbox import SECRET_KINDS, TOO_LATE, OutboxMail, to_message
from bot.desk.ticket_files import files_of_mail
from bot.ground.addresses import mask_address
from bot.ground.db import Database, now
from bot.ground.settings import Settings

logger = logging.getLogger(__name__)

LEASE = timedelta(seconds=60)
"""How long a mail belongs to the sender that took it; longer than a delivery may take."""

_TIMEOUT = 30.0
"""Seconds that one delivery may take as a whole."""

_POLL_SECONDS = 2.0
_MOST_ATTEMPTS = 12
_FIRST_DELAY = timedelta(seconds=15)
_LONGEST_DELAY = timedelta(hours=1)

Server = str | None
"""A server's URL; None where mails become files."""


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
        self._lanes: dict[Server, asyncio.Task[int]] = {}

    def wake(self) -> None:
        """Have the background loop look at once, because something was enqueued."""
        self._wake.set()

    async def run(self) -> None:
        """Send until cancelled; a failing database is tried again at the next round."""
        try:
            while True:
                # Before the look, so that what is enqueued during it is looked for again.
                self._wake.clear()
                try:
                    await self._start_lanes()
                except (SQLAlchemyError, OSError):
                    logger.exception("The outbox could not be read; trying again")
                with suppress(asyncio.TimeoutError):
                    await asyncio.wait_for(self._wake.wait(), _POLL_SECONDS)
        finally:
            running = list(self._lanes.values())
            for lane in running:
                lane.cancel()
            await asyncio.gather(*running, return_exceptions=True)

    async def _start_lanes(self) -> None:
        """Have every server with something due work on it, unless it does already."""
        self._lanes = {url: lane for url, lane in self._lanes.items() if not lane.done()}
        for url, portals in (await self._due()).items():
            if url not in self._lanes:
                self._lanes[url] = asyncio.create_task(self._drain_safely(portals))

    async def _drain_safely(self, portals: list[str]) -> int:
        try:
            return await self._drain(portals)
        except (SQLAlchemyError, OSError):
            logger.exception("The outbox could not be read; trying again")
            return 0

    async def send_due(self) -> int:
        """Try every mail that is due once, the servers side by side.

        Returns:
            How many mails were tried.
        """
        tried = 0
        while due := await self._due():
            done = sum(await asyncio.gather(*(self._drain(portals) for portals in due.values())))
            if not done:
                # Another sender was quicker.
                break
            tried += done
        return tried

    async def _due(self) -> dict[Server, list[str]]:
        """Return the portals that have something due, by their server."""
        query = (
            select(OutboxMail.portal)
            .where(OutboxMail.state == "waiting", OutboxMail.next_attempt_at <= now())
            .distinct()
        )
        by_server: dict[Server, list[str]] = {}
        async with self._database.read() as session:
            for portal in await session.scalars(query):
                by_server.setdefault(self._settings.smtp_url_for(portal), []).append(portal)
        return by_server

    async def _drain(self, portals: list[str]) -> int:
        tried = 0
        while row := await self._lease(portals):
            await self._deliver(row)
            tried += 1
        return tried

    async def _lease(self, portals: list[str]) -> OutboxMail | None:
        """Take what is due, new mails first; one at a time, lest a lease end in a queue."""
        async with self._database.write() as session:
            due = (
                select(OutboxMail)
                .where(
                    OutboxMail.state == "waiting",
                    OutboxMail.next_attempt_at <= now(),
                    OutboxMail.portal.in_(portals),
                )
                .order_by(OutboxMail.attempts, OutboxMail.id)
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
                raise ValueError(TOO_LATE)
            async with self._database.read() as session:
                files = await files_of_mail(session, row.key)
            message = to_message(row, files)
            if url:
                sending = smtp.send(message, url, self._settings.smtp_ca_file)
                await asyncio.wait_for(sending, _TIMEOUT)
            else:
                await asyncio.to_thread(_keep_as_file, message, self._settings.var_dir, row.id)
        # ValueError: a mail that cannot be written or comes too late. One bad mail must not hold up
        # the others.
        except (aiosmtplib.SMTPException, OSError, asyncio.TimeoutError, ValueError) as error:
            await self._mark_failed(row, error)
            return
        await self._mark(row, state="sent", sent_at=now(), error="", **_forgotten(row))
        logger.info("Mail %s (%s) sent to %s", row.id, row.kind, mask_address(row.recipient))

    async def _mark_failed(self, row: OutboxMail, error: Exception) -> None:
        given_up = smtp.is_final(error) or row.attempts >= _MOST_ATTEMPTS
        delay = min(_FIRST_DELAY * 2 ** (row.attempts - 1), _LONGEST_DELAY)
        cause = smtp.cause_of(error)
        await self._mark(
            row,
            state="failed" if given_up else "waiting",
            next_attempt_at=now() + delay,
            error=cause,
            **(_forgotten(row) if given_up else {}),
        )
        told = smtp.without_addresses(cause, row.recipient)
        logger.warning("Mail %s not sent (attempt %s): %s", row.id, row.attempts, told)

    async def _mark(self, row: OutboxMail, **values: object) -> None:
        """Note what became of a mail, unless it was sent on to another mailbox meanwhile."""
        async with self._database.write() as session:
            await session.execute(
                update(OutboxMail)
                .where(OutboxMail.id == row.id, OutboxMail.recipient == row.recipient)
                .values(**values)
            )


def _forgotten(row: OutboxMail) -> dict[str, None]:
    """Return what is taken out of a mail that will not be sent again: what opens something."""
    return {"text": None} if row.kind in SECRET_KINDS else {}


def _keep_as_file(message: EmailMessage, var_dir: Path, mail_id: int) -> None:
    folder = var_dir / "mail"
    folder.mkdir(parents=True, exist_ok=True, mode=0o700)
    target = folder / f"{mail_id:08d}.eml"
    partial = target.with_suffix(".part")
    # A kept mail may hold a link that works: its owner's alone, whatever process writes it.
    with open(partial, "wb", opener=_own_file) as file:
        file.write(bytes(message))
    os.replace(partial, target)


def _own_file(path: str, flags: int) -> int:
    return os.open(path, flags, 0o600)
