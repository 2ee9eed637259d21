"""The text of a mail and the files that came with it, out of its parts."""

from __future__ import annotations

import hashlib
import mimetypes
import re
import unicodedata
from dataclasses import dataclass, field
from email.message import Message

from bot.desk.incoming.charsets import clean, decode
from bot.desk.incoming.headers import readable
from bot.desk.incoming.html_text import html_to_text
from bot.desk.incoming.message import IncomingFile
from bot.desk.incoming.parts import children, content_of

MOST_FILE_BYTES = 10 * 1024 * 1024
MOST_FILES = 40
MOST_CHARACTERS = 60_000
"""Most of a mail's text that is kept; what is quoted counts."""

_MOST_PARTS = 1000
_MOST_TEXT_BYTES = 4 * 1024 * 1024
_LONGEST_NAME = 120
_TYPE = re.compile(r"[a-z0-9][a-z0-9!#$&^_.+-]{0,60}/[a-z0-9][a-z0-9!#$&^_.+-]{0,80}")
_FORBIDDEN = re.compile(r'[<>:"/\\|?*\x00-\x1f\x7f]+')
_SEALS = frozenset(
    {"application/pkcs7-signature", "application/x-pkcs7-signature", "application/pgp-signature",
     "application/pgp-keys", "message/delivery-status", "message/disposition-notification",
     "text/rfc822-headers"}
)  # fmt: skip
"""Parts that prove or tell something to programs, and that nobody sent as a file."""


@dataclass
class Body:
    """What was found in a mail's parts."""

    texts: list[str] = field(default_factory=list)
    files: list[IncomingFile] = field(default_factory=list)
    dropped: list[str] = field(default_factory=list)
    cut: bool = False

    @property
    def text(self) -> str:
        """All texts, one under the other."""
        return "\n\n".join(filter(str.strip, self.texts))


def body_of(message: Message) -> Body:
    """Return the text and the files of a mail that was taken apart."""
    body, seen = Body(), 0
    waiting = [message]
    while waiting and seen < _MOST_PARTS:
        part = waiting.pop()
        seen += 1
        kind = part.get_content_type()
        if part.is_multipart() and not kind.startswith("message/"):
            inside = children(part)
            if kind == "multipart/alternative":
                inside = _chosen(inside)
            waiting += reversed(inside)
        else:
            _take(part, kind, body)
    body.cut |= bool(waiting)
    if len(body.text) > MOST_CHARACTERS:
        body.texts, body.cut = [body.text[:MOST_CHARACTERS]], True
    return body


def _chosen(parts: list[Message]) -> list[Message]:
    """Return of several forms of the same text the plain one, unless nothing stands in it.

    What is no form of the text, such as an invitation, stays beside it.
    """
    plain = [part for part in parts if part.get_content_type() == "text/plain"]
    if any(_text_of(part)[0].strip() for part in plain):
        rest = [part for part in parts if _holds_files(part)]
        return plain[:1] + rest
    return [part for part in parts if part not in plain]


def _holds_files(part: Message) -> bool:
    """Tell whether a form of the text is more than that: pictures within it are not."""
    kind = part.get_content_type()
    return kind not in {"text/plain", "text/html", "text/enriched", "text/x-amp-html"}


def _take(part: Message, kind: str, body: Body) -> None:
    if kind in _SEALS:
        return
    name = _name_of(part)
    attached = part.get_content_disposition() == "attachment"
    if kind in {"text/plain", "text/html"} and not attached and not name:
        text, cut = _text_of(part)
        body.texts.append(text)
        body.cut |= cut
        return
    _keep(part, kind, name, body)


def _text_of(part: Message) -> tuple[str, bool]:
    content = content_of(part)
    charset = part.get_param("charset")
    text = clean(decode(content[:_MOST_TEXT_BYTES], charset if isinstance(charset, str) else None))
    cut = len(content) > _MOST_TEXT_BYTES
    if part.get_content_type() == "text/html":
        text, shortened = html_to_text(text)
        return text, cut or shortened
    if str(part.get_param("format") or "").lower() == "flowed":
        text = _unwrapped(text, deletes=str(part.get_param("delsp") or "").lower() == "yes")
    return text, cut


def _unwrapped(text: str, *, deletes: bool) -> str:
    """Return a text whose lines were wrapped by a program as its writer typed them (RFC 3676)."""
    lines: list[str] = []
    flows = False
    for line in text.split("\n"):
        depth = len(line) - len(line.lstrip(">"))
        bare = line[depth:].removeprefix(" ")
        ends = bare == "-- "
        if flows and not ends and depth == len(lines[-1]) - len(lines[-1].lstrip(">")):
            lines[-1] += bare
        else:
            lines.append(f"{'>' * depth} {bare}" if depth else bare)
        flows = bare.endswith(" ") and not ends
        if flows and deletes:
            lines[-1] = lines[-1][:-1]
    return "\n".join(lines)


def _keep(part: Message, kind: str, name: str, body: Body) -> None:
    if kind == "message/rfc822" and (inside := children(part)):
        content = _as_bytes(inside[0])
        name = name or "message.eml"
    else:
        content = content_of(part)
    if not content:
        return
    kind = kind if _TYPE.fullmatch(kind) else "application/octet-stream"
    name = clean_name(name, kind, len(body.files) + 1)
    if len(content) > MOST_FILE_BYTES or len(body.files) >= MOST_FILES:
        body.dropped.append(name)
        return
    inline = part.get_content_disposition() == "inline" or bool(part.get("content-id"))
    body.files.append(IncomingFile(name, kind, content, inline and kind.startswith("image/")))


def _as_bytes(message: Message) -> bytes:
    try:
        return message.as_bytes()
    except (ValueError, LookupError, RecursionError, AttributeError, TypeError, KeyError):
        return b""


def _name_of(part: Message) -> str:
    try:
        name = part.get_filename() or ""
    except (ValueError, LookupError, TypeError, AttributeError):
        return ""
    return readable(decode(name.encode("utf-8", "surrogateescape"), None))


def clean_name(name: str, kind: str, number: int) -> str:
    """Return a file's name without folder or anything that a system or a reader takes amiss.

    Args:
        name: As the mail gives it; may be empty.
        kind: Its type, for an ending where it has no name.
        number: Of the file in its mail, for one without a name.
    """
    name = unicodedata.normalize("NFC", name.replace("\\", "/").rpartition("/")[2])
    # Turned around by invisible characters, "exe.fdp" would be read as a PDF.
    name = "".join(char for char in name if unicodedata.category(char) not in {"Cf", "Cc", "Cs"})
    name = _FORBIDDEN.sub("_", name).strip(" .")
    if not name:
        return f"piece-{number}{mimetypes.guess_extension(kind) or '.bin'}"
    stem, dot, ending = name.rpartition(".")
    if not dot or len(ending) > 10:
        return name[:_LONGEST_NAME]
    return f"{stem[: _LONGEST_NAME - len(ending) - 1]}.{ending}"


def made_id(raw: bytes) -> str:
    """Return a Message-ID for a mail that has none: the same bytes have the same one."""
    return f"<{hashlib.sha256(raw).hexdigest()[:40]}@sans-identifiant.invalid>"
