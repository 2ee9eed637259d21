"""Lost passwords and lost phones: who owns the account gets in again, and nobody else."""

from __future__ import annotations

import dataclasses
import re
import time
from collections.abc import Iterator
from datetime import timedelta
from typing import Any

import pyotp
import pytest
from sqlalchemy import select, update

from bot.content.live import Content, current_content
from bot.desk.outbox import OutboxMail
from bot.desk.sender import OutboxSender
from bot.ground.db import now
from bot.staff.audit import staff_subject
from bot.staff.sessions import forget_expired
from bot.staff.tables import StaffAction, StaffLink, StaffRecoveryCode, StaffUser
from bot.staff.users import disable_user, number_of
from tests.console.conftest import (
    PASSWORD,
    Console,
    Open,
    Visitor,
    on_both_databases,
    shown_secret,
)
from tests.console.test_kept import hidden
from tests.support.mail import Mailbox, link_in, text_of

EMAIL = "agent@resah.example"
OTHER = "un-autre-mot-de-passe"


@pytest.fixture
def mailbox() -> Iterator[Mailbox]:
    """A mail server."""
    box = Mailbox().start()
    yield box
    box.stop()


@pytest.fixture(autouse=True)
def no_floor(monkeypatch: pytest.MonkeyPatch) -> None:
    """Answers as soon as they are there, but where a test is about that."""
    monkeypatch.setattr("bot.staff.lost_passwords.FLOOR_SECONDS", 0.0)


async def ask(visitor: Visitor, email: str, network: int = 1) -> tuple[int, str]:
    await visitor.get("/lost")
    response = await visitor.client.post(
        "/console/lost",
        data={"email": email, "form_token": visitor.token},
        headers={
            "Accept": "text/html", "Sec-Fetch-Site": "same-origin",
            "X-Forwarded-For": f"10.0.{network}.1",
        },
    )  # fmt: skip
    return response.status, await response.text()


async def mailed(console: Console) -> list[str]:
    async with console.database.read() as session:
        texts = await session.scalars(select(OutboxMail.text).order_by(OutboxMail.id))
        found = [re.search(r"/console(/invitation/[\w-]+)", text or "") for text in texts]
    return [match[1] for match in found if match]


@on_both_databases
async def test_a_link_comes_by_mail_and_opens_once(open_console: Open, mailbox: Mailbox) -> None:
    console = await open_console(smtp_url=f"{mailbox.url}?starttls=never", smtp_urls={})
    before = await console.logged_in(EMAIL)
    visitor = await console.visitor()
    assert 'href="/console/lost"' in await visitor.page("/login")
    status, text = await ask(visitor, f" {EMAIL.upper()} ")
    assert status == 200 and "un mail vient de partir" in text
    # Nothing is lost by asking.
    assert (await before.get("/resah/")).status == 200
    await OutboxSender(console.database, console.settings).send_due()
    (message,) = mailbox.to(EMAIL)
    assert message["From"] == "no-reply@resah.fr" and "reste valable" in text_of(message)
    path = link_in(message).partition("/console")[2]
    response = await visitor.post(path, password="motdepasse2024!", repeated="motdepasse2024!")
    assert response.status == 400 and "premiers que l’on essaie" in await response.text()
    response = await visitor.post(path, password=OTHER, repeated=OTHER)
    assert response.headers["Location"] == "/console/login?done=password"
    # Whoever was in with the old password is out.
    assert (await before.get("/resah/")).status == 303
    assert (await visitor.post(path, password=OTHER, repeated=OTHER)).status == 410
    assert (await (await console.visitor()).log_in(EMAIL)).status == 403
    assert (await (await console.visitor()).log_in(EMAIL, OTHER)).status == 303
    async with console.database.read() as session:
        number = await number_of(session, EMAIL)
        row = await session.scalar(select(StaffAction).where(StaffAction.action == "link_sent"))
        assert (await session.scalars(select(OutboxMail.text))).all() == [None]
    assert number is not None and row is not None and row.subject == staff_subject(number)
    chief = await console.logged_in("chef@resah.example")
    record = await chief.page("/resah/record?kind=link_sent")
    assert "<td>quelqu’un</td><td>a demandé un lien pour un mot de passe oublié</td>" in record


