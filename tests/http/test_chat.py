"""The public pages and the chat's own API."""

from __future__ import annotations

import dataclasses
import re
from typing import Any

import pytest
from itsdangerous import URLSafeTimedSerializer
from sqlalchemy import func, select

from actions.db import Database
from actions.limits import SESSIONS_PER_NETWORK, LimitHit
from actions.transcript import Conversation
from bot.chat import api
from bot.chat.sessions import new_session, sign
from bot.chat.theme import contrast, theme_css
from bot.engine.assistant import TurnFailed
from bot.keys import ASSISTANT
from bot.pages import CONTENT_SECURITY_POLICY
from tests.http.conftest import KNOWN, Chat, Site, Start, on_both_databases

HTML_PAGES = (
    "/",
    "/resah/",
    "/woundwo/",
    "/personne/",
    "/demo/resah/",
    "/demo/resah/reset?token=x",
    "/demo/resah/reset",
    "/demo/resah/mails",
)


async def _sentence(response: Any) -> str:
    assert response.content_type == "application/json"
    sentence: str = (await response.json())["error"]
    assert re.search(r"[a-zéA-Z]\.$", sentence), sentence
    return sentence


# Pages


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
    await _sentence(response)


async def test_a_wrong_method_names_the_right_ones(site: Site) -> None:
    response = await site.client.get("/resah/chat/session")
    assert response.status == 405
    assert response.headers["Allow"] == "POST"
    await _sentence(response)


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
    for page in ("/aide/", "/aide/resah/", "/aide/demo/resah/"):
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
    (address,) = re.findall(r'src="([^"]*/chat\.js[^"]*)"', text)
    response = await site.client.get(address)
    assert "immutable" in response.headers["Cache-Control"]
    assert response.headers["X-Content-Type-Options"] == "nosniff"
    bare = await site.client.get(address.partition("?")[0])
    assert bare.headers["Cache-Control"] == "no-cache"


async def test_the_page_opens_without_a_conversation(site: Site, database: Database) -> None:
    text = await (await site.get("/resah/")).text()
    assert "Bonjour, je suis l’assistant" in text
    assert "machine" in text
    assert "mot de passe" in text
    assert "90 jours" in text
    async with database.read() as session:
        assert await session.scalar(select(func.count()).select_from(Conversation)) == 0


async def test_the_page_gives_every_contact_without_javascript(site: Site) -> None:
    text = await (await site.get("/woundwo/")).text()
    assert "<noscript>" in text
    assert 'href="mailto:nord-est@woundwo.example"' in text
    assert 'href="tel:0199000002"' in text


def test_colours_stay_readable_and_harmless() -> None:
    css = theme_css({"primary": "#FFEE00", "accent": "red;} body{display:none"})
    assert "--primary: #ffee00;" in css
    assert "--on-primary: #1b1f24;" in css
    assert "--primary-text: #1b1f24;" in css
    assert "display" not in css
    assert contrast("#000000", "#ffffff") == pytest.approx(21)


async def test_a_portal_has_its_own_colours(site: Site) -> None:
    response = await site.client.get("/woundwo/theme.css")
    assert response.content_type == "text/css"
    assert "--primary: #7a1f2b;" in await response.text()


# Sessions


async def test_the_server_picks_the_conversation(site: Site) -> None:
    response = await site.client.post(
        "/resah/chat/session", json={"conversation": "celle-d-un-autre", "sender": "x"}
    )
    assert response.status == 201
    body = await response.json()
    assert list(body) == ["session"]
    again = await (await site.client.post("/resah/chat/session")).json()
    assert body["session"] != again["session"]


async def test_a_forged_session_is_refused(chat: Chat) -> None:
    token = await chat.open()
    for forged in (token[:-2] + "xx", "n’importe quoi", "a.b.c", "x" * 900):
        chat.session = forged
        response = await chat.post("bonjour")
        assert response.status == 401, forged
        await _sentence(response)


