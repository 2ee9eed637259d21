"""Mails that come in: into the right thread, once, and never into another person's."""

from __future__ import annotations

import asyncio
import json
from pathlib import Path
from typing import Any

import pytest
import yaml
from sqlalchemy import select, update

from bot.desk.accounts import AccountRow
from bot.desk.incoming.taking import Intake, Taken
from bot.desk.mail_fates import reason_of
from bot.desk.outbox import OutboxMail
from bot.desk.ticket_mails import mail_of
from bot.desk.ticket_tables import Ticket, TicketEntry, TicketFile
from bot.ground import limits
from bot.ground.db import Database
from bot.ground.errors import LimitReached
from bot.record.erasure import erase
from bot.record.export import export_person
from tests.desk.conftest import MARIE, OURS, messages_of, take, ticket_of, written

FOLDER = Path(__file__).parent / "mails"
SHAPES: dict[str, dict[str, Any]] = yaml.safe_load((FOLDER / "expected.yml").read_text("utf-8"))


@pytest.mark.parametrize("name", SHAPES)
async def test_each_mail_goes_where_it_belongs(
    name: str, intake: Intake, database: Database
) -> None:
    expected = SHAPES[name]
    taken = await take(intake, (FOLDER / f"{name}.eml").read_bytes())
    messages = await messages_of(database, "G-7K2M")
    state = (await ticket_of(database)).state
    if expected["kind"] in {"message", "automatic"} and expected["ticket"]:
        assert taken == Taken("added", expected["kind"], "G-7K2M")
        assert [message.text for message in messages] == [expected["text"]]
        assert messages[0].channel == "mail" and messages[0].contact == MARIE
        assert messages[0].kind == expected["kind"]
        assert state == ("open" if expected["kind"] == "message" else "answered")
    else:
        assert not messages and state == "answered"
    if not expected["ticket"] and (expected["kind"] == "message" or expected.get("silent")):
        assert taken.outcome == "opened"
        opened = await ticket_of(database, taken.reference)
        (entry,) = await messages_of(database, taken.reference)
        assert opened.state == "new" and opened.topic
        assert entry.details.get("named") == ("G-7K2M" if expected.get("marked") else None)
    async with database.read() as session:
        mail = (
            await session.scalars(select(OutboxMail).where(OutboxMail.message_id == OURS))
        ).one()
        receipts = list(
            await session.scalars(select(OutboxMail).where(OutboxMail.kind == "receipt"))
        )
    assert len(receipts) == (taken.outcome == "opened" and not expected.get("silent"))
    if expected["kind"] == "bounce":
        assert (mail.state == "failed") is expected["refused"]
        if reason := expected.get("reason"):
            assert reason_of(mail.error) == reason


async def test_the_thread_keeps_new_text_and_the_whole(intake: Intake, database: Database) -> None:
    await take(intake, (FOLDER / "outlook_desktop.eml").read_bytes())
    (entry,) = await messages_of(database, "G-7K2M")
    assert "Bien cordialement" not in entry.text
    assert "Le mail est parti ce matin." in entry.details["whole"]
    assert entry.details["subject"] == "Re: Votre demande G-7K2M"


async def test_files_are_kept_with_the_message(intake: Intake, database: Database) -> None:
    await take(intake, (FOLDER / "empty_with_attachment.eml").read_bytes())
    async with database.read() as session:
        rows = await session.execute(select(TicketFile.name, TicketFile.content_type))
        assert [tuple(row) for row in rows] == [("Facture été.pdf", "application/pdf")]


