"""A promised delay: read from the sentence, and when it is over."""

from __future__ import annotations

from datetime import datetime, timedelta, timezone

import pytest

from bot.content.delays import Delay, read_delay
from bot.ground.clock import PARIS


@pytest.mark.parametrize(
    ("sentence", "delay"),
    [
        ("48 heures", Delay(hours=48)), ("48\u00a0heures", Delay(hours=48)),
        ("24 h", Delay(hours=24)), ("3 jours", Delay(hours=72)), ("1 semaine", Delay(hours=168)),
        ("2 jours ouvrés", Delay(working_days=2)), ("1 jour ouvrable", Delay(working_days=1)),
        ("au plus vite", None), ("", None), ("0 heure", None), ("48 heures ouvrées", None),
        ("²", None), ("9999999999999 heures", None),
    ],
)  # fmt: skip
def test_a_delay_is_read_from_its_sentence(sentence: str, delay: Delay | None) -> None:
    assert read_delay(sentence) == delay


@pytest.mark.parametrize(
    ("start", "days", "due"),
    [
        ("2026-11-26 15:00", 2, "2026-11-30 15:00"),  # Thursday to Monday
        ("2026-11-28 09:00", 1, "2026-11-30 09:00"),  # Saturday
        ("2026-03-27 10:00", 1, "2026-03-30 10:00"),  # over the change to summer time
    ],
)
def test_working_days_leave_weekends_out(start: str, days: int, due: str) -> None:
    def moment(text: str) -> datetime:
        return datetime.fromisoformat(text).replace(tzinfo=PARIS)

    assert Delay(working_days=days).due(moment(start)) == moment(due)


@pytest.mark.parametrize(
    "sentence", ["48 heures", "1 jour ouvré", "2 jours ouvrés", "11 jours ouvrés"]
)
def test_no_delay_lasts_longer_than_its_longest(sentence: str) -> None:
    delay = read_delay(sentence)
    assert delay is not None
    for hours in range(0, 24 * 7, 5):
        start = datetime(2026, 3, 2, tzinfo=timezone.utc) + timedelta(hours=hours)
        assert delay.due(start) - start <= delay.longest
