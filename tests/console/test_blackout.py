"""One message is blacked out for good: its words are nowhere afterwards, and the talk goes on."""

from __future__ import annotations

from pathlib import Path
from typing import Any

from sqlalchemy import select, text

from bot.desk.outbox import OutboxMail
from bot.desk.ticket_tables import Ticket, TicketEntry
from bot.ground.db import Base, now
from bot.record.blackout import BLACKED_OUT
from bot.record.ratings import Rating
from bot.record.redacting import redact_stored
from bot.record.review_tables import Correction, Note
from bot.record.summaries import Summary
from bot.record.transcript import TranscriptEvent, Turn
from bot.staff.tables import StaffAction
from tests.console.conftest import Console, on_both_databases
from tests.console.test_conversations import shown
from tests.console.written import Said, write

SECRET = "le chef du bloc s'appelle Zéphirin Tartempion"
ONE = "/resah/conversations/one"


async def furnish(console: Console) -> int:
    """Write a conversation that quotes a message all over; return the message's number."""
    database = console.database
    await write(
        database,
        "one",
        [
            Said(SECRET, reply=f"Vous écrivez : {SECRET}. Est-ce bien cela ?",
                 memory={"detail": f"{SECRET} ; rien d’autre", "region": "bretagne"}),
            Said("je n'ai pas reçu le mail", buttons=(("Oui", "/affirm"),),
                 memory={"region": "bretagne"}),
        ],
    )  # fmt: skip
    async with database.write() as session:
        turn = await session.get(Turn, ("one", 2))
        assert turn is not None
        turn.state = {"at": 1.0, "slots": {"memory": {"detail": SECRET}}, "loop": None,
                      "paused": False}  # fmt: skip
        event = await session.scalar(
            select(TranscriptEvent).where(TranscriptEvent.conversation_id == "one")
        )
        assert event is not None
        read = {**event.data["parse_data"], "text": SECRET,
                "entities": [{"entity": "place", "value": "Zéphirin Tartempion"}]}  # fmt: skip
        event.data = {**event.data, "parse_data": read}
        ticket = Ticket(
            reference="G-7K2M", portal="resah", conversation_id="one", region="bretagne",
            topic="Mail", contact="claire@chu-exemple.example", created_at=now(), updated_at=now(),
        )  # fmt: skip
        session.add(ticket)
        await session.flush()
        session.add_all(
            [
                TicketEntry(
                    ticket_id=ticket.id, request_key="one:m1:ticket", kind="handover",
                    channel="chat", region="bretagne",
                    contact=ticket.contact, text=f"> {SECRET}", details={"detail": SECRET},
                    created_at=now(),
                ),
                OutboxMail(
                    portal="resah", kind="ticket", key="one:m1:ticket", sender="a@resah.example",
                    recipient="b@resah.example", subject="Demande", text=f"Message : {SECRET}\n",
                    message_id="<1@resah.example>", created_at=now(), next_attempt_at=now(),
                ),
                Note(conversation_id="one", portal="resah", author_id=1, at=now(),
                     text=f"Il a écrit « {SECRET} »"),
                Rating(portal="resah", about="m1", conversation_id="one", helpful=False,
                       comment=SECRET, at=now()),
                Correction(
                    portal="resah", conversation_id="one", seq=event.seq, text=SECRET,
                    understood="mailinblack", band="sure", meant="mail_not_received", author_id=1,
                    at=now(),
                ),
            ]
        )  # fmt: skip
        return event.seq


async def everything(console: Console) -> str:
    """Return all that the tables hold."""
    held: list[Any] = []
    async with console.database.read() as session:
        for table in Base.metadata.sorted_tables:
            held += (await session.execute(select(table))).all()
    return repr(held)


