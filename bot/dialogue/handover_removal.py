"""Lines of a request that is shown, taken out by words: what was not done, a number, a remark."""

from __future__ import annotations

import json

from bot.content.live import current_content
from bot.dialogue.agreement import tokens
from bot.dialogue.flow import Button, Directive, Go, Step, Talk, Wait
from bot.dialogue.heard import Heard, Part
from bot.dialogue.precision import note_precision
from bot.dialogue.request import tried

_OPTIONS = ("untried", "removes")
"""Options of the shown request with which something is taken out."""

_KEPT_UNDER = {
    "contract": ("contract",),
    "customer_number": ("customer_number",),
    "detail": ("detail", "in_passing"),
    "document": ("document",),
    "phone": ("phone",),
    "tried": ("tried", "tried_by"),
}
"""What of the memory makes up each line that can be taken out."""

_LINE = "line:"
"""How the payload of a button begins that names a line."""


def removes(heard: Heard) -> bool:
    """Tell whether a message, or a clause of it, wants something taken out."""
    return heard.option in _OPTIONS or any(part.takes(*_OPTIONS) for part in heard.pieces)


def takes_out(talk: Talk) -> Directive | None:
    """Take out what a message says is not so or not to be told; None where it does not.

    What it says besides is told instead: "je n'ai rien cherché, mettez que le bouton manque".
    """
    heard = talk.heard
    if heard.pressed or not removes(heard):
        return None
    about = [part for part in heard.pieces if part.takes(*_OPTIONS)]
    untried = heard.option == "untried" or any(part.takes("untried") for part in about)
    line = "tried" if untried and tried(talk) else _named_line(talk, about)
    if line is None:
        return Go("ask_removed") if _lines(talk) else None
    _forget(talk, line)
    if heard.parts:
        note_precision(talk, without=about)
    talk.say("handover.taken_out")
    return Go("preview")


def _lines(talk: Talk) -> list[str]:
    """Return the lines that are shown and can be taken out."""
    shown = {line for line, names in _KEPT_UNDER.items() if any(map(talk.memory.get, names))}
    if not tried(talk):
        shown.discard("tried")
    return sorted(shown)


def _named_line(talk: Talk, about: list[Part]) -> str | None:
    """Return the one line that a message names by what it is called or by what stands in it."""
    lines = _lines(talk)
    if len(lines) == 1:
        return lines[0]
    said = set(tokens(" ".join(part.text for part in about) or talk.heard.text))
    called = current_content().wording.requests
    named = [
        line
        for line in lines
        if any(said >= set(phrase) for phrase in called[f"line_{line}"])
        or said & {word for word in tokens(_shown(talk, line)) if len(word) >= _TELLING}
    ]
    return named[0] if len(named) == 1 else None


_TELLING = 5
"""Letters from which a word of a line tells it apart."""


def _shown(talk: Talk, line: str) -> str:
    return " ".join(str(talk.memory.get(name, "")) for name in _KEPT_UNDER[line])


def _forget(talk: Talk, line: str) -> None:
    for name in _KEPT_UNDER[line]:
        talk.memory.pop(name, None)


async def _ask_removed(talk: Talk) -> Directive:
    """Ask which line is to go."""
    buttons = [
        Button(talk.portal.say(f"handover.lines.{line}"), _payload(line)) for line in _lines(talk)
    ]
    talk.say("handover.ask_removed", *buttons, talk.button("keep_lines", "/deny"))
    return Wait()


def _payload(line: str) -> str:
    return "/inform_reference" + json.dumps({"choice": _LINE + line})


async def _take_removed(talk: Talk) -> Directive:
    chosen = talk.heard.entities.get("choice", "").removeprefix(_LINE)
    line = chosen if chosen in _KEPT_UNDER else _named_line(talk, [])
    if line is not None and not (talk.heard.pressed and not chosen):
        _forget(talk, line)
        talk.say("handover.taken_out")
    return Go("preview")


REMOVAL_STEPS: dict[str, Step] = {"ask_removed": Step(_ask_removed, _take_removed)}
"""The step at which it is asked which line of a request is to go."""
