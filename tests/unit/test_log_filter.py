"""No secret, no address and nothing typed reaches the log, and no line comes a thousand times."""

from __future__ import annotations

import io
import logging
import random
import time
from collections.abc import Iterator
from functools import partial

import pytest

from bot.ground.log_filter import TYPED, CleanFormatter, RepeatFilter, clean
from tests.support.timing import cpu_seconds

Log = tuple[logging.Logger, io.StringIO]


@pytest.fixture
def log() -> Iterator[Log]:
    """A logger that writes as the service does, and what it wrote."""
    written = io.StringIO()
    handler = logging.StreamHandler(written)
    handler.setFormatter(CleanFormatter("%(levelname)s %(name)s: %(message)s"))
    handler.addFilter(RepeatFilter())
    logger = logging.getLogger("essai")
    logger.addHandler(handler)
    logger.propagate = False
    yield logger, written
    logger.removeHandler(handler)


@pytest.mark.parametrize(
    ("line", "kept"),
    [
        ("GET /demo/resah/reset?token=abc-DEF_1 failed", "GET /demo/resah/reset?token=… failed"),
        ("GET /tickets/eyJ.abc.def?x=1 failed", "GET /tickets/…?x=1 failed"),
        ("POST /console/invitation/Ab-9_z failed", "POST /console/invitation/… failed"),
        ("Authorization: Bearer tok-123", "Authorization: …"),
        ("('Cookie', 'guichet_staff=abc')", "('Cookie', …"),
        ("bearer tok-123 was tried", "bearer … was tried"),
        ("refused 'u0@fault.example' (550)", "refused '…' (550)"),
        ("email=a%40b.example&portal=resah", "email=…&portal=resah"),
        ("for a%40b.example now", "for … now"),
        ("from 198.51.100.7, then 2001:db8:1:2::7", "from 198.51.100.x, then 2001:db8:1::/48"),
        ("postgresql://u:geheim@base.example:5432/g", "postgresql://…@base.example:5432/g"),
        ("http://127.0.0.1:8080/ at 09:33:17,123", "http://127.0.0.1:8080/ at 09:33:17,123"),
        ("Turn of conversation a1b2 took too long", "Turn of conversation a1b2 took too long"),
        ("aiohttp 3.14.5 and ::1", "aiohttp 3.14.5 and ::1"),
    ],
)
def test_what_is_left_out(line: str, kept: str) -> None:
    assert clean(line) == kept


def test_what_was_typed_is_left_out_of_a_traceback(log: Log) -> None:
    logger, written = log
    typed = "ma mère s’appelle Zoé\nDurand"
    token = TYPED.set(typed)
    try:
        raise ValueError(f"cannot read {typed!r} or {typed}")
    except ValueError:
        logger.exception("Turn failed")
    finally:
        TYPED.reset(token)
    assert "Traceback" in written.getvalue()
    assert "Zoé" not in written.getvalue()


def test_a_line_that_repeats_is_counted(log: Log, monkeypatch: pytest.MonkeyPatch) -> None:
    logger, written = log
    clock = [0.0]
    monkeypatch.setattr(time, "monotonic", lambda: clock[0])

    def line(number: int) -> None:
        logger.warning("Mail %s not sent", number)

    for number in range(500):
        line(number)
    logger.warning("Another thing")
    lines = written.getvalue().splitlines()
    assert len(lines) == 31
    assert lines[-2].endswith("left out for a minute)")
    clock[0] = 61.0
    line(500)
    assert (
        written.getvalue().splitlines()[-1].endswith("(470 more lines like this one were left out)")
    )


def test_failing_turns_do_not_fill_the_disk(log: Log) -> None:
    logger, written = log
    for _ in range(300):
        try:
            raise OSError("x" * 8000)
        except OSError:
            logger.exception("Turn failed")
    assert len(written.getvalue()) < 100_000


def test_any_line_is_cleaned_in_a_short_time() -> None:
    draw = random.Random(7)
    for alphabet in ("@a", "a.", ":", "1.", "=&a", "/tickets/", "a%40", "a@b. \n"):
        text = "".join(draw.choice(alphabet) for _ in range(20_000))
        assert cpu_seconds(partial(clean, text), limit=1) < 1, alphabet
