"""Staff answer in the console: replies, saved texts, notes and files, and nothing typed is lost."""

from __future__ import annotations

import html
import re
from collections.abc import Iterator
from datetime import timedelta
from email.message import EmailMessage

import pytest
from aiohttp import ClientResponse, FormData
from sqlalchemy import func, select, update

from bot.desk.accounts import AccountRow
from bot.desk.sender import OutboxSender
from bot.desk.thread import add_message
from bot.desk.ticket_tables import Ticket
from bot.ground.db import Database, now
from bot.staff.tables import StaffAction, StaffSession
from tests.console.conftest import Console, Open, Visitor, on_both_databases
from tests.console.test_work import CAMILLE, add_ticket
from tests.support.mail import Mailbox

PATH = "/resah/tickets/G-ABCD"
TEXT = "Bonjour,\n\nLe *marché* [2019-069](x) est là.\n- point\n\nCordialement,\nL’équipe"
SECOND = "camille.bis@chu-exemple.example"


@pytest.fixture(scope="module")
def box() -> Iterator[Mailbox]:
    """A mail server of these tests alone."""
    mailbox = Mailbox().start()
    yield mailbox
    mailbox.stop()


@pytest.fixture(autouse=True)
def empty_box(box: Mailbox) -> None:
    """No mail of the test before, and nobody refused."""
    box.messages.clear()
    box.refused.clear()


async def prepared(visitor: Visitor, path: str = PATH) -> dict[str, str]:
    """Return what the page's form to answer holds."""
    text = await visitor.page(path)
    form = re.search(r'<form[^>]*class="stack wide answer">(.*?)</form>', text, re.DOTALL)
    assert form is not None, text
    fields = dict(re.findall(r'<input type="hidden" name="(\w+)" value="([^"]*)">', form[1]))
    shown = re.search(r'<textarea id="reply"[^>]*>(.*?)</textarea>', form[1], re.DOTALL)
    assert shown is not None
    return fields | {"reply": html.unescape(shown[1]), "state": "answered"}


async def send(
    visitor: Visitor, fields: dict[str, str], *files: tuple[str, bytes]
) -> ClientResponse:
    """Post the form as browsers do."""
    data = FormData(quote_fields=False, default_to_multipart=True)
    for name, value in fields.items():
        data.add_field(name, value)
    for name, content in files or (("", b""),):
        data.add_field("files", content, filename=name, content_type="application/octet-stream")
    return await visitor.client.post(
        f"/console{PATH}/reply", data=data, allow_redirects=False,
        headers={"Accept": "text/html", "Sec-Fetch-Site": "same-origin"},
    )  # fmt: skip


async def arrived(console: Console, box: Mailbox) -> list[EmailMessage]:
    """Send what waits, and return the mails that arrived."""
    await OutboxSender(console.database, console.settings).send_due()
    return list(box.messages)


async def one_ticket(open_console: Open, box: Mailbox) -> tuple[Console, Visitor]:
    console = await open_console(smtp_url=box.url)
    await add_ticket(console.database, "G-ABCD", hours=5, state="new")
    return console, await console.logged_in("agent@resah.example")


async def state_of(database: Database) -> Ticket:
    async with database.read() as session:
        return (await session.scalars(select(Ticket))).one()


@on_both_databases
async def test_a_reply_arrives_as_it_was_written(open_console: Open, box: Mailbox) -> None:
    console, agent = await one_ticket(open_console, box)
    fields = await prepared(agent)
    response = await send(agent, fields | {"reply": TEXT}, ("état.pdf", b"%PDF-1.4 \xff\r\n"))
    assert response.status == 303, await response.text()
    [mail] = await arrived(console, box)
    assert mail["From"] == "no-reply@resah.fr" and mail["To"] == CAMILLE
    assert mail["Reply-To"] == "bretagne@resah.example" and mail["Auto-Submitted"] is None
    assert "G-ABCD" in mail["Subject"] and mail["In-Reply-To"] is None
    plain, page = mail.get_body(("plain",)), mail.get_body(("html",))
    assert plain is not None and page is not None
    text = plain.get_content()
    assert text.replace("\r\n", "\n").startswith(TEXT) and "/suivi/" in text
    assert "*marché* [2019-069](x)" in page.get_content() and "<li>" not in page.get_content()
    [file] = mail.iter_attachments()
    assert file.get_filename() == "état.pdf" and file.get_content() == b"%PDF-1.4 \xff\r\n"
    ticket = await state_of(console.database)
    assert ticket.state == "answered" and ticket.answered_at is not None
    text = await agent.page(PATH)
    assert "Réponse</strong> de agent@resah.example" in text and "Mail parti" in text
    assert "état.pdf" in text and "répondu à la personne" in text
    link = re.search(r'href="/console(/resah/tickets/G-ABCD/files/\d+)"', text)
    assert link is not None
    handed = await agent.client.get(f"/console{link[1]}")
    assert await handed.read() == b"%PDF-1.4 \xff\r\n"
    assert handed.headers["Content-Disposition"].startswith("attachment;")
    # The second one belongs to the first, and to what the person wrote in between.
    async with console.database.write() as session:
        row = (await session.scalars(select(Ticket))).one()
        await add_message(
            session, row, "Merci !", channel="mail", sender=CAMILLE, mail_id="<m@chu.example>"
        )
    fields = await prepared(agent)
    assert (await send(agent, fields | {"reply": TEXT, "state": "waiting"})).status == 303
    second = (await arrived(console, box))[1]
    assert second["In-Reply-To"] == "<m@chu.example>"
    assert second["References"].split() == [mail["Message-ID"], "<m@chu.example>"]
    later = await state_of(console.database)
    assert later.state == "waiting" and later.answered_at == ticket.answered_at


