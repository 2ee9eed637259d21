"""The outbox against a real SMTP server: once each, again after a failure, and nothing lost."""

from __future__ import annotations

import asyncio
import os
from collections.abc import AsyncIterator, Iterator
from datetime import timedelta
from email import message_from_bytes, policy
from email.utils import parsedate_to_datetime
from pathlib import Path

import pytest
from aiosmtpd.smtp import SMTP, Envelope, Session
from sqlalchemy import select, update

from bot.desk.outbox import Mail, OutboxMail, enqueue
from bot.desk.sender import LEASE, OutboxSender
from bot.ground.db import Database, now
from bot.ground.settings import current_settings
from tests.conftest import use_settings
from tests.support.mail import Mailbox, text_of
from tests.support.service import free_port

TEXT = "Bonjour,\n\nVoilà l’été : cliquez sur <https://portail.example/?token=abc&x=1> « ici ».\n"


class Box(Mailbox):
    """A mailbox that can also refuse recipients, and answer slowly."""

    def __init__(self) -> None:
        super().__init__()
        self.refuse_with = ""
        self.refuse_sender_with = ""
        self.refuse_data_with = ""
        self.delay = 0.0
        self.held = False
        self.attempts: list[str] = []

    async def handle_MAIL(
        self, server: SMTP, session: Session, envelope: Envelope, address: str, options: list[str]
    ) -> str:
        if self.refuse_sender_with:
            return self.refuse_sender_with
        envelope.mail_from = address
        return "250 OK"

    async def handle_RCPT(
        self, server: SMTP, session: Session, envelope: Envelope, address: str, options: list[str]
    ) -> str:
        if self.refuse_with:
            return self.refuse_with
        envelope.rcpt_tos.append(address)
        return "250 OK"

    async def handle_DATA(self, server: SMTP, session: Session, envelope: Envelope) -> str:
        parsed = message_from_bytes(envelope.content, policy=policy.default)  # type: ignore[arg-type]
        self.attempts.append(str(parsed["Message-ID"]))
        await asyncio.sleep(self.delay)
        while self.held:  # noqa: ASYNC110
            await asyncio.sleep(0.01)
        if self.refuse_data_with:
            return self.refuse_data_with
        return await super().handle_DATA(server, session, envelope)


@pytest.fixture
def box() -> Iterator[Box]:
    """A mailbox of this test's own."""
    box = Box()
    box.start()
    yield box
    box.stop()


@pytest.fixture
async def sender(
    database: Database, box: Box, monkeypatch: pytest.MonkeyPatch
) -> AsyncIterator[OutboxSender]:
    """A sender to the mailbox."""
    monkeypatch.setenv("GUICHET_SMTP_URL", box.url)
    current_settings.cache_clear()
    yield OutboxSender(database, current_settings())


async def put(
    database: Database, key: str = "k", *, kind: str = "reset", to: str = "a@b.example",
    portal: str = "resah", subject: str = "Espace Acheteur : réinitialisation",
) -> None:  # fmt: skip
    async with database.write() as session:
        mail = Mail(portal, kind, to, subject, TEXT)
        await enqueue(session, mail, sender="no-reply@resah.fr", key=key)


async def rows(database: Database) -> list[OutboxMail]:
    async with database.read() as session:
        return list(await session.scalars(select(OutboxMail).order_by(OutboxMail.id)))


async def make_due(database: Database) -> None:
    async with database.write() as session:
        moment = now() - timedelta(seconds=1)
        await session.execute(update(OutboxMail).values(next_attempt_at=moment))


async def test_a_mail_is_sent_once(database: Database, box: Box, sender: OutboxSender) -> None:
    await put(database)
    await put(database)
    assert await sender.send_due() == 1
    assert await sender.send_due() == 0
    (message,) = box.to("a@b.example")
    assert message["From"] == "no-reply@resah.fr"
    assert message["Subject"] == "Espace Acheteur : réinitialisation"
    assert text_of(message).replace("\r\n", "\n") == TEXT
    (row,) = await rows(database)
    assert (row.state, row.attempts, row.error) == ("sent", 1, "")
    assert row.sent_at is not None
    assert message["Message-ID"] == row.message_id


async def test_all_that_is_due_goes_out(database: Database, box: Box, sender: OutboxSender) -> None:
    for number in range(25):
        await put(database, f"k{number}", to=f"a{number}@b.example")
    assert await sender.send_due() == 25
    assert len(box.messages) == 25
    assert [str(m["To"]) for m in box.messages] == [f"a{n}@b.example" for n in range(25)]


