"""What a mail that came in says, as typed values."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from typing import Literal

Kind = Literal["message", "automatic", "bounce", "loop"]
"""A person's own; an answering machine's; a server's refusal; our own come back."""

Sign = Literal["", "list", "weak", "strong"]
"""How surely a machine wrote a mail: a list passed it on, it looks so, or it says so itself."""

SegmentKind = Literal["new", "quote", "signature"]


@dataclass(frozen=True)
class Segment:
    """A run of lines of a text: written now, quoted from before, or a signature."""

    kind: SegmentKind
    text: str


@dataclass(frozen=True)
class IncomingFile:
    """A file that came with a mail.

    Attributes:
        name: Cleaned: no folder, no control character, 120 characters at most.
        content_type: As the sender declared it.
        inline: Whether it is shown within the text, as a pasted picture is.
    """

    name: str
    content_type: str
    content: bytes
    inline: bool = False


@dataclass(frozen=True)
class FailedRecipient:
    """A recipient whom a server could not reach.

    Attributes:
        addresses: The address as we wrote it and as the server ended with, normalised.
        status: As RFC 3463 codes it, such as `5.1.1`; empty where the server gave none.
        diagnostic: The server's own words.
        final: Whether it has given up; it will try again where it has not.
    """

    addresses: tuple[str, ...]
    status: str
    diagnostic: str
    final: bool


@dataclass(frozen=True)
class Bounce:
    """What a server tells of a mail of ours.

    Attributes:
        message_ids: The Message-IDs that it may be about, the surest first.
        from_server: Whether a server sent it itself, and not a person who passed it on.
    """

    recipients: tuple[FailedRecipient, ...]
    message_ids: tuple[str, ...]
    from_server: bool


@dataclass(frozen=True)
class IncomingMessage:
    """A mail that came in.

    Attributes:
        sender: Normalised; empty where the mail names none that an answer could go to.
        recipients: Whom it was for, by all headers that tell, normalised.
        message_id: With its angle brackets; where there was none, made from the mail's bytes, so
            that the same mail has the same one.
        references: The mails that it follows, nearest first: In-Reply-To, then References.
        text: What the person wrote now.
        segments: The whole text, in its order.
        dropped: Names of files that were too large or too many to be kept.
        cut: Whether the text was longer than what is kept.
        readable: Whether the body could be taken apart; where it could not, it is a file.
        sign: What makes it look like a machine's; nothing that has one is acknowledged.
    """

    kind: Kind
    sender: str
    sender_name: str
    recipients: tuple[str, ...]
    subject: str
    message_id: str
    references: tuple[str, ...]
    date: datetime | None
    text: str
    segments: tuple[Segment, ...]
    files: tuple[IncomingFile, ...]
    dropped: tuple[str, ...]
    bounce: Bounce | None
    cut: bool = False
    readable: bool = True
    sign: Sign = ""

    @property
    def whole_text(self) -> str:
        """All of the text, quoted and signed parts too."""
        return "\n".join(segment.text for segment in self.segments).strip("\n")
