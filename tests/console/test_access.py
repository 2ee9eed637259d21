"""Who sees what: every route, every role, and the sessions behind them."""

from __future__ import annotations

import re
from datetime import timedelta

import pytest
from sqlalchemy import func, select, update

from bot.desk.outbox import Mail, enqueue
from bot.desk.resets import hash_token
from bot.desk.saved_replies import save_reply
from bot.desk.ticket_files import NewFile, add_files
from bot.desk.ticket_tables import Ticket, TicketEntry
from bot.ground.db import now
from bot.staff.notice_tables import Webhook
from bot.staff.tables import StaffAction, StaffSession
from bot.staff.users import disable_user
from bot.staff.webhooks import queue_trial
from bot.web.console.routes import ROUTES, Route
from tests.console.conftest import PASSWORD, Console, Open, Visitor, on_both_databases
from tests.console.written import Said, write

PORTAL_ROUTES = [route for route in ROUTES if "{portal}" in route.path]
RANK = {"reader": 0, "agent": 1, "admin": 2}


def name_of(route: Route) -> str:
    return f"{route.method} {route.path}"


async def furnish(console: Console) -> None:
    """Give Resah a conversation, a ticket, a mail and a call for the addresses to name."""
    await write(console.database, "c-resah", [Said("mailinblack bloque mon mail")])
    async with console.database.write() as session:
        moment = now()
        session.add(
            Ticket(
                reference="G-RSAH", portal="resah", conversation_id="c-resah", region="bretagne",
                topic="Filtre MailInBlack", contact="camille@chu-exemple.example",
                created_at=moment, updated_at=moment, state="open",
            )
        )  # fmt: skip
        entry = TicketEntry(
            ticket_id=1, request_key="c-resah:m1:handover", kind="handover", channel="chat",
            region="bretagne", contact="camille@chu-exemple.example", text="Au secours",
            details={}, created_at=moment,
        )  # fmt: skip
        await session.flush()
        session.add(entry)
        await session.flush()
        await add_files(session, entry, [NewFile("note.txt", "text/plain", b"note")])
        await save_reply(session, "resah", "Merci", "Merci de votre message.")
        mail = Mail("resah", "ticket", "bretagne@resah.example", "Demande", "Bonjour")
        await enqueue(session, mail, sender="no-reply@resah.fr", key="k1")
        # One that is not active is not called.
        session.add(Webhook(portal="resah", url="https://x.example/", secret="x", active=False))
        queue_trial(session, "resah")


def filled(route: Route, portal: str = "resah") -> str:
    """Return an address of a route that leads to something of Resah's."""
    names = {"portal": portal, "id": "c-resah", "reference": "G-RSAH", "number": "1"}
    return re.sub(r"\{(\w+)\}", lambda match: names[match[1]], route.path)


async def ask(visitor: Visitor, route: Route, portal: str = "resah") -> int:
    path = filled(route, portal)
    if route.method == "GET":
        return (await visitor.get(path)).status
    return (await visitor.post(path, to="", address="x@y.example", state="answered")).status


def test_every_route_says_who_may_use_it() -> None:
    assert len(PORTAL_ROUTES) > 20
    for route in PORTAL_ROUTES:
        assert route.least in RANK, name_of(route)
        # What writes takes more than reading does.
        assert route.method == "GET" or route.least != "reader", name_of(route)


@on_both_databases
async def test_another_portal_does_not_exist(console: Console) -> None:
    await furnish(console)
    for email in ("agent@woundwo.example", "chef@woundwo.example"):
        visitor = await console.logged_in(email)
        for route in PORTAL_ROUTES:
            assert await ask(visitor, route) == 404, name_of(route)


