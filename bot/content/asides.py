"""What people ask beside the question that was put to them, with the sentence that answers it.

It stands in `asides.yml`, in `faq/common/` and in a portal's folder: a few ways to ask and one
short answer each, so that a new one needs no training. `bot.content.files.asides` reads them.
"""

from __future__ import annotations

from dataclasses import dataclass

NOTHING = "nothing"
"""The name under which stand questions that nobody here has an answer to."""


@dataclass(frozen=True)
class Aside:
    """A question beside the point, and what answers it.

    Attributes:
        name: Its key in the file.
        about: Where a bare "combien de temps ?" means it: an intent, a walk, or a step of one.
        questions: Ways to ask it.
        answer: The sentence, a template; empty where there is none.
    """

    name: str
    about: tuple[str, ...]
    questions: tuple[str, ...]
    answer: str


def merged(common: dict[str, Aside], own: dict[str, Aside]) -> tuple[Aside, ...]:
    """Return a portal's asides: its own in place of common ones of the same name.

    Args:
        common: Those of all portals.
        own: The portal's; its questions without an answer come beside the common ones.
    """
    asides = {**common, **own}
    if NOTHING in common and NOTHING in own:
        questions = common[NOTHING].questions + own[NOTHING].questions
        asides[NOTHING] = Aside(NOTHING, (), questions, "")
    return tuple(asides.values())
