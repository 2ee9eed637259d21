"""What one key does can be undone, by whoever did it and while nothing else happened."""

from __future__ import annotations

import re
from datetime import timedelta

import pytest
from aiohttp import ClientResponse
from sqlalchemy import select, update

from bot.desk.ticket_tables import STATE_NAMES, Ticket
from bot.ground.db import now
from bot.record.summaries import Summary
from bot.staff.tables import StaffAction
from tests.console.conftest import Console, Visitor, on_both_databases
from tests.console.test_kept import hidden
from tests.console.test_notifications import answer, ticket
from tests.console.written import Said, write

PATH = "/resah/tickets/G-AAAA"
LIST = {"from": "state=todo"}
UNDO = re.compile(r'<form method="post" action="/console([^"]*)" class="undo">(.*?)</form>')


async def follow(visitor: Visitor, response: ClientResponse) -> str:
    assert response.status == 303, await response.text()
    return await visitor.page(response.headers["Location"].removeprefix("/console"))


async def facts(console: Console) -> tuple[object, ...]:
    async with console.database.read() as session:
        row = (await session.scalars(select(Ticket))).one()
    return row.state, row.reopened_at, row.answered_at


@on_both_databases
@pytest.mark.parametrize("state", ["new", "open"])
async def test_a_ticket_is_again_what_it_was(console: Console, state: str) -> None:
    await ticket(console, "G-AAAA")
    async with console.database.write() as session:
        opened = now() - timedelta(hours=5)
        await session.execute(update(Ticket).values(state=state, reopened_at=opened))
    before = await facts(console)
    agent = await console.logged_in("agent@resah.example")
    await agent.page(PATH)
    page = await follow(agent, await agent.post(f"{PATH}/state", state="answered", **LIST))
    assert 'data-key="z">Annuler</button>' in page and (await facts(console))[0] == "answered"
    response = await agent.post(f"{PATH}/undo", undo=hidden(page, "undo"), **LIST)
    # The list from which it was opened is kept.
    assert "from=state%3Dtodo" in response.headers["Location"]
    page = await follow(agent, response)
    assert "C’est annulé" in page and "Annuler</button>" not in page
    assert await facts(console) == before
    async with console.database.read() as session:
        done = select(StaffAction.detail).where(StaffAction.action == "ticket")
        details = (await session.scalars(done.order_by(StaffAction.id))).all()
    assert details == ["répondue", f"annulé : de nouveau {STATE_NAMES[state]}"]


@on_both_databases
async def test_what_others_did_meanwhile_stays(console: Console) -> None:
    await ticket(console, "G-AAAA")
    agent = await console.logged_in("agent@resah.example")
    await agent.page(PATH)
    page = await follow(agent, await agent.post(f"{PATH}/state", state="closed"))
    sealed = hidden(page, "undo")
    await answer(console, "G-AAAA")
    response = await agent.post(f"{PATH}/undo", undo=sealed)
    assert response.status == 409 and (await facts(console))[0] == "open"
    assert "Annuler</button>" not in await response.text()


async def test_nobody_elses_and_no_other_ticket_is_undone(console: Console) -> None:
    for reference in ("G-AAAA", "G-BBBB"):
        await ticket(console, reference)
    agent = await console.logged_in("agent@resah.example")
    chief = await console.logged_in("chef@resah.example")
    await agent.page(PATH)
    page = await follow(agent, await agent.post(f"{PATH}/state", state="closed"))
    sealed = hidden(page, "undo")
    await chief.page(PATH)
    await agent.page("/resah/tickets/G-BBBB")
    for visitor, path, text in (
        (chief, PATH, sealed), (agent, "/resah/tickets/G-BBBB", sealed),
        (agent, PATH, sealed[:-4] + "AAAA"), (agent, PATH, ""),
    ):  # fmt: skip
        await visitor.page(path)
        seen = visitor.seen[f"{path}/state"]
        response = await visitor.post(f"{path}/undo", undo=text, seen=seen)
        assert response.status == 400 and "Trop tard pour annuler" in await response.text()
    async with console.database.read() as session:
        states = dict((await session.execute(select(Ticket.reference, Ticket.state))).all())
    assert states == {"G-AAAA": "closed", "G-BBBB": "new"}


@on_both_databases
async def test_a_review_is_taken_back_from_page_and_list(console: Console) -> None:
    await write(console.database, "one", [Said("xqzt vbnm plof")])
    agent = await console.logged_in("agent@resah.example")

    async def reviewed() -> bool:
        async with console.database.read() as session:
            return await session.scalar(select(Summary.reviewed_at)) is not None

    for start, path, extra in (
        ("/resah/conversations/one", "/resah/conversations/one/review", {}),
        ("/resah/conversations", "/resah/conversations/one/review", {"back": "topic="}),
    ):
        await agent.page(start)
        page = await follow(agent, await agent.post(path, reviewed="1", **extra))
        assert await reviewed()
        form = re.search(
            r'<form method="post" action="/console([^"]*)" class="undo">(.*?)</form>', page
        )
        assert form is not None and form[1] == path
        fields = dict(re.findall(r'name="(\w+)" value="([^"]*)"', form[2]))
        fields.pop("form_token")
        page = await follow(agent, await agent.post(path, **fields))
        assert "est de nouveau à revoir" in page and 'class="undo"' not in page
        assert not await reviewed()


async def test_a_reader_is_offered_nothing_to_undo(console: Console) -> None:
    await write(console.database, "one", [Said("bonjour")])
    reader = await console.logged_in("lectrice@resah.example")
    for path in (
        "/resah/conversations/one?done=reviewed",
        "/resah/conversations?done=reviewed&undo=one",
    ):
        assert 'class="undo"' not in await reader.page(path)
