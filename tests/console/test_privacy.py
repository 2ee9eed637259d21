"""Retention, export, and erasing until no byte is left."""

from __future__ import annotations

import asyncio
import dataclasses
import json
import os
import random
import sqlite3
from base64 import b64decode
from datetime import timedelta
from pathlib import Path

import pytest
from sqlalchemy import MetaData, Text, cast, func, or_, select, text, update

from bot.content.live import current_content
from bot.desk.accounts import AccountRow
from bot.desk.demo_passwords import DemoPassword
from bot.desk.outbox import Mail, OutboxMail, enqueue
from bot.desk.replies import Reply, add_reply
from bot.desk.resets import ResetToken
from bot.desk.thread import add_message, add_note
from bot.desk.ticket_files import NewFile
from bot.desk.ticket_tables import Ticket, TicketEntry, TicketFile
from bot.ground.db import Database, now
from bot.ground.limits import LimitHit
from bot.ground.settings import current_settings
from bot.record.backfill import fill_missing
from bot.record.erasure import erase
from bot.record.export import export_person
from bot.record.ratings import Rating, rate_article
from bot.record.retention import purge
from bot.record.review_tables import Correction, Note, Review, Tag
from bot.record.search_index import SearchText
from bot.record.summaries import ConversationAddress, Summary
from bot.record.transcript import Conversation
from tests.console.conftest import Console, on_both_databases
from tests.console.written import Said, write

ADDRESS = "zoe.quincampoix@chu-exemple.example"
OTHER = "alex.autre@chu-exemple.example"


async def furnish(database: Database, address: str, name: str, var_dir: Path) -> None:
    """Leave an address wherever it can get."""
    reply = f"Votre adresse {address} est bien reconnue."
    turns = [
        Said("bonjour, jarrive pas a me connecter"),
        Said(f"c'est {address.upper()}", reply=reply, memory={"address": address}),
        Said("au revoir", memory={"address": address}),
    ]
    await write(database, name, turns)
    await write(database, f"{name}-bot", [Said("oui", reply=reply)])
    await write(database, f"{name}-note", [Said("une autre conversation")])
    moment = now()
    async with database.write() as session:
        account = AccountRow(
            portal="resah", email=address, address=address, login=address, status="active"
        )
        ticket = Ticket(
            reference=f"G-{name[:4].upper()}", portal="resah", conversation_id=name,
            region="bretagne", topic="Connexion", contact=address, created_at=moment,
            updated_at=moment, state="open",
        )  # fmt: skip
        session.add_all([account, ticket])
        await session.flush()
        session.add_all(
            [
                TicketEntry(
                    ticket_id=ticket.id, request_key=f"{name}:m2:handover",
                    kind="handover", channel="chat", text=f"De {address}",
                    region="bretagne", contact=address, details={}, created_at=moment,
                ),
                ResetToken(
                    portal="resah", account_id=account.id, login=address, address=address,
                    token_hash=name, request_key=f"{name}:m2:reset", created_at=moment,
                    expires_at=moment,
                ),
                Note(
                    conversation_id=f"{name}-note", portal="resah", author_id=1,
                    text=f"Même personne que {address} ?", at=moment,
                ),
                LimitHit(kind="check_conversation", key=name, at=moment),
            ]
        )  # fmt: skip
        for kind, to in (("reset", address), ("ticket", "bretagne@resah.example")):
            mail = Mail("resah", kind, to, "Objet", f"Répondre à {address}", reply_to=address)
            key = f"{name}:m2:{'reset' if kind == 'reset' else 'handover'}"
            await enqueue(session, mail, sender="no-reply@resah.fr", key=key)
    folder = var_dir / "mail"
    folder.mkdir(exist_ok=True)
    (folder / f"{name}.eml").write_text(
        f"From: no-reply@resah.fr\nTo: {address}\nX-Guichet-Portal: resah\n\nBonjour\n"
    )
    broken = address.replace("exemple", "exem=\nple")
    (folder / f"{name}-b.eml").write_text(
        "To: bretagne@resah.example\nX-Guichet-Portal: resah\nContent-Transfer-Encoding:"
        f" quoted-printable\n\nR=C3=A9pondre =C3=A0 {broken}\n"
    )


