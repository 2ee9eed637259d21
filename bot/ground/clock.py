"""Days and hours as people read them: in Paris."""

from __future__ import annotations

import math
from datetime import datetime, timedelta
from zoneinfo import ZoneInfo

PARIS = ZoneInfo("Europe/Paris")
"""The zone of the portals' clocks, and of a time that names none."""


def paris_time(moment: datetime) -> str:
    """Return the time of day in Paris, as in `09 h 05`."""
    return f"{moment.astimezone(PARIS):%H h %M}"


def paris_time_from(moment: datetime) -> str:
    """Return the first whole minute in Paris that is not before a moment, as in `09 h 05`."""
    return paris_time(moment + timedelta(minutes=1) - timedelta(microseconds=1))


def in_words(seconds: int) -> str:
    """Return a duration as in `12 secondes` or `3 minutes`, rounded up from two minutes on."""
    if seconds < _IN_MINUTES:
        return f"{seconds} seconde{'s' if seconds > 1 else ''}"
    return f"{math.ceil(seconds / 60)} minutes"


_IN_MINUTES = 120
"""Seconds from which a duration is told in minutes."""


def same_day(one: datetime, other: datetime) -> bool:
    """Tell whether two moments, both aware, fall on one calendar day in Paris."""
    return one.astimezone(PARIS).date() == other.astimezone(PARIS).date()