@on_both_databases
async def test_a_reply_sent_twice_leaves_once(open_console: Open, box: Mailbox) -> None:
    console, agent = await one_ticket(open_console, box)
    fields = await prepared(agent)
    for _ in range(2):
        assert (await send(agent, fields | {"reply": TEXT})).status == 303
    assert len(await arrived(console, box)) == 1
    async with console.database.read() as session:
        actions = select(func.count()).where(StaffAction.action == "replied")
        assert await session.scalar(actions) == 1


async def test_a_stale_or_faulty_reply_comes_back(open_console: Open, box: Mailbox) -> None:
    console, agent = await one_ticket(open_console, box)
    fields = await prepared(agent)
    other = await console.logged_in("chef@resah.example")
    await other.page(PATH)
    assert (await other.post(f"{PATH}/state", state="closed")).status == 303
    response = await send(agent, fields | {"reply": TEXT, "state": "waiting"})
    text = await response.text()
    assert response.status == 409 and "chef@resah.example a changé l’état" in text
    assert "Le *marché* [2019-069](x)" in text
    assert re.search(r'value="waiting" checked', text)
    fields = await prepared(agent)
    # The person wrote meanwhile: that is worth reading first.
    async with console.database.write() as session:
        row = (await session.scalars(select(Ticket))).one()
        await add_message(session, row, "C’est réglé.", channel="page", sender=CAMILLE)
    assert (await send(agent, fields | {"reply": TEXT})).status == 409
    fields = await prepared(agent)
    for change, sentence in (
        ({"reply": " "}, "La réponse est vide"),
        ({}, "La réponse est vide"),
        ({"reply": "é" * 10_001}, "dépasse 10000"),
        ({"reply": TEXT, "state": "new"}, "Choisissez ce que devient"),
    ):
        response = await send(agent, fields | change)
        text = await response.text()
        assert response.status == 400 and sentence in text, sentence
        assert html.escape(change.get("reply", fields["reply"]).strip(), quote=False) in text
    large = await send(agent, fields | {"reply": TEXT}, ("gros.bin", b"x" * (10 * 1024**2 + 1)))
    text = await large.text()
    assert large.status == 400 and "10 Mo en tout" in text and "Le *marché*" in text
    assert "Choisissez de nouveau vos fichiers" in text
    many = [(f"{number}.txt", b"x") for number in range(6)]
    assert (await send(agent, fields | {"reply": TEXT}, *many)).status == 400
    assert await arrived(console, box) == []


async def test_files_are_taken_where_a_form_has_them_and_nowhere_else(
    open_console: Open, box: Mailbox
) -> None:
    _, agent = await one_ticket(open_console, box)
    fields = await prepared(agent)
    data = FormData(quote_fields=False, default_to_multipart=True)
    for name, value in (fields | {"text": "note"}).items():
        data.add_field(name, value)
    headers = {"Accept": "text/html", "Sec-Fetch-Site": "same-origin"}
    response = await agent.client.post(f"/console{PATH}/note", data=data, headers=headers)
    assert response.status == 415
    huge = await send(agent, fields, ("gros.bin", b"x" * (31 * 1024**2)))
    assert huge.status == 413
    broken = await agent.client.post(
        f"/console{PATH}/reply", data=b"--x\r\nrien", allow_redirects=False,
        headers={**headers, "Content-Type": "multipart/form-data; boundary=y"},
    )  # fmt: skip
    assert broken.status in (400, 403)


@on_both_databases
async def test_a_refused_reply_is_sent_to_another_address(open_console: Open, box: Mailbox) -> None:
    console, agent = await one_ticket(open_console, box)
    box.refused[CAMILLE] = "550 5.1.1 No such user"
    assert (await send(agent, await prepared(agent) | {"reply": TEXT})).status == 303
    assert await arrived(console, box) == []
    text = await agent.page(PATH)
    assert "la personne n’a rien reçu" in text and "cette boîte n’existe pas" in text
    entry = re.search(r'name="entry" value="(\d+)"', text)
    assert entry is not None
    for typed in ("pas une adresse", f"{SECOND}, {CAMILLE}"):
        response = await agent.post(f"{PATH}/resend", entry=entry[1], address=typed)
        page = await response.text()
        assert response.status == 400 and "une seule adresse" in page and typed in page
        await agent.page(PATH)
    response = await agent.post(f"{PATH}/resend", entry=entry[1], address=f" {SECOND.upper()} ")
    assert response.status == 303
    [mail] = await arrived(console, box)
    assert mail["To"] == SECOND
    assert (await state_of(console.database)).contact == SECOND
    text = await agent.page(PATH)
    assert f"Réponse à {SECOND}" in text and "Mail parti" in text and "/resend" not in text
    again = {"entry": entry[1], "address": SECOND, "seen": agent.seen[f"{PATH}/state"]}
    assert (await agent.post(f"{PATH}/resend", **again)).status == 400


