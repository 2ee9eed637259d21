"""A portal's webhook: signed, tried again, for admins only, and never into a private network."""

from __future__ import annotations

import base64
import hashlib
import hmac
import json
import re
import time
from collections.abc import AsyncIterator
from dataclasses import dataclass, field
from datetime import timedelta

import pytest
from aiohttp import web
from aiohttp.test_utils import TestServer
from sqlalchemy import select, update

from bot.content.live import current_content
from bot.ground.db import now
from bot.staff.notice_tables import Webhook, WebhookCall
from bot.staff.notices import gather
from bot.web.hooks import HookSender, is_public
from tests.console.conftest import Console, Open, Visitor, on_both_databases
from tests.console.test_notifications import ticket

LOCAL = {"webhook_networks": ("127.0.0.1",)}


@dataclass
class Receiver:
    """A team's own tool, which takes what is posted to it."""

    server: TestServer
    status: int = 204
    taken: list[tuple[dict[str, str], str]] = field(default_factory=list)

    @property
    def url(self) -> str:
        return str(self.server.make_url("/guichet"))

    async def take(self, request: web.Request) -> web.Response:
        headers = {name.lower(): value for name, value in request.headers.items()}
        self.taken.append((headers, await request.text()))
        return web.Response(status=self.status, headers={"Location": "http://127.0.0.1:1/"})


@pytest.fixture
async def receiver() -> AsyncIterator[Receiver]:
    app = web.Application()
    receiver = Receiver(TestServer(app))
    app.router.add_post("/guichet", receiver.take)
    await receiver.server.start_server()
    yield receiver
    await receiver.server.close()


async def connect(visitor: Visitor, url: str) -> str:
    """Enter an address, and return the secret that the page shows."""
    await visitor.page("/resah/webhook")
    response = await visitor.post("/resah/webhook", url=url, active="1")
    text = await response.text()
    assert response.status == 200, text
    found = re.search(r'<code class="secret">(whsec_[^<]+)</code>', text)
    assert found is not None
    return found[1]


async def post_due(console: Console) -> list[tuple[str, str]]:
    """Post what is due, and return the calls' states with why."""
    await gather(console.database, current_content(), console.settings)
    await HookSender(console.database, console.settings).send_due()
    async with console.database.read() as session:
        rows = await session.scalars(select(WebhookCall).order_by(WebhookCall.id))
        return [(row.state, row.error) for row in rows]


async def due_again(console: Console) -> None:
    async with console.database.write() as session:
        await session.execute(update(WebhookCall).values(next_attempt_at=now()))


@on_both_databases
async def test_an_event_is_posted_signed_and_without_anything_personal(
    open_console: Open, receiver: Receiver
) -> None:
    console = await open_console(**LOCAL)
    chief = await console.logged_in("chef@resah.example")
    secret = await connect(chief, receiver.url)
    # It is shown once, and stands sealed.
    assert secret not in await chief.page("/resah/webhook")
    async with console.database.read() as session:
        assert secret not in (await session.scalars(select(Webhook.secret))).one()
    await ticket(console, "G-AAAA", conversation="c1")
    await ticket(console, "G-WOUN", "nord", portal="woundwo")
    assert await post_due(console) == [("sent", "")]
    ((headers, body),) = receiver.taken
    assert json.loads(body)["type"] == "ticket.new"
    assert json.loads(body)["data"] == {
        "reference": "G-AAAA", "portal": "resah", "region": "Bretagne",
        "topic": "Document manquant",
        "url": f"{console.settings.public_url}/console/resah/tickets/G-AAAA",
    }  # fmt: skip
    assert "camille" not in body and "@" not in body
    assert abs(int(headers["webhook-timestamp"]) - time.time()) < 60
    signed = f"{headers['webhook-id']}.{headers['webhook-timestamp']}.{body}".encode()
    key = base64.b64decode(secret.removeprefix("whsec_"))
    expected = base64.b64encode(hmac.new(key, signed, hashlib.sha256).digest()).decode()
    assert headers["webhook-signature"] == f"v1,{expected}"
    assert await post_due(console) == [("sent", "")] and len(receiver.taken) == 1
    assert "reçu" in await chief.page("/resah/webhook")


async def test_no_address_goes_out_in_a_topic(open_console: Open, receiver: Receiver) -> None:
    console = await open_console(**LOCAL)
    await connect(await console.logged_in("chef@resah.example"), receiver.url)
    topic = "Accès de camille@chu-exemple.example"
    await ticket(console, "G-AAAA", topic=topic)
    await ticket(console, "G-BBBB", topic=topic, conversation="c1")
    await post_due(console)
    topics = {data["reference"]: data["topic"] for data in
              (json.loads(body)["data"] for _, body in receiver.taken)}  # fmt: skip
    # What somebody wrote above a mail does not go at all.
    assert topics == {"G-AAAA": "", "G-BBBB": "Accès de c…@chu-exemple.example"}


@on_both_databases
async def test_what_is_not_taken_is_posted_again(open_console: Open, receiver: Receiver) -> None:
    console = await open_console(**LOCAL)
    chief = await console.logged_in("chef@resah.example")
    await connect(chief, receiver.url)
    receiver.status = 503
    await ticket(console, "G-AAAA")
    assert await post_due(console) == [("waiting", "réponse 503")]
    async with console.database.read() as session:
        call = (await session.scalars(select(WebhookCall))).one()
    assert timedelta(seconds=10) < call.next_attempt_at - now() <= timedelta(seconds=15)
    # Not before its time.
    await post_due(console)
    assert len(receiver.taken) == 1
    await due_again(console)
    receiver.status = 200
    assert await post_due(console) == [("sent", "")]
    names = {headers["webhook-id"] for headers, _ in receiver.taken}
    assert len(receiver.taken) == 2 and len(names) == 1


