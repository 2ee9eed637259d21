"""Passwords: nobody is shut out by others, none is trivial, and a new one ends other sessions."""

from __future__ import annotations

import time
from datetime import timedelta

import pyotp
import pytest
from sqlalchemy import select

from bot.ground.limits import Limit
from bot.staff.passwords import fault_of
from bot.staff.tables import StaffAction, StaffUser
from bot.staff.totp import opened_secret
from tests.console.conftest import PASSWORD, Console, Open, Visitor, on_both_databases, shown_secret
from tests.console.test_kept import hidden

FEW = Limit("staff_network", 1, timedelta(minutes=15))


async def try_from(
    visitor: Visitor, network: int, password: str, email: str = "agent@resah.example"
) -> int:
    headers = {
        "Accept": "text/html", "Sec-Fetch-Site": "same-origin",
        "X-Forwarded-For": f"10.0.{network}.1",
    }  # fmt: skip
    fields = {"email": email, "password": password, "form_token": visitor.token}
    response = await visitor.client.post(
        "/console/login", data=fields, headers=headers, allow_redirects=False
    )
    return response.status


@on_both_databases
async def test_what_others_try_shuts_nobody_out(
    open_console: Open, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("bot.staff.sessions.SLOW_SECONDS", 0.3)
    console = await open_console(trusted_proxies=("127.0.0.1",))
    visitor = await console.visitor()
    await visitor.get("/login")
    statuses = [await try_from(visitor, n // 8, "faux-mot-de-passe") for n in range(64)]
    assert statuses == [403] * 64
    assert await try_from(visitor, 3, PASSWORD) == 429
    started = time.monotonic()
    assert await try_from(visitor, 99, PASSWORD) == 303
    assert time.monotonic() - started >= 0.3
    async with console.database.read() as session:
        told = select(StaffAction).where(StaffAction.detail != "").order_by(StaffAction.id)
        rows = (await session.scalars(told)).all()
    kinds = [row.action for row in rows if row.action.startswith("login")]
    assert kinds == ["login_failed"] * 64 + ["login_throttled", "login"]
    assert all(row.subject.startswith("staff:") for row in rows if row.action == "login_failed")
    assert not any("10.0." in row.detail for row in rows)


@on_both_databases
async def test_a_browser_that_is_known_is_not_shut_out(
    open_console: Open, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("bot.staff.sessions.SLOW_SECONDS", 30)
    console = await open_console(trusted_proxies=("127.0.0.1",))
    mine = await console.logged_in("agent@resah.example")
    await mine.post("/logout")
    await mine.get("/login")
    stranger = await console.visitor()
    await stranger.get("/login")
    statuses = [await try_from(stranger, 7, "faux-mot-de-passe") for _ in range(10)]
    assert statuses == [403] * 8 + [429] * 2
    # On the stranger's own network, and though so many tried that others wait.
    monkeypatch.setattr("bot.staff.sessions.ATTEMPTS_NETWORK", FEW)
    assert await try_from(mine, 7, PASSWORD) == 303
    # Its attempts are counted by themselves, and are for the account that was open in it.
    await mine.get("/me")
    assert (await mine.post("/logout")).status == 303
    await mine.get("/login")
    statuses = [await try_from(mine, 7, "faux-mot-de-passe") for _ in range(9)]
    assert statuses == [403] * 8 + [429]
    monkeypatch.setattr("bot.staff.sessions.SLOW_SECONDS", 0)
    for _ in range(8):
        assert await try_from(stranger, 7, "faux", "chef@resah.example") == 403
    assert await try_from(mine, 7, PASSWORD, "chef@resah.example") == 429


@pytest.mark.parametrize(
    ("password", "sentence"),
    [
        ("onze-lettre", "au moins 12"), ("aaaaaaaaaaaa", "répète"), ("abababababab", "répète"),
        ("agent@resah.example", "votre adresse"), ("agent@resah.example1", "votre adresse"),
        ("123456789012", "premiers que l’on essaie"), ("motdepasse2024!", "premiers que"),
        ("Azertyuiop123", "premiers que"), ("abcdefghijkl", "premiers que"),
        # Known ones, with the usual changes.
        ("iloveyou123456", "premiers que"), ("P@ssw0rd12345", "premiers que"),
        ("trustno1trustno1", "premiers que"), ("4815162342lost", "premiers que"),
        ("agentagentagent", "premiers que"), ("Bienvenue2026!", "premiers que"),
    ],
)  # fmt: skip
async def test_a_trivial_password_is_refused(password: str, sentence: str) -> None:
    assert sentence in (await fault_of(password, password, "agent@resah.example") or "")
    good = "soleil-levant-2024"
    assert await fault_of(good, good, "agent@resah.example") is None


async def test_a_new_password_ends_the_other_sessions(console: Console) -> None:
    mine = await console.logged_in("agent@resah.example")
    other = await console.logged_in("agent@resah.example")
    chosen = "un-autre-mot-de-passe"
    for current, password, sentence in (
        ("faux", chosen, "n’est pas le bon"), (PASSWORD, "aaaaaaaaaaaa", "répète"),
    ):  # fmt: skip
        response = await mine.post(
            "/me/password", current=current, password=password, repeated=password
        )
        assert response.status == 400 and sentence in await response.text()
    assert (await other.get("/resah/")).status == 200
    response = await mine.post("/me/password", current=PASSWORD, password=chosen, repeated=chosen)
    assert response.status == 303
    assert (await mine.get("/resah/")).status == 200
    assert (await other.get("/resah/")).status == 303
    assert (await (await console.visitor()).log_in("agent@resah.example")).status == 403
    assert (await (await console.visitor()).log_in("agent@resah.example", chosen)).status == 303


async def test_the_second_factor_ends_other_sessions_and_is_sealed(console: Console) -> None:
    mine = await console.logged_in("agent@resah.example")
    other = await console.logged_in("agent@resah.example")
    page = await mine.page("/me")
    secret, offer = shown_secret(page), hidden(page, "secret")
    code = pyotp.TOTP(secret).now()
    response = await mine.post("/me/totp", secret=offer, code=code, password=PASSWORD)
    assert response.status == 200
    assert (await mine.get("/resah/")).status == 200
    assert (await other.get("/resah/")).status == 303
    async with console.database.read() as session:
        stored = await session.scalar(
            select(StaffUser.totp_secret).where(StaffUser.totp_secret != "")
        )
    assert stored is not None and secret not in stored
    assert opened_secret(stored, console.settings.secret_key) == secret
    assert opened_secret(stored, "another key of the same length") == ""
