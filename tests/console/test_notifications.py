"""Staff are told by mail of what happens to tickets: who chose it, where they have a role."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import datetime, timedelta

import pytest
from sqlalchemy import func, select, update

from bot.content.live import current_content
from bot.desk.outbox import OutboxMail
from bot.desk.sender import OutboxSender
from bot.desk.thread import add_message, add_note, forget_tickets, open_ticket
from bot.desk.ticket_tables import Ticket
from bot.ground.clock import PARIS
from bot.ground.db import now
from bot.record.erasure import erase
from bot.staff.notice_mails import mail_due, morning_of
from bot.staff.notice_tables import KINDS, Notice, NoticeChoice, TicketEvent
from bot.staff.notices import forget_gone, gather
from bot.staff.tables import StaffGrant, StaffUser
from bot.staff.users import add_user, disable_user, number_of
from tests.console.conftest import Console, Open, Visitor, on_both_databases
from tests.support.mail import Mailbox, text_of

AGENT = "agent@resah.example"
CHIEF = "chef@resah.example"


@pytest.fixture
def mailbox() -> Iterator[Mailbox]:
    """A mail server."""
    box = Mailbox().start()
    yield box
    box.stop()


async def ticket(
    console: Console,
    reference: str,
    region: str = "bretagne",
    *,
    portal: str = "resah",
    topic: str = "Document manquant",
    conversation: str | None = None,
) -> None:
    """Have somebody open a ticket."""
    async with console.database.write() as session:
        row = Ticket(
            reference=reference, portal=portal, region=region, topic=topic,
            contact="camille@chu-exemple.example", conversation_id=conversation,
        )  # fmt: skip
        assert await open_ticket(session, row, "Bonjour, il me manque un document.", channel="mail")


async def answer(console: Console, reference: str) -> None:
    """Have the person add to their ticket."""
    async with console.database.write() as session:
        row = (await session.scalars(select(Ticket).where(Ticket.reference == reference))).one()
        await add_message(
            session, row, "Toujours rien.", channel="mail", sender="camille@chu-exemple.example"
        )


async def choose(visitor: Visitor, *kinds: str, portal: str = "resah") -> None:
    response = await visitor.post("/me/notices", **{f"{portal}.{kind}": "1" for kind in kinds})
    assert response.status == 303, await response.text()


async def tell(console: Console) -> list[tuple[str, str]]:
    """Look once, and return the mails that were written, oldest first."""
    async with console.database.read() as session:
        last = await session.scalar(select(func.max(OutboxMail.id))) or 0
    await gather(console.database, current_content(), console.settings)
    await mail_due(console.database, current_content(), console.settings)
    async with console.database.read() as session:
        rows = await session.scalars(
            select(OutboxMail).where(OutboxMail.id > last).order_by(OutboxMail.id)
        )
        return [(row.recipient, row.subject) for row in rows]


async def later(console: Console, minutes: int = 16) -> None:
    """Let time pass since the last mails."""
    async with console.database.write() as session:
        await session.execute(
            update(NoticeChoice).values(sent_at=now() - timedelta(minutes=minutes))
        )


@on_both_databases
async def test_a_new_ticket_is_told_in_its_region(open_console: Open, mailbox: Mailbox) -> None:
    console = await open_console(smtp_url=f"{mailbox.url}?starttls=never", smtp_urls={})
    async with console.database.write() as session:
        number = await number_of(session, AGENT)
        await session.execute(
            update(StaffGrant).where(StaffGrant.user_id == number).values(regions=["corse"])
        )
    await choose(await console.logged_in(AGENT), "new")
    await choose(await console.logged_in(CHIEF), "new")
    await choose(await console.logged_in("chef@woundwo.example"), "new", portal="woundwo")
    topic = "Un [lien](https://piege.example) de camille@chu-exemple.example"
    await ticket(console, "G-AAAA", "bretagne", topic=topic)
    assert await tell(console) == [(CHIEF, "Nouvelle demande G-AAAA — Espace Acheteur")]
    await OutboxSender(console.database, console.settings).send_due()
    (message,) = mailbox.to(CHIEF)
    text = text_of(message)
    assert message["From"] == "no-reply@resah.fr"
    assert "/console/resah/tickets/G-AAAA" in text and "Bretagne" in text
    assert "c…@chu-exemple.example" in text and "camille" not in text
    # Nothing of the person, and no link of theirs.
    assert "camille" not in str(message) and '<a href="https://piege' not in str(message)
    # Each event is told once.
    assert await tell(console) == []
    await later(console)
    assert await tell(console) == []
    await ticket(console, "G-BBBB", "corse")
    assert sorted(await tell(console)) == [
        (AGENT, "Nouvelle demande G-BBBB — Espace Acheteur"),
        (CHIEF, "Nouvelle demande G-BBBB — Espace Acheteur"),
    ]


@on_both_databases
async def test_what_comes_soon_after_comes_in_one_mail(console: Console) -> None:
    await choose(await console.logged_in(CHIEF), "new", "message")
    await ticket(console, "G-AAAA")
    assert len(await tell(console)) == 1
    await ticket(console, "G-BBBB")
    await ticket(console, "G-CCCC")
    # Another kind has a time of its own.
    await answer(console, "G-AAAA")
    assert await tell(console) == [
        (CHIEF, "Une réponse est arrivée sur la demande G-AAAA — Espace Acheteur")
    ]
    await later(console, minutes=14)
    assert await tell(console) == []
    await later(console)
    assert await tell(console) == [(CHIEF, "2 nouvelles demandes — Espace Acheteur")]
    async with console.database.read() as session:
        text = await session.scalar(select(OutboxMail.text).order_by(OutboxMail.id.desc()).limit(1))
        assert await session.scalar(select(func.count()).select_from(Notice)) == 0
    assert text is not None and "G-BBBB" in text and "G-CCCC" in text and "G-AAAA" not in text


async def test_a_broken_sentence_of_one_portal_stops_nobody_else(
    console: Console, monkeypatch: pytest.MonkeyPatch
) -> None:
    await choose(await console.logged_in(CHIEF), "new")
    await choose(await console.logged_in("chef@woundwo.example"), "new", portal="woundwo")
    await ticket(console, "G-AAAA")
    await ticket(console, "G-WOUN", "nord", portal="woundwo")
    broken = current_content().portals["resah"]
    with monkeypatch.context() as patch:
        patch.setitem(vars(broken), "say", lambda *_, **__: broken.render("{{ nowhere.to }}"))
        assert [recipient for recipient, _ in await tell(console)] == ["chef@woundwo.example"]
    # Nothing of it is lost meanwhile.
    assert [recipient for recipient, _ in await tell(console)] == [CHIEF]


@on_both_databases
async def test_an_assignment_is_told_to_who_did_not_take_it(console: Console) -> None:
    agent, chief = await console.logged_in(AGENT), await console.logged_in(CHIEF)
    await choose(agent, "assigned")
    await choose(chief, "assigned")
    async with console.database.read() as session:
        mine, boss = await number_of(session, AGENT), await number_of(session, CHIEF)
    for reference in ("G-AAAA", "G-BBBB"):
        await ticket(console, reference)
        await chief.page(f"/resah/tickets/{reference}")
    assert (await chief.post("/resah/tickets/G-AAAA/assign", to=str(mine))).status == 303
    assert (await chief.post("/resah/tickets/G-BBBB/assign", to=str(boss))).status == 303
    assert await tell(console) == [
        (AGENT, "La demande G-AAAA vous est attribuée — Espace Acheteur")
    ]
    # What went on to somebody else before it was told is nobody's news.
    await later(console)
    await chief.page("/resah/tickets/G-BBBB")
    assert (await chief.post("/resah/tickets/G-BBBB/assign", to=str(mine))).status == 303
    await chief.page("/resah/tickets/G-BBBB")
    assert (await chief.post("/resah/tickets/G-BBBB/assign", to="")).status == 303
    assert await tell(console) == []


@on_both_databases
async def test_an_answer_goes_to_whom_the_ticket_falls_and_notes_to_nobody(
    console: Console,
) -> None:
    for email in (AGENT, CHIEF):
        await choose(await console.logged_in(email), "message")
    await ticket(console, "G-AAAA")
    assert await tell(console) == []
    await answer(console, "G-AAAA")
    assert {recipient for recipient, _ in await tell(console)} == {AGENT, CHIEF}
    await later(console)
    async with console.database.write() as session:
        row = (await session.scalars(select(Ticket))).one()
        row.assigned_to = await number_of(session, AGENT)
        await add_note(session, row, "À rappeler.", author_id=1)
    assert await tell(console) == []
    await answer(console, "G-AAAA")
    assert [recipient for recipient, _ in await tell(console)] == [AGENT]


@on_both_databases
async def test_a_late_ticket_is_told_once_and_again_when_it_was_reopened(console: Console) -> None:
    await choose(await console.logged_in(CHIEF), "overdue")
    await ticket(console, "G-AAAA")
    # Woundwo promises no delay.
    await ticket(console, "G-WOUN", "nord", portal="woundwo")
    assert await tell(console) == []
    async with console.database.write() as session:
        await session.execute(update(Ticket).values(created_at=now() - timedelta(hours=49)))
    told = [(CHIEF, "La demande G-AAAA est en retard — Espace Acheteur")]
    assert await tell(console) == told
    await later(console)
    assert await tell(console) == []
    async with console.database.write() as session:
        again = now() - timedelta(hours=60)
        await session.execute(update(Ticket).values(reopened_at=again))
    assert await tell(console) == told
    await later(console)
    async with console.database.write() as session:
        await session.execute(
            update(Ticket).values(state="answered", reopened_at=now() - timedelta(hours=70))
        )
    assert await tell(console) == []
    # What is late for weeks was told, or is no news to who chose it since.
    async with console.database.write() as session:
        await session.execute(
            update(Ticket).values(state="open", reopened_at=now() - timedelta(days=20))
        )
    assert await tell(console) == []


async def test_the_title_of_the_list_tells_how_many_wait(console: Console) -> None:
    agent = await console.logged_in(AGENT)
    assert "<title>Demandes –" in await agent.page("/resah/tickets")
    for reference in ("G-AAAA", "G-BBBB", "G-CCCC"):
        await ticket(console, reference)
    await ticket(console, "G-WOUN", "nord", portal="woundwo")
    async with console.database.write() as session:
        answered = update(Ticket).where(Ticket.reference == "G-AAAA").values(state="answered")
        await session.execute(answered)
    # Whatever the list is narrowed to.
    assert "<title>(2) Demandes –" in await agent.page("/resah/tickets?state=closed")
    assert 'data-number="2"' in await agent.page("/resah/tickets/waiting")
    async with console.database.write() as session:
        number = await number_of(session, AGENT)
        grants = update(StaffGrant).where(StaffGrant.user_id == number)
        await session.execute(grants.values(regions=["corse"]))
    assert 'data-number="0"' in await agent.page("/resah/tickets/waiting")


def test_the_morning_begins_on_working_days() -> None:
    for day, hour, due in (
        (2, 7, False),
        (2, 8, True),
        (2, 20, True),
        (5, 9, False),
        (6, 9, False),
    ):
        moment = datetime(2026, 3, 2 + day, hour, 10, tzinfo=PARIS)
        assert (morning_of(moment) is not None) == due, moment


@on_both_databases
async def test_a_digest_comes_once_a_morning(
    console: Console, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(
        "bot.staff.notice_mails.morning_of", lambda moment: moment - timedelta(hours=1)
    )
    await choose(await console.logged_in(CHIEF), "digest")
    for reference in ("G-AAAA", "G-BBBB", "G-CCCC"):
        await ticket(console, reference)
    async with console.database.write() as session:
        number = await number_of(session, CHIEF)
        for reference, values in (
            ("G-AAAA", {"created_at": now() - timedelta(hours=72), "assigned_to": number}),
            ("G-CCCC", {"state": "closed"}),
        ):
            await session.execute(
                update(Ticket).where(Ticket.reference == reference).values(**values)
            )
    # Chosen today, it begins tomorrow.
    assert await tell(console) == []
    await later(console, minutes=24 * 60)
    subject = "Le point du matin\u00a0: 2 demandes à traiter — Espace Acheteur"
    assert await tell(console) == [(CHIEF, subject)]
    async with console.database.read() as session:
        text = await session.scalar(select(OutboxMail.text))
    assert text is not None
    # One of the two that came since is closed already.
    for words in ("**2** à traiter, dont **1** en retard", "**2** arrivées", "**1** à traiter qui"):
        assert words in text.replace("\u00a0", " ")
    assert await tell(console) == []


@on_both_databases
async def test_who_lost_the_role_or_the_account_is_told_nothing(console: Console) -> None:
    content, database = current_content(), console.database
    for email in (AGENT, CHIEF):
        await choose(await console.logged_in(email), "new")
    await ticket(console, "G-AAAA")
    await gather(database, content, console.settings)
    chief = await console.logged_in(CHIEF)
    async with database.read() as session:
        number = await number_of(session, AGENT)
    assert (await chief.post(f"/resah/users/{number}/remove")).status == 303
    await disable_user(database, CHIEF)
    # What was noted before is not sent either.
    assert await mail_due(database, content, console.settings) == 0
    await ticket(console, "G-BBBB")
    assert await tell(console) == []
    async with database.read() as session:
        assert (await session.scalars(select(Notice.id))).all() == []
        assert (await session.scalars(select(NoticeChoice.kind))).all() == []


async def test_choices_are_ones_own_and_of_ones_own_portals(console: Console) -> None:
    agent = await console.logged_in(AGENT)
    text = await agent.page("/me/notices")
    assert all(words in text for words in KINDS.values()) and "Woundwo" not in text
    await choose(agent, "new", "digest")
    await choose(agent, "new", portal="woundwo")
    async with console.database.read() as session:
        assert (await session.scalars(select(NoticeChoice.kind))).all() == []
    await agent.post("/me/notices", **{"resah.new": "1", "resah.nothing": "1", "woundwo.new": "1"})
    text = await agent.page("/me/notices?done=notices")
    assert "sont enregistrées" in text and text.count(" checked>") == 1
    assert " checked>" not in await (await console.logged_in(CHIEF)).page("/me/notices")
    await add_user(
        console.database, current_content(), email=AGENT, portal="woundwo", role="reader"
    )
    await choose(agent, "overdue", portal="woundwo")
    async with console.database.read() as session:
        rows = await session.execute(select(NoticeChoice.portal, NoticeChoice.kind))
        assert rows.all() == [("woundwo", "overdue")]


@on_both_databases
async def test_nothing_is_kept_of_a_ticket_that_is_gone(console: Console) -> None:
    await choose(await console.logged_in(CHIEF), "new")
    for reference in ("G-AAAA", "G-BBBB"):
        await ticket(console, reference)
    await gather(console.database, current_content(), console.settings)
    async with console.database.write() as session:
        row = (await session.scalars(select(Ticket).where(Ticket.reference == "G-AAAA"))).one()
        await forget_tickets(session, [row.id])
        await forget_gone(session)
        for table in (TicketEvent, Notice):
            assert (await session.scalars(select(table.reference))).all() == ["G-BBBB"]
    await erase(
        console.database, "camille@chu-exemple.example", portal=None,
        secret_key=console.settings.secret_key, var_dir=console.settings.var_dir,
    )  # fmt: skip
    async with console.database.read() as session:
        for table in (TicketEvent, Notice):
            assert (await session.scalars(select(table.reference))).all() == []
        assert await session.scalar(select(func.count()).select_from(StaffUser)) == 5