async def test_a_ticket_takes_only_so_much(
    intake: Intake, database: Database, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("bot.desk.incoming.taking.MOST_TICKET_BYTES", 10)
    await take(intake, (FOLDER / "empty_with_attachment.eml").read_bytes())
    (entry,) = await messages_of(database, "G-7K2M")
    assert entry.text == "[Non gardé, trop volumineux : Facture été.pdf]"


async def test_the_same_mail_is_taken_once(intake: Intake, database: Database) -> None:
    outcomes = [taken.outcome for taken in [await take(intake, written()) for _ in range(3)]]
    assert outcomes == ["added", "known", "known"]
    new = written(message_id="<n@x.example>", more="", subject="Autre chose")
    many = await asyncio.gather(*(take(intake, new) for _ in range(4)))
    assert sorted(taken.outcome for taken in many) == ["known", "known", "known", "opened"]
    async with database.read() as session:
        assert len(list(await session.scalars(select(Ticket.id)))) == 2


async def test_a_stranger_who_answers_our_mail_does_not_get_in(
    intake: Intake, database: Database
) -> None:
    taken = await take(intake, written(sender="paul@autre.example"))
    assert taken.outcome == "opened" and taken.reference != "G-7K2M"
    assert not await messages_of(database, "G-7K2M")
    (entry,) = await messages_of(database, taken.reference)
    assert entry.details["named"] == "G-7K2M"


async def test_a_ticket_of_another_portal_is_none(intake: Intake, database: Database) -> None:
    raw = written(subject="G-7K2M", more=f"References: {OURS}\n")
    taken = await take(intake, raw, "woundwo")
    assert taken.outcome == "opened"
    assert (await ticket_of(database, taken.reference)).portal == "woundwo"
    assert not await messages_of(database, "G-7K2M")


async def test_an_answer_to_the_receipt_comes_into_its_ticket(
    intake: Intake, database: Database
) -> None:
    first = written(sender="jean@chu-exemple.example", more="", subject="Compte bloqué")
    opened = await take(intake, first)
    async with database.read() as session:
        receipt = (
            await session.scalars(select(OutboxMail).where(OutboxMail.kind == "receipt"))
        ).one()
    assert receipt.recipient == "jean@chu-exemple.example"
    assert opened.reference in receipt.subject and receipt.thread == "<r1@chu-exemple.example>"
    second = written(
        sender="Jean <JEAN@chu-exemple.example>", subject="sans rien", message_id="<r2@x.example>",
        more=f"In-Reply-To: {receipt.message_id}\n",
    )  # fmt: skip
    assert await take(intake, second) == Taken("added", "message", opened.reference)
    to_their_own = written(
        sender="jean@chu-exemple.example", subject="oubli", message_id="<r3@x.example>",
        more="References: <r1@chu-exemple.example>\n",
    )  # fmt: skip
    assert (await take(intake, to_their_own)).reference == opened.reference


async def test_the_region_is_that_of_a_known_account(intake: Intake, database: Database) -> None:
    async with database.write() as session:
        session.add(
            AccountRow(
                portal="resah",
                email="jean@chu-exemple.example",
                address="jean@chu-exemple.example",
                status="active",
                region="bretagne",
            )
        )
    known = await take(intake, written(sender="jean@chu-exemple.example", more="", subject="a"))
    unknown = await take(
        intake, written(sender="eve@x.example", more="", subject="b", message_id="<e@x.example>")
    )
    assert (await ticket_of(database, known.reference)).region == "bretagne"
    assert (await ticket_of(database, unknown.reference)).region == ""


async def test_a_password_is_masked(intake: Intake, database: Database) -> None:
    await take(intake, written("Mon mot de passe est Soleil2024! et ça ne marche pas."))
    (entry,) = await messages_of(database, "G-7K2M")
    assert "Soleil2024" not in entry.text and "ça ne marche pas" in entry.text


async def test_one_sender_writes_only_so_often(intake: Intake, database: Database) -> None:
    most = limits.MAILS_PER_SENDER.most
    for number in range(most):
        await take(intake, written(message_id=f"<f{number}@x.example>", more="", subject="flot"))
    with pytest.raises(LimitReached):
        await take(intake, written(message_id="<f@x.example>"))
    assert (await take(intake, written(message_id="<f0@x.example>"))).outcome == "known"
    assert (await take(intake, written(sender="eve@x.example", message_id="<g@x.example>", more="",
                                       subject="autre"))).outcome == "opened"  # fmt: skip
    async with database.read() as session:
        receipts = list(
            await session.scalars(
                select(OutboxMail.id).where(
                    OutboxMail.kind == "receipt", OutboxMail.recipient == MARIE
                )
            )
        )
    assert len(receipts) == limits.RECEIPTS_PER_ADDRESS.most


async def test_a_refusal_is_held_against_its_recipient_alone(
    intake: Intake, database: Database
) -> None:
    async with database.write() as session:
        await session.execute(update(OutboxMail).values(recipient="bretagne@resah.example"))
    taken = await take(intake, (FOLDER / "bounce_postfix.eml").read_bytes())
    assert taken.outcome == "ignored"
    async with database.write() as session:
        await session.execute(update(OutboxMail).values(recipient=MARIE.upper()))
    assert (await take(intake, (FOLDER / "bounce_postfix.eml").read_bytes())).outcome == "refused"
    async with database.read() as session:
        mail = await mail_of(session, (await ticket_of(database)).id)
    assert mail.fate == "refused" and mail.error.startswith("550 5.1.1")
    again = await take(intake, (FOLDER / "bounce_postfix.eml").read_bytes())
    assert again.outcome == "ignored"


@pytest.mark.parametrize("place", ["sender", "subject", "quoted", "text"])
async def test_erasing_a_person_reaches_their_mails(
    place: str, intake: Intake, database: Database, tmp_path: Path
) -> None:
    words = {"sender": "eve@x.example", "subject": "Accès", "quoted": "rien", "text": "Bonjour"}
    words[place] = "anna.effacee@chu-exemple.example"
    taken = await take(
        intake,
        written(
            f"{words['text']}\n\nLe 3 nov. 2025 à 10:00, Eve a écrit :\n> {words['quoted']}",
            sender=words["sender"], subject=words["subject"], more="",
        ),
    )  # fmt: skip
    exported = await export_person(
        database, words[place], portal=None, secret_key="k", var_dir=tmp_path
    )
    assert words[place] in json.dumps(json.loads(exported)["tickets"])
    await erase(database, words[place], portal=None, secret_key="k", var_dir=tmp_path)
    assert not await messages_of(database, taken.reference)
    async with database.read() as session:
        rows = list(
            await session.scalars(select(OutboxMail.text).where(OutboxMail.kind == "receipt"))
        )
    assert not rows


async def test_the_regions_mailbox_is_told_of_what_a_person_writes(
    intake: Intake, database: Database
) -> None:
    await take(intake, written("Toujours rien, hélas."))
    absent = written(message_id="<a@x.example>", more=f"In-Reply-To: {OURS}\nAuto-Submitted: yes\n")
    await take(intake, absent)
    async with database.read() as session:
        mails = list(await session.scalars(select(OutboxMail).where(OutboxMail.message_id != OURS)))
    (mail,) = mails
    assert (mail.kind, mail.recipient) == ("ticket", "bretagne@resah.example")
    assert "Toujours rien, hélas." in (mail.text or "") and mail.reply_to == MARIE


async def test_what_a_region_writes_to_us_is_for_the_staff_alone(
    intake: Intake, database: Database
) -> None:
    answer = written("Je l’appelle demain.", sender="bretagne@resah.example")
    assert (await take(intake, answer)).reference == "G-7K2M"
    guessed = written(
        sender="bretagne@resah.example", more="", subject="G-7K2M", message_id="<g@x.example>"
    )
    assert (await take(intake, guessed)).outcome == "opened"
    async with database.read() as session:
        rows = await session.execute(
            select(TicketEntry.kind, TicketEntry.text).where(TicketEntry.channel == "mail")
        )
        found = [tuple(row) for row in rows]
    assert found == [
        ("note", "bretagne@resah.example :\n\nJe l’appelle demain."), ("message", "Toujours rien.")
    ]  # fmt: skip
    assert (await ticket_of(database)).state == "answered"


@pytest.mark.parametrize(
    ("subject", "topic"),
    [("RE : TR: Facture", "Facture"), ("", "Sans objet"), ("Re: ", "Sans objet")],
)
async def test_the_topic_is_the_subject_itself(
    subject: str, topic: str, intake: Intake, database: Database
) -> None:
    taken = await take(intake, written(subject=subject, more="", sender="eve@x.example"))
    assert (await ticket_of(database, taken.reference)).topic == topic
