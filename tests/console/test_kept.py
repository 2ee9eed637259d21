"""A session that ends while somebody writes: they are told, and their text comes back."""

from __future__ import annotations

import re
from datetime import timedelta
from html import unescape

import pyotp
from sqlalchemy import delete, select, update

from bot.ground.db import now
from bot.ground.sealing import seal, unseal
from bot.record.review_tables import Note
from bot.staff.tables import StaffSession, StaffUser
from tests.console.conftest import PASSWORD, Console, Visitor, on_both_databases, shown_secret
from tests.console.written import Said, write

ONE = "/resah/conversations/one"
NOTE = "Rappeler <lundi> & dire « bonjour »\nà 9 h"


async def end_sessions(console: Console) -> None:
    async with console.database.write() as session:
        await session.execute(delete(StaffSession))


async def posted(visitor: Visitor, path: str, **fields: str) -> str:
    """Send a form to which the login page answers; returns that page."""
    response = await visitor.post(path, **fields)
    page = await response.text()
    assert response.status == 401
    visitor.look(page)
    return page


def hidden(page: str, name: str) -> str:
    found = re.search(rf'name="{name}" value="([^"]*)"', page)
    assert found is not None, name
    return unescape(found[1])


@on_both_databases
async def test_a_note_comes_back_after_the_login(console: Console) -> None:
    await write(console.database, "one", [Said("au secours")])
    agent = await console.logged_in("agent@resah.example")
    await agent.page(ONE)
    await end_sessions(console)
    page = await posted(agent, f"{ONE}/note", text=NOTE, **{"from": "view=review"})
    assert "Votre session a expiré : rien n’a été enregistré" in page and "Rappeler" not in page
    kept = hidden(page, "kept")
    wrong = await agent.post("/login", email="agent@resah.example", password="faux", kept=kept)
    assert wrong.status == 403 and hidden(await wrong.text(), "kept") == kept
    response = await agent.post("/login", email="agent@resah.example", password=PASSWORD, kept=kept)
    assert response.headers["Location"] == f"/console{ONE}"
    async with console.database.read() as session:
        laid = (await session.scalars(select(StaffSession.kept))).one()
    assert laid and "Rappeler" not in laid
    assert (await agent.page("/resah/")).count("expiré") == 0
    page = await agent.page(ONE)
    assert "repris ci-dessous" in page
    field = re.search(r'<textarea id="note"[^>]*>(.*?)</textarea>', page, re.DOTALL)
    assert field is not None and unescape(field[1]) == NOTE
    # Once shown, it is not kept any more; and nothing was written meanwhile.
    assert "repris ci-dessous" not in await agent.page(ONE)
    async with console.database.read() as session:
        assert (await session.scalars(select(Note))).all() == []
    assert (await agent.post(f"{ONE}/note", text=NOTE)).status == 303


async def test_the_page_it_was_on_is_known_by_its_own_address(console: Console) -> None:
    await write(console.database, "one", [Said("au secours")])
    agent = await console.logged_in("agent@resah.example")
    await agent.page(ONE)
    await end_sessions(console)
    host = f"http://{agent.client.host}:{agent.client.port}/console"
    for referer, place in (
        (f"{host}{ONE}?from=view%3Dreview", f"{ONE}?from=view%3Dreview"),
        (f"{host}{ONE}/reveal", ONE),
        (f"{host}/login", ONE),
        ("http://ailleurs.example/console/resah/", ONE),
        ("", ONE),
    ):
        headers = {"Accept": "text/html", "Sec-Fetch-Site": "same-origin", "Referer": referer}
        response = await agent.client.post(
            f"/console{ONE}/note", data={"text": NOTE}, headers=headers, allow_redirects=False
        )
        page = await response.text()
        agent.look(page)
        response = await agent.post(
            "/login", email="agent@resah.example", password=PASSWORD, kept=hidden(page, "kept")
        )
        assert response.headers["Location"] == f"/console{place}", referer
        await end_sessions(console)