@on_both_databases
async def test_what_another_portal_holds_is_not_under_ones_own(console: Console) -> None:
    await furnish(console)
    visitor = await console.logged_in("chef@woundwo.example")
    for route in PORTAL_ROUTES:
        if re.search(r"\{(id|reference|number)\}", route.path):
            assert await ask(visitor, route, "woundwo") == 404, name_of(route)
        elif route.method == "GET":
            path = filled(route, "woundwo")
            text = await visitor.page(path)
            for trace in ("c-resah", "G-RSAH", "mailinblack bloque", "chu-exemple"):
                assert trace not in text, (name_of(route), trace)
    async with console.database.read() as session:
        assert await session.scalar(select(Ticket.state)) == "open"


@pytest.mark.parametrize("role", RANK)
async def test_a_role_may_do_its_part_and_no_more(console: Console, role: str) -> None:
    await furnish(console)
    email = {"reader": "lectrice", "agent": "agent", "admin": "chef"}[role] + "@resah.example"
    visitor = await console.logged_in(email)
    for route in PORTAL_ROUTES:
        status = await ask(visitor, route)
        if RANK[role] < RANK[route.least]:
            assert status == 403, name_of(route)
        else:
            assert status in (200, 303, 400, 409), (name_of(route), status)


async def test_without_a_session_everything_leads_to_the_login(console: Console) -> None:
    await furnish(console)
    visitor = await console.visitor()
    await visitor.get("/login")
    for route in ROUTES:
        if route.least == "anyone":
            continue
        path = filled(route)
        for response in (
            await visitor.get(path) if route.method == "GET" else await visitor.post(path),
        ):
            if route.method == "GET":
                assert response.status == 303, name_of(route)
                assert response.headers["Location"].startswith("/console/login"), name_of(route)
            else:
                assert response.status == 401, name_of(route)
                assert 'action="/console/login"' in await response.text(), name_of(route)


async def test_a_form_needs_its_token(console: Console) -> None:
    await furnish(console)
    visitor = await console.logged_in("chef@resah.example")
    other = await console.logged_in("agent@resah.example")
    for route in ROUTES:
        if route.method != "POST" or route.least == "half":
            continue
        path = filled(route) if "{portal}" in route.path else route.path.replace("{token}", "x")
        for token in ("", "0" * 64, other.token):
            assert (await visitor.post(path, form_token=token)).status == 403, name_of(route)
        foreign = await visitor.client.post(
            f"/console{path}", data={"form_token": visitor.token},
            headers={"Sec-Fetch-Site": "cross-site"}, allow_redirects=False,
        )  # fmt: skip
        assert foreign.status == 403, name_of(route)
    async with console.database.read() as session:
        assert await session.scalar(select(Ticket.state)) == "open"


async def test_a_session_that_is_forged_expired_idle_or_revoked_is_refused(
    console: Console,
) -> None:
    visitor = await console.logged_in("agent@resah.example")
    token = visitor.client.session.cookie_jar.filter_cookies(visitor.client.make_url("/console/"))[
        "guichet_staff"
    ].value
    assert (await visitor.get("/resah/")).status == 200

    async def with_cookie(value: str) -> int:
        stranger = await console.visitor()
        cookie = {"Cookie": f"guichet_staff={value}"}
        return (await stranger.get("/resah/", headers=cookie)).status

    assert await with_cookie(token) == 200
    for forged in ("x", token[:-1], token + "x", hash_token(token), ""):
        assert await with_cookie(forged) == 303
    for change in (
        {"expires_at": now() - timedelta(seconds=1)},
        {"seen_at": now() - timedelta(hours=3)},
    ):
        again = await console.logged_in("agent@resah.example")
        async with console.database.write() as session:
            await session.execute(update(StaffSession).values(**change))
        assert (await again.get("/resah/")).status == 303
        assert await with_cookie(token) == 303


async def test_what_a_page_asks_by_itself_keeps_no_session_open(console: Console) -> None:
    visitor = await console.logged_in("agent@resah.example")
    ago = now() - timedelta(hours=1)
    async with console.database.write() as session:
        await session.execute(update(StaffSession).values(seen_at=ago))

    async def seen() -> bool:
        async with console.database.read() as session:
            return bool(await session.scalar(select(StaffSession.seen_at)) != ago)

    poll = {"X-Guichet-Poll": "1"}
    assert (await visitor.get("/resah/tickets/waiting", headers=poll)).status == 200
    assert not await seen()
    assert (await visitor.get("/resah/tickets")).status == 200
    assert await seen()