async def holding(database: Database, needle: str) -> list[str]:
    """Return the tables of the database in which a row holds a text."""
    found = []
    async with database.engine.connect() as connection:
        metadata = MetaData()
        await connection.run_sync(metadata.reflect)
        for table in metadata.sorted_tables:
            columns = [cast(column, Text).icontains(needle) for column in table.columns]
            query = select(func.count()).select_from(table).where(or_(*columns))
            if (await connection.execute(query)).scalar():
                found.append(table.name)
    return found


async def test_after_erasing_no_row_holds_the_address(database: Database) -> None:
    settings = current_settings()
    await furnish(database, ADDRESS, "zoe", settings.var_dir)
    await furnish(database, OTHER, "alex", settings.var_dir)
    before = await holding(database, ADDRESS)
    assert {"events", "turns", "accounts", "tickets", "ticket_entries", "outbox", "reset_tokens",
            "conversation_notes"} <= set(before)  # fmt: skip
    # Lists, search and the record never held it.
    for table in ("conversation_summaries", "search_texts", "conversation_addresses"):
        assert table not in before
    held = await erase(
        database, f" {ADDRESS.upper()} ", portal=None, secret_key=settings.secret_key,
        var_dir=settings.var_dir,
    )  # fmt: skip
    assert held.counts == {
        "conversations": 2, "demandes": 1, "mails": 4, "réinitialisations": 1, "comptes": 1,
        "notes": 1,
    }  # fmt: skip
    assert await holding(database, ADDRESS) == []
    assert await holding(database, "quincampoix") == []
    assert set(await holding(database, OTHER)) == set(before)
    async with database.read() as session:
        notes = list(await session.scalars(select(Note.text).order_by(Note.id)))
        left = list(await session.scalars(select(Conversation.id).order_by(Conversation.id)))
        assert await session.scalar(select(func.count()).select_from(LimitHit)) == 1
    assert notes[0] == "Même personne que [adresse effacée] ?"
    assert left == ["alex", "alex-bot", "alex-note", "zoe-note"]
    assert sorted(path.name for path in (settings.var_dir / "mail").iterdir()) == [
        "alex-b.eml", "alex.eml",
    ]  # fmt: skip
    assert await fill_missing(database, settings.secret_key) == 0


async def test_only_ones_own_portal_is_erased(database: Database) -> None:
    settings = current_settings()
    await furnish(database, ADDRESS, "zoe", settings.var_dir)
    await write(database, "theirs", [Said(ADDRESS)], portal="woundwo")
    for portal in ("resah", "woundwo"):
        await rate_article(database, portal, "mailinblack", helpful=False, comment=f"à {ADDRESS}")
        async with database.write() as session:
            session.add(DemoPassword(portal=portal, login=ADDRESS, hash="x"))
    held = await erase(
        database, ADDRESS, portal="woundwo", secret_key=settings.secret_key,
        var_dir=settings.var_dir,
    )  # fmt: skip
    assert held.conversations == ["theirs"]
    assert sum(held.counts.values()) == 1
    assert "accounts" in await holding(database, ADDRESS)
    async with database.read() as session:
        for table in (Rating, DemoPassword):
            assert (await session.scalars(select(table.portal))).all() == ["resah"]


def _stir(path: Path) -> None:
    """Have rows with the address move between pages: `secure_delete` leaves their old places."""
    dice = random.Random(1)
    connection = sqlite3.connect(path)
    connection.execute("PRAGMA secure_delete=ON")
    keys = [f"{dice.getrandbits(64):016x}" for _ in range(300)]
    for key in keys:
        connection.execute(
            "INSERT INTO conversations VALUES (?, 'resah', ?, ?, 1, 1, '[]')",
            (key, "2024-01-01 00:00:00", "2999-01-01 00:00:00"),
        )
    for seq in range(8):
        dice.shuffle(keys)
        for key in keys:
            address = ADDRESS if int(key, 16) % 3 == 0 else OTHER
            data = json.dumps({"text": address, "more": "y" * dice.randrange(50, 1500)})
            connection.execute(
                "INSERT INTO events VALUES (?, ?, 1, 'slot', 0.0, 1, ?)", (key, seq, data)
            )
    for key in keys:
        if dice.random() < 0.3:
            connection.execute("DELETE FROM events WHERE conversation_id = ?", (key,))
    connection.commit()
    connection.close()


