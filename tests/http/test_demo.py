"""The demo portal: the whole story of a lost password, and what may go wrong in it."""

from __future__ import annotations

import asyncio
import re
from pathlib import Path
from urllib.parse import urlsplit

import pytest
from sqlalchemy import select

from bot.desk.accounts import AccountRow
from bot.desk.demo_passwords import DemoPassword
from bot.desk.resets import ResetToken
from bot.web.demo.mails import read_mails
from bot.web.demo.switch import demo_is_on
from tests.http.conftest import KNOWN, PENDING, SHARED, Chat, Site, Start, on_both_databases

PASSWORD = "soleil-et-mistral"


async def _reset_path(site: Site, portal: str = "resah", login: str = "") -> str:
    """Ask the assistant for a mail and return the path of the link in it."""
    chat = Chat(site, portal)
    await chat.say("mot de passe oublié")
    if login:
        await chat.say(SHARED)
        await chat.say(login)
    else:
        await chat.say(KNOWN)
    await chat.click("Oui, envoyez-le")
    await site.sender.send_due()
    text = await (await site.get(f"/demo/{portal}/mails")).text()
    links = re.findall(r'<a href="(http[^"]*/reset\?[^"]*)"', text)
    assert links, text
    parts = urlsplit(links[0])
    return f"{parts.path}?{parts.query}"


async def _choose(site: Site, path: str, password: str, repeated: str | None = None) -> str:
    token = path.partition("token=")[2]
    response = await site.submit(
        path.partition("?")[0],
        token=token,
        password=password,
        repeated=password if repeated is None else repeated,
    )
    return await response.text()


async def _redeemed(site: Site) -> int:
    async with site.database.read() as session:
        rows = await session.scalars(
            select(ResetToken.id).where(ResetToken.redeemed_at.is_not(None))
        )
        return len(rows.all())


@on_both_databases
async def test_the_story_of_a_lost_password(site: Site) -> None:
    path = await _reset_path(site)
    page = await (await site.get(path)).text()
    assert "nouveau mot de passe" in page
    assert 'name="repeated"' in page
    assert "Mot de passe enregistré" in await _choose(site, path, PASSWORD)
    wrong = await site.submit("/demo/resah/", email=KNOWN, password="autre-chose")
    assert "Mot de passe incorrect" in await wrong.text()
    right = await site.submit("/demo/resah/", email=KNOWN, password=PASSWORD)
    assert "Vous êtes connecté" in await right.text()
    elsewhere = await site.submit("/demo/woundwo/", email=KNOWN, password=PASSWORD)
    assert "Mot de passe incorrect" in await elsewhere.text()


async def test_a_link_works_once(site: Site) -> None:
    path = await _reset_path(site)
    await _choose(site, path, PASSWORD)
    text = await _choose(site, path, "un-tout-autre-mot")
    assert "Ce lien n’est plus valable" in text
    assert 'href="/resah/"' in text
    again = await site.submit("/demo/resah/", email=KNOWN, password=PASSWORD)
    assert "Vous êtes connecté" in await again.text()


async def test_of_two_simultaneous_uses_one_succeeds(site: Site) -> None:
    path = await _reset_path(site)
    texts = await asyncio.gather(*(_choose(site, path, f"{PASSWORD}-{n}") for n in range(3)))
    assert sum("Mot de passe enregistré" in text for text in texts) == 1
    assert sum("plus valable" in text for text in texts) == 2


@pytest.mark.parametrize(
    ("password", "repeated", "fault"),
    [
        ("court", "court", "au moins 10"),
        (PASSWORD, PASSWORD + "x", "différentes"),
        ("x" * 201, "x" * 201, "au plus 200"),
    ],
)
async def test_a_typing_error_does_not_burn_the_link(
    site: Site, password: str, repeated: str, fault: str
) -> None:
    path = await _reset_path(site)
    text = await _choose(site, path, password, repeated)
    assert fault in text
    assert path.partition("token=")[2] in text
    assert password not in text
    assert await _redeemed(site) == 0
    assert "Mot de passe enregistré" in await _choose(site, path, PASSWORD)


async def test_opening_a_link_does_not_burn_it(site: Site) -> None:
    path = await _reset_path(site)
    for _ in range(3):
        assert (await site.get(path)).status == 200
    assert await _redeemed(site) == 0


@pytest.mark.parametrize("token", ["", "inventé", "x" * 300])
async def test_a_wrong_link_is_told_to_be_one(site: Site, token: str) -> None:
    response = await site.submit(
        "/demo/resah/reset", token=token, password=PASSWORD, repeated=PASSWORD
    )
    assert response.status == 410
    assert "Ce lien n’est plus valable" in await response.text()


async def test_a_link_of_another_portal_changes_nothing(site: Site) -> None:
    path = await _reset_path(site, "woundwo")
    assert "plus valable" in await _choose(site, path.replace("woundwo", "resah"), PASSWORD)
    async with site.database.read() as session:
        assert (await session.scalars(select(DemoPassword))).all() == []


async def test_redeeming_works_under_a_base_path(start: Start) -> None:
    site = await start(base_path="/aide")
    path = "/demo/resah/reset"
    response = await site.submit(f"/aide{path}", token="x", password=PASSWORD, repeated=PASSWORD)
    # 410 comes from the API itself: it was reached, and let the demo portal in.
    assert response.status == 410


