"""Several agents at the same work: nobody's is undone without a word."""

from __future__ import annotations

import asyncio
import re

from sqlalchemy import select

from bot.desk.ticket_tables import Ticket
from bot.record.review_tables import Correction, Tag
from bot.record.summaries import Summary
from tests.console.conftest import Console, Visitor, on_both_databases
from tests.console.test_work import add_ticket
from tests.console.written import Said, write

ONE = "/resah/conversations/one"
TICKET = "/resah/tickets/G-ABCD"
TICKETS = "/resah/tickets"


async def two_agents(console: Console) -> tuple[Visitor, Visitor]:
    return (
        await console.logged_in("agent@resah.example"),
        await console.logged_in("chef@resah.example"),
    )


async def number_of(visitor: Visitor, email: str) -> str:
    found = re.search(rf'<option value="(\d+)"[^>]*>{email}<', await visitor.page(TICKET))
    assert found is not None
    return found[1]


@on_both_databases
async def test_the_second_agent_on_a_ticket_is_told_of_the_first(console: Console) -> None:
    await add_ticket(console.database, "G-ABCD", hours=5)
    first, second = await two_agents(console)
    me = await number_of(first, "agent@resah.example")
    other = await number_of(second, "chef@resah.example")
    assert (await first.post(f"{TICKET}/assign", to=me)).status == 303
    response = await second.post(f"{TICKET}/assign", to=other)
    text = await response.text()
    assert response.status == 409
    assert "passé avant vous : rien n’a été changé" in text
    assert "agent@resah.example a changé l’attribution : agent@resah.example" in text
    async with console.database.read() as session:
        assert await session.scalar(select(Ticket.assigned_to)) == int(me)
    # The page that came back is of the present state, so that they may go on.
    second.look(text)
    assert (await second.post(f"{TICKET}/state", state="answered")).status == 303
    response = await first.post(f"{TICKET}/state", state="closed")
    assert response.status == 409
    assert "chef@resah.example a changé l’état de la demande : répondue" in await response.text()
    text = await first.page(TICKET)
    history = text[text.index("Historique") :]
    assert "agent@resah.example a changé l’attribution" in history and "répondue" in history


@on_both_databases
async def test_many_tickets_are_given_and_closed_but_not_over_anothers_head(
    console: Console,
) -> None:
    for reference in ("G-AAAA", "G-BBBB", "G-CCCC"):
        await add_ticket(console.database, reference, hours=5, state="new")
    await add_ticket(console.database, "G-AUTR", hours=5, portal="woundwo", region="ouest")
    first, second = await two_agents(console)

    async def chosen(visitor: Visitor) -> dict[str, str]:
        return dict(re.findall(r'name="(t-G-\w{4})" value="(\w+)"', await visitor.page(TICKETS)))

    seen, stale = await chosen(first), await chosen(second)
    assert list(seen) == ["t-G-AAAA", "t-G-BBBB", "t-G-CCCC"]
    for fields in ({"do": "close"}, seen, {**seen, "do": "assign", "to": "4711"}):
        assert (await first.post(TICKETS, **fields)).status == 400
    me = re.search(r'<option value="(\d+)">agent@', await first.page(TICKETS))
    assert me is not None
    two = {name: seen[name] for name in list(seen)[:2]}
    fields = {**two, "do": "assign", "to": me[1], "from": "state=todo"}
    response = await first.post(TICKETS, **fields)
    assert response.status == 303 and "state=todo" in response.headers["Location"]
    others = {"t-G-AUTR": "x"}
    response = await second.post(TICKETS, **stale, **others, do="close")
    text = await second.page(response.headers["Location"].removeprefix("/console"))
    assert "passé avant vous sur G-AAAA G-BBBB" in text
    async with console.database.read() as session:
        rows = await session.execute(select(Ticket.reference, Ticket.state, Ticket.assigned_to))
        states = {reference: (state, to) for reference, state, to in rows}
    assert states["G-AAAA"] == states["G-BBBB"] == ("open", int(me[1]))
    assert states["G-CCCC"] == ("closed", None) and states["G-AUTR"][0] == "open"
    assert "close" in (await second.page("/resah/tickets/G-CCCC")).partition("Historique")[2]


async def test_a_ticket_goes_to_another_region_with_its_history(console: Console) -> None:
    await add_ticket(console.database, "G-ABCD", hours=5)
    first, second = await two_agents(console)
    await second.page(TICKET)
    await first.page(TICKET)
    for fields, status in (
        ({"region": "lune", "topic": "x"}, 400),
        ({"region": "bretagne", "topic": "Filtre MailInBlack"}, 400),
        ({"region": "corse", "topic": "x" * 201}, 400),
        ({"region": "corse", "topic": " Facture  perdue "}, 303),
    ):
        await first.page(TICKET)
        assert (await first.post(f"{TICKET}/move", **fields)).status == status, fields
    assert (await second.post(f"{TICKET}/state", state="closed")).status == 409
    text = await first.page(TICKET)
    assert "Facture perdue" in text and "changé la région ou le sujet de la demande : corse" in text
    async with console.database.read() as session:
        ticket = (await session.scalars(select(Ticket))).one()
    assert (ticket.region, ticket.topic) == ("corse", "Facture perdue")


@on_both_databases
async def test_of_two_at_the_same_moment_one_is_told(console: Console) -> None:
    await add_ticket(console.database, "G-ABCD", hours=5)
    first, second = await two_agents(console)
    await first.page(TICKET)
    await second.page(TICKET)
    responses = await asyncio.gather(
        first.post(f"{TICKET}/state", state="answered"),
        second.post(f"{TICKET}/state", state="closed"),
    )
    assert sorted(response.status for response in responses) == [303, 409]