@pytest.mark.parametrize("database_url", ["sqlite"], indirect=True)
async def test_no_byte_of_it_is_left_on_sqlite(database: Database, database_url: str) -> None:
    settings = current_settings()
    for number in range(60):
        await write(database, f"c{number}", [Said(f"bonjour numéro {number}")] * 3)
        if number % 7 == 0:
            await furnish(database, ADDRESS if number < 7 else f"{number}{OTHER}",
                          "zoe" if number < 7 else f"{number}alex", settings.var_dir)  # fmt: skip
            for extra in range(4):
                await write(database, f"z{number}-{extra}", [Said(f"je suis {ADDRESS}")] * 2)
    folder = Path(database_url.removeprefix("sqlite:///")).parent
    await asyncio.to_thread(_stir, folder / "guichet.db")

    def traces() -> list[str]:
        needles = (ADDRESS.encode(), b"quincampoix", b"QUINCAMPOIX", b"zoe.")
        return [
            path.name
            for path in folder.rglob("*")
            if path.is_file() and any(needle in path.read_bytes() for needle in needles)
        ]

    assert "guichet.db" in traces() or "guichet.db-wal" in traces()
    await erase(
        database, ADDRESS, portal=None, secret_key=settings.secret_key, var_dir=settings.var_dir
    )
    assert traces() == []


async def test_retention_keeps_reviews_without_anything_personal(console: Console) -> None:
    database = console.database
    old, young = timedelta(days=91), timedelta(days=89)
    await write(database, "old", [Said(f"bonjour {ADDRESS}", "greet")], ago=old)
    await write(database, "young", [Said("bonjour mailinblack")], ago=young)
    agent = await console.logged_in("agent@resah.example")
    await agent.page("/resah/conversations/old")
    async with database.read() as session:
        seq = await session.scalar(
            text("SELECT seq FROM events WHERE conversation_id = 'old' AND type = 'user'")
        )
    for path, fields in (
        ("note", {"text": "une note"}),
        ("tags", {"tag": "urgent"}),
        ("review", {"reviewed": "1"}),
        ("correct", {"seq": str(seq), "meant": "inform_email"}),
    ):
        response = await agent.post(f"/resah/conversations/old/{path}", **fields)
        assert response.status == 303
    settings = dataclasses.replace(current_settings(), retention_days=90)
    counts = await purge(database, settings)
    assert counts["conversations"] == 1
    async with database.read() as session:
        for table in (Conversation, Summary, SearchText):
            assert await session.scalar(select(func.count()).select_from(table)) == 1, table
        for gone in (Note, Tag, ConversationAddress):
            assert await session.scalar(select(func.count()).select_from(gone)) == 0, gone
        review = (await session.scalars(select(Review))).one()
        correction = (await session.scalars(select(Correction))).one()
    assert review.conversation_id is None and correction.conversation_id is None
    assert correction.text == "bonjour personne1@exemple.example"
    assert await holding(database, ADDRESS) == []
    assert "data-open" in await agent.page("/resah/conversations?q=mailinblack")
    assert "data-open" not in await agent.page("/resah/conversations?q=bonjour&since=2000-01-01"
                                               "&tag=urgent")  # fmt: skip
    assert sum((await purge(database, settings)).values()) == 0


async def test_retention_takes_old_mails_tickets_resets_and_files(
    database: Database, caplog: pytest.LogCaptureFixture
) -> None:
    settings = current_settings()
    await furnish(database, ADDRESS, "zoe", settings.var_dir)
    async with database.write() as session:
        for table, column in (
            ("outbox", "created_at"), ("tickets", "updated_at"), ("reset_tokens", "created_at"),
        ):  # fmt: skip
            await session.execute(text(f"UPDATE {table} SET {column} = '2020-01-01'"))
        await session.execute(text("UPDATE outbox SET state = 'sent' WHERE kind = 'reset'"))
    for path in (settings.var_dir / "mail").iterdir():
        os.utime(path, (0, 0))
    counts = await purge(database, settings)
    assert "1 tickets go with the retention that nobody ever answered" in caplog.text
    # A mail that still waits is not forgotten.
    assert (counts["demandes"], counts["mails"], counts["réinitialisations"]) == (1, 3, 1)
    async with database.read() as session:
        assert await session.scalar(select(OutboxMail.kind)) == "ticket"


