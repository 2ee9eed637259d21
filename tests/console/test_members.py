"""The staff of a portal, managed in the console by its admins and by nobody else."""

from __future__ import annotations

import re
from collections.abc import Iterator
from typing import Any

import pytest
from sqlalchemy import select, update

from bot.content.live import current_content
from bot.desk.outbox import OutboxMail
from bot.desk.sender import OutboxSender
from bot.ground.db import Database
from bot.staff.audit import staff_subject
from bot.staff.invitations import accept_invitation
from bot.staff.tables import StaffAction, StaffGrant, StaffUser
from bot.staff.users import add_user, invite_again, number_of
from tests.console.conftest import PASSWORD, Console, Open, Visitor, on_both_databases
from tests.support.mail import Mailbox, link_in, text_of

NEW = "nouvelle@resah.example"
OTHER = "un-autre-mot-de-passe"


@pytest.fixture
def mailbox() -> Iterator[Mailbox]:
    """A mail server."""
    box = Mailbox().start()
    yield box
    box.stop()


async def number(console: Console, email: str) -> int:
    async with console.database.read() as session:
        found = await number_of(session, email)
    assert found is not None
    return found


async def grants(database: Database, email: str) -> dict[str, tuple[str, list[str]]]:
    async with database.read() as session:
        rows = await session.scalars(
            select(StaffGrant)
            .join(StaffUser, StaffUser.id == StaffGrant.user_id)
            .where(StaffUser.email == email)
        )
        return {row.portal: (row.role, list(row.regions)) for row in rows}


async def page_of(console: Console, visitor: Visitor, email: str) -> tuple[str, str]:
    path = f"/resah/users/{await number(console, email)}"
    return path, await visitor.page(path)


async def add(console: Console, email: str, portal: str, role: str) -> None:
    token = await add_user(
        console.database, current_content(), email=email, portal=portal, role=role
    )
    assert token is None or await accept_invitation(console.database, token, PASSWORD)


async def give_second_factor(console: Console, email: str) -> None:
    async with console.database.write() as session:
        await session.execute(
            update(StaffUser).where(StaffUser.email == email).values(totp_secret="x")
        )


@on_both_databases
async def test_somebody_is_invited_by_mail(open_console: Open, mailbox: Mailbox) -> None:
    console = await open_console(smtp_url=f"{mailbox.url}?starttls=never", smtp_urls={})
    chief = await console.logged_in("chef@resah.example")
    await chief.page("/resah/users")
    response = await chief.post(
        "/resah/users", address=f" {NEW.upper()}", role="agent",
        **{"region-bretagne": "1", "region-corse": "1"},
    )  # fmt: skip
    assert response.headers["Location"] == "/console/resah/users?done=invited"
    assert await grants(console.database, NEW) == {"resah": ("agent", ["bretagne", "corse"])}
    text = await chief.page("/resah/users?done=invited")
    assert "L’invitation est partie par mail." in text
    row = re.search(rf"<tr>\s*<td><a [^>]*>{NEW}.*?</tr>", text, re.DOTALL)
    assert row is not None
    for words in ("support", "Bretagne", "Corse", "jamais", "invitation jusqu’au"):
        assert words in row[0]
    await OutboxSender(console.database, console.settings).send_due()
    (message,) = mailbox.to(NEW)
    assert message["From"] == "no-reply@resah.fr" and "Espace Acheteur" in message["Subject"]
    assert "(support)" in text_of(message) and message["Auto-Submitted"] == "auto-generated"
    link = link_in(message)
    assert link.startswith(f"{console.settings.public_url}/console/invitation/")
    async with console.database.read() as session:
        # What opens the account is forgotten once it is out.
        assert (await session.scalars(select(OutboxMail.text))).all() == [None]
    path = "/invitation/" + link.rpartition("/")[2]
    fresh = await console.visitor()
    assert NEW in await fresh.page(path)
    response = await fresh.post(path, password=OTHER, repeated=OTHER)
    assert response.headers["Location"] == "/console/login?done=password"
    assert (await fresh.post(path, password=OTHER, repeated=OTHER)).status == 410
    assert (await fresh.log_in(NEW, OTHER)).status == 303
    assert (await fresh.get("/resah/tickets")).status == 200
    assert (await fresh.get("/resah/users")).status == 403


