"""What is kept of a mail's words: passwords masked, and what was folded beside what is new.

It takes time: made in a thread, before the transaction that writes it.
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from typing import Any

from bot.desk.incoming.message import IncomingMessage
from bot.desk.thread import MOST_TEXT
from bot.french.redaction import redact_passwords

_CUT = "[La suite de ce message, trop long, n’a pas été gardée.]"
_LEFT_OUT = "[Non gardé, trop volumineux : {names}]"
_LONGEST_TOPIC = 200
_NO_TOPIC = "Sans objet"
_PREFIXES = re.compile(r"^(?:(?:re|r[ée]f|tr|fwd?) ?: *){1,5}", re.IGNORECASE)
_SHORTEST_SECRET = 4


@dataclass(frozen=True)
class Kept:
    """The words of a mail as they are kept.

    Attributes:
        topic: The subject, for a ticket that the mail opens.
        details: What is shown on demand: the subject, and the whole text where some of it was
            folded (`whole`).
    """

    topic: str
    text: str
    details: dict[str, Any]

    def with_left_out(self, names: list[str]) -> str:
        """Return the text with the names of files that were not kept."""
        left_out = _LEFT_OUT.format(names=", ".join(names)) if names else ""
        return "\n\n".join(filter(None, (self.text, left_out)))


def kept_of(mail: IncomingMessage) -> Kept:
    """Return what is kept of a mail's words."""
    subject, text = masked(mail.subject), masked(mail.text)
    details: dict[str, Any] = {"subject": subject}
    if mail.whole_text.strip() != mail.text:
        details["whole"] = masked(mail.whole_text)[:MOST_TEXT]
    if mail.cut:
        text = "\n\n".join(filter(None, (text[: MOST_TEXT - len(_CUT) - 200], _CUT)))
    topic = _PREFIXES.sub("", subject)[:_LONGEST_TOPIC] or _NO_TOPIC
    return Kept(topic, text, details)


def masked(text: str) -> str:
    """Return a text with its passwords masked, line by line.

    What masks them knows short messages: of a long text it would take too much away with them.
    """
    return "\n".join(
        redact_passwords(line) if len(line.strip()) >= _SHORTEST_SECRET else line
        for line in text.split("\n")
    )