@on_both_databases
async def test_a_request_that_goes_on_outlives_its_conversation(
    database: Database, caplog: pytest.LogCaptureFixture
) -> None:
    settings = current_settings()
    await furnish(database, ADDRESS, "zoe", settings.var_dir)
    await furnish(database, OTHER, "alex", settings.var_dir)
    portal = current_content().portal("resah")
    async with database.write() as session:
        for name in ("zoe", "alex"):
            receipt = Mail("resah", "receipt", ADDRESS, "Reçu", "Bien reçu.")
            await enqueue(session, receipt, sender="no-reply@resah.fr", key=f"{name}:m2:receipt")
        old = now() - timedelta(days=settings.retention_days + 1)
        await session.execute(update(Conversation).values(last_at=old))
        await session.execute(update(Ticket).values(updated_at=old))
        await session.execute(update(OutboxMail).values(created_at=old, state="sent"))
        ticket = (await session.scalars(select(Ticket).where(Ticket.contact == ADDRESS))).one()
        # Answered yesterday.
        reply = Reply("Merci Zoe.", "open", 1, "a" * 32, "https://aide.example/suivi/x", [])
        await add_reply(session, ticket, portal, reply)
        ticket.updated_at = now() - timedelta(days=1)
    counts = await purge(database, settings)
    assert counts["conversations"] == 6
    assert "1 tickets go with the retention that nobody ever answered" in caplog.text
    async with database.read() as session:
        left = (await session.scalars(select(Ticket))).one()
        kinds = list(await session.scalars(select(TicketEntry.kind).order_by(TicketEntry.id)))
        mails = sorted(await session.scalars(select(OutboxMail.kind)))
        assert await session.scalar(select(func.count()).select_from(Conversation)) == 0
    assert (left.contact, left.conversation_id) == (ADDRESS, None)
    assert kinds == ["handover", "reply"] and mails == ["receipt", "reply", "ticket"]
    # Then it grows old itself.
    async with database.write() as session:
        await session.execute(update(Ticket).values(updated_at=old))
        await session.execute(update(OutboxMail).values(created_at=old, state="sent"))
    counts = await purge(database, settings)
    assert (counts["demandes"], counts["mails"]) == (1, 3)
    assert await holding(database, ADDRESS) == ["accounts", "reset_tokens"]


async def test_all_that_is_held_is_exported(database: Database) -> None:
    settings = current_settings()
    await furnish(database, ADDRESS, "zoe", settings.var_dir)
    await furnish(database, OTHER, "alex", settings.var_dir)
    exported = await export_person(
        database, ADDRESS, portal="resah", secret_key=settings.secret_key,
        var_dir=settings.var_dir,
    )  # fmt: skip
    found = json.loads(exported)
    assert [len(found[name]) for name in ("accounts", "resets", "mails", "tickets", "notes")] == [
        1, 1, 2, 1, 1,
    ]  # fmt: skip
    assert len(found["conversations"]) == 2
    assert found["conversations"][0]["lines"][0]["who"] == "user"
    assert found["tickets"][0]["entries"][0]["text"] == f"De {ADDRESS}"
    assert OTHER not in exported and "token_hash" not in exported


NEIGHBOURS = (
    "marie.zoe.quincampoix@chu-exemple.example",
    "quincampoix@chu-exemple.example",
    "x@chu-exemple.example",
    "zoe.quincampoix@chu-exemple.examples",
    "zoe.quincampoix@nord.chu-exemple.example",
    "zoe_quincampoix@chu-exemple.example",
)
"""Addresses that begin, end or look like another, each of them somebody else's."""


@on_both_databases
@pytest.mark.parametrize("other", NEIGHBOURS)
async def test_a_part_of_an_address_is_somebody_else(database: Database, other: str) -> None:
    settings = current_settings()
    options = {"secret_key": settings.secret_key, "var_dir": settings.var_dir, "portal": None}
    await furnish(database, ADDRESS, "zoe", settings.var_dir)
    before = await holding(database, ADDRESS)
    found = json.loads(await export_person(database, other, **options))  # type: ignore[arg-type]
    kinds = ("accounts", "resets", "mails", "tickets", "notes", "conversations", "kept_mail_files")
    assert {kind: found[kind] for kind in kinds} == {kind: [] for kind in kinds}
    held = await erase(database, other, **options)  # type: ignore[arg-type]
    assert not any(held.counts.values())
    assert await holding(database, ADDRESS) == before
    # The other way round: the longer address stays while the shorter goes.
    await furnish(database, other, "other", settings.var_dir)
    held = await erase(database, ADDRESS, **options)  # type: ignore[arg-type]
    assert held.counts["conversations"] == 2 and held.counts["comptes"] == 1
    found = json.loads(await export_person(database, other, **options))  # type: ignore[arg-type]
    assert [len(found[kind]) for kind in kinds] == [1, 1, 2, 1, 1, 2, 2]


