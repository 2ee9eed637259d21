"""Reads a message: its intent, how sure that is, and whether it holds two problems.

Nothing here knows Rasa: the components that Rasa calls stand in `bot.rasa.components`.
"""

from __future__ import annotations

import hashlib
from collections.abc import Iterator
from pathlib import Path

_BOT = Path(__file__).resolve().parents[1]
_FOLDERS = (_BOT / "reading", _BOT / "rasa" / "components")
_HELPERS = ("address_*", "letter_frame", "sounds", "spelling", "text")


def source_files() -> Iterator[Path]:
    """Yield the source files that decide what a model learns from a message and reads in one."""
    for folder in _FOLDERS:
        yield from sorted(folder.glob("*.py"))
    for name in _HELPERS:
        yield from sorted((_BOT / "french").glob(f"{name}.py"))
    yield _BOT / "ground" / "addresses.py"


def code_hash() -> str:
    """Return a hash of the source that reads a message.

    Rasa's training fingerprint covers a component's own class and none of the helpers it calls;
    each component reports this hash beside it, so that a changed helper leads to a new training.
    """
    digest = hashlib.sha256()
    for path in source_files():
        digest.update(path.name.encode())
        digest.update(path.read_bytes())
    return digest.hexdigest()
