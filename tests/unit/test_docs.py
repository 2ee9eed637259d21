"""The documents lead somewhere: each link and each path that they name is there."""

from __future__ import annotations

import re
from pathlib import Path

import pytest

from bot.ground.settings import ROOT

DOCUMENTS = sorted(
    path
    for pattern in ("*.md", "docs/*.md", "faq/*.md", "bot/**/*.md")
    for path in ROOT.glob(pattern)
)
_LINK = re.compile(r"\]\((?!https?:|mailto:|#|\{\{)([^)#\s]+)")
_PATH = re.compile(r"`((?:actions|bot|faq|tests|docs|migrations|benchmarks|scripts)/[\w./-]+)`")


@pytest.mark.parametrize("document", DOCUMENTS, ids=lambda path: str(path.relative_to(ROOT)))
def test_what_it_names_is_there(document: Path) -> None:
    text = document.read_text(encoding="utf-8")
    links = [document.parent / link for link in _LINK.findall(text)]
    # faq/README.md writes of a portal that its reader is about to make.
    paths = [] if document.parent.name == "faq" else [ROOT / p for p in _PATH.findall(text)]
    assert [str(path) for path in (*links, *paths) if not path.exists()] == []


def test_there_are_documents() -> None:
    assert {"README.md", "CONTRIBUTING.md", "CHANGELOG.md"} <= {p.name for p in DOCUMENTS}
