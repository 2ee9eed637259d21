"""Days and hours as the staff read them: in Paris."""

from __future__ import annotations

from datetime import date, datetime, time, timedelta, timezone

from bot.ground.clock import PARIS

_DAYS = ("lun.", "mar.", "mer.", "jeu.", "ven.", "sam.", "dim.")


def shown(moment: datetime | None) -> str:
    """Return a moment with its day and time, as in `lun. 04/03/2024 09:05`."""
    if moment is None:
        return ""
    local = moment.astimezone(PARIS)
    return f"{_DAYS[local.weekday()]} {local:%d/%m/%Y %H:%M}"


def shown_time(moment: datetime) -> str:
    """Return the time of day alone."""
    return f"{moment.astimezone(PARIS):%H:%M:%S}"


def start_of(day: date) -> datetime:
    """Return when a day begins in Paris."""
    return datetime.combine(day, time(), PARIS).astimezone(timezone.utc)


def age(moment: datetime, now: datetime) -> str:
    """Return how long ago something was: `12 min`, `52 h`, `5 j`."""
    passed = max(now - moment, timedelta())
    if passed < timedelta(hours=1):
        return f"{passed.seconds // 60} min"
    if passed < timedelta(days=4):
        return f"{int(passed.total_seconds() // 3600)} h"
    return f"{passed.days} j"
