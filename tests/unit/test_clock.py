"""Days are counted as Paris counts them, for whoever asks."""

from __future__ import annotations

from datetime import datetime, timezone

import pytest

from bot.ground.clock import same_day


@pytest.mark.parametrize(
    ("one", "other", "same"),
    [
        # 23:30 and 00:30 in Paris, an hour apart; then the same day in winter and in summer.
        ("2026-11-28T22:30", "2026-11-28T23:30", False),
        ("2026-11-28T23:30", "2026-11-29T22:30", True),
        ("2026-06-30T22:30", "2026-07-01T21:30", True),
        # Fourteen hours, and the night between them.
        ("2026-11-28T19:00", "2026-11-29T09:00", False),
    ],
)
def test_a_day_ends_at_midnight_in_paris(one: str, other: str, *, same: bool) -> None:
    moments = [datetime.fromisoformat(text).replace(tzinfo=timezone.utc) for text in (one, other)]
    assert same_day(*moments) is same
