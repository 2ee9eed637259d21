"""Reads what a mail server tells of a mail of ours that it could not deliver (RFC 3464).

Servers that tell it in words only are read by the library that mailing lists use for that.
"""

from __future__ import annotations

import logging
import re
from collections.abc import Collection, Iterator
from email.message import Message

from flufl.bounce import all_failures

from bot.desk.incoming import automatic
from bot.desk.incoming.charsets import clean, decode
from bot.desk.incoming.headers import all_of, first, ids_in, readable, references_of
from bot.desk.incoming.message import Bounce, FailedRecipient
from bot.desk.incoming.parts import children, content_of, walk
from bot.ground.addresses import is_address, normalise_address

# It tells the log of each detector that it tries.
logging.getLogger("flufl.bounce").setLevel(logging.ERROR)

_MOST_RECIPIENTS = 20
_MOST_BODY = 20_000
_LONGEST_DIAGNOSTIC = 300
_DAEMONS = frozenset({"mailer-daemon", "postmaster", "mail-daemon", "mailerdaemon"})
_STATUS = re.compile(r"\b[245]\.\d{1,3}\.\d{1,3}\b")
_NAMED_ID = re.compile(r"^>?\s*Message-ID:\s*(<[^<>\s]{1,180}>)", re.IGNORECASE | re.MULTILINE)


def bounce_of(message: Message, sender: str, own: Collection[str] = ()) -> Bounce | None:
    """Return what a mail tells of one of ours, or None where it is no server's report.

    Args:
        message: The mail, taken apart.
        sender: Its normalised sender.
        own: The normalised addresses that we send from.
    """
    failed = list(_reported(message))
    if not failed and _is_from_a_server(message, sender):
        failed = _worded(message)
    if not failed:
        return None
    return Bounce(
        recipients=tuple(failed[:_MOST_RECIPIENTS]),
        message_ids=tuple(dict.fromkeys(_ids(message))),
        from_server=_is_from_a_server(message, sender)
        or automatic.says_so(message)
        or automatic.is_own(message, sender, own),
    )


def _reported(message: Message) -> Iterator[FailedRecipient]:
    # One that is further down was attached by whoever passes it on.
    if message.get_content_type() != "multipart/report":
        return
    for report in children(message):
        if report.get_content_type() != "message/delivery-status":
            continue
        for block in children(report)[:_MOST_RECIPIENTS]:
            action = first(block, "action").lower()
            if action.startswith(("fail", "error", "delay")):
                yield FailedRecipient(
                    addresses=tuple(_addresses_in(block)),
                    status=next(iter(_STATUS.findall(first(block, "status"))), ""),
                    diagnostic=_diagnostic(block),
                    final=not action.startswith("delay"),
                )


def _addresses_in(block: Message) -> list[str]:
    """Return the recipient as we wrote it, then as the server ended with."""
    values = [first(block, name) for name in ("original-recipient", "final-recipient")]
    found = [normalise_address(value.rpartition(";")[2]) for value in values]
    return list(dict.fromkeys(filter(is_address, found)))


def _diagnostic(block: Message) -> str:
    value = readable(first(block, "diagnostic-code"))
    kind, semicolon, words = value.partition(";")
    return (words if semicolon and " " not in kind.strip() else value).strip()[:_LONGEST_DIAGNOSTIC]


def _is_from_a_server(message: Message, sender: str) -> bool:
    local = sender.partition("@")[0]
    return local in _DAEMONS or (not sender and first(message, "return-path") == "<>")


def _worded(message: Message) -> list[FailedRecipient]:
    try:
        delayed, failed = all_failures(message)
    # Its detectors meet whatever a stranger wrote.
    except Exception:
        return []
    found = []
    for addresses, final in ((failed, True), (delayed, False)):
        for raw in sorted(addresses):
            address = normalise_address(decode(raw, None) if isinstance(raw, bytes) else raw)
            if is_address(address):
                found.append(FailedRecipient((address,), "", "", final))
    return found


def _ids(message: Message) -> Iterator[str]:
    """Yield the Message-IDs that a report names, those of the mail that it holds first."""
    for kind in ("message/rfc822", "message/global"):
        for part in walk(message, kind):
            for held in children(part):
                for value in all_of(held, "message-id"):
                    yield from ids_in(value)
    for kind in ("text/rfc822-headers", "message/rfc822", "text/plain"):
        for part in walk(message, kind):
            yield from _NAMED_ID.findall(clean(decode(content_of(part)[:_MOST_BODY], "utf-8")))
    yield from references_of(message)