@on_both_databases
async def test_what_is_refused_fails_and_is_sent_by_hand(
    open_console: Open, receiver: Receiver
) -> None:
    console = await open_console(**LOCAL)
    chief = await console.logged_in("chef@resah.example")
    await connect(chief, receiver.url)
    receiver.status = 410
    assert (await chief.post("/resah/webhook/trial")).status == 303
    assert await post_due(console) == [("failed", "réponse 410")]
    text = await chief.page("/resah/webhook")
    assert "en échec" in text and "réponse 410" in text
    receiver.status = 200
    assert (await chief.post("/resah/webhook/calls/1/retry")).status == 303
    assert await post_due(console) == [("sent", "")]
    assert (await chief.post("/resah/webhook/calls/1/retry")).status == 400
    # A redirection is not followed.
    receiver.status = 302
    assert (await chief.post("/resah/webhook/trial")).status == 303
    assert (await post_due(console))[1] == ("waiting", "réponse 302")


async def test_it_gives_up_after_a_dozen_attempts(open_console: Open, receiver: Receiver) -> None:
    console = await open_console(**LOCAL)
    chief = await console.logged_in("chef@resah.example")
    await connect(chief, receiver.url)
    await receiver.server.close()
    await chief.post("/resah/webhook/trial")
    states = []
    for _ in range(12):
        states += await post_due(console)
        await due_again(console)
    assert [state for state, _ in states] == ["waiting"] * 11 + ["failed"]
    assert "n’a pas pu être joint" in states[-1][1]


@pytest.mark.parametrize(
    "host",
    ["127.0.0.1", "localhost", "[::1]", "[::ffff:127.0.0.1]", "2130706433", "0x7f.1", "0.0.0.0"],
)
async def test_no_private_network_is_reached(
    open_console: Open, receiver: Receiver, host: str
) -> None:
    console = await open_console(webhook_networks=())
    chief = await console.logged_in("chef@resah.example")
    for scheme in ("http", "https"):
        await chief.page("/resah/webhook")
        url = f"{scheme}://{host}:{receiver.server.port}/guichet"
        assert (await chief.post("/resah/webhook", url=url, active="1")).status in (200, 303)
        await chief.page("/resah/webhook")
        await chief.post("/resah/webhook/trial")
        await post_due(console)
    states = await post_due(console)
    assert [state for state, _ in states] == ["failed"] * 2
    told = ("n’est pas publique", "ne peut pas être appelée")
    assert all(any(words in error for words in told) for _, error in states), states
    assert receiver.taken == []


async def test_one_of_ones_own_networks_may_be_named(
    open_console: Open, receiver: Receiver
) -> None:
    console = await open_console(webhook_networks=("127.0.0.0/8", "::1"))
    chief = await console.logged_in("chef@resah.example")
    await connect(chief, receiver.url.replace("127.0.0.1", "localhost"))
    await chief.post("/resah/webhook/trial")
    assert await post_due(console) == [("sent", "")]
    headers, body = receiver.taken[0]
    assert json.loads(body)["data"] == {"portal": "resah"} and headers["user-agent"] == "Guichet"


@pytest.mark.parametrize(
    ("address", "public"),
    [
        ("93.184.216.34", True), ("2606:4700:4700::1111", True), ("10.1.2.3", False),
        ("192.168.1.1", False), ("172.31.0.1", False), ("169.254.169.254", False),
        ("100.64.0.1", False), ("224.0.0.1", False), ("255.255.255.255", False), ("::", False),
        ("fe80::1%eth0", False), ("fd00::1", False), ("::ffff:10.0.0.1", False),
        ("64:ff9b::7f00:1", False), ("2002:7f00:1::", False), ("64:ff9b::5db8:d822", True),
    ],
)  # fmt: skip
def test_which_addresses_are_public(address: str, public: bool) -> None:
    assert is_public(address) == public


@pytest.mark.parametrize(
    ("url", "words"),
    [
        ("outil.example", "adresse entière"),
        ("ftp://outil.example/", "adresse entière"),
        ("https://", "adresse entière"),
        ("https://a:b@outil.example/", "mot de passe"),
        ("https://outil.example/#x", "mot de passe"),
        ("https://outil.example:99999/", "entière"),
    ],
)
async def test_a_wrong_address_comes_back(console: Console, url: str, words: str) -> None:
    chief = await console.logged_in("chef@resah.example")
    await chief.page("/resah/webhook")
    response = await chief.post("/resah/webhook", url=url)
    text = await response.text()
    assert response.status == 400 and words in text and f'value="{url}"' in text
    for action in ("trial", "secret"):
        response = await chief.post(f"/resah/webhook/{action}")
        assert response.status == 400 and "Enregistrez d’abord" in await response.text()


@on_both_databases
async def test_a_webhook_is_stopped_and_its_secret_changed(
    open_console: Open, receiver: Receiver
) -> None:
    console = await open_console(**LOCAL)
    chief = await console.logged_in("chef@resah.example")
    first = await connect(chief, receiver.url)
    await chief.page("/resah/webhook")
    text = await (await chief.post("/resah/webhook/secret")).text()
    assert "whsec_" in text and first not in text
    assert (await chief.post("/resah/webhook", url=receiver.url)).status == 303
    await ticket(console, "G-AAAA")
    assert await post_due(console) == [] and receiver.taken == []
    record = await chief.page("/resah/record?kind=webhook")
    assert "arrêté" in record and "autre secret" in record
