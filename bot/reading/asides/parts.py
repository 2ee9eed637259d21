"""The parts of a message that may be a question of their own: "c'est bon je l'ai, c'est où ?"."""

from __future__ import annotations

_BORDERS = frozenset(".!;:\n,…()")
_JOINING = frozenset({"et", "mais", "sinon"})
_FEWEST_WORDS = 2
_MOST_PARTS = 6
_MOST_READ = 600


def parts(text: str) -> list[str]:
    """Return a message as a whole and, where it has several parts, each of them.

    Args:
        text: As typed.
    """
    whole = " ".join(text[:_MOST_READ].split())
    found = [part for clause in _clauses(whole) for part in _joined(clause)]
    # What is last asked counts most: of a long story the end.
    own = [part for part in found if part != whole][-_MOST_PARTS:]
    return list(dict.fromkeys([whole, *own])) if whole else []


def asks_in_a_part(text: str) -> bool:
    """Tell whether a message says something and asks something beside it.

    Args:
        text: As typed.
    """
    return any("?" in part for part in parts(text)[1:])


def _clauses(text: str) -> list[str]:
    clauses, start = [], 0
    for at, sign in enumerate(text):
        if sign in _BORDERS or sign == "?":
            clauses.append(text[start : at + (sign == "?")])
            start = at + 1
    return [clause.strip() for clause in (*clauses, text[start:]) if _long_enough(clause)]


def _joined(clause: str) -> list[str]:
    """Return a clause, and what comes after an "et" in it."""
    words = clause.split()
    for at, word in enumerate(words[1:], start=1):
        if word.casefold() in _JOINING and len(words) - at > _FEWEST_WORDS:
            return [clause, " ".join(words[at + 1 :])]
    return [clause]


def _long_enough(clause: str) -> bool:
    return len(clause.split()) >= _FEWEST_WORDS