async def test_logging_out_and_disabling_end_sessions_on_the_server(console: Console) -> None:
    visitor = await console.logged_in("agent@resah.example")
    url = visitor.client.make_url("/console/")
    token = visitor.client.session.cookie_jar.filter_cookies(url)["guichet_staff"].value
    other = await console.logged_in("agent@resah.example")
    assert (await visitor.post("/logout")).status == 303
    stranger = await console.visitor()
    cookie = {"Cookie": f"guichet_staff={token}"}
    assert (await stranger.get("/resah/", headers=cookie)).status == 303
    assert (await other.get("/resah/")).status == 200
    await disable_user(console.database, "agent@resah.example")
    assert (await other.get("/resah/")).status == 303
    visitor = await console.visitor()
    assert (await visitor.log_in("agent@resah.example")).status == 403


async def test_one_may_close_ones_own_sessions_only(console: Console) -> None:
    mine = await console.logged_in("agent@resah.example")
    second = await console.logged_in("agent@resah.example")
    other = await console.logged_in("chef@resah.example")
    async with console.database.read() as session:
        ids = list(await session.scalars(select(StaffSession.id).order_by(StaffSession.id)))
    for number in ids[1:]:
        await mine.post("/me/revoke", session=str(number))
    assert (await second.get("/resah/")).status == 303
    assert (await other.get("/resah/")).status == 200


async def test_a_wrong_password_is_typed_again_at_once(console: Console) -> None:
    visitor = await console.visitor()
    assert re.search(r'<input id="email"[^>]* autofocus>', await visitor.page("/login"))
    text = await (await visitor.log_in("chef@resah.example", "faux-mot-de-passe")).text()
    assert re.search(r'<input id="password"[^>]* autofocus>', text)
    assert text.count("autofocus") == 1 and 'value="chef@resah.example"' in text


async def test_a_login_does_not_tell_whether_somebody_exists(console: Console) -> None:
    texts = []
    for email in ("agent@resah.example", "personne@resah.example"):
        visitor = await console.visitor()
        await visitor.get("/login")
        for attempt in range(10):
            response = await visitor.post("/login", email=email, password="faux-mot-de-passe")
            text = re.sub(r'value="[^"]*"', "", await response.text())
            texts.append((email, attempt, response.status, text))
    by_email = [
        [entry[1:] for entry in texts if entry[0] == email]
        for email in ("agent@resah.example", "personne@resah.example")
    ]
    assert by_email[0] == by_email[1]
    assert by_email[0][0][1] == 403
    assert by_email[0][-1][1] == 429
    # The right password does not open the door while it is shut.
    visitor = await console.visitor()
    await visitor.get("/login")
    response = await visitor.post("/login", email="agent@resah.example", password=PASSWORD)
    assert response.status == 429


async def test_a_login_leads_back_to_where_it_was_asked_for_and_nowhere_else(
    console: Console,
) -> None:
    visitor = await console.visitor()
    response = await visitor.get("/resah/tickets?state=open")
    await visitor.get(response.headers["Location"].removeprefix("/console"))
    for wanted, place in (
        ("/console/resah/tickets?state=open", "/console/resah/tickets?state=open"),
        ("https://ailleurs.example/", "/console/"),
        ("//ailleurs.example/", "/console/"),
        ("/console//ailleurs.example/", "/console/"),
        ("/console/\\ailleurs.example", "/console/"),
    ):
        visitor = await console.visitor()
        await visitor.get("/login")
        response = await visitor.post(
            "/login", email="agent@resah.example", password=PASSWORD, next=wanted
        )
        assert response.headers["Location"] == place


