"""Fifty scripted conversations, a client that never gives up, and what a kill must not change."""

from __future__ import annotations

import asyncio
import csv
import random
import re
from collections.abc import Callable
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import aiohttp

from tests.support.service import TOKEN, Service

PORTALS = ("resah", "woundwo")
_MAIL_PROMISED = re.compile(r"(?:C’est fait|Un \dᵉ mail part)\b")
_HANDED_OVER = re.compile(r"C’est transmis\. Votre référence est \*\*(G-\w{4})\*\*")
_REGION = {"resah": "bretagne", "woundwo": "ouest"}
_PAUSE = 1.0
"""Seconds, about, before an unanswered message is sent again."""

_LOOK = 0.002


@dataclass(frozen=True)
class Script:
    """What one user writes, in order, and the account that is theirs alone."""

    number: int
    portal: str
    address: str
    logins: tuple[str, ...]
    messages: tuple[str, ...]

    @property
    def region(self) -> str:
        """The account's region; every third account has none, so that it must be asked for."""
        return "" if self.number % 3 == 0 else _REGION[self.portal]


def _messages(kind: int, address: str, login: str) -> tuple[str, ...]:
    unknown = f"x{address}"
    return (
        (
            "bonjour jarrive pas a me connecter", address,
            "vous êtes un robot ou une vraie personne ?", "oui svp", "/mail_not_received",
            "/not_solved", "Lyon", "/human_handoff", "/affirm", "mot de passe oublié", "oui",
            "sous combien de temps aurai-je une réponse ?", "c'est bon ça marche",
        ),
        (
            "le champ reste rouge, mon adresse est refusée", unknown,
            f"non en fait je me suis trompé, c'est {address}", "/email_not_recognised",
            "/not_solved", "toujours pareil", "35000", "bonjour", "mot de passe oublié", "oui",
            "je n'ai rien reçu", "c'est bon je l'ai trouvé", "merci",
        ),
        (
            "Bonjour, mot de passe oublié", address,
            "que faites-vous de mes données personnelles ?", login, "oui",
            "/mail_not_received", "/solved", "je veux changer mon mot de passe", login, "oui svp",
            "vous êtes un robot ou une vraie personne ?", "merci beaucoup", "au revoir",
        ),
        (
            "bonjour", "jarrive pas a me connecter mon mot de passe est Lavande38!", unknown,
            "si si c'est la bonne", "je ne sais pas", "Rennes", f"mon adresse est {address}", "oui",
            "recommencer", address, "oui", "laisse tomber", "merci",
        ),
    )[kind]  # fmt: skip


def scripts(count: int) -> list[Script]:
    """Return as many conversations, on both portals, of four kinds in turn."""
    made = []
    for number in range(count):
        kind = number // 2 % 4
        address = f"personne{number}@essai-exemple.example"
        logins = tuple(f"p{number}.{letter}" for letter in ("ab" if kind == 2 else "a"))
        messages = _messages(kind, address, logins[-1])
        made.append(Script(number, PORTALS[number % 2], address, logins, messages))
    return made


def write_accounts(folder: Path, all_scripts: list[Script], portal: str, least: int) -> Path:
    """Write the accounts of one portal's conversations, filled up with others, as CSV."""
    path = folder / f"{portal}.csv"
    rows = [
        (script.address, login, script.region, "active", "2024-03-01")
        for script in all_scripts
        if script.portal == portal
        for login in script.logins
    ]
    for number in range(len(rows), least):
        rows.append((f"autre{number}@essai-exemple.example", "", "", "active", "2024-03-01"))
    with path.open("w", newline="", encoding="utf-8") as file:
        writer = csv.writer(file)
        writer.writerow(("email", "login", "region", "status", "activated_at"))
        writer.writerows(rows)
    return path


@dataclass(frozen=True)
class Acknowledged:
    """A message with the replies that its sender got."""

    message_id: str
    text: str
    replies: list[dict[str, Any]]

    @property
    def promises_mail(self) -> bool:
        """Whether a reset mail was promised."""
        return any(_MAIL_PROMISED.match(reply["text"]) for reply in self.replies)

    @property
    def reference(self) -> str | None:
        """The reference of the ticket that was written, if one was."""
        found = (_HANDED_OVER.match(reply["text"]) for reply in self.replies)
        return next((match[1] for match in found if match), None)


@dataclass
class Progress:
    """How far all conversations have come; the killer watches it."""

    acknowledged: int = 0
    promises: int = 0
    in_flight: int = 0
    retries: int = 0


@dataclass
class Talker:
    """Works through one script; sends a message again, under its own id, until it is answered."""

    script: Script
    service: Service
    progress: Progress
    prefix: str = "crash"
    acknowledged: list[Acknowledged] = field(default_factory=list)

    @property
    def sender(self) -> str:
        """What the client calls itself."""
        return f"{self.prefix}-{self.script.number}"

    @property
    def conversation(self) -> str:
        """The conversation's whole name."""
        return f"{self.script.portal}:{self.sender}"

    async def run(self, http: aiohttp.ClientSession) -> None:
        """Send every message of the script."""
        for number, text in enumerate(self.script.messages):
            message_id = f"m{number}"
            replies = await self._insist(http, text, message_id)
            done = Acknowledged(message_id, text, replies)
            self.acknowledged.append(done)
            self.progress.acknowledged += 1
            self.progress.promises += done.promises_mail or done.reference is not None

    async def _insist(
        self, http: aiohttp.ClientSession, text: str, message_id: str
    ) -> list[dict[str, Any]]:
        while True:
            self.progress.in_flight += 1
            try:
                return await self.send(http, text, message_id)
            except (aiohttp.ClientConnectionError, aiohttp.ClientPayloadError, Unavailable):
                self.progress.retries += 1
            finally:
                self.progress.in_flight -= 1
            await asyncio.sleep(_PAUSE * (0.5 + random.random()))

    async def send(
        self, http: aiohttp.ClientSession, text: str, message_id: str
    ) -> list[dict[str, Any]]:
        """Send one message once.

        Raises:
            Unavailable: If the service says that it should be sent again.
        """
        body = {
            "sender": self.sender,
            "message": text,
            "metadata": {"portal": self.script.portal, "message_id": message_id},
        }
        url = f"{self.service.url}/webhooks/rest/webhook"
        async with http.post(url, json=body) as response:
            if response.status == 503:
                raise Unavailable
            assert response.status == 200, await response.text()
            replies: list[dict[str, Any]] = await response.json()
            return replies


class Unavailable(Exception):
    """The service answered that the turn was not done."""


def client() -> aiohttp.ClientSession:
    """Return an HTTP client that opens a connection a request, as clients of many machines do."""
    return aiohttp.ClientSession(
        connector=aiohttp.TCPConnector(limit=0, force_close=True),
        headers={"Authorization": f"Bearer {TOKEN}"},
        timeout=aiohttp.ClientTimeout(total=60),
    )


async def until(condition: Callable[[], bool], seconds: float = 120) -> None:
    """Wait until a condition holds.

    Raises:
        AssertionError: If it does not within the time.
    """
    for _ in range(int(seconds / _LOOK)):
        if condition():
            return
        await asyncio.sleep(_LOOK)
    raise AssertionError("what was waited for did not come")
