"""Tickets, mails, accounts, and conversations as tests."""

from __future__ import annotations

import html
import re
from datetime import timedelta
from typing import Any
from urllib.parse import quote

import pytest
from sqlalchemy import select, update

from bot.content.live import current_content
from bot.desk.accounts import AccountRow
from bot.desk.outbox import Mail, OutboxMail, enqueue
from bot.desk.privacy import fingerprint
from bot.desk.resets import ResetToken
from bot.desk.thread import open_ticket
from bot.desk.ticket_tables import Ticket, TicketEntry
from bot.ground.db import Database, now
from bot.ground.yaml_text import parse_yaml
from bot.record.summaries import ConversationAddress
from bot.staff.users import add_user, number_of
from tests.console.conftest import Console, on_both_databases
from tests.console.written import Said, write
from tests.dialogues.scripted import _conversation

CAMILLE = "camille@chu-exemple.example"


async def add_ticket(database: Database, reference: str, *, hours: int, **values: Any) -> None:
    moment = now() - timedelta(hours=hours)
    conversation = f"c-{reference}"
    await write(database, conversation, [Said("au secours")])
    async with database.write() as session:
        ticket = Ticket(
            **{
                "reference": reference, "portal": "resah", "conversation_id": conversation,
                "region": "bretagne", "topic": "Filtre MailInBlack", "contact": CAMILLE,
                "created_at": moment, "updated_at": moment, "state": "open", **values,
            }
        )  # fmt: skip
        session.add(ticket)
        await session.flush()
        session.add(
            TicketEntry(
                ticket_id=ticket.id, request_key=f"{conversation}:m1:handover",
                kind="handover", channel="chat",
                region=ticket.region, contact=ticket.contact,
                text=f"Écrire à {CAMILLE}", details={}, created_at=moment,
            )
        )  # fmt: skip


@on_both_databases
async def test_tickets_come_open_first_the_oldest_at_the_top(console: Console) -> None:
    for reference, hours, values in (
        ("G-NEUF", 1, {}),
        ("G-VIEX", 60, {}),
        ("G-FERM", 90, {"state": "closed"}),
        ("G-REPN", 80, {"state": "answered"}),
        ("G-AUTR", 2, {"portal": "woundwo", "region": "ouest"}),
        ("G-CRSE", 3, {"region": "corse"}),
    ):
        await add_ticket(console.database, reference, hours=hours, **values)
    agent = await console.logged_in("agent@resah.example")
    text = await agent.page("/resah/tickets")
    order = re.findall(r'data-open href="/console/resah/tickets/([\w-]+)[?"]', text)
    assert order == ["G-VIEX", "G-CRSE", "G-NEUF", "G-REPN", "G-FERM"]
    text = text.replace("\xa0", " ")
    assert "60 h : en retard (promis en 48 heures)" in text
    assert "1 h : reste 46 h" in text
    text = await agent.page("/resah/tickets?state=closed")
    assert re.findall(r'data-open href="[^"?]+/([\w-]+)[?"]', text) == ["G-FERM"]
    await agent.page("/resah/tickets?state=perdu", status=400)
    # Whose region is Corsica sees that one, and the others on demand.
    await add_user(
        console.database, current_content(), email="agent@resah.example", portal="resah",
        role="agent", regions=("corse",),
    )  # fmt: skip
    text = await agent.page("/resah/tickets")
    assert re.findall(r'data-open href="[^"?]+/([\w-]+)[?"]', text) == ["G-CRSE"]
    assert "G-VIEX" in await agent.page("/resah/tickets?regions=all")
    assert "<strong>1</strong> demande" in await agent.page("/resah/")


async def test_a_ticket_is_answered_assigned_closed_and_reopened(console: Console) -> None:
    await add_ticket(console.database, "G-ABCD", hours=5, topic="Perdu & « sans » mail ?")
    agent = await console.logged_in("agent@resah.example")
    path = "/resah/tickets/G-ABCD"
    text = await agent.page(path)
    assert f"Écrire à {CAMILLE}" in text and "/console/resah/conversations/c-G-ABCD" in text
    for state, words in (
        ("answered", "répondue"), ("closed", "close"), ("open", "en cours"),
    ):  # fmt: skip
        response = await agent.post(f"{path}/state", state=state)
        assert f"?done={state}&undo=" in response.headers["Location"]
        assert f"<dd>{words}</dd>" in await agent.page(path)
    assert (await agent.post(f"{path}/state", state="perdu")).status == 400
    people = re.findall(r'<option value="(\d+)"[^>]*>([^<]+@[^<]+)<', text)
    assert [email for _, email in people] == ["agent@resah.example", "chef@resah.example"]
    assert (await agent.post(f"{path}/assign", to=people[0][0])).status == 303
    assert "G-ABCD" in await agent.page("/resah/tickets?mine=1&regions=all")
    await agent.page(path)
    response = await agent.post(f"{path}/assign", to="12345")
    assert response.status == 400
    assert "ne travaille pas" in await response.text()


