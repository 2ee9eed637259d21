"""The console behind aiohttp's test client, with staff of two portals."""

from __future__ import annotations

import dataclasses
import re
from collections.abc import AsyncIterator, Awaitable, Callable
from dataclasses import dataclass, field
from types import SimpleNamespace
from typing import Any, cast

import pytest
from aiohttp import ClientResponse, CookieJar
from aiohttp.test_utils import TestClient, TestServer

from bot.content.live import current_content
from bot.desk.sender import OutboxSender
from bot.ground.db import Database
from bot.ground.settings import Settings, current_settings
from bot.rasa.assistant import Assistant
from bot.rasa.lock import ConversationLocks
from bot.staff.invitations import accept_invitation
from bot.staff.passwords import _hasher
from bot.staff.users import add_user
from bot.web.app import create_app
from tests.http.conftest import database_url, on_both_databases

__all__ = ["database_url", "on_both_databases"]

PASSWORD = "soleil-levant-2024"
PEOPLE = {
    "lectrice@resah.example": ("resah", "reader"),
    "agent@resah.example": ("resah", "agent"),
    "chef@resah.example": ("resah", "admin"),
    "agent@woundwo.example": ("woundwo", "agent"),
    "chef@woundwo.example": ("woundwo", "admin"),
}

_FORM = re.compile(r'<form method="post" action="/console([^"]*)"(.*?)</form>', re.DOTALL)
_SEEN = re.compile(r'name="seen" value="([^"]*)"')
_TOKEN = re.compile(r'name="form_token" value="([0-9a-f]{64})"')


@pytest.fixture(autouse=True)
def quick_hashes(monkeypatch: pytest.MonkeyPatch) -> None:
    """Hashes of the same kind at a fraction of the cost."""
    monkeypatch.setattr("bot.staff.passwords._hasher", type(_hasher)(1, 8, 1))


def shown_secret(page: str) -> str:
    """Return the key of the second factor that a page offers, as people copy it."""
    found = re.search(r'<code class="secret">([A-Z2-7 ]+)</code>', page)
    assert found is not None
    return found[1].replace(" ", "")


@dataclass
class Visitor:
    """A browser of its own on the console."""

    client: TestClient[Any, Any]
    token: str = ""
    seen: dict[str, str] = field(default_factory=dict)

    async def get(self, path: str, **options: Any) -> ClientResponse:
        headers = {"Accept": "text/html"} | options.pop("headers", {})
        response = await self.client.get(
            f"/console{path}", headers=headers, allow_redirects=False, **options
        )
        self.look(await response.text())
        return response

    async def page(self, path: str, status: int = 200) -> str:
        response = await self.get(path)
        text = await response.text()
        assert response.status == status, (path, response.status, text[:2000])
        return text

    async def post(self, path: str, **fields: str) -> ClientResponse:
        headers = {"Accept": "text/html", "Sec-Fetch-Site": "same-origin"}
        fields.setdefault("form_token", self.token)
        if path in self.seen:
            fields.setdefault("seen", self.seen[path])
        return await self.client.post(
            f"/console{path}", data=fields, headers=headers, allow_redirects=False
        )

    def look(self, page: str) -> None:
        """Take from a page what its forms send back."""
        if found := _TOKEN.search(page):
            self.token = found[1]
        for action, fields in _FORM.findall(page):
            if found := _SEEN.search(fields):
                self.seen[action] = found[1]

    async def log_in(self, email: str, password: str = PASSWORD) -> ClientResponse:
        await self.get("/login")
        response = await self.post("/login", email=email, password=password)
        # The token of forms belongs to the session.
        await self.get("/me")
        return response


@dataclass
class Console:
    """A running console."""

    server: TestServer
    settings: Settings
    database: Database
    clients: list[TestClient[Any, Any]]

    async def visitor(self) -> Visitor:
        """Return a fresh browser."""
        client = TestClient(self.server, cookie_jar=CookieJar(unsafe=True))
        self.clients.append(client)
        return Visitor(client)

    async def logged_in(self, email: str) -> Visitor:
        """Return the browser of somebody who is logged in."""
        visitor = await self.visitor()
        response = await visitor.log_in(email)
        assert response.status == 303, await response.text()
        return visitor


Open = Callable[..., Awaitable[Console]]


@pytest.fixture
async def open_console(database: Database) -> AsyncIterator[Open]:
    """Starts the application with no more of an assistant than its locks."""
    opened: list[Console] = []
    locks = ConversationLocks(database=database)

    async def open_console(**changes: Any) -> Console:
        settings = dataclasses.replace(current_settings(), **changes)
        content = current_content()
        for email, (portal, role) in PEOPLE.items():
            token = await add_user(database, content, email=email, portal=portal, role=role)
            assert token is not None
            assert await accept_invitation(database, token, PASSWORD)
        sender = OutboxSender(database, settings)
        assistant = SimpleNamespace(locks=locks)
        app = create_app(settings, database, content, cast(Assistant, assistant), sender)
        server = TestServer(app)
        await server.start_server()
        opened.append(Console(server, settings, database, []))
        return opened[-1]

    yield open_console
    for console in opened:
        for client in console.clients:
            await client.close()
        await console.server.close()
    await locks.dispose()


@pytest.fixture
async def console(open_console: Open) -> Console:
    """The console with the settings of all tests."""
    return await open_console()
