"""Why a mail was given up, by what the server answered, and how long that is held against it."""

from __future__ import annotations

from datetime import timedelta

import pytest

from bot.desk.mail_fates import fate_of, reason_of, refused_lately
from bot.desk.outbox import TOO_LATE, UNWRITABLE, Mail, OutboxMail, enqueue
from bot.ground.db import Database, now

ADDRESS = "sam.roux@chu-exemple.example"


@pytest.mark.parametrize(
    ("error", "reason"),
    [
        ("550 5.1.1 User unknown", "no_box"),
        ("550 No such user", "no_box"),
        ("552 5.2.2 Mailbox full", "full"),
        ("552 Exceeded storage", "full"),
        ("550 5.7.1 Blocked by policy", "filtered"),
        ("554 Transaction failed", "filtered"),
        ("553 5.1.3 Bad address syntax", "unwritable"),
        (f"ValueError: {UNWRITABLE}", "unwritable"),
        ("SMTPNotSupported: SMTPUTF8 is not supported", "unwritable"),
        (f"ValueError: {TOO_LATE}", "late"),
        ("TimeoutError: ", "other"),
        ("", "other"),
    ],
)
def test_a_server_s_answer_tells_why(error: str, reason: str) -> None:
    assert reason_of(error) == reason


async def _put(database: Database, key: str, **values: object) -> None:
    mail = Mail(portal="resah", kind="reset", recipient=ADDRESS, subject="s", text="t")
    async with database.write() as session:
        await enqueue(session, mail, sender="no-reply@resah.example", key=key)
    async with database.write() as session:
        row = await session.get(OutboxMail, int(key))
        assert row is not None
        for name, value in values.items():
            setattr(row, name, value)


async def test_only_a_late_refusal_of_the_address_stands(database: Database) -> None:
    async def refused() -> bool:
        async with database.read() as session:
            return await refused_lately(session, "resah", ADDRESS) is not None

    assert not await refused()
    await _put(database, "1", state="failed", error=f"ValueError: {TOO_LATE}")
    assert not await refused()
    old = now() - timedelta(days=2)
    await _put(database, "2", state="failed", error="550 5.1.1 No such user", created_at=old)
    assert not await refused()
    await _put(database, "3", state="failed", error="550 5.1.1 No such user")
    assert await refused()
    await _put(database, "4", state="waiting")
    assert await refused()
    await _put(database, "5", state="sent", sent_at=now())
    assert not await refused()


async def test_what_waits_tells_when_it_is_tried_next(database: Database) -> None:
    await _put(database, "1", next_attempt_at=now() + timedelta(minutes=20))
    async with database.read() as session:
        row = await session.get(OutboxMail, 1)
        assert row is not None
        fate = fate_of(row)
    assert (fate.fate, fate.tried_soon) == ("waiting", False)
