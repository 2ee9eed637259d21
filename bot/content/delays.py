"""Within what time an answer is promised: read once from the portal's own sentence.

`48 heures`, `3 jours` and `2 jours ouvrés` are promises; working days are Monday to Friday in
Paris, public holidays among them.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime, timedelta, timezone

from bot.ground.clock import PARIS

_HOURS = {"h": 1, "heure": 1, "heures": 1, "jour": 24, "jours": 24, "semaine": 168, "semaines": 168}
_WORKING = frozenset({"ouvré", "ouvrés", "ouvrable", "ouvrables"})
_MOST = 1000
_SATURDAY = 5


@dataclass(frozen=True)
class Delay:
    """A promised delay: hours by the clock, or working days."""

    hours: int = 0
    working_days: int = 0

    @property
    def longest(self) -> timedelta:
        """How long the delay may last by the clock, with the weekends in it."""
        # Five working days span seven, and one may begin on a Friday.
        return timedelta(hours=self.hours, days=self.working_days * 7 / 5 + 3)

    def due(self, start: datetime) -> datetime:
        """Return until when an answer to what came at `start` is in time."""
        if not self.working_days:
            return start + timedelta(hours=self.hours)
        local, left = start.astimezone(PARIS), self.working_days
        while left:
            # By the clock on the wall, so that a change to summer time moves nothing.
            local += timedelta(days=1)
            left -= local.weekday() < _SATURDAY
        return local.astimezone(timezone.utc)


def read_delay(sentence: str) -> Delay | None:
    """Return the delay that a sentence such as `2 jours ouvrés` promises, or None for others."""
    number, *words = sentence.casefold().split() or [""]
    if not (number.isascii() and number.isdecimal() and 0 < int(number[:6]) <= _MOST):
        return None
    if len(words) == 1 and words[0] in _HOURS:
        return Delay(hours=int(number) * _HOURS[words[0]])
    if len(words) == 2 and words[0] in {"jour", "jours"} and words[1] in _WORKING:
        return Delay(working_days=int(number))
    return None
