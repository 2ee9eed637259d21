"""Mails that were lost once, told of wrongly, or told to nobody."""

from __future__ import annotations

import asyncio
from pathlib import Path

import pytest
from sqlalchemy import delete, select, update
from sqlalchemy.exc import IntegrityError
from sqlalchemy.ext.asyncio import AsyncSession

from bot.desk.accounts import AccountRow
from bot.desk.incoming.taking import Intake, Taken
from bot.desk.outbox import OutboxMail
from bot.desk.ticket_tables import Ticket, TicketEntry
from bot.ground.db import Database
from tests.desk.conftest import MARIE, OURS, messages_of, take, ticket_of, written

FOLDER = Path(__file__).parent / "mails"
BRETAGNE = "bretagne@resah.example"


async def mails_to(database: Database, recipient: str) -> list[OutboxMail]:
    """Return the mails to somebody that were caused, in their order."""
    async with database.read() as session:
        rows = await session.scalars(
            select(OutboxMail)
            .where(OutboxMail.recipient == recipient, OutboxMail.message_id != OURS)
            .order_by(OutboxMail.id)
        )
        return list(rows)


async def with_account(database: Database, address: str) -> None:
    """Have an address belong to a region."""
    async with database.write() as session:
        session.add(
            AccountRow(
                portal="resah", email=address, address=address, status="active", region="bretagne"
            )
        )


async def the_ticket(session: AsyncSession) -> Ticket:
    """Return Marie's ticket, kept from others."""
    return (await session.scalars(select(Ticket).with_for_update())).one()


def as_person(name: str) -> bytes:
    """Return a server's report as if a person had sent it on without a change."""
    raw = (FOLDER / f"{name}.eml").read_bytes()
    _, _, rest = raw.partition(b"Auto-Submitted: auto-replied\r\n")
    head = b"From: jean@chu-exemple.example\r\nMessage-ID: <redirected@chu-exemple.example>\r\n"
    return head + rest


async def test_a_report_that_a_person_sends_on_is_their_message(
    intake: Intake, database: Database
) -> None:
    raw = as_person("bounce_postfix")
    assert (await take(intake, raw)).outcome == "refused"
    taken = await take(intake, raw.replace(b"5f0c9a7e", b"00000000"))
    assert (taken.outcome, taken.kind) == ("opened", "message")
    (entry,) = await messages_of(database, taken.reference)
    assert "This is the mail system at host" in entry.text
    assert not await mails_to(database, "jean@chu-exemple.example")


@pytest.mark.parametrize(
    "sign",
    [
        "Auto-Submitted: auto-generated",
        "Return-Path: <>",
        "X-Autoreply: yes",
        "Precedence: auto_reply",
        "List-Unsubscribe: <https://editeur.example/u>",
    ],
)
async def test_what_says_itself_that_a_machine_sent_it_opens_nothing(
    sign: str, intake: Intake
) -> None:
    raw = written(more=f"{sign}\n", subject="Autre chose")
    assert await take(intake, raw) == Taken("ignored", "automatic")


@pytest.mark.parametrize("sign", ["Auto-Submitted: no", "X-Auto-Response-Suppress: OOF"])
async def test_what_a_persons_program_adds_is_no_sign(
    sign: str, intake: Intake, database: Database
) -> None:
    taken = await take(intake, written(more=f"{sign}\n", subject="Autre chose"))
    assert taken.outcome == "opened"
    assert await mails_to(database, MARIE)


async def test_what_only_looks_automatic_leaves_its_ticket_as_it_is(
    intake: Intake, database: Database
) -> None:
    absent = written(subject="Je suis en congé jusqu’à lundi")
    assert await take(intake, absent) == Taken("added", "automatic", "G-7K2M")
    assert (await ticket_of(database)).state == "answered"


async def test_a_mail_that_was_not_kept_is_not_told_as_known(
    intake: Intake, database: Database, monkeypatch: pytest.MonkeyPatch
) -> None:
    async def taken_reference(_session: AsyncSession) -> str:
        return "G-7K2M"

    raw = written(more="", subject="Autre chose")
    with monkeypatch.context() as patch:
        patch.setattr("bot.desk.incoming.taking.free_reference", taken_reference)
        with pytest.raises(IntegrityError):
            await take(intake, raw)
    assert (await take(intake, raw)).outcome == "opened"


