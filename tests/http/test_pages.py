"""The public pages: what they show, and how they are locked down."""

from __future__ import annotations

import re

import pytest
from sqlalchemy import func, select

from bot.ground.colours import contrast, expanded
from bot.ground.db import Database
from bot.record.transcript import Conversation
from bot.web.pages import CONTENT_SECURITY_POLICY
from bot.web.theme import palette, theme_css
from tests.http.conftest import Chat, Site, Start, sentence_of

HTML_PAGES = (
    "/",
    "/resah/",
    "/woundwo/",
    "/resah/?q=mot+de+passe",
    "/resah/?q=zzzz",
    "/resah/faq/document_missing",
    "/woundwo/faq/login_problem?merci",
    "/resah/faq/rien",
    "/personne/",
    "/demo/resah/",
    "/demo/resah/reset?token=x",
    "/demo/resah/reset",
    "/demo/resah/mails",
)


async def test_the_root_lists_the_portals(site: Site) -> None:
    text = await (await site.get("/")).text()
    assert 'href="/resah/"' in text
    assert "Espace Acheteur" in text
    assert 'href="/woundwo/"' in text


async def test_an_unknown_portal_is_a_french_page(site: Site) -> None:
    response = await site.get("/personne/")
    assert response.status == 404
    assert "Page introuvable" in await response.text()


@pytest.mark.parametrize("path", ["/personne", "/resah/rien/du/tout"])
async def test_programs_get_errors_in_json(site: Site, path: str) -> None:
    response = await site.client.get(path)
    assert response.status == 404
    await sentence_of(response)


async def test_a_wrong_method_names_the_right_ones(site: Site) -> None:
    response = await site.client.get("/resah/chat/session")
    assert response.status == 405
    assert response.headers["Allow"] == "OPTIONS,POST"
    await sentence_of(response)


async def test_an_address_without_its_slash_leads_on(site: Site) -> None:
    response = await site.get("/resah", allow_redirects=False)
    assert (response.status, response.headers["Location"]) == (302, "/resah/")


@pytest.mark.parametrize("path", HTML_PAGES)
async def test_every_page_is_locked_down(site: Site, path: str) -> None:
    response = await site.get(path)
    assert response.content_type == "text/html"
    assert response.headers["Content-Security-Policy"] == CONTENT_SECURITY_POLICY
    assert response.headers["X-Content-Type-Options"] == "nosniff"
    # A page with a form shows its origin to its own site, or the form could not be told apart.
    form = 'method="post"' in await response.text()
    assert response.headers["Referrer-Policy"] == ("same-origin" if form else "no-referrer")


@pytest.mark.parametrize("path", HTML_PAGES)
async def test_pages_hold_no_inline_script_or_style(site: Site, path: str) -> None:
    text = await (await site.get(path)).text()
    assert not re.search(r"<style|\sstyle=|\son[a-z]+=|<script(?![^>]*\ssrc=)", text)


async def test_what_a_page_names_is_there(start: Start) -> None:
    site = await start(base_path="/aide")
    pages = ("/aide/", "/aide/resah/", "/aide/resah/faq/training", "/aide/demo/resah/")
    for page in pages:
        text = await (await site.get(page)).text()
        addresses = re.findall(r'(?:href|src|action)="(/[^"]*)"', text)
        assert addresses
        for address in addresses:
            assert address.startswith("/aide/")
            assert (await site.get(address)).status == 200, address
    response = await site.get("/aide/resah", allow_redirects=False)
    assert response.headers["Location"] == "/aide/resah/"
    chat = Chat(site, portal="aide/resah")
    assert "adresse e-mail" in await chat.say("mot de passe oublié")


async def test_versioned_files_are_cached_for_good(site: Site) -> None:
    text = await (await site.get("/resah/")).text()
    (address,) = re.findall(r'href="([^"]*/page\.css[^"]*)"', text)
    response = await site.client.get(address)
    assert "immutable" in response.headers["Cache-Control"]
    assert response.headers["X-Content-Type-Options"] == "nosniff"
    bare = await site.client.get(address.partition("?")[0])
    assert bare.headers["Cache-Control"] == "no-cache"


async def test_the_page_opens_without_a_conversation(site: Site, database: Database) -> None:
    assert (await site.get("/resah/")).status == 200
    shown = str(await (await site.get("/resah/chat/portal")).json())
    assert "Bonjour, je suis l’assistant" in shown
    assert "machine" in shown
    assert "mot de passe" in shown
    assert "90\xa0jours" in shown or "90 jours" in shown
    async with database.read() as session:
        assert await session.scalar(select(func.count()).select_from(Conversation)) == 0


async def test_the_page_gives_every_contact_without_javascript(site: Site) -> None:
    text = await (await site.get("/woundwo/")).text()
    assert "<noscript>" in text
    assert 'href="mailto:nord-est@woundwo.example"' in text
    assert 'href="tel:0199000002"' in text


@pytest.mark.parametrize("primary", ["#FFEE00", "#000", "#fff", "#1d4e89", "#777777"])
def test_colours_stay_readable_and_harmless(primary: str) -> None:
    colours = palette({"primary": primary, "accent": "red;} body{display:none"})
    assert colours["primary-light"] == expanded(primary)
    for scheme, paper in (("light", "#ffffff"), ("dark", "#181b20")):
        assert contrast(colours[f"on-primary-{scheme}"], colours[f"primary-{scheme}"]) >= 4.5
        for name in ("link", "accent"):
            assert contrast(colours[f"{name}-{scheme}"], paper) >= 4.5
    assert "display" not in theme_css({"accent": "red;} body{display:none"})
    assert contrast("#000000", "#ffffff") == pytest.approx(21)


async def test_a_portal_has_its_own_colours(site: Site) -> None:
    response = await site.client.get("/woundwo/theme.css")
    assert response.content_type == "text/css"
    assert "--primary-light: #7a1f2b;" in await response.text()