async def test_a_session_signed_for_another_purpose_is_refused(chat: Chat) -> None:
    key = chat.site.settings.secret_key
    payload = {"conversation": "x", "portal": "resah"}
    chat.session = URLSafeTimedSerializer(key, salt="autre").dumps(payload)
    assert (await chat.post("bonjour")).status == 401


async def test_a_session_ends_with_the_retention(
    chat: Chat, monkeypatch: pytest.MonkeyPatch
) -> None:
    await chat.open()
    import time

    later = time.time() + chat.site.settings.retention_days * 86400 + 60
    monkeypatch.setattr("itsdangerous.timed.time.time", lambda: later)
    assert (await chat.post("bonjour")).status == 401


async def test_a_session_is_of_one_portal(chat: Chat) -> None:
    await chat.open()
    chat.portal = "woundwo"
    response = await chat.post("bonjour")
    assert response.status == 403
    assert "portail" in await _sentence(response)


@pytest.mark.parametrize("header", [None, "Bearer ", "Bearer faux", "Basic eDp5", "Bearer é"])
async def test_a_history_needs_its_session(site: Site, header: str | None) -> None:
    headers = {} if header is None else {"Authorization": header}
    response = await site.client.get("/resah/chat/history", headers=headers)
    assert response.status == 401
    await _sentence(response)