async def test_pages_are_not_kept_and_cookies_are_closed(open_console: Open) -> None:
    console = await open_console(public_url="https://help.example")
    visitor = await console.visitor()
    response = await visitor.get("/login")
    # A browser would not send a secure cookie over plain HTTP.
    browser = response.cookies["guichet_browser"].value
    fields = {"email": "agent@resah.example", "password": PASSWORD, "form_token": visitor.token}
    response = await visitor.client.post(
        "/console/login", data=fields, allow_redirects=False,
        headers={"Cookie": f"guichet_browser={browser}"},
    )  # fmt: skip
    cookie = response.cookies["guichet_staff"]
    assert cookie["httponly"] and cookie["secure"] and cookie["samesite"] == "Lax"
    assert cookie["path"] == "/console"
    response = await visitor.get("/login")
    assert response.headers["Cache-Control"] == "no-store"
    assert "default-src 'none'" in response.headers["Content-Security-Policy"]


async def test_what_is_done_is_recorded_without_addresses(console: Console) -> None:
    await furnish(console)
    visitor = await console.logged_in("chef@resah.example")
    await visitor.page("/resah/conversations/c-resah")
    await visitor.post("/resah/conversations/c-resah/reveal")
    await visitor.post("/resah/conversations/c-resah/note", text="À rappeler")
    await visitor.post("/resah/accounts", address="camille@chu-exemple.example")
    await visitor.page("/resah/tickets/G-RSAH")
    await visitor.post("/resah/tickets/G-RSAH/state", state="answered")
    async with console.database.read() as session:
        rows = (await session.scalars(select(StaffAction).order_by(StaffAction.id))).all()
    done = [(row.action, row.subject) for row in rows if row.portal == "resah" and row.user_id]
    assert [action for action, _ in done] == [
        "read", "revealed", "noted", "searched", "revealed", "ticket",
    ]  # fmt: skip
    assert done[0][1] == "c-resah"
    assert not any("@" in row.subject + row.detail for row in rows)
    text = await visitor.page("/resah/record")
    for words in ("a lu", "a affiché les adresses", "a ajouté une note", "répondue"):
        assert words in text


async def test_strange_addresses_are_not_found(console: Console) -> None:
    visitor = await console.logged_in("chef@resah.example")
    for path in (
        "/resah/conversations/%00", "/resah/tickets/%00", "/resah/mails?after=x",
        "/resah/conversations/x%0Ay", "/resah/record?after=-1", "/nulle-part/", "/resah/rien",
    ):  # fmt: skip
        # A control character is refused before any page is looked for.
        assert (await visitor.get(path)).status in (400, 404), path
    async with console.database.read() as session:
        # The login alone, beside how the accounts of all tests came to be.
        counted = select(func.count()).where(
            StaffAction.user_id.is_not(None), StaffAction.action != "password_set"
        )
        assert await session.scalar(counted) == 1


async def test_the_record_shows_logins_where_the_person_has_a_role(console: Console) -> None:
    for email, password in (
        ("agent@resah.example", PASSWORD), ("agent@resah.example", "faux-mot-de-passe"),
        ("chef@woundwo.example", PASSWORD), ("inconnue@ailleurs.example", "faux-mot-de-passe"),
    ):  # fmt: skip
        await (await console.visitor()).log_in(email, password)
    chief = await console.logged_in("chef@resah.example")
    text = await chief.page("/resah/record?kind=login")
    rows = re.findall(r"<tr><td>[^<]*</td><td>([^<]*)</td><td>([^<]*)</td>", text)
    assert [who for who, _ in rows] == ["chef@resah.example", "agent@resah.example"]
    text = await chief.page("/resah/record?kind=login_failed")
    assert text.count("<td>connexion refusée</td>") == 2 and "<td>réseau " in text
    assert "<td>agent@resah.example</td>" in text and "ailleurs.example" not in text
    person = re.search(r'<option value="(\d+)">agent@resah', text)
    assert person is not None
    text = await chief.page(f"/resah/record?person={person[1]}")
    assert "connexion refusée" in text and "a donné un rôle à" in text
    assert "<td>chef@resah.example</td>" not in text and "woundwo" not in text.split("<tbody>")[1]