async def test_a_reader_does_not_learn_whom_to_answer(console: Console) -> None:
    await add_ticket(console.database, "G-ABCD", hours=5)
    reader = await console.logged_in("lectrice@resah.example")
    text = await reader.page("/resah/tickets/G-ABCD")
    assert CAMILLE not in text and "c…@chu-exemple.example" in text


async def add_mail(database: Database, key: str, **values: Any) -> int:
    mail = Mail("resah", values.pop("kind", "ticket"), values.pop("to", CAMILLE), key, "Texte")
    async with database.write() as session:
        await enqueue(session, mail, sender="no-reply@resah.fr", key=key)
        await session.execute(
            update(OutboxMail).where(OutboxMail.key == key).values(**values or {"attempts": 0})
        )
        number: int | None = await session.scalar(
            select(OutboxMail.id).where(OutboxMail.key == key)
        )
    assert number is not None
    return number


@on_both_databases
async def test_mails_are_retried_and_discarded(console: Console) -> None:
    database = console.database
    error = f"SMTPRecipientsRefused: <{CAMILLE}> inconnu"
    failed = await add_mail(database, "en-echec", state="failed", error=error, attempts=12)
    gone = await add_mail(database, "sans-texte", kind="reset", state="failed", text=None)
    sent = await add_mail(database, "envoye", state="sent", sent_at=now())
    waiting = await add_mail(database, "attend", to="bretagne@resah.example")
    agent = await console.logged_in("agent@resah.example")
    text = await agent.page("/resah/mails")
    assert CAMILLE not in text and "c…@chu-exemple.example" in text
    assert "bretagne@resah.example" in text and "inconnu (12 essais)" in text
    assert "doit redemander une réinitialisation" in text
    text = await agent.page("/resah/mails?state=failed")
    assert "en-echec" in text and "envoye" not in text
    await agent.page("/resah/mails?state=perdu", status=400)
    for number, name, status in (
        (failed, "retry", 303), (gone, "retry", 400), (sent, "retry", 400), (sent, "discard", 400),
        (waiting, "discard", 303), (waiting, "retry", 400), (gone, "discard", 303),
        (999, "retry", 404),
    ):  # fmt: skip
        response = await agent.post(f"/resah/mails/{number}/{name}")
        assert response.status == status, (number, name)
    async with database.read() as session:
        rows = {row.key: row for row in await session.scalars(select(OutboxMail))}
    assert (rows["en-echec"].state, rows["en-echec"].attempts) == ("waiting", 0)
    assert (rows["attend"].state, rows["attend"].text) == ("discarded", "Texte")
    assert (rows["envoye"].state, rows["sans-texte"].state) == ("sent", "discarded")


async def add_account(database: Database, **values: Any) -> int:
    async with database.write() as session:
        row = AccountRow(**{"portal": "resah", "email": CAMILLE, "address": CAMILLE, **values})
        session.add(row)
        await session.flush()
        return row.id


@pytest.mark.parametrize(
    ("accounts", "sentence"),
    [
        ([], "Aucun compte de ce portail"),
        ([{"status": "pending"}], "attend encore d’être validé"),
        ([{"status": "disabled"}], "désactivé"),
        ([{"status": "active"}], "rien ne s’oppose"),
        ([{"status": "active", "login": "a"}, {"status": "active", "login": "b"}], "identifiant"),
        ([{"status": "active", "portal": "woundwo"}], "Aucun compte de ce portail"),
    ],
)
async def test_why_somebody_does_not_get_in(
    console: Console, accounts: list[dict[str, Any]], sentence: str
) -> None:
    for values in accounts:
        await add_account(console.database, **values)
    agent = await console.logged_in("agent@resah.example")
    response = await agent.post("/resah/accounts", address=f" {CAMILLE.upper()} ")
    assert response.status == 200 and sentence in await response.text()


