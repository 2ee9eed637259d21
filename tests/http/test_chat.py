"""The chat's own API: sessions, messages and histories."""

from __future__ import annotations

import dataclasses
import re

import pytest
from itsdangerous import URLSafeTimedSerializer
from sqlalchemy import select

from bot.ground.errors import TurnFailed
from bot.ground.limits import SESSIONS_PER_NETWORK, LimitHit
from bot.web import paces
from bot.web.api.sessions import new_session, sign
from bot.web.keys import ASSISTANT
from tests.http.conftest import KNOWN, Chat, Site, Start, on_both_databases, sentence_of

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
        await sentence_of(response)


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
    assert "portail" in await sentence_of(response)


@pytest.mark.parametrize("header", [None, "Bearer ", "Bearer faux", "Basic eDp5", "Bearer é"])
async def test_a_history_needs_its_session(site: Site, header: str | None) -> None:
    headers = {} if header is None else {"Authorization": header}
    response = await site.client.get("/resah/chat/history", headers=headers)
    assert response.status == 401
    await sentence_of(response)


async def test_sessions_are_limited_by_network(
    start: Start, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(
        paces, "SESSIONS_PER_NETWORK", dataclasses.replace(SESSIONS_PER_NETWORK, most=2)
    )
    site = await start(trusted_proxies=("127.0.0.1",))

    async def open_from(address: str) -> int:
        response = await site.client.post(
            "/resah/chat/session", headers={"X-Forwarded-For": address}
        )
        if response.status == 429:
            await sentence_of(response)
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
    shown = await (await chat.site.client.get("/resah/chat/portal")).json()
    assert topic in {one["title"] for one in shown["topics"]}
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
    await sentence_of(response)


@pytest.mark.parametrize(
    "message_id", ["", pytest.param("x" * 65, id="long"), "a b", "é", 3, "\u0000"]
)
async def test_a_bad_message_id_is_refused(chat: Chat, message_id: object) -> None:
    response = await chat.post("bonjour", message_id)
    assert response.status == 400
    await sentence_of(response)


@pytest.mark.parametrize(
    "body", ["", "[]", "nul", pytest.param("[" * 30_000, id="deep"), '"\\ud800"', b"\xff"]
)
async def test_a_body_that_is_no_object_is_refused(site: Site, body: str | bytes) -> None:
    response = await site.client.post(
        "/resah/chat/messages", data=body, headers={"Content-Type": "application/json"}
    )
    assert response.status == 400
    await sentence_of(response)


async def test_a_huge_body_is_refused(site: Site) -> None:
    response = await site.client.post(
        "/resah/chat/messages", data=b"x" * 70_000, headers={"Content-Type": "application/json"}
    )
    assert response.status == 413
    assert "trop long" in await sentence_of(response)


@on_both_databases
async def test_characters_that_no_database_keeps_are_dropped(chat: Chat) -> None:
    await chat.open()
    body = '{"session": "%s", "message_id": "m", "message": "mot de\\u0000 passe\\ud83d oublié"}'
    response = await chat.site.client.post(
        "/resah/chat/messages",
        data=(body % chat.session).encode(),
        headers={"Content-Type": "application/json"},
    )
    assert response.status == 200
    assert (await chat.history())[0]["text"] == "mot de passe oublié"


async def test_the_longest_message_is_taken(chat: Chat) -> None:
    assert (await chat.post("é" * 2000)).status == 200


async def test_an_unknown_portal_has_no_api(site: Site) -> None:
    for path in ("session", "messages"):
        response = await site.client.post(f"/personne/chat/{path}", json={})
        assert response.status == 404
        await sentence_of(response)


async def test_a_failed_turn_may_be_sent_again(chat: Chat, monkeypatch: pytest.MonkeyPatch) -> None:
    async def fail(message: object) -> None:
        raise TurnFailed("La réponse a pris trop de temps.")

    await chat.open()
    assistant = chat.site.client.app[ASSISTANT]
    with monkeypatch.context() as patch:
        patch.setattr(assistant, "handle", fail)
        response = await chat.post("bonjour", "un")
        assert response.status == 503
        await sentence_of(response)
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
    assert "unforeseen" not in await sentence_of(response)


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
