"""Mails in a ticket's thread: folded, marked, masked for readers, and never markup."""

from __future__ import annotations

import html
import re
from pathlib import Path

from sqlalchemy import select

from bot.content.live import current_content
from bot.desk.incoming.taking import Intake, Taken
from bot.desk.outbox import Mail, OutboxMail, enqueue
from bot.desk.thread import add_message
from bot.desk.ticket_files import NewFile
from bot.desk.ticket_tables import Ticket
from tests.console.conftest import Console, on_both_databases
from tests.console.test_work import CAMILLE, add_ticket

CORPUS = Path(__file__).parents[1] / "browser" / "injections.txt"
PATH = "/resah/tickets/G-ABCD"


async def take(console: Console, text: str, **more: str) -> Taken:
    """Take a mail of Camille's, or of somebody else's."""
    kind = more.pop("kind", "text/plain")
    headers = {
        "From": CAMILLE, "Subject": "Re: G-ABCD", "Message-ID": "<m@chu-exemple.example>",
        "Content-Type": f"{kind}; charset=utf-8",
        **{name.replace("_", "-"): value for name, value in more.items()},
    }  # fmt: skip
    lines = [f"{name}: {value}" for name, value in headers.items()]
    intake = Intake(console.database, current_content(), console.settings)
    raw = "\n".join([*lines, "", text]).encode()
    return await intake.take(raw, current_content().portals["resah"])


def words(page: str) -> list[str]:
    """Return the texts of a thread as they are read."""
    return [html.unescape(text) for text in re.findall(r'<p class="words">(.*?)</p>', page, re.S)]


@on_both_databases
async def test_what_is_new_is_shown_and_the_whole_mail_on_demand(console: Console) -> None:
    await add_ticket(console.database, "G-ABCD", hours=5, state="answered")
    quoted = "> écrivez à autre.personne@ch-exemple.example\n> Merci"
    mail = f"Toujours rien.\n\nCordialement,\nCamille\n\nLe 3 nov. à 10:00, X a écrit :\n{quoted}"
    assert (await take(console, mail)).outcome == "added"
    agent = await console.logged_in("agent@resah.example")
    page = await agent.page(PATH)
    assert "Toujours rien." in words(page) and mail.strip() in words(page)
    assert "<summary>Voir le mail entier" in page and "par mail" in page
    reader = await console.logged_in("lectrice@resah.example")
    page = await reader.page(PATH)
    assert "Toujours rien." in words(page)
    assert "autre.personne@" not in page and CAMILLE not in page


@on_both_databases
async def test_subjects_and_names_of_files_are_masked_for_readers(console: Console) -> None:
    await add_ticket(console.database, "G-ABCD", hours=5)
    other = "autre.personne@ch-exemple.example"
    subject = f"Compte de {other}"
    opened = await take(console, "Voici.", Subject=subject, Message_ID="<s@x.example>")
    async with console.database.write() as session:
        query = select(Ticket).where(Ticket.reference == opened.reference)
        ticket = (await session.scalars(query)).one()
        file = NewFile(f"{other}.pdf", "application/pdf", b"%PDF-")
        await add_message(session, ticket, "x", channel="mail", sender=CAMILLE, files=[file])
        mail = Mail("resah", "ticket", "bretagne@resah.example", subject, "Texte")
        await enqueue(session, mail, sender="no-reply@resah.fr", key="c-G-ABCD:m1:handover")
    one = f"/resah/tickets/{opened.reference}"
    agent = await console.logged_in("agent@resah.example")
    reader = await console.logged_in("lectrice@resah.example")
    assert f"{other}.pdf" in await agent.page(one)
    for path in (one, "/resah/tickets?regions=all"):
        assert subject in await agent.page(path), path
    for path in (one, "/resah/tickets?regions=all", "/resah/conversations/c-G-ABCD"):
        page = await reader.page(path)
        assert other not in page and "Compte de a…@ch-exemple.example" in page, path
    assert "a…@ch-exemple.example" in re.sub(r"Compte de \S+", "", await reader.page(one))
    # Whom mails went to is masked for all.
    page = await agent.page("/resah/mails")
    assert other not in page and "Compte de a…@ch-exemple.example" in page


async def test_who_wrote_is_told(console: Console) -> None:
    await add_ticket(console.database, "G-ABCD", hours=5, state="answered")
    await take(console, "Absente.", Auto_Submitted="auto-replied")
    agent = await console.logged_in("agent@resah.example")
    page = await agent.page(PATH)
    assert "Réponse automatique" in page and "Message de la personne" not in page
    stranger = await take(
        console, "Fermez-la.", From="paul@autre.example", Message_ID="<n@autre.example>"
    )
    page = await agent.page(f"/resah/tickets/{stranger.reference}")
    assert "Ce mail cite la demande" in page and PATH in page
    assert "Fermez-la." not in await agent.page(PATH)


async def test_nothing_in_a_mail_is_markup(console: Console) -> None:
    await add_ticket(console.database, "G-ABCD", hours=5, state="answered")
    corpus = CORPUS.read_text("utf-8").splitlines()
    numbers = range(0, len(corpus), 40)
    for number in numbers:
        piece = "\n".join(corpus[number : number + 40])
        for kind in ("plain", "html"):
            name = f"<{number}{kind}@x.example>"
            await take(console, piece, Message_ID=name, kind=f"text/{kind}")
    hostile = await take(
        console, "x", Subject=corpus[0], From=f'"{corpus[1]}" <eve@x.example>',
        Message_ID="<own@x.example>",
    )  # fmt: skip
    agent = await console.logged_in("agent@resah.example")
    for path in (PATH, f"/resah/tickets/{hostile.reference}", "/resah/tickets"):
        page = await agent.page(path)
        assert "window.hit" not in re.sub(r"(?s)&lt;.*?(?=<)|[^<>]*", "", page)
        for tag in re.findall(r"<[a-z][^>]*>", page):
            # What stands in a field again is text within quotes that it cannot close.
            bare = re.sub(r'"[^"<>]*"', '""', tag)
            assert "window.hit" not in bare and not re.search(r"\son\w+\s*=", bare), tag
    assert [text for text in words(await agent.page(PATH)) if "<script>window.hit=1" in text]


@on_both_databases
async def test_a_region_is_told_once_of_a_mails_request_that_it_gets(console: Console) -> None:
    opened = await take(console, "Je n’ai plus accès.", From="eve@x.example", Subject="Accès")
    more = {"From": "eve@x.example", "Subject": f"Re: {opened.reference}"}
    await take(console, "Et c’est urgent.", Message_ID="<m2@x.example>", **more)
    agent = await console.logged_in("agent@resah.example")
    path = f"/resah/tickets/{opened.reference}"
    for region in ("bretagne", "corse"):
        await agent.page(path)
        assert (await agent.post(f"{path}/move", region=region, topic="Accès")).status == 303
    async with console.database.read() as session:
        rows = await session.scalars(select(OutboxMail).where(OutboxMail.kind == "ticket"))
        (mail,) = rows.all()
    assert mail.recipient == "bretagne@resah.example" and mail.reply_to == "eve@x.example"
    assert "nouvelle demande" in mail.subject and "Et c’est urgent." in (mail.text or "")