@on_both_databases
async def test_what_others_are_is_masked_in_an_export(database: Database) -> None:
    settings = current_settings()
    both = f"ni {ADDRESS.title()} ni <{OTHER}> ne marchent, ecrivez a bretagne@resah.example"
    await write(database, "both", [Said(both, reply=f"{OTHER} ou {ADDRESS} ?")])
    mail = Mail("resah", "ticket", "bretagne@resah.example", "Objet", f"De {ADDRESS} et {OTHER}")
    moment = now()
    async with database.write() as session:
        await enqueue(session, mail, sender="no-reply@resah.fr", key="both:m1:handover")
        link = Mail("resah", "reset", ADDRESS, "Lien", "https://portail.example/reset?token=abc")
        await enqueue(session, link, sender="no-reply@resah.fr", key="both:m1:reset")
        ticket = Ticket(
            reference="G-BOTH", portal="resah", conversation_id="both", region="bretagne",
            topic="", contact=OTHER, created_at=moment, updated_at=moment, state="open",
        )  # fmt: skip
        session.add(ticket)
    exported = await export_person(
        database, ADDRESS, portal="resah", secret_key=settings.secret_key,
        var_dir=settings.var_dir,
    )  # fmt: skip
    assert OTHER not in exported and "token=abc" not in exported
    found = json.loads(exported)
    lines = [line["text"] for line in found["conversations"][0]["lines"]]
    masked = "a…@chu-exemple.example"
    assert lines[0].startswith(f"ni {ADDRESS.title()} ni <{masked}> ne marchent")
    assert lines[1] == f"{masked} ou {ADDRESS} ?"
    assert found["tickets"][0]["contact"] == masked
    assert found["mails"][0]["text"] == f"De {ADDRESS} et {masked}"
    assert found["mails"][0]["recipient"] == "bretagne@resah.example"


@on_both_databases
async def test_what_was_said_before_there_were_fingerprints_is_found(database: Database) -> None:
    settings = current_settings()
    options = {"secret_key": settings.secret_key, "var_dir": settings.var_dir, "portal": "resah"}
    await write(database, "typed", [Said(f"je suis {ADDRESS.upper()}")])
    await write(database, "bot", [Said("oui", reply=f"Un mail part vers **{ADDRESS}**.")])
    await write(database, "kept", [Said("oui", memory={"address": ADDRESS})])
    await write(database, "other", [Said(f"je suis {OTHER}")])
    async with database.write() as session:
        for table in ("conversation_summaries", "conversation_addresses"):
            await session.execute(text(f"DELETE FROM {table}"))
    found = json.loads(await export_person(database, ADDRESS, **options))  # type: ignore[arg-type]
    assert len(found["conversations"]) == 3
    await fill_missing(database, settings.secret_key)
    held = await erase(database, ADDRESS, **options)  # type: ignore[arg-type]
    assert sorted(held.conversations) == ["bot", "kept", "typed"]


@on_both_databases
async def test_only_the_own_address_leaves_a_note(database: Database) -> None:
    settings = current_settings()
    await write(database, "one", [Said("bonjour")])
    note = f"Voir ({ADDRESS}), {OTHER} et quincampoix@chu-exemple.example."
    async with database.write() as session:
        session.add(Note(conversation_id="one", portal="resah", author_id=1, text=note, at=now()))
    await erase(
        database, ADDRESS, portal="resah", secret_key=settings.secret_key,
        var_dir=settings.var_dir,
    )  # fmt: skip
    async with database.read() as session:
        left = await session.scalar(select(Note.text))
    assert left == note.replace(ADDRESS, "[adresse effacée]", 1)


