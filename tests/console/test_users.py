"""Staff accounts: invitations, second factors, and the command line."""

from __future__ import annotations

import asyncio
import base64
import os
import pwd
from datetime import timedelta
from pathlib import Path

import pyotp
import pytest
from sqlalchemy import select, update

from bot.cli.main import main
from bot.content.live import current_content
from bot.ground.db import Database, current_database, now
from bot.ground.errors import GuichetError
from bot.staff.audit import latest
from bot.staff.directory import list_users
from bot.staff.history import author, subject_of
from bot.staff.invitations import accept_invitation
from bot.staff.tables import StaffUser
from bot.staff.totp import STEP_SECONDS, accepted_step, closed_secret
from bot.staff.users import (
    add_user,
    disable_user,
    enable_user,
    invite_again,
    names,
    remove_grant,
)
from tests.console.conftest import PASSWORD, Console, on_both_databases, shown_secret
from tests.console.test_kept import hidden

_RFC_SECRET = base64.b32encode(b"12345678901234567890").decode()


@pytest.mark.parametrize(
    ("seconds", "code"),
    [
        (59, "287082"), (1111111109, "081804"), (1111111111, "050471"), (1234567890, "005924"),
        (2000000000, "279037"), (20000000000, "353130"),
    ],
)  # fmt: skip
def test_codes_are_those_of_the_rfc(seconds: int, code: str) -> None:
    assert accepted_step(_RFC_SECRET, f"{code[:3]} {code[3:]}", seconds) is not None


def test_a_code_is_taken_once_and_in_its_time() -> None:
    step = 1111111109 // STEP_SECONDS
    assert accepted_step(_RFC_SECRET, "081804", 1111111109, after=step) is None
    assert accepted_step(_RFC_SECRET, "081804", 1111111109 + 90) is None
    assert accepted_step(_RFC_SECRET, "", 59) is None
    assert accepted_step("pas de la base 32", "287082", 59) is None
    assert accepted_step("clé", "287082", 59) is None


async def test_an_invitation_works_once(console: Console) -> None:
    token = await invite_again(console.database, "agent@resah.example")
    visitor = await console.visitor()
    assert "agent@resah.example" in await visitor.page(f"/invitation/{token}")
    for password, repeated, sentence in (
        ("court", "court", "au moins 12"),
        ("assez-long-pour-cela", "autre", "différentes"),
    ):
        response = await visitor.post(f"/invitation/{token}", password=password, repeated=repeated)
        assert response.status == 400 and sentence in await response.text()
    chosen = "un-autre-mot-de-passe"
    response = await visitor.post(f"/invitation/{token}", password=chosen, repeated=chosen)
    assert response.headers["Location"] == "/console/login?done=password"
    response = await visitor.post(f"/invitation/{token}", password=chosen, repeated=chosen)
    assert response.status == 410
    assert (await visitor.log_in("agent@resah.example", PASSWORD)).status == 403
    assert (await visitor.log_in("agent@resah.example", chosen)).status == 303


async def test_an_invitation_that_is_forged_or_old_is_refused(console: Console) -> None:
    token = await invite_again(console.database, "agent@resah.example")
    visitor = await console.visitor()
    for forged in ("x", token[:-1], token.swapcase()):
        assert (await visitor.get(f"/invitation/{forged}")).status == 410
    async with console.database.write() as session:
        await session.execute(
            update(StaffUser).values(invitation_expires_at=now() - timedelta(seconds=1))
        )
    response = await visitor.get(f"/invitation/{token}")
    assert response.status == 410 and "ne vaut plus" in await response.text()


async def test_the_second_factor(console: Console) -> None:
    visitor = await console.logged_in("agent@resah.example")
    text = await visitor.page("/me")
    secret, offer = shown_secret(text), hidden(text, "secret")
    assert len(secret) == 32 and '<img src="data:image/svg+xml' in text
    assert f">{secret[:4]} {secret[4:8]} " in text, "a key is copied in groups of four"

    def code() -> str:
        return pyotp.TOTP(secret).now()

    mine = pyotp.TOTP("A" * 32).now()
    for made_up, typed in ((offer, "000000"), ("clé", code()), ("A" * 32, mine), (secret, code())):
        response = await visitor.post("/me/totp", secret=made_up, code=typed, password=PASSWORD)
        assert response.status == 400
    response = await visitor.post("/me/totp", secret=offer, code=code(), password="faux")
    assert response.status == 400
    response = await visitor.post("/me/totp", secret=offer, code=code(), password=PASSWORD)
    assert response.status == 200
    other = await console.visitor()
    response = await other.log_in("agent@resah.example")
    assert response.headers["Location"] == "/console/code"
    # The password alone opens nothing.
    assert (await other.get("/resah/")).status == 303
    assert (await other.get("/me")).status == 303
    await other.page("/code")
    # The code that switched it on was used.
    assert (await other.post("/code", code=code())).status == 403
    async with console.database.write() as session:
        await session.execute(update(StaffUser).values(totp_step=0))
    assert (await other.post("/code", code=code())).status == 303
    await other.page("/resah/")
    await other.get("/me")
    assert (await other.post("/me/totp/off", password="faux")).status == 400
    assert (await visitor.get("/resah/")).status == 200
    assert (await other.post("/me/totp/off", password=PASSWORD)).status == 303
    assert (await visitor.get("/resah/")).status == 303
    assert (await (await console.visitor()).log_in("agent@resah.example")).headers[
        "Location"
    ] == "/console/"


