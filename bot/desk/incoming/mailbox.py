"""One mailbox over IMAP, as far as fetching needs it; every call blocks: a `Line` runs it."""

from __future__ import annotations

import asyncio
import ssl
import time
from collections.abc import Callable, Collection
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from pathlib import Path
from threading import Event
from typing import ParamSpec, TypeVar
from urllib.parse import parse_qs, unquote, urlsplit

from imapclient import FLAGGED, SEEN, IMAPClient
from imapclient.exceptions import IMAPClientError

from bot.desk.incoming.parts import MOST_BYTES

_P = ParamSpec("_P")
_R = TypeVar("_R")

SECONDS = 30.0
"""Seconds that a server has to answer."""

MAILBOX_FAULTS = (IMAPClientError, OSError, ssl.SSLError)
"""What a server that is gone, or that refuses, raises."""

_MOST_AT_ONCE = 50
_LISTEN_SECONDS = 1.0


@dataclass(frozen=True)
class Address:
    """Where a mailbox is, read from its URL."""

    host: str
    port: int | None
    user: str
    password: str
    folder: str
    move_to: str
    tls: bool
    starttls: bool

    @property
    def shown(self) -> str:
        """The address without its password."""
        scheme = "imaps" if self.tls else "imap"
        port = f":{self.port}" if self.port else ""
        return f"{scheme}://{self.host}{port}/{self.folder}"


def read_address(url: str) -> Address:
    """Read a URL that the settings let through."""
    parts = urlsplit(url)
    options = parse_qs(parts.query)
    tls = parts.scheme == "imaps"
    return Address(
        host=parts.hostname or "",
        port=parts.port,
        user=unquote(parts.username or ""),
        password=unquote(parts.password or ""),
        folder=unquote(parts.path.strip("/")) or "INBOX",
        move_to=options.get("move", [""])[0],
        tls=tls,
        starttls=not tls and options.get("starttls") != ["never"],
    )


class Mailbox:
    """A folder of a mailbox, open for reading and marking.

    Args:
        address: Where it is.
        ca_file: Certificates to trust beside the system's, or None.
        seconds: How long the server has to answer.

    Raises:
        IMAPClientError: If the server refuses login or folder.
        OSError: If it cannot be reached, or its certificate is not trusted.
    """

    def __init__(self, address: Address, ca_file: Path | None, seconds: float = SECONDS) -> None:
        self._address = address
        context = ssl.create_default_context()
        if ca_file is not None:
            context.load_verify_locations(ca_file)
        self._client = IMAPClient(
            address.host,
            port=address.port,
            ssl=address.tls,
            ssl_context=context if address.tls else None,
            timeout=seconds,
        )
        try:
            if address.starttls:
                self._client.starttls(context)
            self._login(address.user, address.password)
            self._client.select_folder(address.folder)
            self._may_idle = self._client.has_capability("IDLE")
            self._may_move = self._client.has_capability("MOVE")
        except BaseException:
            self._client.shutdown()
            raise

    def _login(self, user: str, password: str) -> None:
        if f"{user}{password}".isascii():
            self._client.login(user, password)
        else:
            # LOGIN knows nothing beyond ASCII.
            self._client.plain_login(user, password)

    def unread(self, skipped: Collection[int] = ()) -> list[int]:
        """Return the numbers of mails that nobody has read, the oldest first.

        Args:
            skipped: Those whose time has not come.
        """
        found = self._client.search(["UNSEEN", "NOT", "FLAGGED"])
        return sorted(set(found).difference(skipped))[:_MOST_AT_ONCE]

    def fetch(self, number: int) -> bytes | None:
        """Return a mail as it came, without marking it; None where it is too long, or gone."""
        size = self._client.fetch([number], ["RFC822.SIZE"]).get(number, {}).get(b"RFC822.SIZE")
        if not isinstance(size, int) or size > MOST_BYTES:
            return None
        content = self._client.fetch([number], ["BODY.PEEK[]"]).get(number, {}).get(b"BODY[]")
        return content if isinstance(content, bytes) else None

    def done(self, number: int) -> None:
        """Mark a mail as read, and move it where mails that were taken are kept."""
        self._client.add_flags([number], [SEEN], silent=True)
        if self._address.move_to:
            self._move(number)

    def put_aside(self, number: int) -> None:
        """Flag a mail that cannot be taken, for a person to look at; it stays unread."""
        self._client.add_flags([number], [FLAGGED], silent=True)

    def wait(self, seconds: float, stop: Event) -> None:
        """Return when a mail may have come, after some time, or when it is to stop.

        Args:
            seconds: The longest wait.
            stop: Ends the wait within a second.
        """
        until = time.monotonic() + seconds
        if not self._may_idle:
            stop.wait(seconds)
            self._client.noop()
            return
        self._client.idle()
        try:
            while time.monotonic() < until and not stop.is_set():
                if self._client.idle_check(timeout=_LISTEN_SECONDS):
                    break
        finally:
            self._client.idle_done()

    def close(self) -> None:
        """Say goodbye, whatever the server makes of it."""
        try:
            self._client.logout()
        except MAILBOX_FAULTS:
            self._client.shutdown()

    def _move(self, number: int) -> None:
        folder = self._address.move_to
        if not self._client.folder_exists(folder):
            self._client.create_folder(folder)
        if self._may_move:
            self._client.move([number], folder)
            return
        self._client.copy([number], folder)
        self._client.delete_messages([number], silent=True)
        self._client.expunge()


class Line:
    """Runs what blocks one after the other, in a thread of its own."""

    def __init__(self) -> None:
        self._pool = ThreadPoolExecutor(max_workers=1, thread_name_prefix="mailbox")

    async def call(self, function: Callable[_P, _R], *arguments: _P.args, **more: _P.kwargs) -> _R:
        """Return what a function returns that blocks."""
        loop = asyncio.get_running_loop()
        return await loop.run_in_executor(self._pool, lambda: function(*arguments, **more))

    def end(self) -> None:
        """Take no further calls; those that wait are still run."""
        self._pool.shutdown(wait=False)
