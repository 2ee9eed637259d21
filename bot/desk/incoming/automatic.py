"""Tells what no person wrote: absence notes, receipts, lists, and our own mails come back.

Nothing is ever answered to one of these, or two machines would write to each other without end.
"""

from __future__ import annotations

import re
from collections.abc import Collection
from email.message import Message

from bot.desk.incoming.headers import all_of, first
from bot.desk.incoming.message import Sign

_OWN_MARK = "x-guichet-portal"
_MARKS = (
    "x-autoreply", "x-autorespond", "x-autoresponder", "x-auto-reply-from", "x-mail-autoreply",
    "auto-replied", "x-vacation",
)  # fmt: skip
_LISTS = ("list-id", "list-post", "list-unsubscribe", "feedback-id")
_ANSWERS = frozenset({"auto_reply", "auto-reply"})
_BULK = frozenset({"bulk", "junk"})
_SUBJECT = re.compile(
    r"(?:(?:re|r[ée]f?|tr|fwd?) ?: ?){0,3}(?:r[ée]ponse automatique\b|automatic reply\b"
    r"|auto(?:matic)?[- ]?(?:reply|response)\b|automatische antwort\b|automatisch antwoord\b"
    r"|out of (?:the )?office\b|absence du bureau|message d['’]absence|je suis (?:absente?|en cong)"
    r"|absen(?:ce|t|te)\b.{0,40}\b(?:bureau|office|cong[ée]s?|automatique)"
    r"|(?:accus[ée]|avis) de (?:lecture|r[ée]ception)|lu ?:|read ?:|auto ?:|\[auto\])",
    re.IGNORECASE,
)
_MACHINES = re.compile(
    r"(?:no-?reply|ne-?pas-?repondre|noreponse|do-?not-?reply|bounces?)(?:[+._-]|@)"
)


def is_own(message: Message, sender: str, own: Collection[str]) -> bool:
    """Tell whether a mail is one that we sent ourselves, and that came back.

    Args:
        message: The mail, or its headers.
        sender: Its normalised sender.
        own: The normalised addresses that we send from.
    """
    return bool(all_of(message, _OWN_MARK)) or sender in own


def says_so(message: Message) -> bool:
    """Tell whether a mail's own headers say that a machine sent it (RFC 3834, and older ways)."""
    submitted = first(message, "auto-submitted").partition(";")[0].strip().lower()
    if submitted and submitted != "no":
        return True
    if _precedence(message) in _ANSWERS or any(all_of(message, name) for name in _MARKS):
        return True
    return first(message, "return-path") == "<>" or _is_newsletter(message)


def sign_of(message: Message, sender: str, subject: str) -> Sign:
    """Return how surely a machine wrote a mail.

    People write of their own absence in a subject, too, and write to us through lists.
    """
    if says_so(message) or message.get_content_type() == "multipart/report":
        return "strong"
    if not sender or _MACHINES.match(sender):
        return "strong"
    if _SUBJECT.match(subject) or _precedence(message) in _BULK:
        return "weak"
    listed = _precedence(message) == "list" or any(all_of(message, name) for name in _LISTS)
    return "list" if listed else ""


def _precedence(message: Message) -> str:
    return first(message, "precedence").strip().lower()


def _is_newsletter(message: Message) -> bool:
    """Tell whether a mail can only be unsubscribed from: lists that people write to have more."""
    more = any(all_of(message, name) for name in ("list-id", "list-post"))
    return bool(all_of(message, "list-unsubscribe")) and not more
