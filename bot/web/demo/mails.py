"""Reads the mails that were kept as files because no SMTP server is set."""

from __future__ import annotations

import re
from dataclasses import dataclass
from email import message_from_bytes, policy
from email.errors import MessageError
from pathlib import Path

PORTAL_HEADER = "X-Guichet-Portal"

_MOST_SHOWN = 50
# The mail's text is light Markdown; its HTML part does not show the marks either.
_MARKED = re.compile(
    r"\*\*(?P<bold>[^*\[\n]+)\*\*"
    r"|\[(?P<label>[^\]\n]+)\]\((?P<target>(?:https?://|mailto:|tel:)[^\s()]+)\)"
    r"|<(?P<bracketed>https?://[^\s<>]+)>"
    r"|(?P<bare>https?://[^\s<>\"«»]+)"
)


@dataclass(frozen=True)
class Part:
    """A piece of a mail's text; a link where it has an address."""

    text: str
    address: str = ""
    bold: bool = False

    @property
    def link(self) -> bool:
        """Whether it leads somewhere."""
        return self.address != ""


@dataclass(frozen=True)
class KeptMail:
    """A mail as the page shows it."""

    subject: str
    sender: str
    recipient: str
    date: str
    parts: tuple[Part, ...]


def read_mails(var_dir: Path, portal: str) -> list[KeptMail]:
    """Return the newest mails of a portal, newest first.

    Args:
        var_dir: The folder under which mails are kept.
        portal: Whose mails.
    """
    folder = var_dir / "mail"
    mails: list[KeptMail] = []
    for path in sorted(folder.glob("*.eml"), reverse=True):
        mail = _read(path, portal)
        if mail is not None:
            mails.append(mail)
        if len(mails) == _MOST_SHOWN:
            break
    return mails


def _read(path: Path, portal: str) -> KeptMail | None:
    try:
        message = message_from_bytes(path.read_bytes(), policy=policy.default)
        if message[PORTAL_HEADER] != portal:
            return None
        body = message.get_body(("plain",))
        text = str(body.get_content()) if body is not None else ""
    except (OSError, MessageError, LookupError, ValueError):
        # Removed meanwhile, or not one of ours.
        return None
    sent = message["Date"].datetime if message["Date"] is not None else None
    return KeptMail(
        subject=str(message["Subject"] or ""),
        sender=str(message["From"] or ""),
        recipient=str(message["To"] or ""),
        date=sent.astimezone().strftime("%d/%m/%Y à %H:%M") if sent else "",
        parts=tuple(_parts(text.strip())),
    )


def _parts(text: str) -> list[Part]:
    parts = []
    at = 0
    for match in _MARKED.finditer(text):
        address = match["target"] or match["bracketed"] or match["bare"] or ""
        shown = match["bold"] or match["label"] or address
        parts += [Part(text[at : match.start()]), Part(shown, address, bold=bool(match["bold"]))]
        at = match.end()
    return [*parts, Part(text[at:])]
