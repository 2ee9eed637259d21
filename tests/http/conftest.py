"""The real application behind aiohttp's test client, with demo accounts."""

from __future__ import annotations

import dataclasses
import re
import uuid
from collections.abc import AsyncIterator, Awaitable, Callable
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import pytest
from aiohttp import ClientResponse, web
from aiohttp.test_utils import TestClient, TestServer
from aiohttp.web_runner import BaseRunner

from bot.content.live import current_content
from bot.desk.accounts import AccountRow
from bot.desk.sender import OutboxSender
from bot.ground.db import Database
from bot.ground.settings import Settings, current_settings
from bot.rasa.assistant import Assistant
from bot.web.app import create_app
from bot.web.connections import Runner
from tests.support.memory import let_go

KNOWN = "camille@chu-exemple.example"
SHARED = "achats@ch-exemple.example"
PENDING = "attente@ght-exemple.example"

on_both_databases = pytest.mark.parametrize(
    "database_url",
    ["sqlite", pytest.param("postgresql", marks=pytest.mark.postgres)],
    indirect=True,
)


@pytest.fixture
def database_url(request: pytest.FixtureRequest, tmp_path: Path) -> str:
    """An empty SQLite database; PostgreSQL where a test asks for both."""
    if getattr(request, "param", "sqlite") == "sqlite":
        return f"sqlite:///{tmp_path / 'guichet.db'}"
    return str(request.getfixturevalue("postgres_url"))


async def sentence_of(response: Any) -> str:
    """Return what a JSON error says; it must be a whole sentence."""
    assert response.content_type == "application/json"
    sentence: str = (await response.json())["error"]
    assert re.search(r"[a-zéA-Z]\.$", sentence), sentence
    return sentence


@dataclass
class Site:
    """A running application."""

    client: TestClient[Any, Any]
    settings: Settings
    database: Database
    sender: OutboxSender
    assistant: Assistant

    async def get(self, path: str, **options: Any) -> ClientResponse:
        """Load a page as a browser does."""
        headers = {"Accept": "text/html"} | options.pop("headers", {})
        return await self.client.get(path, headers=headers, **options)

    async def submit(self, path: str, **fields: str) -> ClientResponse:
        """Send a form from a page of the same site."""
        headers = {"Accept": "text/html", "Sec-Fetch-Site": "same-origin"}
        return await self.client.post(path, data=fields, headers=headers)


class GuardedTestServer(TestServer):
    """Serves as the service does: behind its limits of connections."""

    def __init__(self, app: web.Application, settings: Settings) -> None:
        super().__init__(app)
        self._settings = settings

    async def _make_runner(self, **options: Any) -> BaseRunner:
        return Runner(self.app, self._settings)


Start = Callable[..., Awaitable[Site]]


@pytest.fixture
async def start(database: Database, model: Path) -> AsyncIterator[Start]:
    """Starts the application with settings of the test's own."""
    async with database.write() as session:
        for portal in ("resah", "woundwo"):
            for email, login, status in (
                (KNOWN, "camille", "active"),
                (SHARED, "achats.un", "active"),
                (SHARED, "achats.deux", "active"),
                (PENDING, "attente", "pending"),
            ):
                session.add(
                    AccountRow(
                        portal=portal, email=email, address=email, login=login, status=status,
                        demo=True,
                    )
                )  # fmt: skip
    closing: list[Callable[[], Awaitable[None]]] = []

    async def start(**changes: Any) -> Site:
        settings = dataclasses.replace(current_settings(), **changes)
        assistant = Assistant(settings, database, model)
        sender = OutboxSender(database, settings)
        app = create_app(settings, database, current_content(), assistant, sender)
        client = TestClient(GuardedTestServer(app, settings))
        await client.start_server()
        closing.extend((client.close, assistant.close))
        return Site(client, settings, database, sender, assistant)

    yield start
    for close in closing:
        await close()
    let_go()


@pytest.fixture
async def site(start: Start) -> Site:
    """The application with the settings of all tests."""
    return await start()


@dataclass
class Chat:
    """One conversation over the chat's own API."""

    site: Site
    portal: str = "resah"
    session: str = ""
    offered: dict[str, str] = field(default_factory=dict)

    async def open(self) -> str:
        """Have a session issued."""
        response = await self.site.client.post(f"/{self.portal}/chat/session")
        assert response.status == 201
        self.session = (await response.json())["session"]
        return self.session

    async def post(
        self, message: object, message_id: object = None, **more: object
    ) -> ClientResponse:
        """Send a message and return the raw response."""
        if not self.session:
            await self.open()
        body = {
            "session": self.session,
            "message": message,
            "message_id": uuid.uuid4().hex if message_id is None else message_id,
            **more,
        }
        return await self.site.client.post(f"/{self.portal}/chat/messages", json=body)

    async def say(self, message: str) -> str:
        """Send a message and return the replies as one text."""
        response = await self.post(message)
        assert response.status == 200, await response.text()
        messages = (await response.json())["messages"]
        for reply in messages:
            self.offered |= {button["title"]: button["payload"] for button in reply["buttons"]}
        return "\n".join(reply["text"] for reply in messages)

    async def click(self, title: str) -> str:
        """Send the payload of a button that was offered."""
        return await self.say(self.offered[title])

    async def page(self, **query: int | str) -> dict[str, Any]:
        """Return a page of the turns so far."""
        headers = {"Authorization": f"Bearer {self.session}"}
        path = f"/{self.portal}/chat/history"
        response = await self.site.client.get(path, headers=headers, params=query)
        assert response.status == 200
        page: dict[str, Any] = await response.json()
        return page

    async def history(self) -> list[dict[str, Any]]:
        """Return the latest turns."""
        turns: list[dict[str, Any]] = (await self.page())["turns"]
        return turns


@pytest.fixture
def chat(site: Site) -> Chat:
    """A conversation on Resah's portal."""
    return Chat(site)
