"""Bytes of a mail as text, whatever charset they claim and whatever is wrong with the claim."""

from __future__ import annotations

import codecs
import re

_WESTERN = frozenset({"ascii", "iso8859-1", "iso8859-15", "cp1252"})
"""Charsets that people's programs declare without meaning it; UTF-8 is recognised by itself."""

_NO_CHARSETS = frozenset(
    {"idna", "punycode", "unicode_escape", "raw-unicode-escape", "unicode-escape", "undefined"}
)
"""Codecs of Python's that no mail is written in; some take quadratic time."""

_CONTROLS = re.compile("[\x00-\x08\x0b-\x1f\x7f-\x9f\ud800-\udfff]")
"""All but the tab and the end of a line; halves of surrogate pairs, which have no encoding."""


def decode(content: bytes, charset: str | None) -> str:
    """Return bytes as text; what cannot be read becomes U+FFFD, nothing raises.

    Args:
        content: The bytes.
        charset: As declared, or None.
    """
    name = _known(charset)
    if name is None or name in _WESTERN:
        # Valid UTF-8 beyond ASCII is hardly ever anything else.
        for candidate in ("utf-8", "iso8859-15" if name == "iso8859-15" else "cp1252"):
            try:
                return content.decode(candidate)
            except UnicodeDecodeError:
                continue
        return content.decode("cp1252", "replace")
    try:
        return content.decode(name)
    except UnicodeError:
        return decode(content, None) if name == "utf-8" else content.decode(name, "replace")


def _known(charset: str | None) -> str | None:
    try:
        info = codecs.lookup((charset or "").strip(" '\""))
    except (LookupError, ValueError):
        return None
    name = info.name
    is_text = getattr(info, "_is_text_encoding", True)
    return name if is_text and name not in _NO_CHARSETS else None


def clean(text: str) -> str:
    """Return a text that can be stored and shown: line ends as one, no control characters."""
    return _CONTROLS.sub("", text.replace("\r\n", "\n").replace("\r", "\n"))
