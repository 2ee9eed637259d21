"""Questions beside the point: each gets its sentence, and what is open comes again after it.

Nothing is done upon a question: no mail is sent and no request, whatever it asks for.
"""

from __future__ import annotations

from collections.abc import Iterator

from bot.dialogue.flow import Directive, Go, Said, Talk
from bot.dialogue.global_commands import PREVIEWS
from bot.dialogue.heard import Heard
from bot.dialogue.interpretation import WAYS_TO_A_PERSON
from bot.dialogue.openers import opener
from bot.dialogue.tree import PREFIX
from bot.reading.asides.finding import Asked, find_asked

_ASKING = ("ask", "how", "why")
_LIKELY = 0.3
_OVER = ("cancel", "restart", "solved", "correct", "wait", "later")
"""Moves that count for more than a question beside them."""


def aside_in(talk: Talk) -> Asked | None:
    """Return the question beside the point that a message surely asks, or None."""
    heard = talk.heard
    if not _may_ask(heard) or heard.does(*_OVER):
        return None
    asked = find_asked(talk.portal.asides, heard.text, tuple(_places(talk)))
    return asked if asked and asked.sure else None


def tell_aside(talk: Talk) -> bool:
    """Answer the question beside the point that a message asks, where it has an answer.

    Returns:
        Whether it was answered.
    """
    asked = aside_in(talk)
    if asked is None or _leads_to_contact(talk):
        return False
    own = talk.memory.get("last_ticket") or {}
    answer = talk.portal.render(
        asked.aside.answer, region=talk.region, reference=own.get("reference")
    ).strip()
    if not answer:
        return False
    talk.told_aside = True
    talk.said.append(Said(answer, any_number=True))
    return True


def answered_aside(talk: Talk) -> Directive | None:
    """Answer a question beside the point and ask the one that is open again; None without one."""
    here = talk.frame.walk, talk.frame.step
    if here in _FREE or not tell_aside(talk):
        return None
    return Go("ask_again" if here in PREVIEWS else talk.frame.step)


_FREE = frozenset({("handover", "ask_line")})
"""Steps that take whatever is typed."""


def _may_ask(heard: Heard) -> bool:
    if heard.pressed or heard.text.startswith("/"):
        return False
    likely = any(
        move.name in _ASKING and not move.option and move.confidence >= _LIKELY
        for move in heard.moves
    )
    return likely or "?" in heard.text


def _leads_to_contact(talk: Talk) -> bool:
    """Tell whether a contact is wanted for which the place must be asked first."""
    walks = {frame.walk for frame in talk.stack}
    wanted = talk.heard.surely in WAYS_TO_A_PERSON
    return wanted and talk.region is None and not walks & {"region", "handover"}


def _places(talk: Talk) -> Iterator[str]:
    """Yield where the conversation stands, exactly first, by the names that asides.yml knows."""
    memory = talk.memory
    if talk.stack:
        frame = talk.frame
        walk = frame.walk.removeprefix(PREFIX)
        step = "preview" if (frame.walk, frame.step) in PREVIEWS else frame.step
        yield f"{walk}/{step}"
        yield walk
        yield from (below.walk.removeprefix(PREFIX) for below in talk.stack[:-1])
        return
    # At no step.
    yield ""
    if memory.get("last_sent") == "ticket":
        yield "sent"
    if memory.get("outcome") == "handed_over":
        yield "handed_over"
    if topic := memory.get("topic"):
        yield str(topic)


def told_outside(talk: Talk) -> bool:
    """Answer a question beside the point where nothing is open.

    What opens a conversation is a topic, which has its article or its walk; later, after an answer or
    a request that was sent, a question is about that.

    Returns:
        Whether it was answered.
    """
    heard = talk.heard
    if talk.stack or talk.resuming:
        return False
    begun = any(talk.memory.get(name) for name in ("topic", "last_sent", "outcome"))
    if heard.sure and not begun:
        return False
    asked = aside_in(talk)
    leads_elsewhere = heard.sure and opener(talk) is not None
    if asked is None or (leads_elsewhere and not _plainly(heard, asked)):
        return False
    return tell_aside(talk)


_PLAIN = 0.85


def _plainly(heard: Heard, asked: Asked) -> bool:
    """Tell whether a message surely asks, and asks surely that."""
    return heard.does(*_ASKING) and not heard.does("problem") and asked.confidence >= _PLAIN
