"""Tells what no person wrote: absence notes, receipts, lists, and our own mails come back.

Nothing is ever answered to one of these, or two machines would write to each other without end.
"""

from __future__ import annotations

import re
from collections.abc import Collection
from email.message import Message

from bot.desk.incoming.headers import all_of, first

_OWN_MARK = "x-guichet-portal"
_MARKS = (
    "x-autoreply", "x-autorespond", "x-autoresponder", "x-auto-reply-from", "x-mail-autoreply",
    "auto-replied", "list-id", "list-unsubscribe", "feedback-id", "x-vacation",
)  # fmt: skip
_PRECEDENCES = frozenset({"bulk", "junk", "list", "auto_reply", "auto-reply"})
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


def is_automatic(message: Message, sender: str, subject: str) -> bool:
    """Tell whether a machine wrote a mail (RFC 3834, and what programs did before it)."""
    submitted = first(message, "auto-submitted").partition(";")[0].strip().lower()
    if submitted and submitted != "no":
        return True
    if first(message, "precedence").strip().lower() in _PRECEDENCES:
        return True
    if any(all_of(message, name) for name in _MARKS):
        return True
    if message.get_content_type() == "multipart/report" or first(message, "return-path") == "<>":
        return True
    return bool(_SUBJECT.match(subject) or _MACHINES.match(sender)) or not sender
