"""Mails of a real IMAP server: taken once, marked when they are kept, by one process at a time."""

from __future__ import annotations

import asyncio
import sqlite3
import time
import uuid
from collections.abc import AsyncIterator, Iterator
from contextlib import asynccontextmanager, suppress
from pathlib import Path

import pytest
from sqlalchemy import select
from sqlalchemy.exc import OperationalError

from bot.content.live import current_content
from bot.desk.incoming import fetching, mailbox
from bot.desk.incoming.fetching import Fetcher
from bot.desk.incoming.mailbox import MAILBOX_FAULTS, read_address
from bot.desk.incoming.taking import Intake, Taken
from bot.desk.sender import OutboxSender
from bot.desk.ticket_tables import Ticket
from bot.ground import limits
from bot.ground.db import Database
from bot.ground.settings import current_settings
from tests.conftest import forget_settings, use_settings
from tests.support.command import run_command
from tests.support.dovecot import Dovecot
from tests.support.mail import Mailbox
from tests.support.service import Chat, Service, free_port
from tests.support.strict import lacking

SEEN, FLAGGED = b"\\Seen", b"\\Flagged"


@pytest.fixture(scope="module")
def running_dovecot() -> Iterator[Dovecot]:
    """A real IMAP server."""
    try:
        server = Dovecot().start()
    except FileNotFoundError:
        lacking("Dovecot is not installed (apt-get install dovecot-imapd)")
    yield server
    server.forget()


@pytest.fixture
def dovecot(running_dovecot: Dovecot) -> Dovecot:
    """The server with an empty mailbox."""
    running_dovecot.empty()
    return running_dovecot


@pytest.fixture
def url(dovecot: Dovecot, database: Database, monkeypatch: pytest.MonkeyPatch) -> Iterator[str]:
    """The mailbox, which the settings name for the portal Resah."""
    use_settings(monkeypatch, GUICHET_IMAP_URL_RESAH=dovecot.url)
    yield dovecot.url
    forget_settings()


def written(number: int, to: str = "aide@resah.example") -> bytes:
    return (
        f"From: jean{number}@chu-exemple.example\r\nTo: {to}\r\nSubject: mail {number}\r\n"
        f"Message-ID: <f{number}@chu-exemple.example>\r\n\r\nBonjour\r\n"
    ).encode()


def fetcher_of(database: Database) -> Fetcher:
    settings, content = current_settings(), current_content()
    intake = Intake(database, content, settings)
    return Fetcher(database, content, settings, intake, OutboxSender(database, settings))


@asynccontextmanager
async def running(fetcher: Fetcher) -> AsyncIterator[None]:
    task = asyncio.create_task(fetcher.run())
    try:
        yield
    finally:
        task.cancel()
        with suppress(asyncio.CancelledError):
            await task


async def topics(database: Database) -> list[str]:
    async with database.read() as session:
        return list(await session.scalars(select(Ticket.topic).order_by(Ticket.id)))


async def until(database: Database, *wanted: str, seconds: float = 30) -> None:
    """Wait until the tickets have some topics."""
    for _ in range(int(seconds * 20)):
        if (found := await topics(database)) == list(wanted):
            return
        await asyncio.sleep(0.05)
    raise AssertionError(found)


async def test_unread_mails_are_taken_and_marked(
    url: str, dovecot: Dovecot, database: Database
) -> None:
    for number in (1, 2):
        dovecot.deliver(written(number))
    fetcher = fetcher_of(database)
    assert await fetcher.fetch_now(url) == 2
    assert await topics(database) == ["mail 1", "mail 2"]
    assert dovecot.flags() == [{SEEN}, {SEEN}]
    assert await fetcher.fetch_now(url) == 0


async def test_a_mail_is_marked_only_after_it_is_kept(
    url: str, dovecot: Dovecot, database: Database, monkeypatch: pytest.MonkeyPatch
) -> None:
    dovecot.deliver(written(1))
    fetcher = fetcher_of(database)

    async def fail(*_: object) -> Taken:
        raise OperationalError("", {}, Exception("gone"))

    with monkeypatch.context() as patched:
        patched.setattr(Intake, "take", fail)
        with pytest.raises(OperationalError):
            await fetcher.fetch_now(url)
    assert dovecot.flags() == [set()]


async def test_who_dies_before_the_mark_leaves_one_ticket(
    url: str, dovecot: Dovecot, database: Database, monkeypatch: pytest.MonkeyPatch
) -> None:
    dovecot.deliver(written(1))

    def die(*_: object) -> None:
        raise ConnectionResetError

    with monkeypatch.context() as patched:
        patched.setattr(mailbox.Mailbox, "done", die)
        with pytest.raises(ConnectionResetError):
            await fetcher_of(database).fetch_now(url)
    assert dovecot.flags() == [set()]
    assert await fetcher_of(database).fetch_now(url) == 1
    assert await topics(database) == ["mail 1"]
    assert dovecot.flags() == [{SEEN}]