@on_both_databases
async def test_a_message_is_blacked_out_everywhere(console: Console) -> None:
    seq = await furnish(console)
    agent = await console.logged_in("agent@resah.example")
    assert f'value="{seq}" class="quiet">Masquer définitivement' in await agent.page(ONE)
    page = await agent.page(f"{ONE}/blackout?seq={seq}")
    assert "Zéphirin Tartempion" in page
    response = await agent.post(f"{ONE}/blackout", seq=str(seq))
    assert response.status == 303, await response.text()

    assert "artempion" not in await everything(console)
    async with console.database.read() as session:
        event = await session.get(TranscriptEvent, ("one", seq))
        assert event is not None
        assert event.data["text"] == BLACKED_OUT
        assert event.data["parse_data"]["text"] == BLACKED_OUT
        assert event.data["parse_data"]["entities"] == []
        assert event.data["parse_data"]["intent"]["name"] == "mail_not_received"
        summary = await session.get(Summary, "one")
        assert summary is not None and summary.opening == BLACKED_OUT
        memory = await session.scalar(
            select(TranscriptEvent.data).where(
                TranscriptEvent.type == "slot", TranscriptEvent.turn == 1
            )
        )
        assert memory["value"]["region"] == "bretagne"
        done = (
            await session.execute(
                select(StaffAction.subject, StaffAction.detail).where(
                    StaffAction.action == "blacked_out"
                )
            )
        ).all()
    assert [tuple(row) for row in done] == [("one", "")]
    page = await agent.page(ONE)
    assert "[message masqué par l" in page
    assert "je n&#39;ai pas reçu le mail" in page
    assert shown(await agent.page("/resah/conversations?q=tartempion")) == []
    assert shown(await agent.page("/resah/conversations?q=mail")) == ["one"]
    # What was done is done.
    again = await agent.post(f"{ONE}/blackout", seq=str(seq))
    assert again.status == 400
    assert "déjà masqué" in await again.text()


async def test_no_file_of_the_database_holds_a_blacked_out_message(console: Console) -> None:
    seq = await furnish(console)
    agent = await console.logged_in("agent@resah.example")
    await agent.page(f"{ONE}/blackout?seq={seq}")
    path = console.database.engine.url.database
    assert path is not None
    assert (await agent.post(f"{ONE}/blackout", seq=str(seq))).status == 303
    for file in Path(path).parent.glob(f"{Path(path).name}*"):
        data = file.read_bytes().lower()
        for trace in ("tartempion", "rtempion", "zéphirin", "zephirin"):
            assert trace.encode() not in data, (file, trace)


async def test_only_what_somebody_typed_can_be_blacked_out(console: Console) -> None:
    await furnish(console)
    agent = await console.logged_in("agent@resah.example")
    for seq in ("", "x", "99999", "102"):
        assert (await agent.get(f"{ONE}/blackout?seq={seq}")).status == 400, seq
        assert (await agent.post(f"{ONE}/blackout", seq=seq)).status == 400, seq


async def test_a_reader_has_no_button(console: Console) -> None:
    seq = await furnish(console)
    reader = await console.logged_in("lectrice@resah.example")
    assert "Masquer définitivement" not in await reader.page(ONE)
    assert (await reader.get(f"{ONE}/blackout?seq={seq}")).status == 403


@on_both_databases
async def test_stored_conversations_are_masked_by_todays_rules(console: Console) -> None:
    await write(
        console.database,
        "old",
        [
            Said("mon mot de passe est Girafe77!", reply="Vous avez écrit Girafe77!",
                 memory={"detail": "mon mot de passe est Girafe77!", "region": "bretagne"}),
            Said("mon mdp c'est"),
            Said("Zebre1984"),
            Said("mot de passe oublié, marché 2024-153"),
        ],
    )  # fmt: skip
    async with console.database.write() as session:
        session.add(
            Rating(portal="resah", about="mailinblack", conversation_id=None, helpful=True,
                   comment="mdp : Girafe77!", at=now())
        )  # fmt: skip
    counts = await redact_stored(console.database)
    assert counts == {"messages": 2, "conversations": 1, "avis": 1}
    held = await everything(console)
    assert "irafe77" not in held and "ebre1984" not in held
    assert "mot de passe oublié, marché 2024-153" in held
    async with console.database.read() as session:
        if console.database.is_sqlite:
            stems = await session.scalar(text("SELECT group_concat(stems) FROM search_texts"))
            assert "girafe77" not in str(stems)
        rows = await session.scalars(
            select(StaffAction.detail).where(StaffAction.action == "redacted")
        )
        assert sorted(row.partition(",")[0] for row in rows) == ["1 avis", "2 messages"]
    assert await redact_stored(console.database) == {"messages": 0, "conversations": 0, "avis": 0}