@on_both_databases
async def test_the_second_agent_on_a_conversation_is_told_of_the_first(console: Console) -> None:
    await write(console.database, "one", [Said("au secours")])
    first, second = await two_agents(console)
    await first.page(ONE)
    await second.page(ONE)
    assert (await first.post(f"{ONE}/review", reviewed="1")).status == 303
    for name, fields in (("review", {"reviewed": "1"}), ("assign", {"to": ""})):
        response = await second.post(f"{ONE}/{name}", **fields)
        assert response.status == 409, name
        assert "agent@resah.example a marqué comme revue" in await response.text()
    assert (await second.post(f"{ONE}/review", reviewed="1", seen="")).status == 409


@on_both_databases
async def test_what_was_not_read_is_not_reviewed(console: Console) -> None:
    await write(console.database, "one", [Said("au secours", "greet", 0.3, "lost")])
    agent, _ = await two_agents(console)
    await agent.page(ONE)
    await write(console.database, "one", [Said("encore", "greet", 0.3, "lost")], first=2)
    assert (await agent.post(f"{ONE}/review", reviewed="1")).status == 409
    await agent.page(ONE)
    assert (await agent.post(f"{ONE}/review", reviewed="1")).status == 303
    assert ONE not in await agent.page("/resah/conversations?view=review")
    # It goes on after its review: it is to be reviewed again.
    await write(console.database, "one", [Said("toujours pas", "greet", 0.3, "lost")], first=3)
    assert ONE in await agent.page("/resah/conversations?view=review")
    assert "elle a continué" in await agent.page(ONE)
    async with console.database.read() as session:
        assert (await session.scalars(select(Summary.reviewed_at))).one() is None


@on_both_databases
async def test_tags_of_two_agents_add_up(console: Console) -> None:
    await write(console.database, "one", [Said("au secours")])
    first, second = await two_agents(console)
    await first.page(ONE)
    await second.page(ONE)
    await first.post(f"{ONE}/tags", tag="Urgent")
    await first.post(f"{ONE}/tags", tag="facture")
    await second.post(f"{ONE}/tags", tag="à  rappeler")
    await second.post(f"{ONE}/tags", tag="urgent")
    await first.post(f"{ONE}/tags/remove", tag="facture")
    assert (await second.post(f"{ONE}/tags/remove", tag="facture")).status == 303
    async with console.database.read() as session:
        assert set(await session.scalars(select(Tag.tag))) == {"urgent", "à rappeler"}
    for number in range(10):
        assert (await first.post(f"{ONE}/tags", tag=f"t{number}")).status == 303
    response = await first.post(f"{ONE}/tags", tag="treizième")
    text = await response.text()
    assert response.status == 400 and "Pas plus de 12" in text and 'value="treizième"' in text


async def test_every_form_keeps_the_list(console: Console) -> None:
    await write(console.database, "one", [Said("au secours", "greet", 0.3, "lost")])
    agent, _ = await two_agents(console)
    seq = re.search(r'name="seq" value="(\d+)"', await agent.page(ONE))
    assert seq is not None
    back = "view=review&topic=mailinblack"
    for name, fields in (
        ("note", {"text": "une note"}), ("tags", {"tag": "urgent"}), ("assign", {"to": ""}),
        ("tags/remove", {"tag": "urgent"}), ("review", {"reviewed": "1"}),
        ("correct", {"seq": seq[1], "meant": "mailinblack"}), ("correct/undo", {"seq": seq[1]}),
    ):  # fmt: skip
        await agent.page(ONE)
        response = await agent.post(f"{ONE}/{name}", **fields, **{"from": back})
        assert response.status == 303, name
        place = response.headers["Location"].removeprefix("/console")
        page = await agent.page(place)
        assert 'href="/console/resah/conversations?view=review&amp;topic=mailinblack"' in page
        assert '<input type="hidden" name="from" value="view=review&amp;topic=mailinblack">' in page
    response = await agent.post(f"{ONE}/note", text=" ", **{"from": back})
    assert "?view=review&amp;topic=mailinblack" in await response.text()


async def test_a_correction_is_one_and_can_be_taken_back(console: Console) -> None:
    await write(console.database, "one", [Said("au secours", "mailinblack")])
    agent, _ = await two_agents(console)
    page = await agent.page(ONE)
    seq = re.search(r'name="seq" value="(\d+)"', page)
    assert seq is not None
    # What only another portal's articles are about is not offered, nor taken.
    assert '<option value="password_reset"' in page
    assert '<option value="customer_number"' not in page
    assert (await agent.post(f"{ONE}/correct", seq=seq[1], meant="customer_number")).status == 400
    response = await agent.post(f"{ONE}/correct", seq=seq[1], meant="mailinblack")
    assert response.status == 400 and "déjà ce que l’assistant a compris" in await response.text()
    await agent.post(f"{ONE}/correct", seq=seq[1], meant="greet")
    assert "Retirer la correction" in await agent.page(ONE)
    assert (await agent.post(f"{ONE}/correct/undo", seq=seq[1])).status == 303
    async with console.database.read() as session:
        assert (await session.scalars(select(Correction))).all() == []


async def test_readers_see_notes_without_addresses(console: Console) -> None:
    await write(console.database, "one", [Said("au secours")])
    agent, _ = await two_agents(console)
    await agent.page(ONE)
    await agent.post(f"{ONE}/note", text="écrire à luc.petit@chu-exemple.example")
    assert "luc.petit@" in await agent.page(ONE)
    reader = await console.logged_in("lectrice@resah.example")
    text = await reader.page(ONE)
    assert "luc.petit@" not in text and "l…@chu-exemple.example" in text