async def test_the_history_of_an_address(console: Console) -> None:
    number = await add_account(console.database, status="active", login="camille")
    moment = now()
    async with console.database.write() as session:
        for name, values in (
            ("ancien", {"redeemed_at": moment}),
            ("nouveau", {}),
        ):
            session.add(
                ResetToken(
                    portal="resah", account_id=number, login=name, address=CAMILLE,
                    token_hash=name, request_key=name, created_at=moment,
                    expires_at=moment - timedelta(minutes=1), **values,
                )
            )  # fmt: skip
    await add_mail(console.database, "reset-1", kind="reset", state="failed", error="refusé")
    await write(console.database, "one", [Said(f"mon adresse {CAMILLE}")])
    agent = await console.logged_in("agent@resah.example")
    text = await (await agent.post("/resah/accounts", address=CAMILLE)).text()
    for words in (
        "mot de passe changé", "lien expiré sans avoir servi", "en échec", "conversations/one",
    ):  # fmt: skip
        assert words in text, words
    response = await agent.post("/resah/accounts", address="pas une adresse")
    assert response.status == 400 and "adresse entière" in await response.text()
    response = await agent.post("/resah/accounts", address="x@chu-exmple.example")
    assert "faute de frappe" in await response.text()


@on_both_databases
async def test_a_conversation_becomes_a_dialogue_test(console: Console) -> None:
    await add_account(console.database, status="active", login="cmartin", region="bretagne")
    buttons = (("Oui, envoyez-le", "/affirm"), ("Non merci", "/deny"))
    await write(
        console.database, "one",
        [
            Said(f"je suis Mme Dupont, {CAMILLE}, tél 06 12 34 56 78", buttons=buttons),
            Said("/affirm", "affirm", memory={"outcome": "reset_sent"}),
            Said(f"et pour {CAMILLE.upper()} : « oui »"),
        ],
    )  # fmt: skip
    agent = await console.logged_in("agent@resah.example")
    text = await agent.page("/resah/conversations/one/test.yml")
    for secret in ("Dupont", "chu-exemple", "12 34", "cmartin"):
        assert secret not in text, text
    entry = parse_yaml(text)[0]
    # The tests' own reader takes it, and refuses what it does not know.
    conversation = _conversation(entry, "console")
    assert conversation.ends == "reset_sent" and conversation.portal == "resah"
    assert conversation.turns[1].click == "Oui, envoyez-le"
    assert conversation.turns[0].buttons == ("Oui, envoyez-le", "Non merci")
    assert entry["accounts"] == [
        {
            "email": "personne1@exemple.example", "login": "identifiant1", "status": "active",
            "region": "bretagne",
        }
    ]  # fmt: skip
    assert conversation.turns[2].user.startswith("et pour personne1@exemple.example")


@on_both_databases
async def test_a_ticket_tells_what_became_of_its_mail(console: Console) -> None:
    database = console.database
    await add_ticket(database, "G-CRSE", hours=5, region="corse")
    key, error = "c-G-CRSE:m1:handover", "550 5.1.1 inconnu"
    await add_mail(database, key, to="corse@resah.example", state="failed", error=error)
    await add_mail(database, "attend", to="bretagne@resah.example")
    agent = await console.logged_in("agent@resah.example")
    refused = "la région n’est pas prévenue"
    text = await agent.page("/resah/tickets/G-CRSE")
    assert refused in text and "corse@resah.example" in text and error in text
    assert refused in await agent.page("/resah/tickets")
    overview = await agent.page("/resah/")
    assert "<strong>1</strong> mail en échec" in overview
    assert "<strong>1</strong> mail en attente" in overview
    assert (await agent.post("/resah/tickets/G-CRSE/mail", region="ouest")).status == 400
    response = await agent.post("/resah/tickets/G-CRSE/mail", region="bretagne")
    assert response.headers["Location"].endswith("?done=sent_on")
    async with database.read() as session:
        row = await session.scalar(select(OutboxMail).where(OutboxMail.key == key))
        ticket = await session.scalar(select(Ticket).where(Ticket.reference == "G-CRSE"))
    assert row is not None and ticket is not None
    assert (row.recipient, row.attempts) == ("bretagne@resah.example", 0)
    assert row.state in {"waiting", "sent"} and ticket.region == "bretagne"
    reader = await console.logged_in("lectrice@resah.example")
    response = await reader.post("/resah/tickets/G-CRSE/mail", region="corse")
    assert response.status == 403


