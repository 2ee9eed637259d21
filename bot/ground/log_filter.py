"""What the log may hold: no secret, nobody's address, nothing typed; and no line a thousand times.

It works on the lines as they are written, whoever writes them: our code, Rasa, or a library that
tells in a traceback what it was given.
"""

from __future__ import annotations

import logging
import re
import time
from contextvars import ContextVar
from ipaddress import IPv6Address, ip_address, ip_network

TYPED: ContextVar[str] = ContextVar("guichet_typed", default="")
"""What the person of this turn typed, which a fault's text may repeat."""

_LEAST_TYPED = 4
_LEFT_OUT = "…"
_WINDOW_SECONDS = 60.0
_MOST_LINES = 30
_MOST_TRACES = 5
_MOST_KEYS = 1000

# Forms of technical values, not of what people mean; each runs in linear time.
_HEADERS = re.compile(r"\b((?:proxy-)?authorization|(?:set-)?cookie)\b([\"']?\s*[:=,]\s*).*", re.I)
_BEARER = re.compile(r"\b(bearer)\s+[^\s\"']+", re.I)
_QUERY = re.compile(
    r"\b(token|session|password|secret|code|form_token|email|person|q)=[^&\s\"'#]+", re.I
)
_PATHS = re.compile(r"(/tickets/|/invitation/|/reset/)[^/\s?\"'<>]+")
_LOGIN = re.compile(r"(://)[^\s/@]{1,200}@")
_MAIL = re.compile(r"[^\s@…<>\"'(),;:/=]{1,64}(?:@|%40)[^\s@<>\"'(),;:/=]{1,253}", re.I)
_IPV4 = re.compile(r"(?<![\d.])(\d{1,3}\.\d{1,3}\.\d{1,3})\.\d{1,3}(?![\d.])")
_IPV6 = re.compile(r"(?<![\w:.])[0-9a-f]{0,4}(?::[0-9a-f]{0,4}){2,7}(?![\w:])", re.I)


def clean(text: str) -> str:
    """Return a text as the log may hold it."""
    typed = TYPED.get()
    if len(typed) >= _LEAST_TYPED:
        for spelling in {typed, repr(typed)[1:-1]}:
            text = text.replace(spelling, _LEFT_OUT)
    text = _HEADERS.sub(rf"\1\2{_LEFT_OUT}", text)
    text = _BEARER.sub(rf"\1 {_LEFT_OUT}", text)
    text = _QUERY.sub(rf"\1={_LEFT_OUT}", text)
    text = _PATHS.sub(rf"\1{_LEFT_OUT}", text)
    text = _LOGIN.sub(rf"\1{_LEFT_OUT}@", text)
    text = _MAIL.sub(_LEFT_OUT, text)
    text = _IPV4.sub(_network_4, text)
    return _IPV6.sub(_network_6, text)


class CleanFormatter(logging.Formatter):
    """Writes lines without what the log may not hold."""

    def format(self, record: logging.LogRecord) -> str:
        """Return a record's lines."""
        return clean(super().format(record))


class RepeatFilter(logging.Filter):
    """Lets so many lines a minute through from one place of the code, and counts the rest."""

    def __init__(self) -> None:
        super().__init__()
        self._seen: dict[tuple[str, int], tuple[float, int]] = {}

    def filter(self, record: logging.LogRecord) -> bool:
        """Tell whether a record is to be written."""
        key, now = (record.pathname, record.lineno), time.monotonic()
        began, count = self._seen.get(key, (now, 0))
        most = _MOST_TRACES if record.exc_info else _MOST_LINES
        if now - began >= _WINDOW_SECONDS:
            if count > most:
                _add(record, f"{count - most} more lines like this one were left out")
            began, count = now, 0
        count += 1
        if len(self._seen) >= _MOST_KEYS and key not in self._seen:
            self._seen.clear()
        self._seen[key] = (began, count)
        if count == most:
            _add(record, "further lines like this one are left out for a minute")
        return count <= most


def _add(record: logging.LogRecord, note: str) -> None:
    record.msg, record.args = f"{record.getMessage()} ({note})", ()


def _network_4(found: re.Match[str]) -> str:
    return found[0] if found[1].startswith("127.") else f"{found[1]}.x"


def _network_6(found: re.Match[str]) -> str:
    try:
        address = ip_address(found[0])
    except ValueError:
        return found[0]
    if not isinstance(address, IPv6Address) or address.is_loopback or address.is_unspecified:
        return found[0]
    return str(ip_network((address, 48), strict=False))