async def test_a_retry_bears_the_same_message_id(
    database: Database, box: Box, sender: OutboxSender
) -> None:
    await put(database)
    box.refusing = True
    await sender.send_due()
    (row,) = await rows(database)
    assert row.state == "waiting" and "451" in row.error and row.text == TEXT
    assert await sender.send_due() == 0
    box.refusing = False
    await make_due(database)
    await sender.send_due()
    assert len(box.messages) == 1
    assert len(box.attempts) == 2 and len(set(box.attempts)) == 1
    (row,) = await rows(database)
    assert (row.state, row.error) == ("sent", "")


async def test_the_body_of_a_sent_reset_mail_is_forgotten_and_others_are_kept(
    database: Database, sender: OutboxSender
) -> None:
    await put(database, "reset")
    await put(database, "ticket", kind="ticket")
    await sender.send_due()
    reset, ticket = await rows(database)
    assert (reset.state, reset.text) == ("sent", None)
    assert (ticket.state, ticket.text) == ("sent", TEXT)


async def test_a_recipient_refused_for_good_is_not_tried_again(
    database: Database, box: Box, sender: OutboxSender
) -> None:
    await put(database)
    await put(database, "other", kind="ticket")
    box.refuse_with = "550 5.1.1 Boîte inconnue".encode("ascii", "replace").decode()
    assert await sender.send_due() == 2
    await make_due(database)
    assert await sender.send_due() == 0
    reset, ticket = await rows(database)
    assert reset.state == ticket.state == "failed"
    assert "550" in reset.error and "inconnue" in reset.error
    # Staff read it: what the server said, not how the library spells it.
    assert "SMTP" not in reset.error and "(" not in reset.error
    # What is given up will never be sent: its token goes, a ticket's text stays.
    assert (reset.text, ticket.text) == (None, TEXT)


async def test_a_greylisted_recipient_is_tried_again(
    database: Database, box: Box, sender: OutboxSender
) -> None:
    await put(database)
    box.refuse_with = "450 4.2.0 Greylisted, see you in a minute"
    await sender.send_due()
    (row,) = await rows(database)
    assert row.state == "waiting" and "450" in row.error
    box.refuse_with = ""
    await make_due(database)
    await sender.send_due()
    assert len(box.messages) == 1


async def test_a_server_that_is_down_is_tried_less_and_less_often(
    database: Database, monkeypatch: pytest.MonkeyPatch
) -> None:
    settings = use_settings(monkeypatch, GUICHET_SMTP_URL=f"smtp://127.0.0.1:{free_port()}")
    sender = OutboxSender(database, settings)
    await put(database)
    delays = []
    for attempt in range(1, 13):
        started = now()
        assert await sender.send_due() == 1
        (row,) = await rows(database)
        assert row.attempts == attempt and row.error
        delays.append((row.next_attempt_at - started).total_seconds())
        assert row.state == ("waiting" if attempt < 12 else "failed")
        await make_due(database)
    assert delays[0] == pytest.approx(15, abs=5)
    assert delays[3] == pytest.approx(120, abs=5)
    assert delays[-1] == pytest.approx(3600, abs=5)
    assert delays == sorted(delays) or max(delays) - delays[-1] < 5
    assert await sender.send_due() == 0


async def test_one_bad_mail_does_not_hold_up_the_others(
    database: Database, box: Box, sender: OutboxSender
) -> None:
    await put(database, "bad", subject="Deux\nlignes")
    await put(database, "good", to="good@b.example")
    assert await sender.send_due() == 2
    bad, good = await rows(database)
    assert bad.state == "failed" and "ValueError" in bad.error
    assert good.state == "sent"
    assert len(box.to("good@b.example")) == 1


async def test_two_senders_at_once_do_not_send_twice(
    database: Database, box: Box, sender: OutboxSender
) -> None:
    box.delay = 0.05
    for number in range(6):
        await put(database, f"k{number}", to=f"a{number}@b.example")
    other = Database(database.engine.url.render_as_string(hide_password=False))
    second = OutboxSender(other, current_settings())
    tried = await asyncio.gather(sender.send_due(), second.send_due())
    assert sum(tried) == 6 and min(tried) > 0
    assert len(box.attempts) == len(set(box.attempts)) == 6
    assert {row.attempts for row in await rows(database)} == {1}
    await other.dispose()


async def test_a_mail_taken_by_a_sender_that_died_is_sent_when_its_lease_ends(
    database: Database, box: Box, sender: OutboxSender
) -> None:
    await put(database)
    taken = await sender._lease(["resah"])
    assert taken is not None
    assert taken.next_attempt_at - now() > LEASE - timedelta(seconds=5)
    assert await sender.send_due() == 0
    await make_due(database)
    assert await sender.send_due() == 1
    assert len(box.messages) == 1