@on_both_databases
async def test_an_address_leaves_all_of_a_note_that_came_by_mail(database: Database) -> None:
    settings = current_settings()
    await furnish(database, OTHER, "alex", settings.var_dir)
    files = [NewFile(f"{ADDRESS}.pdf", "application/pdf", b"%PDF-") for _ in range(2)]
    async with database.write() as session:
        ticket = (await session.scalars(select(Ticket))).one()
        for number, (details, sent) in enumerate(
            (({"subject": f"Voir {ADDRESS}", "whole": f"> {ADDRESS} et {OTHER}"}, []), ({}, files))
        ):
            note = await add_note(session, ticket, "x", author_id=1, key=str(number), files=sent)
            assert note is not None
            note.details = details
    held = await erase(
        database, ADDRESS, portal="resah", secret_key=settings.secret_key,
        var_dir=settings.var_dir,
    )  # fmt: skip
    assert held.counts["notes"] == 2 and held.counts["demandes"] == 0
    assert await holding(database, ADDRESS) == []
    async with database.read() as session:
        query = select(TicketEntry.details).where(TicketEntry.kind == "note")
        first, second = await session.scalars(query.order_by(TicketEntry.id))
        assert list(await session.scalars(select(TicketFile.name))) == ["[adresse effacée].pdf"] * 2
    assert first == {
        "subject": "Voir [adresse effacée]",
        "whole": f"> [adresse effacée] et {OTHER}",
    }
    assert second == {}


async def test_erasing_from_the_page_asks_twice(console: Console) -> None:
    await write(console.database, "one", [Said(ADDRESS)])
    chief = await console.logged_in("chef@resah.example")
    await chief.page("/resah/person")
    response = await chief.post("/resah/person/erase", address=ADDRESS, confirmed="autre")
    refused = await response.text()
    assert response.status == 400 and "Rien n’est effacé" in refused
    # What was typed is still there to be mended.
    assert f'value="{ADDRESS}"' in refused
    response = await chief.post("/resah/person/export", address=ADDRESS)
    assert len(json.loads(await response.text())["conversations"]) == 1
    assert "attachment" in response.headers["Content-Disposition"]
    response = await chief.post("/resah/person/erase", address=ADDRESS, confirmed=ADDRESS)
    assert "Effacé : 1 conversation." in await response.text()
    assert await holding(console.database, ADDRESS) == []
    for path in ("export", "erase"):
        assert (await chief.post(f"/resah/person/{path}", address="rien")).status == 400


async def test_the_register_tells_the_settings(console: Console) -> None:
    reader = await console.logged_in("lectrice@resah.example")
    page = await reader.page("/resah/register")
    for words in (f"{console.settings.retention_days} jours", "365 jours", "Resah", "argon2id"):
        assert words in page, words


async def test_what_was_there_before_the_console_is_filled_in(database: Database) -> None:
    turns = [Said(f"bonjour {n} {ADDRESS}", band="lost", memory={"topic": "t"}) for n in range(25)]
    await write(database, "one", turns)

    async def state() -> list[object]:
        async with database.read() as session:
            summary = (await session.scalars(select(Summary))).one()
            texts = (await session.scalars(select(SearchText).order_by(SearchText.chunk))).all()
            keys = list(await session.scalars(select(ConversationAddress.fingerprint)))
        values = [getattr(summary, c.key) for c in Summary.__table__.columns]
        return [values, [(t.chunk, t.text) for t in texts], keys]

    before = await state()
    async with database.write() as session:
        for table in ("conversation_summaries", "conversation_addresses"):
            await session.execute(text(f"DELETE FROM {table}"))
    # A turn in between does not make half a summary.
    assert await fill_missing(database, current_settings().secret_key) == 1
    assert await state() == before
    assert await fill_missing(database, current_settings().secret_key) == 0