async def test_a_shared_address_needs_its_login(site: Site) -> None:
    path = await _reset_path(site, login="achats.deux")
    await _choose(site, path, PASSWORD)

    async def log_in(**fields: str) -> str:
        response = await site.submit("/demo/resah/", email=SHARED, password=PASSWORD, **fields)
        return await response.text()

    assert "indiquez votre identifiant" in await log_in()
    assert "ne correspond pas" in await log_in(login="camille")
    assert "Mot de passe incorrect" in await log_in(login="achats.un")
    assert "Vous êtes connecté" in await log_in(login="Achats.Deux")


@pytest.mark.parametrize(
    ("email", "state", "shared"),
    [
        (KNOWN, "known", False),
        (KNOWN.upper(), "known", False),
        (SHARED, "known", True),
        (PENDING, "unknown", False),
        ("personne@chu-exemple.example", "unknown", False),
        (f" {KNOWN}", "misspelt", False),
        (f"{KNOWN} ", "misspelt", False),
        ("camille", "misspelt", False),
        ("camille@chu", "misspelt", False),
        ("x" * 400 + "@chu-exemple.example", "misspelt", False),
        ("", "empty", False),
    ],
)
async def test_the_address_field_reacts(site: Site, email: str, state: str, shared: bool) -> None:
    response = await site.client.get("/demo/resah/check", params={"email": email})
    body = await response.json()
    assert (body["state"], body["shared"]) == (state, shared)
    # Never by colour alone.
    assert bool(body["message"]) is (state != "empty")


async def test_a_field_that_came_filled_in_waits_for_a_change(site: Site) -> None:
    filled = await (await site.get("/demo/woundwo/", params={"email": KNOWN})).text()
    assert f'value="{KNOWN}"' in filled
    assert "data-prefilled" in filled
    assert "data-prefilled" not in await (await site.get("/demo/woundwo/")).text()
    posted = await site.submit("/demo/woundwo/", email=KNOWN, password="faux")
    assert "data-prefilled" not in await posted.text()


async def test_what_is_typed_comes_back_as_text(site: Site) -> None:
    nasty = '"><script>alert(1)</script>'
    text = await (await site.get("/demo/resah/", params={"email": nasty})).text()
    assert "<script>alert" not in text
    response = await site.submit("/demo/resah/reset", token=nasty, password="x", repeated="x")
    assert "<script>alert" not in await response.text()


@pytest.mark.parametrize(
    ("headers", "status"),
    [
        ({"Sec-Fetch-Site": "same-origin"}, 200),
        ({"Sec-Fetch-Site": "cross-site"}, 403),
        ({"Sec-Fetch-Site": "same-site"}, 403),
        ({"Sec-Fetch-Site": "none"}, 403),
        ({"Origin": "https://ailleurs.example"}, 403),
        ({"Origin": "null"}, 403),
        ({}, 403),
    ],
)
async def test_forms_are_taken_from_our_own_pages_only(
    site: Site, headers: dict[str, str], status: int
) -> None:
    for path in ("/demo/resah/", "/demo/resah/reset"):
        response = await site.client.post(path, data={"token": "x"}, headers=headers)
        assert response.status == status


async def test_an_old_browser_shows_its_origin(site: Site) -> None:
    origin = str(site.client.make_url("/")).rstrip("/")
    response = await site.client.post("/demo/resah/", data={}, headers={"Origin": origin})
    assert response.status == 200


async def test_the_mails_page_shows_a_portals_own_mails(site: Site) -> None:
    await _reset_path(site)
    own = await (await site.get("/demo/resah/mails")).text()
    assert KNOWN in own
    assert "choisissez un nouveau mot de passe" in own
    other = await (await site.get("/demo/woundwo/mails")).text()
    assert KNOWN not in other
    assert "Aucun mail" in other


def test_mails_are_read_newest_first_and_broken_ones_are_left_out(tmp_path: Path) -> None:
    folder = tmp_path / "mail"
    folder.mkdir()
    for number in range(60):
        (folder / f"{number:08d}.eml").write_bytes(
            f"X-Guichet-Portal: resah\nSubject: n{number}\n\n<http://a.example/x> b".encode()
        )
    (folder / "00000099.eml").write_bytes(b"\xff\xfe\x00")
    (folder / "00000098.part").write_bytes(b"X-Guichet-Portal: resah\n\n")
    mails = read_mails(tmp_path, "resah")
    assert [mail.subject for mail in mails] == [f"n{n}" for n in range(59, 9, -1)]
    assert [(part.text, part.link) for part in mails[0].parts] == [
        ("", False), ("http://a.example/x", True), (" b", False)
    ]  # fmt: skip
    assert read_mails(tmp_path / "nowhere", "resah") == []


async def test_an_unknown_portal_has_no_demo(site: Site) -> None:
    assert (await site.get("/demo/personne/")).status == 404


@pytest.mark.parametrize("path", ["", "check?email=a@b.fr", "reset?token=x", "mails"])
async def test_without_the_demo_there_is_nothing(start: Start, path: str) -> None:
    site = await start(demo=False)
    assert (await site.get(f"/demo/resah/{path}")).status == 404
    if "check" not in path:
        assert (await site.submit(f"/demo/resah/{path}")).status in {404, 405}


async def test_a_real_account_ends_the_demo_even_where_it_is_wanted(start: Start) -> None:
    site = await start()
    assert await demo_is_on(site.database, site.settings)
    async with site.database.write() as session:
        session.add(AccountRow(portal="resah", email="a@b.fr", address="a@b.fr", status="active"))
    assert (await site.get("/demo/resah/")).status == 404
    wanted = await start(demo=True)
    assert (await wanted.get("/demo/resah/")).status == 404
