"""The person follows their request without an account: it shows theirs, and takes what they add."""

from __future__ import annotations

import re
from datetime import timedelta
from typing import Any

import pytest
from aiohttp import ClientResponse, FormData
from sqlalchemy import func, select, update

from bot.content.live import current_content
from bot.desk.follow_links import follow_address
from bot.desk.outbox import OutboxMail
from bot.desk.replies import Reply, add_reply
from bot.desk.thread import add_note, read_thread
from bot.desk.ticket_files import NewFile
from bot.desk.ticket_tables import Ticket
from bot.ground import limits
from bot.ground.db import now
from tests.console.conftest import Console, on_both_databases
from tests.console.test_work import CAMILLE, add_ticket

HEADERS = {"Accept": "text/html", "Sec-Fetch-Site": "same-origin"}


class Follower:
    """A person with the link."""

    def __init__(self, console: Console, path: str) -> None:
        self.console, self.path = console, path
        self.key = ""

    async def get(self, below: str = "", status: int = 200) -> str:
        client = (await self.console.visitor()).client
        response = await client.get(f"{self.path}{below}", headers={"Accept": "text/html"})
        text = await response.text()
        assert response.status == status, text
        if found := re.search(r'name="key" value="(\w+)"', text):
            self.key = found[1]
        return text

    async def post(
        self, below: str = "", *files: tuple[str, bytes], **fields: str
    ) -> ClientResponse:
        client = (await self.console.visitor()).client
        data = FormData(quote_fields=False, default_to_multipart=not below)
        for name, value in ({"key": self.key} | fields).items():
            data.add_field(name, value)
        for name, content in files:
            data.add_field("files", content, filename=name)
        headers = HEADERS | {"Sec-Fetch-Site": fields.pop("site", "same-origin")}
        return await client.post(
            f"{self.path}{below}", data=data, headers=headers, allow_redirects=False
        )


async def followed(console: Console, **values: Any) -> Follower:
    await add_ticket(console.database, "G-ABCD", hours=5, **{"state": "new", **values})
    return Follower(console, await link(console))


async def link(console: Console) -> str:
    async with console.database.read() as session:
        ticket = (await session.scalars(select(Ticket))).one()
    address = follow_address(ticket, console.settings)
    return address.removeprefix(console.settings.public_url)


async def change(console: Console, **values: Any) -> None:
    async with console.database.write() as session:
        await session.execute(update(Ticket).values(**values))


@on_both_databases
async def test_the_page_shows_what_is_the_persons(console: Console) -> None:
    person = await followed(console)
    portal = current_content().portal("resah")
    async with console.database.write() as session:
        ticket = (await session.scalars(select(Ticket))).one()
        secret = NewFile("interne.txt", "text/plain", b"secret")
        await add_note(session, ticket, "Client pénible.", author_id=1, files=[secret])
        guide = NewFile("guide.pdf", "application/pdf", b"%PDF-")
        await add_reply(
            session, ticket, portal, Reply("Voici.", "answered", 1, "a" * 32, "x", [guide])
        )
    text = await person.get()
    assert f"Écrire à {CAMILLE}" in text and "Voici." in text and "guide.pdf" in text
    assert "est écrite, mais le mail" in text
    for hidden in ("pénible", "interne.txt", "agent@resah.example", "chef@"):
        assert hidden not in text, hidden
    async with console.database.read() as session:
        thread = await read_thread(session, 1)
    [noted] = [e.files[0].id for e in thread if e.kind == "note"]
    [sent] = [e.files[0].id for e in thread if e.kind == "reply"]
    assert await person.get(f"/fichiers/{sent}") == "%PDF-"
    await person.get(f"/fichiers/{noted}", status=404)