async def test_a_ticket_is_found_by_its_reference_and_the_list_has_pages(console: Console) -> None:
    for number in range(51):
        await add_ticket(
            console.database, f"G-A{number:03d}", hours=200 - number, state="closed",
        )  # fmt: skip
    await add_ticket(console.database, "G-7P2W", hours=1, region="corse")
    agent = await console.logged_in("agent@resah.example")
    for typed in ("G-7P2W", "7P2W", "g7p2w", " g 7p2w ", "G‑7P2W"):
        text = await agent.page(f"/resah/tickets?state=closed&q={quote(typed)}")
        assert re.findall(r'data-open href="[^"?]+/([\w-]+)[?"]', text) == ["G-7P2W"], typed
    assert "Aucune demande" in await agent.page("/resah/tickets?q=perdu")
    first = await agent.page("/resah/tickets?state=closed")
    shown = re.findall(r'data-open href="[^"?]+/([\w-]+)[?"]', first)
    assert (len(shown), shown[0], shown[-1]) == (50, "G-A050", "G-A001")
    assert "51 demandes, page 1" in first and "page=2" in first
    second = await agent.page("/resah/tickets?state=closed&page=2")
    assert re.findall(r'data-open href="[^"?]+/([\w-]+)[?"]', second) == ["G-A000"]


async def test_a_ticket_leads_back_to_its_list(console: Console) -> None:
    await add_ticket(console.database, "G-7P2W", hours=1, region="corse")
    agent = await console.logged_in("agent@resah.example")
    listed = "state=open&regions=all&page=1"
    text = await agent.page(f"/resah/tickets?{listed}")
    link = re.search(r'data-open href="/console([^"]*)"', text)
    assert link is not None
    one = html.unescape(link[1])
    back = f'href="/console/resah/tickets?{html.escape(listed)}" data-key="u"'
    assert back in await agent.page(one)
    for name, fields in (("assign", {"to": ""}), ("state", {"state": "answered"})):
        await agent.page(one)
        response = await agent.post(f"/resah/tickets/G-7P2W/{name}", **fields, **{"from": listed})
        assert response.status == 303, name
        assert back in await agent.page(response.headers["Location"].removeprefix("/console"))
    response = await agent.post("/resah/tickets/G-7P2W/state", state="perdu", **{"from": listed})
    assert response.status in (400, 409) and back in await response.text()
    foreign = quote("//ailleurs.example/?state=open")
    text = await agent.page(f"/resah/tickets/G-7P2W?from={foreign}")
    assert "ailleurs" not in text


async def test_the_overview_counts_what_waits_in_good_french(console: Console) -> None:
    await add_ticket(console.database, "G-7P2W", hours=1, region="bretagne")
    await add_mail(console.database, "attend")
    for key in ("un", "deux"):
        await add_mail(console.database, key, state="failed")
    agent = await console.logged_in("agent@resah.example")
    text = await agent.page("/resah/")
    told = re.findall(r"<strong>([^<]*)</strong> ([^<]*)</a>", text)
    assert told == [
        ("1", "demande en attente"), ("0", "demande en retard"),
        ("0", "m’est attribuée"), ("0", "conversation à revoir"),
        ("0", "conversation m’est attribuée"), ("2", "mails en échec"),
        ("1", "mail en attente d’envoi"),
    ]  # fmt: skip


async def test_what_is_mine_counts_whatever_its_region(console: Console) -> None:
    await add_user(
        console.database, current_content(), email="agent@resah.example", portal="resah",
        role="agent", regions=("corse",),
    )  # fmt: skip
    async with console.database.read() as session:
        number = await number_of(session, "agent@resah.example")
    for reference, region in (("G-BRET", "bretagne"), ("G-CRSE", "corse")):
        await add_ticket(console.database, reference, hours=1, region=region, assigned_to=number)
    agent = await console.logged_in("agent@resah.example")
    text = await agent.page("/resah/")
    assert "<strong>1</strong> demande en attente" in text
    found = re.search(r'href="/console([^"]*)"><strong>2</strong> me sont attribuées', text)
    assert found is not None
    assert (await agent.page(html.unescape(found[1]))).count("<tr data-row>") == 2


async def test_letters_to_staff_are_for_admins_alone(console: Console) -> None:
    numbers = [
        await add_mail(console.database, f"lettre-{kind}", kind=kind, to=CAMILLE, state="failed")
        for kind in ("staff", "staff_link")
    ]
    agent = await console.logged_in("agent@resah.example")
    assert "lettre-staff" not in await agent.page("/resah/mails")
    assert "<strong>0</strong> mail en échec" in await agent.page("/resah/")
    assert "lettre-staff" not in await (await agent.post("/resah/accounts", address=CAMILLE)).text()
    for name in ("retry", "discard"):
        for number in numbers:
            assert (await agent.post(f"/resah/mails/{number}/{name}")).status == 404
    chief = await console.logged_in("chef@resah.example")
    assert (await chief.page("/resah/mails")).count("lettre-staff") >= 2
    assert "<strong>2</strong> mails en échec" in await chief.page("/resah/")
    assert (await chief.post(f"/resah/mails/{numbers[0]}/retry")).status == 303
    assert (await chief.post(f"/resah/mails/{numbers[1]}/discard")).status == 303


