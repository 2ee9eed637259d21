"""A ticket's thread: entries that are added once, states that follow them, files."""

from __future__ import annotations

import pytest
from sqlalchemy import func, select

from bot.desk.thread import (
    add_message,
    add_note,
    forget_tickets,
    open_ticket,
    read_thread,
)
from bot.desk.ticket_files import MOST_FILE_BYTES, FileRefused, NewFile, file_name, file_of
from bot.desk.ticket_tables import STATE_NAMES, Ticket, TicketEntry, TicketFile
from bot.desk.tickets import free_reference
from bot.ground.db import Database

CAMILLE = "camille@chu-exemple.example"


async def opened(database: Database, **values: object) -> int:
    async with database.write() as session:
        ticket = Ticket(
            **{
                "reference": await free_reference(session), "portal": "resah", "region": "",
                "topic": "", "contact": CAMILLE, **values,
            }
        )  # fmt: skip
        entry = await open_ticket(
            session, ticket, "Je ne trouve pas le marché.", channel="mail",
            mail_id=f"<{ticket.reference}@chu-exemple.example>",
        )  # fmt: skip
        assert entry is not None and ticket.state == "new"
        return ticket.id


@pytest.mark.parametrize("state", STATE_NAMES)
async def test_a_message_reopens_what_was_settled(database: Database, state: str) -> None:
    number = await opened(database)
    async with database.write() as session:
        ticket = await session.get_one(Ticket, number)
        ticket.set_state(state)
        before = ticket.reopened_at
        await add_message(session, ticket, "Toujours rien.", channel="page", sender=CAMILLE)
        assert ticket.state == ("new" if state == "new" else "open")
        reopened = ticket.reopened_at is not None and ticket.reopened_at != before
        assert reopened == (state in ("waiting", "answered", "closed"))
        # The first answer stays the first.
        assert (ticket.answered_at is not None) == (state == "answered")


async def test_a_note_leaves_the_state_and_stays_among_staff(database: Database) -> None:
    number = await opened(database)
    async with database.write() as session:
        ticket = await session.get_one(Ticket, number)
        ticket.set_state("answered")
        note = await add_note(session, ticket, "Vu avec **Luc**.", author_id=7, key="once")
        assert note is not None
        assert await add_note(session, ticket, "Vu avec Luc.", author_id=7, key="once") is None
        assert ticket.state == "answered"
    async with database.read() as session:
        first, second = await read_thread(session, number)
    assert (first.kind, first.channel, first.contact) == ("message", "mail", CAMILLE)
    assert (second.kind, second.author_id, second.text) == ("note", 7, "Vu avec **Luc**.")


async def test_a_mail_is_added_once(database: Database) -> None:
    number = await opened(database)
    for expected in (True, False):
        async with database.write() as session:
            ticket = await session.get_one(Ticket, number)
            entry = await add_message(
                session, ticket, "Merci", channel="mail", sender=CAMILLE, mail_id="<1@chu.example>"
            )
            assert (entry is not None) == expected
    async with database.write() as session:
        again = Ticket(reference="G-2222", portal="resah", region="", topic="", contact=CAMILLE)
        opening = await open_ticket(
            session, again, "Merci", channel="mail", mail_id="<1@chu.example>"
        )
        assert opening is None
    async with database.read() as session:
        assert await session.scalar(select(func.count()).select_from(Ticket)) == 1


async def test_files_are_kept_with_their_entry_and_go_with_the_ticket(database: Database) -> None:
    number, other = await opened(database), await opened(database)
    file = NewFile("C:\\docs\\../état\n.pdf", "Application/PDF; name=x", b"%PDF-")
    async with database.write() as session:
        ticket = await session.get_one(Ticket, number)
        await add_message(session, ticket, "", channel="page", sender=CAMILLE, files=[file])
        large = NewFile("gros.bin", "", b"x" * (MOST_FILE_BYTES + 1))
        with pytest.raises(FileRefused, match=r"gros\.bin.*10 Mo"):
            await add_message(session, ticket, "", channel="page", sender=CAMILLE, files=[large])
    async with database.read() as session:
        kept = (await read_thread(session, number))[1].files[0]
        assert (kept.name, kept.content_type, kept.size) == ("état.pdf", "application/pdf", 5)
        assert await file_of(session, number, kept.id) == NewFile(
            "état.pdf", "application/pdf", b"%PDF-"
        )
        # A file is asked for with its ticket.
        assert await file_of(session, other, kept.id) is None
    async with database.write() as session:
        await forget_tickets(session, [number])
    async with database.read() as session:
        assert await session.scalar(select(func.count()).select_from(TicketFile)) == 0
        assert list(await session.scalars(select(TicketEntry.ticket_id))) == [other]


@pytest.mark.parametrize(
    ("given", "kept"),
    [
        ("../../etc/passwd", "passwd"),
        ("", "fichier"),
        ("\u202e\x00", "fichier"),
        ("é" * 300 + ".pdf", "é" * 187 + ".pdf"),
        ("a" * 300, "a" * 200),
    ],
)
def test_the_name_of_a_file_is_a_name_and_no_more(given: str, kept: str) -> None:
    assert file_name(given) == kept