async def test_a_saved_reply_takes_its_place_in_the_text(open_console: Open, box: Mailbox) -> None:
    console, agent = await one_ticket(open_console, box)
    async with console.database.write() as session:
        session.add(
            AccountRow(
                portal="resah",
                email=CAMILLE,
                address=CAMILLE,
                name="Camille Martin",
                status="active",
            )
        )
    for text, sentence in (
        ("Voir {numero}.", "« {numero} » n’existe pas"),
        ("", "un titre et un texte"),
    ):
        response = await agent.post("/resah/replies", title="Guide", text=text)
        page = await response.text()
        assert response.status == 400 and sentence in html.unescape(page)
        assert 'value="Guide"' in page and text in html.unescape(page)
    text = "Bien reçu {name}, demande {reference} sur {portal} : réponse en {delay}."
    assert (await agent.post("/resah/replies", title="Guide", text=text)).status == 303
    response = await agent.post("/resah/replies", title="guide", text=text)
    assert response.status == 400 and "déjà ce titre" in await response.text()
    fields = await prepared(agent)
    assert fields["reply"].startswith("Bonjour Camille Martin,")
    assert fields["reply"].endswith("Cordialement,\nL’équipe de l’Espace Acheteur")
    [number] = re.findall(r'<option value="(\d+)">Guide<', await agent.page(PATH))
    response = await send(agent, fields | {"insert": "1", "saved": number, "state": "closed"})
    page = html.unescape(await response.text()).replace("\xa0", " ")
    assert response.status == 200 and 'value="closed" checked' in page
    assert (
        "Bonjour Camille Martin,\n\nBien reçu Camille Martin, demande G-ABCD sur Espace Acheteur :"
        " réponse en 48 heures.\n\nCordialement,\nL’équipe de l’Espace Acheteur</textarea>"
    ) in page
    assert (await send(agent, fields | {"insert": "1", "saved": ""})).status == 400
    assert await arrived(console, box) == []
    # Others' are not theirs.
    other = await console.logged_in("agent@woundwo.example")
    assert "Guide" not in await other.page("/woundwo/replies")
    await other.page(f"/woundwo/replies?id={number}", status=404)
    response = await other.post("/woundwo/replies", id=number, title="Vol", text="x")
    assert response.status == 400
    await other.post("/woundwo/replies/remove", id=number)
    assert "Guide" in await agent.page("/resah/replies")
    assert (await agent.post("/resah/replies/remove", id=number)).status == 303
    assert "Guide" not in await agent.page("/resah/replies")


async def test_a_note_is_added_whatever_others_did(open_console: Open, box: Mailbox) -> None:
    console, agent = await one_ticket(open_console, box)
    fields = await prepared(agent)
    other = await console.logged_in("chef@resah.example")
    await other.page(PATH)
    await other.post(f"{PATH}/state", state="answered")
    for _ in range(2):
        response = await agent.post(
            f"{PATH}/note", text="Vu avec luc@ch.example", key=fields["key"]
        )
        assert response.status == 303
    response = await agent.post(f"{PATH}/note", text=" ", key=fields["key"])
    assert response.status == 400
    assert (await state_of(console.database)).state == "answered"
    text = await agent.page(PATH)
    assert text.count("Vu avec luc@ch.example") == 1 and "Note entre nous" in text
    reader = await console.logged_in("lectrice@resah.example")
    text = await reader.page(PATH)
    assert "Vu avec l…@ch.example" in text and CAMILLE not in text and "<textarea" not in text


async def test_a_session_that_ended_gives_the_reply_back(open_console: Open, box: Mailbox) -> None:
    console, agent = await one_ticket(open_console, box)
    fields = await prepared(agent)
    async with console.database.write() as session:
        await session.execute(update(StaffSession).values(expires_at=now() - timedelta(hours=1)))
    response = await send(agent, fields | {"reply": TEXT})
    page = await response.text()
    assert response.status == 401 and "est gardé" in page
    kept = re.search(r'name="kept" value="([^"]+)"', page)
    assert kept is not None
    agent.look(page)
    await agent.post(
        "/login", email="agent@resah.example", password="soleil-levant-2024", kept=kept[1]
    )
    assert "Le *marché* [2019-069](x)" in await agent.page(PATH)
