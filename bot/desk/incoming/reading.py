"""Reads a mail: bytes from outside in, one typed message out, whatever they are.

It takes time that grows with the mail and with nothing else, and blocks: run it in a thread.
"""

from __future__ import annotations

from collections.abc import Collection
from email.message import Message

from bot.desk.incoming import automatic, headers, parts
from bot.desk.incoming.body import MOST_FILE_BYTES, Body, body_of, made_id
from bot.desk.incoming.bounces import bounce_of
from bot.desk.incoming.folding import fold
from bot.desk.incoming.message import IncomingFile, IncomingMessage, Kind, Sign

_UNREAD_NAME = "message.eml"
_LONGEST_ID = 190


def read_mail(raw: bytes, own: Collection[str] = ()) -> IncomingMessage:
    """Return what a mail says.

    Args:
        raw: The mail as it came, `parts.MOST_BYTES` at most.
        own: The normalised addresses that Guichet sends from.
    """
    message = parts.parsed(raw)
    readable = message is not None
    if message is None:
        message = parts.head(raw)
    sender, name = headers.sender_of(message)
    subject = headers.subject_of(message)
    bounce = bounce_of(message, sender, own) if readable else None
    sign = automatic.sign_of(message, sender, subject)
    body = body_of(message) if readable else _unread(raw)
    segments = fold(body.text.strip("\n"))
    new = [one.text.strip("\n") for one in segments if one.kind == "new" and one.text.strip()]
    return IncomingMessage(
        kind="bounce" if bounce else _kind(message, sender, sign, own),
        sender=sender,
        sender_name=name,
        recipients=headers.recipients_of(message),
        subject=subject,
        message_id=_message_id(message, raw),
        references=headers.references_of(message),
        date=headers.date_of(message),
        text="\n\n".join(new).strip(),
        segments=segments,
        files=() if bounce and bounce.from_server else tuple(body.files),
        dropped=tuple(body.dropped),
        bounce=bounce,
        cut=body.cut,
        readable=readable,
        sign=sign,
    )


def _kind(message: Message, sender: str, sign: Sign, own: Collection[str]) -> Kind:
    if automatic.is_own(message, sender, own):
        return "loop"
    return "automatic" if sign in ("weak", "strong") else "message"


def _message_id(message: Message, raw: bytes) -> str:
    ids = headers.ids_in(headers.first(message, "message-id"))
    return ids[0] if ids and len(ids[0]) <= _LONGEST_ID else made_id(raw)


def _unread(raw: bytes) -> Body:
    """Return a mail that cannot be taken apart as one file."""
    if len(raw) > MOST_FILE_BYTES:
        return Body(dropped=[_UNREAD_NAME])
    return Body(files=[IncomingFile(_UNREAD_NAME, "message/rfc822", raw)])
