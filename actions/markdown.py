"""The little Markdown of replies and mails: none in what users typed, none in plain text."""

from __future__ import annotations

import re

_SPECIAL = re.compile(r"([\\`*_\[\]<>#|~])")
_ESCAPED = re.compile(r"\\([\\`*_\[\]<>#|~])")
_LINK = re.compile(r"(?<!\\)\[((?:\\.|[^\]\\])+)\]\(((?:https?|mailto|tel):[^)\s]+)\)")
_BOLD = re.compile(r"(?<!\\)\*\*(.+?)(?<!\\)\*\*", re.DOTALL)


def escape_markdown(text: str) -> str:
    """Return a text that reads the same once rendered, whatever Markdown it resembles.

    A link that a user typed must not become one with another face in a mail to the staff.
    """
    return _SPECIAL.sub(r"\\\1", text)


def plain_text(markdown: str) -> str:
    """Return Markdown as plain text: no bold, links with their address behind them.

    An address between angle brackets stays so: mail programs know by them where it ends.
    """
    without_links = _LINK.sub(_spelled_out, markdown)
    return _ESCAPED.sub(r"\1", _BOLD.sub(r"\1", without_links))


def _spelled_out(link: re.Match[str]) -> str:
    shown, address = link.groups()
    scheme, _, rest = address.partition(":")
    # An address shown as it is needs no repetition, whatever its scheme.
    same = re.sub(r"\s", "", shown) in {address, rest} or scheme == "tel"
    return shown if same else f"{shown} : {address}"