@pytest.mark.parametrize(
    ("fields", "sentence"),
    [
        ({"address": "pas une adresse", "role": "agent"}, "pas une adresse e-mail"),
        ({"address": "agent@resah.example", "role": "agent"}, "a déjà un rôle ici"),
        ({"address": NEW, "role": "roi"}, "Le rôle doit être"),
    ],
)
async def test_a_wrong_invitation_comes_back_as_it_was_typed(
    console: Console, fields: dict[str, str], sentence: str
) -> None:
    chief = await console.logged_in("chef@resah.example")
    response = await chief.post("/resah/users", **fields, **{"region-corse": "1"})
    text = await response.text()
    assert response.status == 400 and sentence in text
    assert f'value="{fields["address"]}"' in text
    assert 'name="region-corse" value="1" checked' in text
    async with console.database.read() as session:
        assert (await session.scalars(select(OutboxMail.id))).all() == []
    assert await grants(console.database, NEW) == {}


@on_both_databases
async def test_who_has_a_password_keeps_it_and_is_told_of_the_role(console: Console) -> None:
    chief = await console.logged_in("chef@resah.example")
    response = await chief.post("/resah/users", address="agent@woundwo.example", role="reader")
    # The same answer: a portal's admin does not learn who works for another.
    assert response.headers["Location"] == "/console/resah/users?done=invited"
    async with console.database.read() as session:
        mail = await session.scalar(select(OutboxMail))
    assert mail is not None and "reste le même" in (mail.text or "")
    visitor = await console.logged_in("agent@woundwo.example")
    assert (await visitor.get("/resah/")).status == 200
    text = await chief.page("/resah/users")
    assert "woundwo" not in re.sub(r"agent@woundwo\.example", "", text.lower())


@on_both_databases
async def test_a_role_is_changed_and_lost_rights_end_sessions(console: Console) -> None:
    email = "agent@resah.example"
    chief = await console.logged_in("chef@resah.example")
    agent = await console.logged_in(email)
    path, page = await page_of(console, chief, email)
    assert email in page
    await chief.post(path, role="agent", **{"region-bretagne": "1"})
    assert await grants(console.database, email) == {"resah": ("agent", ["bretagne"])}
    assert (await agent.get("/resah/tickets")).status == 200
    # An old page changes nothing.
    stale = await chief.post(path, role="admin")
    assert stale.status == 400 and "avant vous" in await stale.text()
    await chief.page(path)
    assert (await chief.post(path, role="reader")).status == 303
    assert await grants(console.database, email) == {"resah": ("reader", [])}
    assert (await agent.get("/resah/tickets")).status == 303
    text = await chief.page(f"/resah/record?person={await number(console, email)}")
    assert "a changé le rôle de" in text and "agent (bretagne)" in text


@on_both_databases
async def test_one_role_is_taken_back_and_rights_elsewhere_stay(console: Console) -> None:
    email = "agent@resah.example"
    await add(console, email, "woundwo", "admin")
    chief = await console.logged_in("chef@resah.example")
    agent = await console.logged_in(email)
    path, page = await page_of(console, chief, email)
    assert "woundwo" not in page.lower()
    # What concerns the account as a whole is not this admin's.
    await give_second_factor(console, email)
    for action in ("disable", "second-factor"):
        response = await chief.post(f"{path}/{action}")
        assert response.status == 400 and "ne dépend pas que de ce portail" in await response.text()
    assert (await chief.post(f"{path}/remove")).status == 303
    assert await grants(console.database, email) == {"woundwo": ("admin", [])}
    assert (await agent.get("/woundwo/")).status == 303
    assert (await chief.get(path)).status == 404
    assert (await chief.post(path, role="admin", seen="")).status == 404


@on_both_databases
async def test_the_last_admin_stays(console: Console) -> None:
    chief = await console.logged_in("chef@resah.example")
    path, _ = await page_of(console, chief, "chef@resah.example")
    # Who was only invited cannot administer yet.
    await chief.post("/resah/users", address=NEW, role="admin")
    for action, fields in (("", {"role": "agent"}), ("/remove", {}), ("/disable", {})):
        await chief.page(path)
        response = await chief.post(f"{path}{action}", **fields)
        assert response.status == 400 and "plus personne pour" in await response.text(), action
    assert (await chief.get("/resah/users")).status == 200
    token = await invite_again(console.database, NEW)
    assert await accept_invitation(console.database, token, OTHER)
    response = await chief.post(f"{path}/remove")
    assert response.headers["Location"] == "/console/login"
    assert (await chief.get("/resah/users")).status == 303


