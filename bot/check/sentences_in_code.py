"""Which sentences the code says, and with which values: read from the code itself.

So that a sentence that the code needs cannot be missing, one that nothing says cannot stay, and a
sentence can only name what it is given.
"""

from __future__ import annotations

import ast
from collections.abc import Iterator
from dataclasses import dataclass, field
from functools import lru_cache

from bot.desk.ticket_news import TOLD
from bot.desk.ticket_tables import CANCELLABLE, STATE_NAMES
from bot.dialogue.answers import SMALL_TALK
from bot.dialogue.small_talk import SHORT_IN_WALKS
from bot.ground.limits import OWN_SCOPES, SCOPES
from bot.ground.settings import ROOT
from bot.reading.bands import LANGUAGES

_FOLDERS = ("actions", "bot")
_PREFIXES = {"say": "", "button": "buttons.", "note_tried": "tried."}
_MEMBERS = {
    "small_talk.": SMALL_TALK, "in_walk.": SHORT_IN_WALKS, "ticket.": TOLD,
    "language.": LANGUAGES,
    "mail.notice.": ("new", "assigned", "message", "overdue"),
    "lines.administrator.": ("silent", "not_listed", "unknown"),
    "sent.no_cancel.": tuple(state for state in STATE_NAMES if state not in CANCELLABLE),
    **dict.fromkeys(("limits.codes.", "limits.follow_ups."), ("ticket", "network", "shared")),
    **dict.fromkeys(("limits.checks.", "limits.numbers.", "limits.handovers."), SCOPES),
    **dict.fromkeys(("limits.tickets.", "limits.messages.", "limits.history."), OWN_SCOPES),
}  # fmt: skip
"""What the code puts behind the keys that it makes up."""

_Function = ast.FunctionDef | ast.AsyncFunctionDef


@dataclass
class Spoken:
    """What the code says.

    Attributes:
        values: By key, the names of what the sentence is given; None where any may be.
        openings: Openings of keys that the code makes up, other than those it can be known of.
    """

    values: dict[str, set[str] | None] = field(default_factory=dict)
    openings: set[str] = field(default_factory=set)

    def says(self, key: str) -> bool:
        """Tell whether anything says a sentence."""
        return key in self.values or key.startswith(tuple(self.openings))

    def note(self, key: str, values: set[str] | None) -> None:
        """Note that a sentence is said with some values; it may name what all sayings give."""
        known = self.values.get(key, values)
        self.values[key] = known & values if known is not None and values is not None else None


@lru_cache(maxsize=1)
def spoken() -> Spoken:
    """Return all that the code says."""
    found = Spoken()
    for folder in _FOLDERS:
        for path in sorted((ROOT / folder).rglob("*.py")):
            source = path.read_text(encoding="utf-8")
            if any(f".{name}(" in source for name in _PREFIXES):
                for function, call in _calls(ast.parse(source)):
                    _note(found, function, call)
    return found


def _calls(module: ast.Module) -> Iterator[tuple[_Function, ast.Call]]:
    for function in ast.walk(module):
        if isinstance(function, _Function):
            for node in ast.walk(function):
                if isinstance(node, ast.Call) and node.args and _method(node) in _PREFIXES:
                    yield function, node


def _method(call: ast.Call) -> str:
    return call.func.attr if isinstance(call.func, ast.Attribute) else ""


def _note(found: Spoken, function: _Function, call: ast.Call) -> None:
    prefix, values = _PREFIXES[_method(call)], _values(function, call)
    key = call.args[0]
    if isinstance(key, ast.JoinedStr):
        opening = prefix + _opening(key)
        # What only passes a key on says nothing by itself.
        if "key" in {node.id for node in ast.walk(key) if isinstance(node, ast.Name)}:
            return
        if opening in _MEMBERS:
            for member in _MEMBERS[opening]:
                found.note(f"{opening}{member}", values)
        else:
            found.openings.add(opening)
        return
    for text in _texts(function, key):
        found.note(prefix + text, values)


def _opening(key: ast.JoinedStr) -> str:
    first = key.values[0]
    return str(first.value) if isinstance(first, ast.Constant) else ""


def _texts(function: _Function, key: ast.expr) -> Iterator[str]:
    """Yield the keys that an expression may stand for."""
    if isinstance(key, ast.Constant) and isinstance(key.value, str):
        yield key.value
    elif isinstance(key, ast.IfExp):
        yield from _texts(function, key.body)
        yield from _texts(function, key.orelse)
    elif isinstance(key, ast.Name):
        for value in _assigned(function, key.id):
            yield from _texts(function, value)


def _assigned(function: _Function, name: str) -> Iterator[ast.expr]:
    for node in ast.walk(function):
        targets = node.targets if isinstance(node, ast.Assign) else ()
        if isinstance(node, ast.AnnAssign) and node.value is not None:
            targets = [node.target]
        if any(isinstance(target, ast.Name) and target.id == name for target in targets):
            assert isinstance(node, ast.Assign | ast.AnnAssign) and node.value is not None
            yield node.value


def _values(function: _Function, call: ast.Call) -> set[str] | None:
    """Return the names of the values that a sentence is given, or None where any may be."""
    names: set[str] = set()
    for keyword in call.keywords:
        if keyword.arg is not None:
            names.add(keyword.arg)
            continue
        given = (
            list(_assigned(function, keyword.value.id))
            if isinstance(keyword.value, ast.Name)
            else []
        )
        if len(given) != 1 or not isinstance(given[0], ast.Dict):
            return None
        names |= {str(key.value) for key in given[0].keys if isinstance(key, ast.Constant)}
    return names