async def test_with_another_key_one_is_told_why_no_code_works(console: Console) -> None:
    email = "agent@resah.example"
    async with console.database.write() as session:
        await session.execute(
            update(StaffUser)
            .where(StaffUser.email == email)
            .values(totp_secret=closed_secret(_RFC_SECRET, "another key than the present one"))
        )
    visitor = await console.visitor()
    await visitor.log_in(email)
    await visitor.page("/code")
    response = await visitor.post("/code", code=pyotp.TOTP(_RFC_SECRET).now())
    text = await response.text()
    assert response.status == 409 and "la clé secrète de l’installation a changé" in text
    assert "guichet users invite" in text and (await visitor.get("/resah/")).status == 303
    token = await invite_again(console.database, email)
    assert await accept_invitation(console.database, token, "un-autre-mot-de-passe")
    response = await visitor.log_in(email, "un-autre-mot-de-passe")
    assert response.headers["Location"] == "/console/"


async def test_codes_cannot_be_tried_out(console: Console) -> None:
    async with console.database.write() as session:
        await session.execute(
            update(StaffUser)
            .where(StaffUser.email == "agent@resah.example")
            .values(totp_secret=closed_secret(_RFC_SECRET, console.settings.secret_key))
        )
    visitor = await console.visitor()
    await visitor.log_in("agent@resah.example")
    await visitor.page("/code")
    statuses = [(await visitor.post("/code", code="000000")).status for _ in range(9)]
    assert statuses == [403] * 8 + [429]


@pytest.mark.parametrize(
    ("email", "portal", "role", "regions", "sentence"),
    [
        ("pas une adresse", "resah", "agent", (), "pas une adresse"),
        ("a@b.example", "nulle-part", "agent", (), "n’existe pas"),
        ("a@b.example", "resah", "roi", (), "rôle"),
        ("a@b.example", "resah", "agent", ("atlantide",), "Région inconnue"),
        ("a@b.example", "*", "agent", ("bretagne",), "un seul portail"),
    ],
)
async def test_a_wrong_account_is_refused_whole(
    database: Database, email: str, portal: str, role: str, regions: tuple[str, ...], sentence: str
) -> None:
    with pytest.raises(GuichetError, match=sentence):
        await add_user(
            database, current_content(), email=email, portal=portal, role=role, regions=regions
        )
    async with database.read() as session:
        assert (await session.scalars(select(StaffUser))).all() == []


async def test_all_portals_at_once(console: Console) -> None:
    await add_user(
        console.database, current_content(), email="agent@resah.example", portal="*", role="reader"
    )
    visitor = await console.logged_in("agent@resah.example")
    text = await visitor.page("/")
    assert "/console/resah/" in text and "/console/woundwo/" in text
    assert (await visitor.get("/woundwo/accounts")).status == 403
    assert (await visitor.get("/resah/accounts")).status == 200


def test_the_command_line(
    capsys: pytest.CaptureFixture[str], tmp_path: object, monkeypatch: pytest.MonkeyPatch
) -> None:
    from tests.conftest import forget_settings

    monkeypatch.setenv("GUICHET_VAR_DIR", str(tmp_path))
    forget_settings()
    words = ["users", "add", "Agent@Resah.example", "--portal", "resah", "--role", "agent"]
    assert main(words) == 0
    assert "/console/invitation/" in capsys.readouterr().out
    assert main(["users", "list"]) == 0
    assert "agent@resah.example (resah : agent)" in capsys.readouterr().out
    assert main(["users", "add", "agent@resah.example", "--portal", "*", "--role", "reader"]) == 0
    assert main(["users", "remove", "agent@resah.example", "--portal", "resah"]) == 0
    assert "Reste : * : reader." in capsys.readouterr().out
    assert main(["users", "disable", "agent@resah.example"]) == 0
    words[1] = "enable"
    assert main(words) == 0
    told = capsys.readouterr().out
    assert "un seul rôle : resah : agent" in told and "Ne reviennent pas : * : reader" in told
    assert main(["users", "list"]) == 0
    assert "jamais connecté depuis un an – lien en attente" in capsys.readouterr().out
    assert main(["users", "invite", "personne@resah.example"]) == 1
    assert "Personne n’a l’adresse" in capsys.readouterr().err
    assert main(["purge"]) == 0
    assert main(["redact"]) == 0
    assert main(["erase", "n'importe quoi"]) == 1
    assert main(["erase", "inconnue@exemple.example"]) == 0
    assert main(["export", "inconnue@exemple.example"]) == 0
    assert '"conversations": []' in capsys.readouterr().out
    forget_settings()


