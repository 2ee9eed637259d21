"""How fast messages come and conversations are read: 429, with when to come back."""

from __future__ import annotations

import asyncio
import dataclasses
from datetime import timedelta

import pytest
from aiohttp import ClientResponse

from bot.desk.ticket_links import sign_reference
from bot.desk.ticket_tables import Ticket
from bot.ground.db import now
from bot.web import paces
from tests.http.conftest import Chat, Site, Start, on_both_databases, sentence_of
from tests.http.volume import hits, later, only_key, use_up


async def refusal_of(response: ClientResponse, most: int = 60) -> str:
    """Return what a refusal says; its header and its body tell the same wait."""
    assert response.status == 429
    seconds = int(response.headers["Retry-After"])
    assert 1 <= seconds <= most
    assert (await response.json())["retry_after"] == seconds
    return await sentence_of(response)


@on_both_databases
async def test_of_128_messages_at_once_a_network_sends_as_many_as_it_may(start: Start) -> None:
    site = await start(messages_per_network=40, turn_deadline=120.0)

    async def talk() -> list[ClientResponse]:
        chat = Chat(site)
        await chat.open()
        return list(await asyncio.gather(*(chat.post("bonjour", f"m{n}") for n in range(8))))

    told = [r for of_one in await asyncio.gather(*(talk() for _ in range(16))) for r in of_one]
    refused = [response for response in told if response.status != 200]
    assert len(refused) == 128 - 40
    for response in refused:
        assert "depuis votre réseau" in await refusal_of(response)
    assert await hits(site, "message_network") == await hits(site, "message") == 40


@on_both_databases
async def test_a_conversation_has_a_pace_and_loses_nothing(start: Start) -> None:
    site = await start(messages_per_conversation=5)
    chat = Chat(site)
    await chat.open()
    told = await asyncio.gather(*(chat.post("bonjour", f"m{n}") for n in range(20)))
    assert [response.status for response in told].count(200) == 5
    (refused, *_) = [n for n, response in enumerate(told) if response.status == 429]
    assert "dans cette conversation" in await refusal_of(told[refused])
    await Chat(site).say("bonjour")
    await later(site, timedelta(seconds=61))
    assert (await chat.post("bonjour", f"m{refused}")).status == 200
    assert len(await chat.history()) == 6


@on_both_databases
async def test_what_is_no_message_costs_nothing(start: Start) -> None:
    site = await start(messages_per_conversation=2)
    chat = Chat(site)
    assert (await chat.post("")).status == 400
    assert (await chat.post("bonjour", "pas un nom")).status == 400
    assert await hits(site, "message") == 0
    await chat.say("bonjour")


@on_both_databases
async def test_histories_are_read_at_a_pace(start: Start, monkeypatch: pytest.MonkeyPatch) -> None:
    for name, most in (("HISTORY_PER_CONVERSATION", 3), ("HISTORY_PER_NETWORK", 5)):
        limit = dataclasses.replace(getattr(paces, name), most=most)
        monkeypatch.setattr(paces, name, limit)
    site = await start()

    async def read(chat: Chat) -> list[ClientResponse]:
        headers = {"Authorization": f"Bearer {chat.session}"}
        path = "/resah/chat/history"
        return list(
            await asyncio.gather(*(site.client.get(path, headers=headers) for _ in range(8)))
        )

    chats = [Chat(site), Chat(site)]
    for chat, answered, said in zip(
        chats, (3, 2), ("Cette conversation", "depuis votre réseau"), strict=True
    ):
        await chat.open()
        told = await read(chat)
        assert [response.status for response in told].count(200) == answered
        refused = next(response for response in told if response.status != 200)
        assert said in await refusal_of(refused)


async def test_integrators_are_told_in_json(start: Start) -> None:
    site = await start(api_token="jeton", messages_per_conversation=2, messages_per_network=1)

    async def post(sender: str) -> ClientResponse:
        return await site.client.post(
            "/webhooks/rest/webhook",
            json={"sender": sender, "message": "bonjour"},
            headers={"Authorization": "Bearer jeton"},
        )

    assert [(await post("a")).status for _ in range(2)] == [200, 200]
    assert "dans cette conversation" in await refusal_of(await post("a"))
    # A portal's server speaks for many.
    assert [(await post(f"b{n}")).status for n in range(8)] == [200] * 8
    assert "depuis votre réseau" in await refusal_of(await post("c"))


async def test_new_conversations_are_limited_with_when_to_come_back(site: Site) -> None:
    await Chat(site).open()
    await use_up(site, "session_network", await only_key(site, "session_network"), 599)
    response = await site.client.post("/resah/chat/session", json={})
    assert "minutes" in await refusal_of(response, 40 * 60)


@on_both_databases
async def test_states_of_requests_are_told_so_often_to_one_network(site: Site) -> None:
    chat = Chat(site)
    await chat.say("où en est ma demande G-7K2M ?")
    assert "Je ne trouve pas" in await chat.say("camille@chu-exemple.example")
    await use_up(site, "ticket_network", await only_key(site, "ticket_network"), 58)
    others = [Chat(site) for _ in range(6)]
    for other in others:
        await other.say("où en est ma demande G-7K2M ?")
    told = await asyncio.gather(*(other.say("camille@chu-exemple.example") for other in others))
    assert sum("Je ne trouve pas" in reply for reply in told) == 1
    assert sum("depuis votre réseau" in reply for reply in told) == 5
    assert await hits(site, "ticket_network") == 60


async def _ticket(site: Site) -> str:
    """Return the path of the page behind a ticket's link."""
    async with site.database.write() as session:
        session.add(
            Ticket(
                reference="G-2222", portal="resah", conversation_id="x", region="bretagne",
                topic="Essai", contact="a@ch.example", created_at=now(), updated_at=now(),
            )
        )  # fmt: skip
    signed = sign_reference("G-2222", "bretagne@resah.example", site.settings.secret_key)
    return f"/tickets/{signed}"


@on_both_databases
async def test_pages_behind_links_are_opened_so_often_from_one_network(site: Site) -> None:
    path = await _ticket(site)
    assert (await site.get(path)).status == 200
    await use_up(site, "ticket_page_network", await only_key(site, "ticket_page_network"), 237)
    told = await asyncio.gather(*(site.get(path) for _ in range(8)))
    assert sorted(response.status for response in told) == [200] * 2 + [429] * 6
    refused = next(response for response in told if response.status == 429)
    assert 60 < int(refused.headers["Retry-After"]) <= 3600
    assert "votre réseau" in await refused.text()


@on_both_databases
async def test_codes_are_tried_so_often_from_one_network(site: Site) -> None:
    path = await _ticket(site)
    await site.submit(path)
    typed = {"code": "000000", "name": "Camille Martin", "state": "answered"}
    assert "pas le bon" in await (await site.submit(path, **typed)).text()
    await use_up(site, "ticket_try_network", await only_key(site, "ticket_try_network"), 39)
    response = await site.submit(path, **typed)
    text = await response.text()
    assert response.status == 429 and 60 < int(response.headers["Retry-After"]) <= 3600
    assert "depuis votre réseau" in text and "Camille Martin" in text
