"""Takes a mail's bytes apart, within bounds that no honest mail meets.

The standard library's parser takes time that grows with headers, nesting and lines multiplied, so
headers are cut as they are read, and what is nested beyond measure is not taken apart at all.
"""

from __future__ import annotations

from collections.abc import Iterator
from email import message_from_bytes
from email._policybase import Compat32
from email.message import Message
from email.parser import BytesParser

MOST_BYTES = 25 * 1024 * 1024
"""Longest mail that is taken."""

_MOST_LINES = 700_000
_MOST_WORK = 5_000_000
_MOST_PARTS = 5_000
_MOST_REPORT_LINES = 5_000
_LONGEST_HEADER = 8_000
_LONGEST_PART_HEADER = 2_000
_HEAD_BYTES = 128 * 1024


class _Bounded(Compat32):
    """Reads headers as they are, however wrong, but none without end."""

    def header_source_parse(self, sourcelines: list[str]) -> tuple[str, str]:
        """Split a header; those that a part has, too, are read by costlier code."""
        name, value = super().header_source_parse(sourcelines)
        part = name.lower().startswith("content-")
        return name, value[: _LONGEST_PART_HEADER if part else _LONGEST_HEADER]


_POLICY = _Bounded()


def parsed(raw: bytes) -> Message | None:
    """Return a mail taken apart, or None where it is nested beyond measure."""
    if _is_beyond_measure(raw):
        return None
    try:
        return message_from_bytes(raw, policy=_POLICY)
    except (RecursionError, ValueError, LookupError, AttributeError, IndexError):
        return None


def _is_beyond_measure(raw: bytes) -> bool:
    lower = raw.lower()
    lines = raw.count(b"\n") + raw.count(b"\r")
    if lines > _MOST_LINES or lines * (1 + lower.count(b"boundary")) > _MOST_WORK:
        return True
    if raw.count(b"\n--") + raw.count(b"\r--") > _MOST_PARTS:
        return True
    report = lower.find(b"message/delivery-status")
    if report < 0:
        return False
    # Each block of a report is parsed as a message of its own.
    blank = sum(raw.count(end, report) for end in (b"\n\n", b"\n\r\n", b"\r\r"))
    return blank > _MOST_REPORT_LINES


def head(raw: bytes) -> Message:
    """Return a mail's headers alone."""
    start = raw[:_HEAD_BYTES]
    ends = [at for end in (b"\n\n", b"\r\n\r\n") if (at := start.find(end)) >= 0]
    return BytesParser(policy=_POLICY).parsebytes(start[: min(ends, default=len(start))], True)


def children(part: Message) -> list[Message]:
    """Return what a part holds; nothing where it is none that holds parts."""
    payload = part.get_payload()
    return [one for one in payload if isinstance(one, Message)] if isinstance(payload, list) else []


def walk(part: Message, kind: str) -> Iterator[Message]:
    """Yield the parts of a type, wherever they stand, in their order."""
    waiting = [part]
    while waiting:
        one = waiting.pop()
        if one.get_content_type() == kind:
            yield one
        waiting += reversed(children(one))


def content_of(part: Message) -> bytes:
    """Return a part's bytes, decoded as far as they can be."""
    try:
        payload = part.get_payload(decode=True)
    except (ValueError, LookupError, AssertionError):
        return b""
    return payload if isinstance(payload, bytes) else b""