@on_both_databases
async def test_a_message_reopens_and_reaches_the_region(console: Console) -> None:
    person = await followed(console, state="answered", answered_at=now())
    await person.get()
    for _ in range(2):
        response = await person.post("", ("capture.png", b"\x89PNG"), text="Toujours <b>rien</b>.")
        assert response.status == 303
    text = await person.get("?merci=message")
    assert "Votre message est ajouté" in text and "Toujours &lt;b&gt;rien" in text
    assert "de nouveau ouverte" in text and text.count("capture.png</a>") == 1
    async with console.database.read() as session:
        mail = (await session.scalars(select(OutboxMail))).one()
        assert (await session.scalars(select(Ticket.state))).one() == "open"
    assert mail.recipient == "bretagne@resah.example" and mail.reply_to == CAMILLE
    assert "Toujours" in (mail.text or "") and "G-ABCD" in mail.subject
    agent = await console.logged_in("agent@resah.example")
    text = await agent.page("/resah/tickets/G-ABCD")
    assert "par la page de suivi" in text and "capture.png" in text
    for fields, sentence in (
        ({"text": " "}, "est vide"), ({"text": "x" * 5001}, "dépasse 5000"),
        ({"text": "encore", "key": "x"}, "pas complet"),
    ):  # fmt: skip
        await person.get()
        response = await person.post("", **fields)
        assert response.status == 400 and sentence in await response.text()
    response = await person.post("", ("gros", b"x" * (10 * 1024**2 + 1)), text="Mon message.")
    text = await response.text()
    assert response.status == 400 and "10 Mo en tout" in text and "Mon message." in text


async def test_a_password_is_masked_before_it_is_kept(console: Console) -> None:
    person = await followed(console)
    await person.get()
    text = "Bonjour,\nMon mot de passe est Soleil2024! et ça ne marche pas.\nMerci"
    assert (await person.post("", text=text)).status == 303
    page = await person.get()
    assert "Soleil2024" not in page and "ça ne marche pas" in page
    async with console.database.read() as session:
        thread = await read_thread(session, 1)
        mail = (await session.scalars(select(OutboxMail))).one()
    assert thread[-1].text.splitlines()[::2] == ["Bonjour,", "Merci"]
    for kept in (thread[-1].text, mail.text or ""):
        assert "Soleil2024" not in kept
        assert "mot de passe masqué" in kept


@on_both_databases
async def test_it_is_settled_upon_a_confirmation_only(console: Console) -> None:
    person = await followed(console)
    text = await person.get("/regle")
    assert "plus rien à répondre" in text
    async with console.database.read() as session:
        assert (await session.scalars(select(Ticket.state))).one() == "new"
    assert (await person.post("/regle", site="cross-site")).status == 403
    for _ in range(2):
        assert (await person.post("/regle")).status == 303
    text = await person.get("?merci=regle")
    assert "la demande est close" in text and "Rouvrir avec un message" in text
    async with console.database.read() as session:
        assert (await session.scalars(select(Ticket.state))).one() == "closed"
        mail = (await session.scalars(select(OutboxMail))).one()
    assert "réglé" in mail.subject and mail.recipient == "bretagne@resah.example"


async def test_a_link_opens_its_ticket_for_its_person_alone(console: Console) -> None:
    person = await followed(console)
    await person.get()
    forged = Follower(console, person.path[:-3] + "abc")
    await forged.get(status=404)
    assert (await forged.post("", text="x")).status == 404
    await change(console, contact="autre@chu-exemple.example")
    assert "ne vaut plus" in await person.get(status=404)
    await change(console, contact=CAMILLE)
    await person.get()
    await change(console, links_from=now() + timedelta(seconds=1))
    await person.get(status=404)
    assert (await person.post("/regle")).status == 404
    # From before the link was made, however long ago that is.
    await change(console, links_from=now() - timedelta(minutes=5))
    await person.get()


async def test_staff_revoke_the_links(console: Console) -> None:
    person = await followed(console)
    agent = await console.logged_in("agent@resah.example")
    await agent.page("/resah/tickets/G-ABCD")
    # A link is dated in whole seconds.
    await change(console, links_from=None)
    assert (await agent.post("/resah/tickets/G-ABCD/links")).status == 303
    async with console.database.read() as session:
        assert (await session.scalars(select(Ticket.links_from))).one() is not None
    text = await agent.page("/resah/tickets/G-ABCD")
    assert "retiré les liens" in text
    await person.get(status=404)


async def test_messages_have_their_limits(
    console: Console, monkeypatch: pytest.MonkeyPatch
) -> None:
    person = await followed(console)
    few = limits.Limit("follow_up", 1, timedelta(hours=1), "ticket", share=1)
    monkeypatch.setattr("bot.web.help.follow_page.FOLLOW_UPS_PER_TICKET", few)
    await person.get()
    assert (await person.post("", text="un")).status == 303
    await person.get()
    response = await person.post("", text="deux fois trop")
    text = await response.text()
    assert response.status == 429 and "deux fois trop" in text and "pourra partir dès" in text
    async with console.database.read() as session:
        assert await session.scalar(select(func.count()).select_from(OutboxMail)) == 1