def test_the_record_tells_the_command_line_and_who_used_it(
    capsys: pytest.CaptureFixture[str], tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    from tests.conftest import forget_settings

    monkeypatch.setenv("GUICHET_VAR_DIR", str(tmp_path))
    forget_settings()
    file = tmp_path / "comptes.csv"
    file.write_text("email,status\nzoe@chu.example,active\n", encoding="utf-8")
    for line in (
        "users add tierce@resah.example --portal resah --role agent",
        "users remove tierce@resah.example --portal resah",
        f"accounts import {file} --portal resah",
        "export zoe@chu.example",
        "erase zoe@chu.example",
    ):
        assert main(line.split()) == 0, capsys.readouterr().err

    async def shown() -> list[tuple[str, str, str, str]]:
        database = current_database()
        try:
            async with database.read() as session:
                rows = await latest(session, "resah", None, 100)
                people = await names(session)
        finally:
            await database.dispose()
        return [
            (row.action, author(row, people), subject_of(row, people)[1], row.detail)
            for row in rows
        ]

    by = f"par {pwd.getpwuid(os.getuid()).pw_name}"
    told = asyncio.run(shown())
    person = told[0][2]
    assert person.startswith("empreinte ") and "zoe" not in str(told)
    shell = "ligne de commande"
    assert told == [
        ("erased", shell, person, by),
        ("exported", shell, person, by),
        ("imported", shell, "", f"1 ajoutés, 0 modifiés, 0 inchangés, 0 désactivés, {by}"),
        ("user_removed", shell, "tierce@resah.example", f"agent, {by}"),
        ("user_added", shell, "tierce@resah.example", f"agent, {by}"),
    ]
    forget_settings()


@on_both_databases
async def test_who_was_shut_out_comes_back_with_nothing_of_before(console: Console) -> None:
    email, content, database = "agent@resah.example", current_content(), console.database
    await disable_user(database, email)
    new = {"email": email, "portal": "woundwo", "role": "reader"}
    with pytest.raises(GuichetError, match="users enable agent@resah"):
        await add_user(database, content, **new)
    with pytest.raises(GuichetError, match="est fermé"):
        await invite_again(database, email)
    assert (await (await console.visitor()).log_in(email)).status == 403
    token, lost = await enable_user(database, content, **new)
    assert [(grant.portal, grant.role) for grant in lost] == [("resah", "agent")]
    # The old password opens nothing; the new one only what was given with it.
    assert (await (await console.visitor()).log_in(email)).status == 403
    assert await accept_invitation(database, token, "un-autre-mot-de-passe")
    visitor = await console.visitor()
    assert (await visitor.log_in(email, "un-autre-mot-de-passe")).status == 303
    assert (await visitor.get("/woundwo/")).status == 200
    assert (await visitor.get("/resah/")).status == 404
    with pytest.raises(GuichetError, match="n’est pas fermé"):
        await enable_user(database, content, **new)


@on_both_databases
async def test_one_role_is_taken_back(console: Console) -> None:
    email, database = "agent@resah.example", console.database
    await add_user(database, current_content(), email=email, portal="woundwo", role="reader")
    visitor = await console.logged_in(email)
    left = await remove_grant(database, email, "resah")
    assert [(grant.portal, grant.role) for grant in left] == [("woundwo", "reader")]
    assert (await visitor.get("/woundwo/")).status == 303
    visitor = await console.logged_in(email)
    assert (await visitor.get("/resah/")).status == 404
    assert (await visitor.get("/woundwo/")).status == 200
    with pytest.raises(GuichetError, match="n’a pas de rôle"):
        await remove_grant(database, email, "resah")


@on_both_databases
async def test_the_list_tells_roles_regions_logins_and_invitations(console: Console) -> None:
    await console.logged_in("agent@resah.example")
    await add_user(
        console.database, current_content(), email="neuf@resah.example", portal="resah",
        role="agent", regions=("bretagne", "corse"),
    )  # fmt: skip
    listed = {one.email: one for one in await list_users(console.database)}
    seen = listed["agent@resah.example"]
    assert seen.last_login is not None and now() - seen.last_login < timedelta(minutes=1)
    assert seen.invited_until is None
    fresh = listed["neuf@resah.example"]
    assert fresh.grants[0].regions == ("bretagne", "corse")
    assert fresh.last_login is None
    assert fresh.invited_until is not None and fresh.invited_until > now()
