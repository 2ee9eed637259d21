"""Mistakes in content: where each one stands, what is wrong, and how to mend it."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field
from difflib import get_close_matches
from enum import IntEnum
from pathlib import Path

_MOST_NAMED = 5


class Gravity(IntEnum):
    """What a mistake does, the worst first."""

    BLOCKS = 0
    """The content cannot be loaded."""
    BREAKS = 1
    """It can be loaded, but something cannot be said."""
    REMARK = 2
    """Everything can be said, though not as it was meant."""
    NOTE = 3
    """Nothing is wrong with the content; what lies beside it no longer fits."""


@dataclass(frozen=True)
class Mistake:
    """One mistake.

    Attributes:
        path: The file.
        line: The line in it, from 1.
        text: What is wrong, in French, without a full stop.
        mend: What to do about it, in French, without a full stop.
    """

    path: Path
    line: int
    text: str
    mend: str
    gravity: Gravity

    def shown(self, base: Path | None = None) -> str:
        """Return the mistake as one line: file, line, what is wrong and how to mend it.

        Args:
            base: A folder that paths below it are shown from.
        """
        path = self.path
        if base is not None and path.is_relative_to(base):
            path = path.relative_to(base)
        return f"{path}:{self.line} : {self.text}. À faire : {self.mend}."


@dataclass
class Mistakes:
    """Collects the mistakes of one run; the same one is kept once.

    Notes are kept beside them and count as no mistake.
    """

    _found: dict[Mistake, None] = field(default_factory=dict)
    _notes: dict[Mistake, None] = field(default_factory=dict)

    def __iter__(self) -> Iterator[Mistake]:
        return iter(sorted(self._found, key=lambda m: (m.gravity > 0, m.path, m.line, m.text)))

    def __len__(self) -> int:
        return len(self._found)

    def blocks(self, path: Path, line: int, text: str, mend: str) -> None:
        """Add a mistake that makes loading impossible."""
        self._found[Mistake(path, line, text, mend, Gravity.BLOCKS)] = None

    def breaks(self, path: Path, line: int, text: str, mend: str) -> None:
        """Add a mistake for which something cannot be said."""
        self._found[Mistake(path, line, text, mend, Gravity.BREAKS)] = None

    def remark(self, path: Path, line: int, text: str, mend: str) -> None:
        """Add a mistake that nothing breaks at."""
        self._found[Mistake(path, line, text, mend, Gravity.REMARK)] = None

    def note(self, path: Path, line: int, text: str, mend: str) -> None:
        """Add what is no mistake and still worth telling."""
        self._notes[Mistake(path, line, text, mend, Gravity.NOTE)] = None

    @property
    def notes(self) -> list[Mistake]:
        """The notes, in the order of files and lines."""
        return sorted(self._notes, key=lambda note: (note.path, note.line, note.text))

    def add(self, others: Mistakes) -> None:
        """Add all mistakes and notes of another run."""
        self._found.update(others._found)
        self._notes.update(others._notes)

    def of(self, *gravities: Gravity) -> list[Mistake]:
        """Return the mistakes of some gravities, in the order of files and lines."""
        return [mistake for mistake in self if mistake.gravity in gravities]


def told(mistakes: list[Mistake]) -> str:
    """Return the first mistakes as one text."""
    lines = " ".join(mistake.shown() for mistake in mistakes[:_MOST_NAMED])
    more = len(mistakes) - _MOST_NAMED
    return f"{lines} Et {more} de plus : « guichet content check »." if more > 0 else lines


def closest(name: str, known: Iterable[str]) -> str:
    """Return an opening of a mend that proposes the closest known name, or an empty text."""
    found = get_close_matches(name, list(known), n=1, cutoff=0.6)
    return f"écrivez « {found[0]} »" if found else ""