async def test_the_way_leads_through_the_second_factor(console: Console) -> None:
    await write(console.database, "one", [Said("au secours")])
    agent = await console.logged_in("agent@resah.example")
    text = await agent.page("/me")
    secret, offer = shown_secret(text), hidden(text, "secret")

    def code() -> str:
        return pyotp.TOTP(secret).now()

    response = await agent.post("/me/totp", secret=offer, code=code(), password=PASSWORD)
    assert response.status == 200
    await agent.page(ONE)
    for kept_text in ("", NOTE):
        await end_sessions(console)
        async with console.database.write() as session:
            await session.execute(update(StaffUser).values(totp_step=0))
        fields = {"email": "agent@resah.example", "password": PASSWORD}
        if kept_text:
            page = await posted(agent, f"{ONE}/note", text=kept_text)
            fields["kept"] = hidden(page, "kept")
        else:
            response = await agent.get(f"{ONE}?from=view%3Dreview")
            page = await agent.page(response.headers["Location"].removeprefix("/console"))
            assert "Votre session a expiré" in page
            fields["next"] = hidden(page, "next")
        response = await agent.post("/login", **fields)
        page = await agent.page(response.headers["Location"].removeprefix("/console"))
        wrong = await agent.post("/code", code="000000", next=hidden(page, "next"))
        wanted = hidden(await wrong.text(), "next")
        response = await agent.post("/code", code=code(), next=wanted)
        query = "" if kept_text else "?from=view%3Dreview"
        assert response.headers["Location"] == f"/console{ONE}{query}"
        page = await agent.page(ONE)
        assert ("Rappeler" in page) == bool(kept_text)


async def test_what_was_kept_is_this_browsers_alone_and_for_an_hour(console: Console) -> None:
    await write(console.database, "one", [Said("au secours")])
    agent = await console.logged_in("agent@resah.example")
    await agent.page(ONE)
    await end_sessions(console)
    kept = hidden(await posted(agent, f"{ONE}/note", text=NOTE), "kept")
    other = await console.visitor()
    await other.get("/login")
    response = await other.post("/login", email="chef@resah.example", password=PASSWORD, kept=kept)
    assert response.headers["Location"] == "/console/"
    for forged in (kept[:-4] + "AAAA", "x", seal("[]", console.settings.secret_key, "other")):
        await agent.get("/login")
        response = await agent.post(
            "/login", email="agent@resah.example", password=PASSWORD, kept=forged
        )
        assert response.headers["Location"] == "/console/"
        await end_sessions(console)


def test_what_is_sealed_opens_for_its_key_purpose_and_time() -> None:
    sealed = seal("Ça alors", "k" * 32, "kept")
    assert "alors" not in sealed
    assert unseal(sealed, "k" * 32, "kept") == "Ça alors"
    assert unseal(sealed, "k" * 32, "kept", timedelta(hours=1)) == "Ça alors"
    assert unseal(sealed, "j" * 32, "kept") is None
    assert unseal(sealed, "k" * 32, "totp") is None
    assert unseal("é", "k" * 32, "kept") is None
    old = "gAAAAABlAAAA" + sealed[12:]
    assert unseal(old, "k" * 32, "kept", timedelta(hours=1)) is None


async def test_no_password_is_kept(console: Console) -> None:
    agent = await console.logged_in("agent@resah.example")
    await end_sessions(console)
    page = await posted(agent, "/me/totp/off", password="tres-secret-2024")
    kept = unseal(hidden(page, "kept"), console.settings.secret_key, "kept")
    assert kept is not None and "tres-secret" not in kept


async def test_a_form_from_before_the_last_login_is_given_back(console: Console) -> None:
    await write(console.database, "one", [Said("au secours")])
    agent = await console.logged_in("agent@resah.example")
    await agent.page(ONE)
    old = agent.token
    await agent.post("/logout")
    await agent.log_in("agent@resah.example")
    response = await agent.post(f"{ONE}/note", text=NOTE, form_token=old)
    page = await response.text()
    assert response.status == 403 and response.content_type == "text/html"
    assert "Formulaire trop ancien" in page and unescape(page).count(NOTE) == 1
    assert f'href="/console{ONE}"' in page
    agent.look(page)
    assert (await agent.post(f"{ONE}/note", text=NOTE)).status == 303
    async with console.database.read() as session:
        assert list(await session.scalars(select(Note.text))) == [NOTE]


async def test_refusals_look_like_the_console(console: Console) -> None:
    reader = await console.logged_in("lectrice@resah.example")
    for path, status, words in (
        ("/resah/accounts", 403, "Accès refusé"),
        ("/resah/rien", 404, "Page introuvable"),
        ("/woundwo/", 404, "Page introuvable"),
    ):
        page = await reader.page(path, status=status)
        assert words in page and "Se déconnecter" in page and "portails d’aide" not in page
    # Programs still get JSON.
    response = await reader.get("/resah/accounts", headers={"Accept": "application/json"})
    assert response.content_type == "application/json"
    async with console.database.read() as session:
        seen = (await session.scalars(select(StaffSession.seen_at))).one()
    assert now() - seen < timedelta(minutes=1)
