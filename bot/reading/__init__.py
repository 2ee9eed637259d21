"""Reads a message: its intent, how sure that is, and whether it holds two problems.

Nothing here knows Rasa: the components that Rasa calls stand in `bot.rasa.components`.
"""

from __future__ import annotations

import hashlib
from collections.abc import Iterable, Iterator
from pathlib import Path

_BOT = Path(__file__).resolve().parents[1]
REPLIES = _BOT.parent / "data" / "replies"
"""The folder of the replies that the model of replies is trained from."""

_FOLDERS = (_BOT / "reading", _BOT / "rasa" / "components")
_HELPERS = ("address_*", "clauses", "letter_frame", "sounds", "spelling", "text")


def source_files() -> Iterator[Path]:
    """Yield the source files that decide what a model learns from a message and reads in one."""
    for folder in _FOLDERS:
        yield from sorted(folder.glob("*.py"))
    for name in _HELPERS:
        yield from sorted((_BOT / "french").glob(f"{name}.py"))
    yield _BOT / "ground" / "addresses.py"


def reply_files() -> Iterator[Path]:
    """Yield what the model of replies is made by and from, beside `source_files`."""
    yield from sorted((_BOT / "reading" / "replies").glob("*.py"))
    yield from sorted(REPLIES.rglob("*.yml"))


def code_hash() -> str:
    """Return a hash of the source that reads a message.

    Rasa's training fingerprint covers a component's own class and none of the helpers it calls;
    each component reports this hash beside it, so that a changed helper leads to a new training.
    """
    return _hash(source_files())


def replies_hash() -> str:
    """Return a hash of all that the model of replies is trained by and from."""
    return _hash([*source_files(), *reply_files()])


def _hash(paths: Iterable[Path]) -> str:
    digest = hashlib.sha256()
    for path in paths:
        digest.update(path.name.encode())
        digest.update(path.read_bytes())
    return digest.hexdigest()