async def test_one_process_reads_a_mailbox_at_a_time(
    url: str, dovecot: Dovecot, database: Database
) -> None:
    first, second = fetcher_of(database), fetcher_of(database)
    async with running(first):
        dovecot.deliver(written(1))
        await until(database, "mail 1")
        assert await second.fetch_now(url) is None
    assert await second.fetch_now(url) == 0


async def test_a_mail_that_comes_is_taken_at_once(
    url: str, dovecot: Dovecot, database: Database
) -> None:
    async with running(fetcher_of(database)):
        dovecot.deliver(written(1))
        await until(database, "mail 1")
        await asyncio.sleep(0.5)
        dovecot.deliver(written(2))
        # Long before it would look by itself.
        await until(database, "mail 1", "mail 2", seconds=fetching._LISTEN_SECONDS / 2)


async def test_a_server_that_was_gone_is_found_again(
    url: str, dovecot: Dovecot, database: Database, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(fetching, "_FIRST_DELAY", 0.2)
    monkeypatch.setattr(fetching, "_LONGEST_DELAY", 0.5)
    async with running(fetcher_of(database)):
        dovecot.deliver(written(1))
        await until(database, "mail 1")
        await asyncio.to_thread(dovecot.stop)
        await asyncio.sleep(1.5)
        await asyncio.to_thread(dovecot.start)
        await asyncio.to_thread(dovecot.deliver, written(2))
        await until(database, "mail 1", "mail 2")


async def test_a_lane_outlives_whatever_goes_wrong(
    url: str, dovecot: Dovecot, database: Database, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(fetching, "_FIRST_DELAY", 0.2)
    unread, faults = (
        mailbox.Mailbox.unread,
        [ValueError("nonsense"), OperationalError("", {}, Exception())],
    )

    def fail_first(self: mailbox.Mailbox, *more: list[int]) -> list[int]:
        if faults:
            raise faults.pop()
        return unread(self, *more)

    monkeypatch.setattr(mailbox.Mailbox, "unread", fail_first)
    dovecot.deliver(written(1))
    async with running(fetcher_of(database)):
        await until(database, "mail 1")


async def test_taken_mails_are_moved_where_that_is_wanted(
    url: str, dovecot: Dovecot, database: Database, monkeypatch: pytest.MonkeyPatch
) -> None:
    # A folder of this test's own: the server outlives it.
    folder = f"Pris-{uuid.uuid4().hex[:8]}"
    moving = f"{url}&move={folder}"
    use_settings(monkeypatch, GUICHET_IMAP_URL_RESAH=moving)
    dovecot.deliver(written(1))
    assert await fetcher_of(database).fetch_now(moving) == 1
    assert dovecot.flags() == []
    assert dovecot.flags(folder) == [{SEEN}]


async def test_what_cannot_be_taken_is_put_aside(
    url: str, dovecot: Dovecot, database: Database, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(mailbox, "MOST_BYTES", 400)
    take = Intake.take

    async def fail_at(self: Intake, raw: bytes, *more: object) -> Taken:
        if b"mail 2" in raw:
            raise ZeroDivisionError
        return await take(self, raw, *more)  # type: ignore[arg-type]

    monkeypatch.setattr(Intake, "take", fail_at)
    for raw in (written(1) + b"x" * 500, written(2), written(3)):
        dovecot.deliver(raw)
    fetcher = fetcher_of(database)
    assert await fetcher.fetch_now(url) == 3
    assert await topics(database) == ["mail 3"]
    assert dovecot.flags() == [{FLAGGED}, {FLAGGED}, {SEEN}]
    assert await fetcher.fetch_now(url) == 0


async def test_who_writes_too_much_waits_and_holds_nobody_up(
    url: str, dovecot: Dovecot, database: Database, monkeypatch: pytest.MonkeyPatch
) -> None:
    few = limits.Limit("mail_sender", 1, limits.MAILS_PER_SENDER.window, "sender")
    monkeypatch.setattr(limits, "MAILS_PER_SENDER", few)
    again = written(1).replace(b"<f1@", b"<f1b@").replace(b"mail 1", b"encore")
    for raw in (written(1), again, written(2)):
        dovecot.deliver(raw)
    assert await fetcher_of(database).fetch_now(url) == 2
    assert await topics(database) == ["mail 1", "mail 2"]
    assert dovecot.flags() == [{SEEN}, set(), {SEEN}]


async def test_a_shared_mailbox_serves_the_portal_that_was_written_to(
    dovecot: Dovecot, database: Database, monkeypatch: pytest.MonkeyPatch
) -> None:
    use_settings(monkeypatch, GUICHET_IMAP_URL=dovecot.url)
    woundwo = current_content().portals["woundwo"].sender
    name, _, domain = woundwo.partition("@")
    for number, to in ((1, woundwo), (2, f"{name}+g-7k2m@{domain}"), (3, "aide@autre.example")):
        dovecot.deliver(written(number, to))
    assert await fetcher_of(database).fetch_now(dovecot.url) == 3
    async with database.read() as session:
        portals = list(await session.scalars(select(Ticket.portal).order_by(Ticket.id)))
    assert portals == ["woundwo", "woundwo", "resah"]


async def test_over_tls_the_certificate_must_be_trusted(
    dovecot: Dovecot, database: Database, monkeypatch: pytest.MonkeyPatch
) -> None:
    dovecot.deliver(written(1))
    starttls = dovecot.url.removesuffix("?starttls=never")
    for url in (dovecot.tls_url, starttls):
        use_settings(monkeypatch, GUICHET_IMAP_URL_RESAH=url)
        with pytest.raises(MAILBOX_FAULTS):
            await fetcher_of(database).fetch_now(url)
    for url, count in ((dovecot.tls_url, 1), (starttls, 0)):
        use_settings(
            monkeypatch, GUICHET_IMAP_URL_RESAH=url, GUICHET_SMTP_CA_FILE=str(dovecot.certificate)
        )
        assert await fetcher_of(database).fetch_now(url) == count
    assert dovecot.flags() == [{SEEN}]


@pytest.mark.parametrize("fault", ["password", "folder", "port", "tls"])
async def test_a_mailbox_that_cannot_be_opened_is_told(
    fault: str, url: str, dovecot: Dovecot, database: Database
) -> None:
    wrong = {
        "password": url.replace(":s%", ":autre%"),
        "folder": url.replace("/INBOX", "/Nulle"),
        "port": url.replace(f":{dovecot.port}", f":{free_port()}"),
        "tls": url.replace("?starttls=never", ""),
    }[fault]
    with pytest.raises(MAILBOX_FAULTS):
        await fetcher_of(database).fetch_now(wrong)
    assert "autre" not in read_address(wrong).shown


def test_an_address_is_read_as_it_was_written() -> None:
    address = read_address("imaps://a%40b.example:p%2Fq@mail.example:993/Bo%C3%AEte/x?move=Pris")
    assert (address.user, address.password) == ("a@b.example", "p/q")
    assert (address.folder, address.move_to, address.tls) == ("Boîte/x", "Pris", True)
    assert address.shown == "imaps://mail.example:993/Boîte/x"
    assert read_address("imap://a:b@mail.example").folder == "INBOX"
    assert read_address("imap://a:b@mail.example").starttls


def test_the_doctor_and_the_command_tell_of_a_mailbox(dovecot: Dovecot, tmp_path: Path) -> None:
    env = {"GUICHET_VAR_DIR": str(tmp_path / "var"), "GUICHET_IMAP_URL_RESAH": dovecot.url}
    dovecot.deliver(written(1))
    told = run_command("doctor", env=env).stdout
    assert f"OK       Boîte de resah : imap://127.0.0.1:{dovecot.port}/INBOX" in told
    assert "1 mail à prendre" in told
    assert dovecot.flags() == [set()]
    for count in ("1 mail pris", "0 mail pris"):
        done = run_command("mails", "fetch", env=env)
        assert done.returncode == 0 and count in done.stdout, done.stderr
    wrong = env | {"GUICHET_IMAP_URL_RESAH": dovecot.url.replace(":s%", ":autre%")}
    line = next(x for x in run_command("doctor", env=wrong).stdout.splitlines() if "Boîte" in x)
    assert line.startswith("En panne") and "autre" not in line
    assert run_command("mails", "fetch", env=wrong).returncode == 1


def test_a_request_by_mail_is_followed_by_mail_and_chat(
    dovecot: Dovecot, mailbox: Mailbox, model: Path, tmp_path: Path
) -> None:
    env = {
        "GUICHET_SMTP_URL": mailbox.url,
        "GUICHET_IMAP_URL": dovecot.tls_url,
        "GUICHET_SMTP_CA_FILE": str(dovecot.certificate),
    }
    jean = "jean70@chu-exemple.example"
    service = Service(tmp_path, env=env).start()
    try:
        dovecot.deliver(written(70))
        (receipt,) = mailbox.wait_for(jean)
        reference = next(word for word in receipt["Subject"].split() if word.startswith("[G-"))[
            1:-1
        ]
        asked = Chat(service, "resah")
        told = asked.say(f"où en est ma demande {reference} ? mon adresse est {jean}")
        assert reference in told and "attend encore sa réponse" in told
        answer = (
            written(70)
            .replace(b"<f70@", b"<f70b@")
            .replace(
                b"\r\n\r\n", f"\r\nIn-Reply-To: {receipt['Message-ID']}\r\n\r\nEt aussi : ".encode()
            )
        )
        dovecot.deliver(answer)
        deadline = time.monotonic() + 60
        while time.monotonic() < deadline and dovecot.flags() != [{SEEN}, {SEEN}]:
            time.sleep(0.1)
        with sqlite3.connect(tmp_path / "var" / "guichet.db") as connection:
            rows = connection.execute(
                "SELECT reference, kind, text FROM tickets JOIN ticket_entries ON ticket_id ="
                " tickets.id ORDER BY ticket_entries.id"
            ).fetchall()
        assert rows == [
            (reference, "message", "Bonjour"), (reference, "message", "Et aussi : Bonjour")
        ]  # fmt: skip
    finally:
        service.stop()
