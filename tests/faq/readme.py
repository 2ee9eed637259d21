"""Takes the files out of faq/README.md, by the captions above its blocks."""

from __future__ import annotations

import re
from pathlib import Path

from bot.ground.settings import ROOT

_BLOCK = re.compile(r"^\*\*(Add to )?`faq/([^`]+)`\*\*\n\n```\w+\n(.*?)^```$", re.M | re.S)


def write_blocks(content: Path) -> list[str]:
    """Write the README's files below a content directory, and return their names."""
    written = []
    text = (ROOT / "faq" / "README.md").read_text(encoding="utf-8")
    for addition, name, block in _BLOCK.findall(text):
        path = content / name
        path.parent.mkdir(parents=True, exist_ok=True)
        before = path.read_text(encoding="utf-8") if addition else ""
        path.write_text(before + block, encoding="utf-8")
        written.append(name)
    return written
