"""Reads the mails that were kept as files because no SMTP server is set."""

from __future__ import annotations

import re
from dataclasses import dataclass
from email import message_from_bytes, policy
from email.errors import MessageError
from pathlib import Path

PORTAL_HEADER = "X-Guichet-Portal"

_MOST_SHOWN = 50
# The brackets are Markdown's, which the HTML part of the mail does not show either.
_LINK = re.compile(r"<(?P<bracketed>https?://[^\s<>]+)>|https?://[^\s<>\"«»]+")


@dataclass(frozen=True)
class Part:
    """A piece of a mail's text; a link where `link` is set."""

    text: str
    link: bool = False


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
    for match in _LINK.finditer(text):
        parts += [
            Part(text[at : match.start()]),
            Part(match["bracketed"] or match.group(), link=True),
        ]
        at = match.end()
    return [*parts, Part(text[at:])]
