"""Puts the widget's files together into the one script that a site embeds.

Done once, at the start: no tool chain is needed to run, and what is served is what stands in
`source/`, without comments, indentation and needless spaces.
"""

from __future__ import annotations

import gzip
import hashlib
import json
import re
from dataclasses import dataclass
from functools import lru_cache
from pathlib import Path

_SOURCE = Path(__file__).resolve().parent / "source"
_PLACE = '"/*widget.css*/"'

# Comments stand on lines of their own in these files, so that no text is taken for one.
_BLOCK = re.compile(r"^[ \t]*/\*.*?\*/[ \t]*\n", re.MULTILINE | re.DOTALL)
_LINE = re.compile(r"^[ \t]*//.*\n", re.MULTILINE)
_INDENT = re.compile(r"^[ \t]+|\n+(?=\n)", re.MULTILINE)
# On lines that hold neither a pattern nor a template, a slash could only stand in a text.
_TEXT_OR_SPACE = re.compile(r"""("(?:[^"\\]|\\.)*"|'(?:[^'\\]|\\.)*')|[ ]*([=<>?:&|{}(),;!])[ ]*""")
_GOES_ON = re.compile(r"(?<=[{(,;])\n")
_CSS_SPACE = re.compile(r"\s*([{};,>])\s*|(:)\s+|\n\s*")


@dataclass(frozen=True)
class Asset:
    """A file that was put together."""

    text: str
    packed: bytes
    version: str


def _asset(text: str) -> Asset:
    data = text.encode()
    return Asset(text, gzip.compress(data, 9, mtime=0), hashlib.sha256(data).hexdigest()[:16])


def _joined(pattern: str) -> str:
    """Return all files of a kind, in the order of their names."""
    return "".join(path.read_text(encoding="utf-8") for path in sorted(_SOURCE.glob(pattern)))


def _tight(line: str) -> str:
    """Return a line of the script without the spaces that only people need."""
    if "/" in line or "`" in line:
        return line
    return _TEXT_OR_SPACE.sub(lambda match: match[1] or match[2], line)


@lru_cache(maxsize=1)
def style() -> Asset:
    """Return the widget's style sheet."""
    css = _BLOCK.sub("", _joined("*.css"))
    return _asset(_CSS_SPACE.sub(lambda match: match[1] or match[2] or " ", css).strip())


@lru_cache(maxsize=1)
def script() -> Asset:
    """Return the widget's script, which carries the style sheet."""
    code = _INDENT.sub("", _LINE.sub("", _BLOCK.sub("", _joined("*.js"))))
    code = _GOES_ON.sub("", "\n".join(map(_tight, code.splitlines())))
    assert code.count(_PLACE) == 1
    code = code.replace(_PLACE, json.dumps(style().text, ensure_ascii=False))
    return _asset(f'(function(){{"use strict";\n{code}}})();\n')