async def test_an_answer_of_staff_at_the_same_moment_hides_no_message(
    intake: Intake, database: Database
) -> None:
    async with database.write() as session:
        await session.execute(update(Ticket).values(state="open"))
    async with database.write() as session:
        (await the_ticket(session)).set_state("answered")
        await session.flush()
        taking = asyncio.create_task(take(intake, written()))
        await asyncio.sleep(1)
    assert await taking == Taken("added", "message", "G-7K2M")
    assert (await ticket_of(database)).state == "open"


async def test_a_ticket_that_goes_at_the_same_moment_takes_no_mail_with_it(
    intake: Intake, database: Database
) -> None:
    async with database.write() as session:
        ticket = await the_ticket(session)
        await session.execute(delete(Ticket).where(Ticket.id == ticket.id))
        taking = asyncio.create_task(take(intake, written()))
        await asyncio.sleep(1)
    taken = await taking
    assert taken.outcome == "opened"
    assert await messages_of(database, taken.reference)


async def test_a_reference_of_another_portal_is_not_told(intake: Intake) -> None:
    assert (await take(intake, written())).reference == "G-7K2M"
    assert await take(intake, written(), "woundwo") == Taken("known", "message", "")
    assert await take(intake, written()) == Taken("known", "message", "G-7K2M")


async def test_an_acknowledgement_carries_no_word_of_the_mail(
    intake: Intake, database: Database
) -> None:
    taken = await take(intake, written("Achetez nos actions.", subject="Fortune rapide", more=""))
    (receipt,) = await mails_to(database, MARIE)
    assert receipt.kind == "receipt" and taken.reference in receipt.subject
    for word in ("Fortune", "actions"):
        assert word not in receipt.subject and word not in (receipt.text or "")
    # The staff see it.
    assert (await ticket_of(database, taken.reference)).topic == "Fortune rapide"


async def test_a_region_is_told_by_what_way_a_message_came(
    intake: Intake, database: Database
) -> None:
    await with_account(database, "jean@chu-exemple.example")
    first = written(sender="jean@chu-exemple.example", more="", subject="Compte bloqué")
    opened = await take(intake, first)
    again = written(
        "Alors ?", sender="jean@chu-exemple.example", subject=f"Re: {opened.reference}",
        message_id="<r2@x.example>", more="",
    )  # fmt: skip
    await take(intake, again)
    await take(intake, written(message_id="<r3@x.example>"))
    told = await mails_to(database, BRETAGNE)
    assert ["nouvelle demande" in mail.subject for mail in told] == [True, False, False]
    starts = [(mail.text or "").partition("\xa0:\n")[0] for mail in told]
    assert starts == [
        f"Une nouvelle demande, **{opened.reference}**, est arrivée par mail. La personne a écrit",
        f"La personne a écrit par mail, au sujet de la demande **{opened.reference}**",
        "La personne a écrit par mail, au sujet de la demande **G-7K2M**",
    ]


async def test_a_region_that_asks_for_itself_is_the_person(
    intake: Intake, database: Database
) -> None:
    opened = await take(intake, written(sender=BRETAGNE, more="", subject="Notre compte"))
    async with database.write() as session:
        await session.execute(
            update(Ticket).where(Ticket.reference == opened.reference).values(state="answered")
        )
    again = written(
        "Toujours bloqué.", sender=BRETAGNE, subject="Notre compte", message_id="<b2@x.example>",
        more="References: <r1@chu-exemple.example>\n",
    )  # fmt: skip
    assert await take(intake, again) == Taken("added", "message", opened.reference)
    async with database.read() as session:
        kinds = list(
            await session.scalars(
                select(TicketEntry.kind)
                .join(Ticket, Ticket.id == TicketEntry.ticket_id)
                .where(Ticket.reference == opened.reference)
            )
        )
    assert kinds == ["message", "message"]
    assert (await ticket_of(database, opened.reference)).state == "open"
