"""HTML of a mail as plain text: no script, nothing fetched, quotes marked with `>`.

The parser follows the HTML standard, so that whatever a mail program wrote is read as it shows it.
What costs it more than linear time, tags nested by the thousand and tags that are pages long, is
taken out before.
"""

from __future__ import annotations

import re

from selectolax.lexbor import LexborHTMLParser, LexborNode

_MOST_CHARACTERS = 1_000_000
_DEEPEST = 400
_LONGEST_LINK = 500

_HUGE_TAG = re.compile(r"<[^<>]{10000,}>?")
# Without those that nothing stands in, and those that close by themselves.
_NESTING = re.compile(
    r"<(/?)(?!(?:area|br|hr|img|input|meta|link|col|wbr|p|li|td|tr|th|dd|dt|option|tbody|thead|html"
    r"|body|head)\b)[a-z]",
    re.IGNORECASE,
)
_PREFORMATTED = re.compile(r"<(pre|textarea)\b[^>]*>.*?</\1>", re.IGNORECASE | re.DOTALL)
_SPACES = re.compile(r"[ \t\r\n\f]+")
_MANY_BLANK = re.compile(r"\n{3,}")
_UNSEEN = [
    "head", "script", "style", "noscript", "template", "svg", "math", "object", "iframe", "title",
    "select",
]  # fmt: skip
_LINES = "div,tr,li,dt,dd,hr,section,article,header,footer,address,center"
_APART = "p,h1,h2,h3,h4,h5,h6,ul,ol,dl,table,pre,blockquote"
# Private use characters: no mail means anything by them.
_OPEN, _CLOSE = "\ue000", "\ue001"
_MARKS = str.maketrans("", "", _OPEN + _CLOSE)


def html_to_text(html: str) -> tuple[str, bool]:
    """Return what is read of a page of HTML, and whether some of it had to be left out.

    Args:
        html: The page, or a part of one.
    """
    html = _HUGE_TAG.sub("", html.translate(_MARKS))
    kept = _without_depths(html[:_MOST_CHARACTERS])
    spaced = _SPACES.sub(" ", _PREFORMATTED.sub(_with_breaks, kept))
    return _quoted(_rendered(spaced)), len(kept) < len(html)


def _without_depths(html: str) -> str:
    depth = 0
    for tag in _NESTING.finditer(html):
        depth = max(depth - 1, 0) if tag[1] else depth + 1
        if depth > _DEEPEST:
            return html[: tag.start()]
    return html


def _with_breaks(found: re.Match[str]) -> str:
    return found.group().replace("\n", "<br>")


def _rendered(html: str) -> str:
    tree = LexborHTMLParser(html)
    tree.strip_tags(_UNSEEN)
    for node in tree.css("[style*='display:none' i],[style*='display: none' i],[hidden]"):
        node.decompose()
    for node in tree.css("br"):
        node.replace_with("\n")
    for node in tree.css("td+td,th+th,th+td"):
        node.insert_before(" ")
    for node in tree.css("li"):
        node.insert_before("\n- ")
    for node in tree.css("a[href^='http']"):
        _show_address(node)
    for node in tree.css(_LINES):
        if node.tag != "li":
            node.insert_before("\n")
        node.insert_after("\n")
    for node in tree.css(_APART):
        node.insert_before("\n\n")
        node.insert_after("\n\n")
    for node in tree.css("blockquote"):
        node.insert_before(f"\n{_OPEN}\n")
        node.insert_after(f"\n{_CLOSE}\n")
    return tree.body.text() if tree.body else ""


def _show_address(node: LexborNode) -> None:
    """Write where a link leads behind it, unless it says so itself."""
    href = node.attributes.get("href") or ""
    said = node.text().strip()
    if said and len(href) <= _LONGEST_LINK and said not in href:
        node.insert_after(f" <{href}>")


def _quoted(text: str) -> str:
    """Return the lines, those of quotes with a `>` for each that they stand in."""
    depth = 0
    lines: list[str] = []
    for line in text.split("\n"):
        bare = line.strip()
        if bare == _OPEN:
            depth += 1
        elif bare == _CLOSE:
            depth = max(depth - 1, 0)
        elif depth:
            lines.append(f"{'>' * min(depth, 5)} {bare}".rstrip() if bare else "")
        else:
            lines.append(bare)
    return _MANY_BLANK.sub("\n\n", "\n".join(lines)).strip("\n")