@on_both_databases
async def test_the_answer_does_not_tell_whether_an_address_is_known(open_console: Open) -> None:
    console = await open_console(trusted_proxies=("127.0.0.1",))
    await disable_user(console.database, "lectrice@resah.example")
    answers = []
    for number, email in enumerate((EMAIL, "personne@resah.example", "lectrice@resah.example")):
        visitor = await console.visitor()
        told = [await ask(visitor, email, network=number) for _ in range(4)]
        answers.append(
            [
                (status, re.sub(r'value="[^"]*"', "", text.replace(email, "X")))
                for status, text in told
            ]
        )
    assert answers[0] == answers[1] == answers[2]
    assert [status for status, _ in answers[0]] == [200, 200, 200, 429]
    async with console.database.read() as session:
        recipients = set(await session.scalars(select(OutboxMail.recipient)))
    assert recipients == {EMAIL}


async def test_the_time_does_not_tell_either(
    console: Console, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("bot.staff.lost_passwords.FLOOR_SECONDS", 0.5)
    for email in (EMAIL, "personne@resah.example"):
        visitor = await console.visitor()
        started = time.monotonic()
        await ask(visitor, email)
        assert time.monotonic() - started >= 0.5


@on_both_databases
async def test_a_stranger_makes_no_link_void_and_floods_no_mailbox(open_console: Open) -> None:
    console = await open_console(trusted_proxies=("127.0.0.1",))
    mine = await console.visitor()
    await ask(mine, EMAIL)
    stranger = await console.visitor()
    statuses = [(await ask(stranger, EMAIL, network=2 + n // 3))[0] for n in range(12)]
    assert statuses == [200] * 9 + [429] * 3
    links = await mailed(console)
    assert len(links) == 10
    # The first still opens; none of the others does then.
    assert (await mine.post(links[0], password=OTHER, repeated=OTHER)).status == 303
    for link in links:
        assert (await mine.get(link)).status == 410


@on_both_databases
async def test_a_link_ends_after_its_hour_and_with_the_account(console: Console) -> None:
    visitor = await console.visitor()
    await ask(visitor, EMAIL)
    await ask(visitor, EMAIL)
    first, second = await mailed(console)
    async with console.database.write() as session:
        await session.execute(
            update(StaffLink)
            .where(StaffLink.id == 1)
            .values(expires_at=now() - timedelta(seconds=1))
        )
    assert (await visitor.get(first)).status == 410
    assert (await visitor.get(second)).status == 200
    await forget_expired(console.database)
    async with console.database.read() as session:
        assert len((await session.scalars(select(StaffLink.id))).all()) == 1
    await disable_user(console.database, EMAIL)
    assert (await visitor.post(second, password=OTHER, repeated=OTHER)).status == 410


async def test_what_is_no_address_comes_back(console: Console) -> None:
    status, text = await ask(await console.visitor(), "agent")
    assert status == 400 and 'value="agent"' in text and "adresse entière" in text


async def switch_on(visitor: Visitor) -> tuple[pyotp.TOTP, list[str]]:
    page = await visitor.page("/me")
    totp = pyotp.TOTP(shown_secret(page))
    response = await visitor.post(
        "/me/totp", secret=hidden(page, "secret"), code=totp.now(), password=PASSWORD
    )
    text = await response.text()
    assert response.status == 200, text
    return totp, re.findall(r'<code class="secret">([^<]+)</code>', text)


@on_both_databases
async def test_a_recovery_code_opens_a_session_once(console: Console) -> None:
    mine = await console.logged_in(EMAIL)
    _, codes = await switch_on(mine)
    assert len(set(codes)) == 10 and all(re.fullmatch(r"(\w{4} ){2}\w{4}", c) for c in codes)
    assert "10 codes de secours" in await mine.page("/me")
    async with console.database.read() as session:
        stored = (await session.scalars(select(StaffRecoveryCode.code_hash))).all()
    bare = [code.replace(" ", "") for code in codes]
    assert not any(code in value.upper() for code in bare for value in stored)
    other = await console.visitor()
    await other.log_in(EMAIL)
    await other.page("/code")
    assert (await other.post("/code", code=f" {codes[3].lower().replace(' ', '-')} ")).status == 303
    await other.page("/resah/")
    assert "9 codes de secours" in await other.page("/me")
    again = await console.visitor()
    await again.log_in(EMAIL)
    await again.page("/code")
    for wrong in (codes[3], codes[4][:-1], "", "ABCD EFGH JKMN"):
        assert (await again.post("/code", code=wrong)).status == 403
    chief = await console.logged_in("chef@resah.example")
    text = await chief.page("/resah/record")
    assert "s’est connecté avec un code de secours" in text and "il en reste 9" in text


@on_both_databases
async def test_new_recovery_codes_make_the_old_ones_void(console: Console) -> None:
    mine = await console.logged_in(EMAIL)
    response = await mine.post("/me/codes", password=PASSWORD)
    assert response.status == 400 and "n’est pas activé" in await response.text()
    _, old = await switch_on(mine)
    await mine.page("/me")
    assert (await mine.post("/me/codes", password="faux")).status == 400
    response = await mine.post("/me/codes", password=PASSWORD)
    new = re.findall(r'<code class="secret">([^<]+)</code>', await response.text())
    assert len(new) == 10 and not set(new) & set(old)
    other = await console.visitor()
    await other.log_in(EMAIL)
    await other.page("/code")
    assert (await other.post("/code", code=old[0])).status == 403
    assert (await other.post("/code", code=new[0])).status == 303
    await other.get("/me")
    assert (await other.post("/me/totp/off", password=PASSWORD)).status == 303
    async with console.database.read() as session:
        assert (await session.scalars(select(StaffRecoveryCode.id))).all() == []


@on_both_databases
async def test_another_persons_codes_open_nothing(console: Console) -> None:
    _, codes = await switch_on(await console.logged_in("chef@resah.example"))
    _, mine = await switch_on(await console.logged_in(EMAIL))
    other = await console.visitor()
    await other.log_in(EMAIL)
    await other.page("/code")
    assert (await other.post("/code", code=codes[0])).status == 403
    assert (await other.post("/code", code=mine[0])).status == 303


@pytest.fixture
def demanding(monkeypatch: pytest.MonkeyPatch) -> None:
    """A portal that asks a second factor of its admins."""
    content = current_content()
    portals = dict(content.portals)
    portals["resah"] = dataclasses.replace(portals["resah"], second_factor="admin")
    changed: Any = Content(portals, content.wording)
    monkeypatch.setattr("tests.console.conftest.current_content", lambda: changed)


async def test_a_portal_may_ask_a_second_factor_of_its_admins(
    demanding: None, console: Console
) -> None:
    agent = await console.logged_in(EMAIL)
    assert (await agent.get("/resah/tickets")).status == 200
    chief = await console.logged_in("chef@resah.example")
    response = await chief.get("/resah/users")
    assert response.headers["Location"] == "/console/me?done=totp_needed#totp"
    assert "demande un code à usage unique" in await chief.page("/me?done=totp_needed")
    # A form is not lost over it.
    response = await chief.post("/resah/accounts", address="camille@exemple.example")
    assert response.status == 303
    await switch_on(chief)
    text = await chief.page("/resah/accounts")
    assert 'value="camille@exemple.example"' in text
    assert (await chief.get("/resah/users")).status == 200
    elsewhere = await console.logged_in("chef@woundwo.example")
    assert (await elsewhere.get("/woundwo/users")).status == 200


async def test_single_keys_are_switched_off_for_one_person(console: Console) -> None:
    mine = await console.logged_in(EMAIL)
    assert "data-no-keys" not in await mine.page("/resah/tickets")
    assert (await mine.post("/me/keys")).headers["Location"] == "/console/me?done=keys_off#keys"
    assert "<body data-no-keys>" in await mine.page("/resah/tickets")
    # It goes with the person, not with the browser.
    assert "<body data-no-keys>" in await (await console.logged_in(EMAIL)).page("/resah/tickets")
    chief = await console.logged_in("chef@resah.example")
    assert "data-no-keys" not in await chief.page("/resah/tickets")
    await mine.post("/me/keys", keys="1")
    assert "data-no-keys" not in await mine.page("/resah/tickets")
    async with console.database.read() as session:
        assert set(await session.scalars(select(StaffUser.keys))) == {True}