@on_both_databases
async def test_a_thread_with_its_files_and_mails_is_exported_and_goes(database: Database) -> None:
    settings = current_settings()
    portal = current_content().portal("resah")
    await furnish(database, ADDRESS, "zoe", settings.var_dir)
    await furnish(database, OTHER, "alex", settings.var_dir)
    async with database.write() as session:
        ticket = (await session.scalars(select(Ticket).where(Ticket.contact == ADDRESS))).one()
        other = (await session.scalars(select(Ticket).where(Ticket.contact == OTHER))).one()
        file = NewFile("attestation.txt", "text/plain", b"secret-de-zoe")
        await add_message(
            session, ticket, "Voici.", channel="page", sender=ADDRESS, files=[file], key="zoe"
        )
        reply = Reply("Merci Zoe.", "answered", 1, "a" * 32, "https://aide.example/suivi/x", [file])
        await add_reply(session, ticket, portal, reply)
        await add_note(session, other, f"Comme {ADDRESS}", author_id=1)
    exported = await export_person(
        database, ADDRESS, portal="resah", secret_key=settings.secret_key,
        var_dir=settings.var_dir,
    )  # fmt: skip
    found = json.loads(exported)
    [first] = found["tickets"]
    kinds = [entry["kind"] for entry in first["entries"]]
    assert kinds == ["handover", "message", "reply"]
    assert [note["text"] for note in found["ticket_notes"]] == [f"Comme {ADDRESS}"]
    [kept] = first["entries"][1]["files"]
    assert kept["name"] == "attestation.txt"
    assert b64decode(kept["base64"]) == b"secret-de-zoe"
    await erase(
        database, ADDRESS, portal="resah", secret_key=settings.secret_key,
        var_dir=settings.var_dir,
    )  # fmt: skip
    async with database.read() as session:
        assert list(await session.scalars(select(TicketFile.id))) == []
        # Another's stays, without the address that staff noted there.
        texts = list(await session.scalars(select(TicketEntry.text).order_by(TicketEntry.id)))
        assert texts == [f"De {OTHER}", "Comme [adresse effacée]"]
        replies = select(OutboxMail.id).where(OutboxMail.kind == "reply")
        assert list(await session.scalars(replies)) == []


@on_both_databases
async def test_of_anothers_ticket_only_what_is_ones_own_is_exported(database: Database) -> None:
    settings = current_settings()
    await furnish(database, OTHER, "alex", settings.var_dir)
    files = [
        NewFile("bulletin.pdf", "application/pdf", b"secret-d-alex"),
        NewFile(f"pour {ADDRESS}.pdf", "application/pdf", b"secret-d-alex"),
    ]
    mine = NewFile("attestation.txt", "text/plain", b"de-zoe")
    async with database.write() as session:
        ticket = (await session.scalars(select(Ticket))).one()
        ticket.topic = "Arrêt de travail"
        for text_of, sender, sent in (
            ("Mon dossier.", OTHER, files[:1]), (f"Voir avec {ADDRESS}.", OTHER, files),
            ("Voici le mien.", ADDRESS, [mine]),
        ):  # fmt: skip
            await add_message(
                session, ticket, text_of, channel="mail", sender=sender, files=sent, key=text_of
            )
    exports = [
        await export_person(
            database, address, portal="resah", secret_key=settings.secret_key,
            var_dir=settings.var_dir,
        )
        for address in (ADDRESS, OTHER)
    ]  # fmt: skip
    [hers], [his] = (json.loads(exported)["tickets"] for exported in exports)
    assert [entry["text"] for entry in hers["entries"]] == [
        f"Voir avec {ADDRESS}.", "Voici le mien.",
    ]  # fmt: skip
    named, own = (entry["files"] for entry in hers["entries"])
    assert named == [{"name": f"pour {ADDRESS}.pdf"}]
    assert [b64decode(file["base64"]) for file in own] == [b"de-zoe"]
    for words in (OTHER, "dossier", "bulletin", "Arrêt"):
        assert words not in exports[0], words
    # Whose ticket it is gets all of it.
    assert his["topic"] == "Arrêt de travail" and len(his["entries"]) == 4
    assert [len(entry["files"]) for entry in his["entries"]] == [0, 1, 2, 1]
    assert b64decode(his["entries"][1]["files"][0]["base64"]) == b"secret-d-alex"


async def test_files_go_with_the_retention(database: Database) -> None:
    settings = current_settings()
    await furnish(database, ADDRESS, "zoe", settings.var_dir)
    async with database.write() as session:
        ticket = (await session.scalars(select(Ticket))).one()
        file = NewFile("attestation.txt", "text/plain", b"x")
        await add_message(session, ticket, "", channel="page", sender=ADDRESS, files=[file])
    async with database.write() as session:
        await session.execute(text("UPDATE tickets SET updated_at = '2020-01-01'"))
    assert (await purge(database, settings))["demandes"] == 1
    async with database.read() as session:
        assert list(await session.scalars(select(TicketFile.id))) == []