async def test_each_portal_may_have_a_server_of_its_own(
    database: Database, box: Box, monkeypatch: pytest.MonkeyPatch
) -> None:
    other = Mailbox().start()
    settings = use_settings(
        monkeypatch, GUICHET_SMTP_URL=box.url, GUICHET_SMTP_URL_WOUNDWO=other.url
    )
    await put(database, "r", to="r@b.example")
    await put(database, "w", to="w@b.example", portal="woundwo")
    await OutboxSender(database, settings).send_due()
    other.stop()
    assert [str(message["To"]) for message in box.messages] == ["r@b.example"]
    assert [str(message["To"]) for message in other.messages] == ["w@b.example"]


async def test_the_background_loop_sends_when_it_is_woken_and_ends_when_cancelled(
    database: Database, box: Box, sender: OutboxSender, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("bot.desk.sender._POLL_SECONDS", 60)
    task = asyncio.create_task(sender.run())
    await asyncio.sleep(0.1)
    await put(database)
    sender.wake()
    await asyncio.to_thread(box.wait_for, "a@b.example")
    task.cancel()
    with pytest.raises(asyncio.CancelledError):
        await task


async def test_without_a_server_mails_become_files(database: Database, tmp_path: Path) -> None:
    await put(database)
    assert await OutboxSender(database, current_settings()).send_due() == 1
    (row,) = await rows(database)
    assert row.state == "sent"
    folder = tmp_path / "mail"
    assert [path.name for path in folder.iterdir()] == [f"{row.id:08d}.eml"]
    message = message_from_bytes((folder / f"{row.id:08d}.eml").read_bytes(), policy=policy.default)
    assert message["From"] == "no-reply@resah.fr"
    assert message["To"] == "a@b.example"
    assert message["Subject"] == "Espace Acheteur : réinitialisation"
    assert message["Message-ID"] == row.message_id
    assert str(message["Message-ID"]).endswith("@resah.fr>")
    assert message["Auto-Submitted"] == "auto-generated"
    assert message["Content-Language"] == "fr"
    assert message["X-Guichet-Portal"] == "resah"
    assert abs(parsedate_to_datetime(message["Date"]) - row.created_at) < timedelta(seconds=1)
    assert message.get_content_type() == "multipart/alternative"
    plain, html = message.iter_parts()  # type: ignore[attr-defined]
    assert plain.get_content_charset() == html.get_content_charset() == "utf-8"
    assert plain.get_content() == TEXT
    assert html.get_content_type() == "text/html"
    body = html.get_content()
    assert '<html lang="fr">' in body and "Voilà l’été" in body
    assert 'href="https://portail.example/?token=abc&amp;x=1"' in body


async def test_kept_mails_are_their_owners_alone(database: Database, tmp_path: Path) -> None:
    before = os.umask(0o022)
    try:
        await put(database)
        assert await OutboxSender(database, current_settings()).send_due() == 1
    finally:
        os.umask(before)
    for path in (tmp_path / "mail", *(tmp_path / "mail").iterdir()):
        assert path.stat().st_mode & 0o077 == 0, path


async def test_a_mail_that_came_too_late_is_not_sent(
    database: Database, mailbox: Mailbox, monkeypatch: pytest.MonkeyPatch
) -> None:
    settings = use_settings(monkeypatch, GUICHET_SMTP_URL=mailbox.url)
    late = Mail(
        portal="resah", kind="reset", recipient="late@chu-exemple.example", subject="s", text="t",
        expires_at=now() - timedelta(seconds=1),
    )  # fmt: skip
    async with database.write() as session:
        await enqueue(session, late, sender="no-reply@resah.fr", key="late")
    await OutboxSender(database, settings).send_due()
    assert not mailbox.to("late@chu-exemple.example")
    async with database.read() as session:
        row = await session.scalar(select(OutboxMail).where(OutboxMail.key == "late"))
    assert row is not None and row.state == "failed" and row.text is None


@pytest.mark.parametrize(
    ("where", "answer", "state"),
    [
        ("refuse_sender_with", "550 5.7.1 Sender rejected", "failed"),
        ("refuse_sender_with", "530 5.7.0 Authentication required", "waiting"),
        ("refuse_sender_with", "451 4.3.0 Try later", "waiting"),
        ("refuse_data_with", "554 5.7.1 Looks like spam", "failed"),
        ("refuse_data_with", "452 4.3.1 No room", "waiting"),
    ],
)
async def test_what_is_refused_for_good_is_given_up_wherever_it_is_refused(
    database: Database, box: Box, sender: OutboxSender, where: str, answer: str, state: str
) -> None:
    setattr(box, where, answer)
    await put(database)
    await sender.send_due()
    (row,) = await rows(database)
    assert (row.state, row.error) == (state, answer)


async def test_no_log_line_holds_a_recipient(
    database: Database, box: Box, sender: OutboxSender, caplog: pytest.LogCaptureFixture
) -> None:
    box.refuse_with = "550 5.1.1 <camille.martin@b.example>: user camille.martin unknown"
    await put(database, to="camille.martin@b.example")
    await sender.send_due()
    (row,) = await rows(database)
    assert "camille.martin" in row.error
    assert "550 5.1.1" in caplog.text and "unknown" in caplog.text
    assert "camille" not in caplog.text and "martin" not in caplog.text


async def test_a_server_that_hangs_holds_up_nobody_else(
    database: Database, box: Box, monkeypatch: pytest.MonkeyPatch
) -> None:
    reached, quiet = asyncio.Event(), asyncio.Event()

    async def hang(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        reached.set()
        await quiet.wait()
        writer.close()

    server = await asyncio.start_server(hang, "127.0.0.1", 0)
    port = server.sockets[0].getsockname()[1]
    settings = use_settings(
        monkeypatch,
        GUICHET_SMTP_URL=f"smtp://127.0.0.1:{port}",
        GUICHET_SMTP_URL_WOUNDWO=box.url,
    )
    sender = OutboxSender(database, settings)
    for number in range(4):
        await put(database, f"r{number}")
    task = asyncio.create_task(sender.run())
    await asyncio.wait_for(reached.wait(), 20)
    await put(database, "w", to="w@b.example", portal="woundwo")
    started = now()
    sender.wake()
    await asyncio.to_thread(box.wait_for, "w@b.example")
    # Before the server that hangs is given up.
    assert now() - started < timedelta(seconds=20)
    task.cancel()
    with pytest.raises(asyncio.CancelledError):
        await task
    quiet.set()
    server.close()
    assert [row.attempts for row in await rows(database)] == [1, 0, 0, 0, 1]


async def test_new_mails_go_before_old_ones(
    database: Database, box: Box, sender: OutboxSender
) -> None:
    await put(database, "old", to="old@b.example")
    box.refuse_with = "450 4.2.0 Later"
    await sender.send_due()
    box.refuse_with = ""
    await put(database, "new", to="new@b.example")
    await make_due(database)
    await sender.send_due()
    assert [str(message["To"]) for message in box.messages] == ["new@b.example", "old@b.example"]


async def test_a_domain_beyond_ascii_leaves_in_punycode(
    database: Database, box: Box, sender: OutboxSender
) -> None:
    mail = Mail(
        "resah", "ticket", "contact@hôpital.example", "s", "t", reply_to="jo@hôpital.example",
        thread=("<1@resah.fr>", "<2@resah.fr>"),
    )  # fmt: skip
    async with database.write() as session:
        await enqueue(session, mail, sender="no-reply@hôpital.example", key="k")
    await sender.send_due()
    (message,) = box.messages
    assert message["To"] == "contact@xn--hpital-ixa.example"
    assert message["Reply-To"] == "jo@xn--hpital-ixa.example"
    assert str(message["Message-ID"]).endswith("@xn--hpital-ixa.example>")
    assert message["In-Reply-To"] == "<2@resah.fr>"
    assert message["References"] == "<1@resah.fr> <2@resah.fr>"
    # Help desks refuse what calls itself automatic; a person wrote this.
    assert message["Auto-Submitted"] is None


async def test_an_address_that_no_server_takes_is_given_up_at_once(
    database: Database, sender: OutboxSender
) -> None:
    await put(database, to="josé@b.example")
    await sender.send_due()
    (row,) = await rows(database)
    assert row.state == "failed" and "no mail server" in row.error


async def test_what_is_sent_on_while_it_is_delivered_stays_waiting(
    database: Database, box: Box, sender: OutboxSender
) -> None:
    await put(database, kind="ticket")
    box.held = True
    sending = asyncio.create_task(sender.send_due())
    while not box.attempts:  # noqa: ASYNC110
        await asyncio.sleep(0.01)
    async with database.write() as session:
        await session.execute(
            update(OutboxMail).values(
                recipient="other@b.example", next_attempt_at=now() - timedelta(seconds=1)
            )
        )
    box.held = False
    await sending
    await sender.send_due()
    assert len(box.to("other@b.example")) == 1
    (row,) = await rows(database)
    assert row.state == "sent"
