"""A real SMTP server that keeps what it receives."""

from __future__ import annotations

import re
import threading
import time
from email import message_from_bytes, policy
from email.message import EmailMessage
from typing import Any, cast

from aiosmtpd.controller import Controller
from aiosmtpd.smtp import SMTP, Envelope, Session

from tests.support.service import free_port


class Mailbox:
    """An SMTP server on the loopback interface; refuses while `refusing` is set.

    Attributes:
        refused: What it answers for addresses that it does not take.
    """

    def __init__(self) -> None:
        self.messages: list[EmailMessage] = []
        self.refusing = False
        self.refused: dict[str, str] = {}
        self._lock = threading.Lock()
        self._controller = Controller(self, hostname="127.0.0.1", port=free_port())

    @property
    def url(self) -> str:
        """The value for `GUICHET_SMTP_URL`."""
        return f"smtp://127.0.0.1:{self._controller.port}"

    def start(self) -> Mailbox:
        """Start listening."""
        self._controller.start()
        return self

    def stop(self) -> None:
        """Stop listening."""
        self._controller.stop()

    async def handle_RCPT(
        self, server: SMTP, session: Session, envelope: Envelope, address: str, options: list[str]
    ) -> str:
        """Take a recipient or not, as aiosmtpd calls it."""
        if address in self.refused:
            return self.refused[address]
        envelope.rcpt_tos.append(address)
        return "250 OK"

    async def handle_DATA(self, server: SMTP, session: Session, envelope: Envelope) -> str:
        """Take a message, as aiosmtpd calls it."""
        if self.refusing:
            return "451 Try again later"
        content = cast(bytes, envelope.content)
        parsed = message_from_bytes(content, policy=policy.default)
        with self._lock:
            self.messages.append(cast(EmailMessage, parsed))
        return "250 OK"

    def to(self, address: str) -> list[EmailMessage]:
        """Return what was received for an address."""
        with self._lock:
            return [message for message in self.messages if message["To"] == address]

    def wait_for(self, address: str, count: int = 1, seconds: float = 60) -> list[EmailMessage]:
        """Return the messages for an address once there are enough of them."""
        deadline = time.monotonic() + seconds
        while time.monotonic() < deadline:
            if len(found := self.to(address)) >= count:
                return found
            time.sleep(0.05)
        raise AssertionError(f"{len(self.to(address))} mails for {address}, {count} expected")


def text_of(message: EmailMessage) -> str:
    """Return a message's text part."""
    part: Any = message.get_body(("plain",))
    return str(part.get_content())


def link_in(message: EmailMessage) -> str:
    """Return the first link of a message's text part."""
    match = re.search(r"https?://[^\s<>\"]+", text_of(message))
    assert match, text_of(message)
    return match.group()