@on_both_databases
async def test_mails_lead_back_to_their_list(console: Console) -> None:
    numbers = [
        await add_mail(console.database, f"m{number}", state="failed") for number in range(53)
    ]
    agent = await console.logged_in("agent@resah.example")
    after = re.search(r'href="[^"]*mails\?([^"]*)"', await agent.page("/resah/mails?state=failed"))
    assert after is not None
    listed = html.unescape(after[1])
    field = f'<input type="hidden" name="back" value="{html.escape(listed)}">'
    assert field in await agent.page(f"/resah/mails?{listed}")
    response = await agent.post(f"/resah/mails/{numbers[0]}/discard", back=listed)
    place = response.headers["Location"]
    assert place == f"/console/resah/mails?{listed}&done=discarded"
    # Of the three on the second page two are left.
    assert (await agent.page(place.removeprefix("/console"))).count("<tr data-row>") == 2
    response = await agent.post(f"/resah/mails/{numbers[0]}/discard", back=listed)
    text = await response.text()
    assert response.status == 400 and text.count("<tr data-row>") == 2 and field in text


@on_both_databases
async def test_a_reference_finds_its_conversation(console: Console) -> None:
    await add_ticket(console.database, "G-7P2W", hours=1)
    await write(console.database, "c-says-it", [Said("et ma demande 7P2W ?")])
    await write(console.database, "c-other", [Said("au secours")])
    agent = await console.logged_in("agent@resah.example")
    for typed, expected in (
        ("G-7P2W", ["c-G-7P2W"]), ("g7p2w", ["c-G-7P2W"]), ("7p2w", ["c-G-7P2W", "c-says-it"]),
        ("G-AAAA", []),
    ):  # fmt: skip
        text = await agent.page(f"/resah/conversations?q={typed}")
        found = re.findall(r'data-open href="[^"?]+/conversations/([\w-]+)', text)
        assert found == expected, typed
    other = await console.logged_in("agent@woundwo.example")
    assert "c-G-7P2W" not in await other.page("/woundwo/conversations?q=G-7P2W")


async def test_a_reopened_ticket_waits_from_its_reopening(console: Console) -> None:
    await add_ticket(console.database, "G-ABCD", hours=100, state="answered")
    agent = await console.logged_in("agent@resah.example")
    await agent.page("/resah/tickets/G-ABCD")
    await agent.post("/resah/tickets/G-ABCD/state", state="open")
    text = (await agent.page("/resah/tickets/G-ABCD")).replace("\xa0", " ")
    assert "0 min : reste 47 h" in text and "en retard" not in text


@on_both_databases
async def test_tickets_are_found_by_words_and_by_their_person(console: Console) -> None:
    await add_ticket(console.database, "G-ABCD", hours=5, region="corse", state="closed")
    await add_ticket(console.database, "G-WXYZ", hours=5, topic="Facture 100 % fausse")
    await add_ticket(console.database, "G-AUTR", hours=5, portal="woundwo", region="ouest")
    async with console.database.write() as session:
        mailed = Ticket(
            reference="G-MAYL", portal="resah", region="", topic="", contact="luc@ch.example"
        )
        await open_ticket(session, mailed, "Je cherche le marché", channel="mail", mail_id="<1>")
        key = fingerprint(CAMILLE, console.settings.secret_key)
        session.add(
            ConversationAddress(conversation_id="c-G-ABCD", portal="resah", fingerprint=key)
        )
    agent = await console.logged_in("agent@resah.example")

    async def found(query: str) -> set[str]:
        text = await agent.page(f"/resah/tickets?{query}")
        return set(re.findall(r'data-open href="[^"?]+/([\w-]+)[?"]', text))

    assert await found("q=camille%40") == {"G-ABCD", "G-WXYZ"}
    assert await found("q=100+%25+facture") == {"G-WXYZ"}
    assert await found("q=MAYL") == await found("q=march%C3%A9+cherche") == {"G-MAYL"}
    assert await found("q=introuvable") == set()
    for address, references in ((CAMILLE.upper(), {"G-ABCD"}), ("luc@ch.example", {"G-MAYL"})):
        response = await agent.get(f"/resah/tickets?q={quote(address)}")
        place = response.headers["Location"]
        assert response.status == 303 and "%40" not in place and "@" not in place
        assert await found(place.partition("?")[2]) == references
