"""Look-ups within limits: exact among many at once, and refused with what is true."""

from __future__ import annotations

import asyncio
import re
from datetime import timedelta

import pytest
from sqlalchemy import func, select, update

from bot.desk.ticket_tables import TicketEntry
from bot.ground.clock import paris_time
from bot.ground.db import now
from bot.ground.limits import LimitHit
from tests.http.conftest import KNOWN, Chat, Site, Start, on_both_databases
from tests.http.volume import hits, only_key, use_up

PER_NETWORK, PER_PORTAL = 20, 30


@pytest.fixture(autouse=True)
def _small_limits(monkeypatch: pytest.MonkeyPatch) -> None:
    """Limits small enough to reach; read by the database's fixture, which comes after this one."""
    monkeypatch.setenv("GUICHET_CHECKS_PER_NETWORK", str(PER_NETWORK))
    monkeypatch.setenv("GUICHET_CHECKS_PER_PORTAL", str(PER_PORTAL))


_TELLS = re.compile(r"ne trouve pas l’adresse|n’est pas connue|bien reconnue|m’est inconnue")
"""What tells whether an address is known."""


@on_both_databases
async def test_of_128_addresses_at_once_as_many_are_checked_as_the_limit_says(
    start: Start,
) -> None:
    site = await start(turn_deadline=120.0, waiting_turns=1_000)
    chats = [Chat(site) for _ in range(32)]

    async def talk(number: int, chat: Chat) -> list[str]:
        await chat.open()
        texts = (f"agent{number}.{n}@chu-exemple.example" for n in range(4))
        return list(await asyncio.gather(*(chat.say(text) for text in texts)))

    replies = await asyncio.gather(*(talk(number, chat) for number, chat in enumerate(chats)))
    told = [reply for of_one in replies for reply in of_one]
    assert sum("depuis votre réseau" in reply for reply in told) >= 32 - PER_NETWORK
    assert sum(_TELLS.search(reply) is not None for reply in told) == PER_NETWORK
    for kind in ("check_network", "check_portal", "check_conversation"):
        assert await hits(site, kind) == PER_NETWORK, kind


@on_both_databases
async def test_a_network_that_had_its_share_is_told_so_until_when_and_what_to_do(
    site: Site,
) -> None:
    first = Chat(site)
    await first.say(KNOWN)
    await use_up(site, "check_network", await only_key(site, "check_network"), PER_NETWORK - 1)
    chat = Chat(site)
    reply = await chat.say(KNOWN)
    assert "depuis votre réseau" in reply and "plusieurs personnes" in reply
    told = re.search(r"(\d\d) h (\d\d)\*\* \(heure de Paris\)", reply.replace("\u00a0", " "))
    assert told, reply
    possible = {paris_time(now() + timedelta(minutes=minutes)) for minutes in (40, 41)}
    assert f"{told[1]} h {told[2]}" in possible
    assert "page de connexion](" in reply and "région" in reply
    assert "J’ai déjà vérifié" not in reply


@on_both_databases
async def test_a_conversation_that_had_its_share_is_told_so(site: Site) -> None:
    chat = Chat(site)
    replies = [await chat.say(f"agent.{n}@chu-exemple.example") for n in range(13)]
    assert "dans cette conversation" not in " ".join(replies[:12])
    assert "dans cette conversation" in replies[12]
    assert "bien reconnue" in await Chat(site).say(KNOWN)


@on_both_databases
async def test_a_portal_that_is_swept_slows_down_and_shuts_nobody_out(start: Start) -> None:
    site = await start(trusted_proxies=("127.0.0.1",))
    await use_up(site, "check_portal", "resah", PER_PORTAL)
    first = Chat(site)
    assert "bien reconnue" in await first.say(KNOWN)
    for number in range(2):
        await first.say(f"autre.{number}@chu-exemple.example")
    refused = await first.say("encore.un@chu-exemple.example")
    assert "par tout le monde ensemble" in refused
    await use_up(site, "check_network", await only_key(site, "check_network"), PER_NETWORK - 4)
    # This network had more than the small share that each keeps; another has not.
    second = Chat(site)
    assert "bien reconnue" in await second.say(KNOWN)
    async with site.database.write() as session:
        await session.execute(
            update(LimitHit).where(LimitHit.kind == "check_network").values(key="another")
        )
    assert "bien reconnue" in await Chat(site).say(KNOWN)
    # The other portal has limits of its own.
    assert "bien reconnue" in await Chat(site, "woundwo").say(KNOWN)


@on_both_databases
async def test_customer_numbers_are_limited_as_addresses_are(site: Site) -> None:
    chat = Chat(site, "woundwo")
    await chat.say("quel est mon contact régional ?")
    # Any number of them in one message is looked up a few at a time.
    await chat.say("client " + " ".join(str(100000 + n) for n in range(40)))
    assert await hits(site, "number_conversation") == 3
    for n in range(3):
        reply = await chat.say(f"client {200000 + n} {300000 + n} {400000 + n}")
        assert "dans cette conversation" not in reply
    reply = await chat.say("client 500000")
    assert "dans cette conversation" in reply and "département" in reply
    assert await hits(site, "number_network") == await hits(site, "number_portal") == 12
    # What needs no look-up still works.
    assert "@woundwo.example" in await chat.say("35000")
    await use_up(site, "number_network", await only_key(site, "number_network"), PER_NETWORK)
    other = Chat(site, "woundwo")
    await other.say("quel est mon contact régional ?")
    assert "depuis votre réseau" in await other.say("client 100234")


@on_both_databases
async def test_of_128_numbers_at_once_as_many_are_looked_up_as_the_limit_says(
    start: Start,
) -> None:
    site = await start(turn_deadline=120.0, waiting_turns=1_000)

    async def talk(number: int) -> None:
        chat = Chat(site, "woundwo")
        await chat.say("quel est mon contact régional ?")
        texts = (f"client {number:03}{n}77" for n in range(4))
        await asyncio.gather(*(chat.say(text) for text in texts))

    await asyncio.gather(*(talk(number) for number in range(32)))
    assert await hits(site, "number_network") == PER_NETWORK


async def _ready_to_send(site: Site) -> Chat:
    chat = Chat(site)
    await chat.say("je veux parler à quelqu'un")
    await chat.say("Rennes")
    await chat.say(KNOWN)
    assert "Envoyer" in chat.offered
    return chat


@on_both_databases
@pytest.mark.parametrize(
    ("kind", "before", "sent", "said"),
    [
        ("handover_network", 56, 4, "**de votre réseau**"),
        # Three of a network's are left when a mailbox has had all of its own.
        ("handover_mailbox", 118, 3, "de tout le monde"),
    ],
)
async def test_of_hand_overs_at_once_as_many_are_sent_as_the_limit_says(
    start: Start, kind: str, before: int, sent: int, said: str
) -> None:
    site = await start(turn_deadline=120.0, waiting_turns=1_000)
    chats = [await _ready_to_send(site) for _ in range(9)]
    await chats[0].click("Envoyer")
    await use_up(site, kind, await only_key(site, kind), before)
    told = await asyncio.gather(*(chat.click("Envoyer") for chat in chats[1:]))
    assert sum("C’est transmis" in reply for reply in told) == sent - 1
    refused = [reply for reply in told if "Je n’ai rien envoyé" in reply]
    assert len(refused) == 9 - sent
    assert all(said in reply and "bretagne@" in reply for reply in refused)
    async with site.database.read() as session:
        assert await session.scalar(select(func.count()).select_from(TicketEntry)) == sent
