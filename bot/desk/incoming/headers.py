"""Headers of a mail: decoded, on one line, and never longer than what they are good for."""

from __future__ import annotations

import re
from collections.abc import Iterable
from datetime import datetime, timezone
from email.errors import HeaderParseError
from email.header import decode_header
from email.message import Message
from email.utils import getaddresses, parsedate_to_datetime

from bot.desk.incoming.charsets import clean, decode
from bot.ground.addresses import is_address, normalise_address

_MOST_ADDRESSES = 200
_MOST_REFERENCES = 100
_MOST_SUBJECT = 200
_ENCODED = re.compile(r"=\?[^?\s]{1,60}\?[bBqQ]\?[^?]*\?=(?:\s+=\?[^?\s]{1,60}\?[bBqQ]\?[^?]*\?=)*")
_MESSAGE_ID = re.compile(r"<[^<>\s]{1,180}>")
_RECIPIENT_HEADERS = ("to", "cc", "delivered-to", "x-original-to", "envelope-to")


def all_of(message: Message, name: str) -> list[str]:
    """Return the values of a header, undecoded but for bytes beyond ASCII, each on one line."""
    wanted = name.lower()
    return [
        _one_line(decode(str(value).encode("utf-8", "surrogateescape"), None))
        for key, value in message.raw_items()
        if key.lower() == wanted
    ]


def first(message: Message, name: str) -> str:
    """Return the first value of a header, undecoded, or an empty text."""
    return next(iter(all_of(message, name)), "")


def readable(value: str) -> str:
    """Return a value with its encoded words read (RFC 2047)."""
    return _one_line(_ENCODED.sub(lambda run: _decoded(run.group()), value))


def subject_of(message: Message) -> str:
    """Return the subject, 200 characters at most."""
    return readable(first(message, "subject"))[:_MOST_SUBJECT].strip()


def sender_of(message: Message) -> tuple[str, str]:
    """Return the normalised address and the name of who wrote a mail; empty where none is told."""
    for header in ("from", "sender", "return-path"):
        for name, address in _addresses([first(message, header)]):
            return address, readable(name)[:_MOST_SUBJECT]
    return "", ""


def recipients_of(message: Message) -> tuple[str, ...]:
    """Return the normalised addresses that a mail was for, each once."""
    values = [value for header in _RECIPIENT_HEADERS for value in all_of(message, header)]
    return tuple(dict.fromkeys(address for _, address in _addresses(values)))


def references_of(message: Message) -> tuple[str, ...]:
    """Return the Message-IDs that a mail follows, nearest first."""
    answered = [one for value in all_of(message, "in-reply-to") for one in ids_in(value)]
    before = [one for value in all_of(message, "references") for one in ids_in(value)]
    return tuple(dict.fromkeys((*answered, *reversed(before))))[:_MOST_REFERENCES]


def ids_in(value: str) -> list[str]:
    """Return the Message-IDs in a text."""
    return _MESSAGE_ID.findall(value)


def date_of(message: Message) -> datetime | None:
    """Return when a mail says that it was written, aware, or None where it does not."""
    try:
        moment = parsedate_to_datetime(first(message, "date"))
        return moment.replace(tzinfo=timezone.utc) if moment.tzinfo is None else moment
    except (TypeError, ValueError, OverflowError, IndexError):
        return None


def _addresses(values: Iterable[str]) -> list[tuple[str, str]]:
    """Return names and normalised addresses; a name is never taken for an address."""
    try:
        pairs = getaddresses(list(values))[:_MOST_ADDRESSES]
    except (IndexError, ValueError, RecursionError):
        return []
    found = [(name, normalise_address(address)) for name, address in pairs]
    return [(name, address) for name, address in found if is_address(address)]


def _decoded(run: str) -> str:
    try:
        parts = decode_header(run)
    except (HeaderParseError, ValueError):
        return run
    return "".join(
        part if isinstance(part, str) else decode(part, charset) for part, charset in parts
    )


def _one_line(text: str) -> str:
    return " ".join(clean(text).split())