async def test_sessions_are_limited_by_network(
    start: Start, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(
        api, "SESSIONS_PER_NETWORK", dataclasses.replace(SESSIONS_PER_NETWORK, most=2)
    )
    site = await start(trusted_proxies=("127.0.0.1",))

    async def open_from(address: str) -> int:
        response = await site.client.post(
            "/resah/chat/session", headers={"X-Forwarded-For": address}
        )
        if response.status == 429:
            await _sentence(response)
        return response.status

    assert [await open_from(f"192.0.2.{host}") for host in (1, 2, 3)] == [201, 201, 429]
    assert await open_from("198.51.100.1") == 201
    async with site.database.read() as session:
        keys = set(await session.scalars(select(LimitHit.key)))
    assert len(keys) == 2
    assert all(re.fullmatch(r"[0-9a-f]{16}", key) for key in keys)


# Messages


async def test_a_message_is_answered_once(chat: Chat) -> None:
    first = await (await chat.post("mot de passe oublié", "un")).json()
    again = await (await chat.post("mot de passe oublié", "un")).json()
    assert again == first
    assert len(await chat.history()) == 1


async def test_buttons_are_always_there(chat: Chat) -> None:
    response = await chat.post("bonjour")
    assert response.headers["Cache-Control"] == "no-store"
    body = await response.json()
    for message in body["messages"]:
        assert set(message) == {"text", "buttons"}
        for button in message["buttons"]:
            assert set(button) == {"title", "payload"}


@pytest.mark.parametrize("topic", ["Connexion impossible", "Mail non reçu", "Demander un compte"])
async def test_topics_of_the_opening_are_understood(chat: Chat, topic: str) -> None:
    text = await (await chat.site.get("/resah/")).text()
    assert topic in text
    assert "pas compris" not in await chat.say(topic)


async def test_a_payload_that_was_not_offered_is_a_text(chat: Chat) -> None:
    await chat.say("bonjour")
    assert "comptes partagent" not in await chat.say("/restart")
    assert [turn["text"] for turn in await chat.history()] == ["bonjour", "/restart"]


@pytest.mark.parametrize(
    "message", ["", "   ", "\u0000\u0007", None, 12, ["a"], pytest.param("x" * 2001, id="long")]
)
async def test_a_message_that_is_none_is_refused(chat: Chat, message: object) -> None:
    response = await chat.post(message)
    assert response.status == 400
    await _sentence(response)


@pytest.mark.parametrize(
    "message_id", ["", pytest.param("x" * 65, id="long"), "a b", "é", 3, "\u0000"]
)
async def test_a_bad_message_id_is_refused(chat: Chat, message_id: object) -> None:
    response = await chat.post("bonjour", message_id)
    assert response.status == 400
    await _sentence(response)


@pytest.mark.parametrize(
    "body", ["", "[]", "nul", pytest.param("[" * 30_000, id="deep"), '"\\ud800"', b"\xff"]
)
async def test_a_body_that_is_no_object_is_refused(site: Site, body: str | bytes) -> None:
    response = await site.client.post("/resah/chat/messages", data=body)
    assert response.status == 400
    await _sentence(response)


async def test_a_huge_body_is_refused(site: Site) -> None:
    response = await site.client.post("/resah/chat/messages", data=b"x" * 70_000)
    assert response.status == 413
    assert "trop long" in await _sentence(response)


@on_both_databases
async def test_characters_that_no_database_keeps_are_dropped(chat: Chat) -> None:
    await chat.open()
    body = '{"session": "%s", "message_id": "m", "message": "mot de\\u0000 passe\\ud83d oublié"}'
    response = await chat.site.client.post(
        "/resah/chat/messages", data=(body % chat.session).encode()
    )
    assert response.status == 200
    assert (await chat.history())[0]["text"] == "mot de passe oublié"


async def test_the_longest_message_is_taken(chat: Chat) -> None:
    assert (await chat.post("é" * 2000)).status == 200


async def test_an_unknown_portal_has_no_api(site: Site) -> None:
    for path in ("session", "messages"):
        response = await site.client.post(f"/personne/chat/{path}", json={})
        assert response.status == 404
        await _sentence(response)


async def test_a_failed_turn_may_be_sent_again(chat: Chat, monkeypatch: pytest.MonkeyPatch) -> None:
    async def fail(message: object) -> None:
        raise TurnFailed("La réponse a pris trop de temps.")

    await chat.open()
    assistant = chat.site.client.app[ASSISTANT]
    with monkeypatch.context() as patch:
        patch.setattr(assistant, "handle", fail)
        response = await chat.post("bonjour", "un")
        assert response.status == 503
        await _sentence(response)
    assert (await chat.post("bonjour", "un")).status == 200


async def test_an_unforeseen_error_is_told_in_french(
    chat: Chat, monkeypatch: pytest.MonkeyPatch
) -> None:
    async def fail(message: object) -> None:
        raise KeyError("unforeseen")

    await chat.open()
    monkeypatch.setattr(chat.site.client.app[ASSISTANT], "handle", fail)
    response = await chat.post("bonjour")
    assert response.status == 500
    assert "unforeseen" not in await _sentence(response)


# History


@on_both_databases
async def test_a_history_reads_as_it_was_shown(chat: Chat) -> None:
    said = [
        await chat.say("mot de passe oublié"),
        await chat.say(KNOWN),
        await chat.click("Oui, envoyez-le"),
    ]
    turns = await chat.history()
    assert [turn["text"] for turn in turns] == ["mot de passe oublié", KNOWN, "Oui, envoyez-le"]
    assert ["\n".join(m["text"] for m in turn["messages"]) for turn in turns] == said
    assert turns[1]["messages"][-1]["buttons"][0]["title"] == "Oui, envoyez-le"
    assert all(turn["message_id"] for turn in turns)


async def test_a_history_shows_no_password(chat: Chat) -> None:
    await chat.say("mon mot de passe est Soleil2024! et il ne marche pas")
    assert "Soleil2024" not in str(await chat.history())


async def test_a_new_session_has_an_empty_history(chat: Chat) -> None:
    await chat.say("bonjour")
    await chat.open()
    assert await chat.history() == []


async def test_a_session_outlives_its_conversation(site: Site) -> None:
    chat = Chat(site, session=sign(site.settings, new_session("resah")))
    assert await chat.history() == []
    assert await chat.say("bonjour")