@on_both_databases
async def test_an_account_is_closed_and_opened_with_nothing_of_before(console: Console) -> None:
    email = "agent@resah.example"
    chief = await console.logged_in("chef@resah.example")
    agent = await console.logged_in(email)
    path, _ = await page_of(console, chief, email)
    assert (await chief.post(f"{path}/disable")).status == 303
    assert (await agent.get("/resah/")).status == 303
    assert (await (await console.visitor()).log_in(email)).status == 403
    assert (await chief.post(f"{path}/enable")).headers["Location"].endswith("done=invited")
    assert (await (await console.visitor()).log_in(email)).status == 403
    async with console.database.read() as session:
        text = await session.scalar(select(OutboxMail.text).where(OutboxMail.recipient == email))
    token = re.search(r"/invitation/([\w-]+)", text or "")
    assert token is not None and await accept_invitation(console.database, token[1], OTHER)
    assert (await (await console.visitor()).log_in(email, OTHER)).status == 303


@on_both_databases
async def test_a_colleagues_second_factor_is_taken_away_and_they_are_told(
    console: Console,
) -> None:
    email = "agent@resah.example"
    await give_second_factor(console, email)
    chief = await console.logged_in("chef@resah.example")
    path, page = await page_of(console, chief, email)
    assert "Retirer son code à usage unique" in page
    response = await chief.post(f"{path}/second-factor")
    assert response.headers["Location"].endswith("done=totp_dropped")
    assert (await (await console.visitor()).log_in(email)).headers["Location"] == "/console/"
    async with console.database.read() as session:
        mail = await session.scalar(select(OutboxMail))
        row = await session.scalar(select(StaffAction).where(StaffAction.action == "totp_dropped"))
    assert mail is not None and mail.recipient == email
    assert "chef@resah.example a retiré" in (mail.text or "").replace("\\", "")
    assert row is not None and row.portal == "resah"
    assert row.subject == staff_subject(await number(console, email))
    again = await chief.post(f"{path}/second-factor")
    assert again.status == 400 and "n’a pas de code" in await again.text()


async def test_an_invitation_is_sent_again_until_it_was_followed(console: Console) -> None:
    chief = await console.logged_in("chef@resah.example")
    await chief.post("/resah/users", address=NEW, role="reader")
    path, page = await page_of(console, chief, NEW)
    assert "Envoyer un nouveau lien" in page
    assert (await chief.post(f"{path}/invite")).status == 303
    async with console.database.read() as session:
        texts = (await session.scalars(select(OutboxMail.text).order_by(OutboxMail.id))).all()
    first, second = (re.search(r"/invitation/([\w-]+)", text or "") for text in texts)
    assert first is not None and second is not None
    visitor = await console.visitor()
    assert (await visitor.get(f"/invitation/{first[1]}")).status == 410
    assert (await visitor.get(f"/invitation/{second[1]}")).status == 200
    path, page = await page_of(console, chief, "agent@resah.example")
    assert "Envoyer un nouveau lien" not in page
    response = await chief.post(f"{path}/invite")
    assert response.status == 400 and "a déjà choisi un mot de passe" in await response.text()


async def test_who_manages_all_portals_may_close_any_account(console: Console) -> None:
    await add(console, "agent@resah.example", "woundwo", "agent")
    await add(console, "chef@resah.example", "*", "admin")
    chief = await console.logged_in("chef@resah.example")
    path, page = await page_of(console, chief, "agent@resah.example")
    assert "disabled" not in page
    assert (await chief.post(f"{path}/disable")).status == 303
    text = await chief.page("/resah/users")
    assert "administration (tous les portails)" in text


async def test_invitations_have_a_limit(console: Console, monkeypatch: Any) -> None:
    from bot.ground import limits

    few = limits.Limit("staff_invitation", 2, limits.STAFF_INVITATIONS.window, "staff")
    monkeypatch.setattr("bot.web.console.user_views.STAFF_INVITATIONS", few)
    chief = await console.logged_in("chef@resah.example")
    statuses = [
        (await chief.post("/resah/users", address=f"n{n}@resah.example", role="reader")).status
        for n in range(3)
    ]
    assert statuses == [303, 303, 429]
    # Another link by mail counts as one more.
    path, _ = await page_of(console, chief, "n0@resah.example")
    response = await chief.post(f"{path}/invite")
    assert response.status == 429 and "Trop d’invitations" in await response.text()
    path, _ = await page_of(console, chief, "agent@resah.example")
    assert (await chief.post(f"{path}/disable")).status == 303
    assert (await chief.post(f"{path}/enable")).status == 429
