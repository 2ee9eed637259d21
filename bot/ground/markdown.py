"""The little Markdown of replies and mails: none in what users typed, none in plain text."""

from __future__ import annotations

import re

from markdown_it import MarkdownIt

_INLINE = r"\\`*_\[\]<>#|~&"
_SPECIAL = re.compile(rf"([{_INLINE}])")
_ESCAPED = re.compile(rf"\\([{_INLINE}\-+=.)])")
_OPENS_BLOCK = re.compile(r"(\d*)([-+=.)])")
"""What begins a rule, a list or the underline of a heading, where it begins a line."""

_LINK = re.compile(
    r"(?<!\\)\[((?:\\.|[^\[\]\\]){1,1000})\]\(((?:https?|mailto|tel):[^)\s]{1,2000})\)"
)
_BOLD = re.compile(r"(?<!\\)\*\*(.+?)(?<!\\)\*\*", re.DOTALL)

# Each rule tries each line: an underlined heading reads all lines of a paragraph once more, and
# HTML is refused anyway.
_renderer = MarkdownIt("commonmark", {"html": False, "breaks": True}).disable(
    ["lheading", "html_block", "html_inline"]
)


def escape_markdown(text: str) -> str:
    """Return a text that reads the same once rendered, whatever Markdown it resembles.

    A link that a user typed must not become one with another face in a mail to the staff, nor a
    line of theirs a rule, a list or a heading.
    """
    return "\n".join(_escape_line(line) for line in text.splitlines())


def _escape_line(line: str) -> str:
    bare = line.lstrip()
    # Four spaces would be a block of code.
    indent = "\u00a0" * (len(line) - len(bare))
    opening = _OPENS_BLOCK.match(bare)
    if opening is None:
        return indent + _SPECIAL.sub(r"\\\1", bare)
    rest = _SPECIAL.sub(r"\\\1", bare[opening.end() :])
    return f"{indent}{opening[1]}\\{opening[2]}{rest}"


def quote(text: str) -> str:
    """Return a person's text escaped: as it is where it is one line, as a quoted block otherwise.

    Quoted, no line of it can be taken for one of the assistant's.
    """
    lines = text.strip().splitlines()
    if len(lines) <= 1:
        return escape_markdown("".join(lines))
    return "\n" + "\n".join(f"> {escape_markdown(line)}".rstrip() for line in lines)


def to_html(markdown: str) -> str:
    """Return Markdown as HTML, each line end kept."""
    return str(_renderer.render(markdown))


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
