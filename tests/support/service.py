"""The real service in a process of its own, and a client that talks to it as integrators do."""

from __future__ import annotations

import os
import signal
import socket
import sqlite3
import subprocess
import sys
import time
import uuid
from contextlib import closing
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import requests

ROOT = Path(__file__).resolve().parents[2]
TOKEN = "jeton-des-tests"


def free_port() -> int:
    """Return a port of the loopback interface that is free now."""
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        port: int = probe.getsockname()[1]
        return port


@dataclass
class Said:
    """One reply, with its buttons by title."""

    text: str
    buttons: dict[str, str] = field(default_factory=dict)


@dataclass
class Service:
    """A `guichet serve` with a folder, a database and a port of its own.

    Args:
        folder: Where its `var/` and logs go.
        env: Settings beyond the defaults of the tests.
    """

    folder: Path
    env: dict[str, str] = field(default_factory=dict)
    port: int = field(default_factory=free_port)
    demo_port: int = field(default_factory=free_port)
    process: subprocess.Popen[bytes] | None = None
    session: requests.Session = field(default_factory=requests.Session)
    portals: dict[str, str] = field(default_factory=dict)

    @property
    def url(self) -> str:
        """Where it answers."""
        return f"http://127.0.0.1:{self.port}"

    @property
    def demo_url(self) -> str:
        """Where the demo portal answers as a site of its own."""
        return f"http://127.0.0.1:{self.demo_port}"

    @property
    def log(self) -> Path:
        """What it prints."""
        return self.folder / "service.log"

    def environment(self) -> dict[str, str]:
        """Return the environment in which it runs, free of the developer's own settings."""
        inherited = {k: v for k, v in os.environ.items() if not k.startswith("GUICHET_")}
        return inherited | {
            "GUICHET_PORT": str(self.port),
            "GUICHET_DEMO_PORT": str(self.demo_port),
            "GUICHET_PUBLIC_URL": self.url,
            "GUICHET_VAR_DIR": str(self.folder / "var"),
            "GUICHET_API_TOKEN": TOKEN,
            # Tests talk faster than people.
            "GUICHET_MESSAGES_PER_CONVERSATION": "100000",
            "GUICHET_MESSAGES_PER_NETWORK": "100000",
            "RASA_TELEMETRY_ENABLED": "false",
            **self.env,
        }

    def start(self) -> Service:
        """Start it and wait until it is ready."""
        self.folder.mkdir(parents=True, exist_ok=True)
        with self.log.open("ab") as log:
            self.process = subprocess.Popen(
                [sys.executable, "-m", "bot.cli", "serve"],
                cwd=ROOT,
                env=self.environment(),
                stdout=log,
                stderr=subprocess.STDOUT,
            )
        deadline = time.monotonic() + 180
        while time.monotonic() < deadline:
            if self.process.poll() is not None:
                break
            try:
                if requests.get(f"{self.url}/readyz", timeout=2).ok:
                    return self
            except requests.RequestException:
                time.sleep(0.05)
        # What starts after all would work beside the tests until they end.
        self.stop()
        raise RuntimeError(f"The service did not start:\n{self.log.read_text()[-3000:]}")

    def stop(self) -> None:
        """End it in good order."""
        if self.process and self.process.poll() is None:
            self.process.terminate()
            try:
                self.process.wait(20)
            except subprocess.TimeoutExpired:
                self.process.kill()
                self.process.wait()

    def kill(self) -> None:
        """End it at once, as a power cut would."""
        assert self.process is not None
        self.process.send_signal(signal.SIGKILL)
        self.process.wait()

    def forget_limits(self) -> None:
        """Let nothing that happened so far count towards how often it may happen."""
        with closing(sqlite3.connect(self.folder / "var" / "guichet.db", timeout=30)) as database:
            # What a power cut would undo here, no test would miss.
            database.execute("PRAGMA synchronous = OFF")
            database.execute("DELETE FROM limit_hits")
            database.commit()

    def post(self, path: str, body: object, token: str | None = TOKEN) -> requests.Response:
        """Post JSON with the API token."""
        headers = {"Authorization": f"Bearer {token}"} if token else {}
        return self.session.post(f"{self.url}{path}", json=body, headers=headers, timeout=60)

    def send(
        self, sender: str, message: str, portal: str = "resah", message_id: str | None = None
    ) -> list[Said]:
        """Send one message and return the replies."""
        metadata = {"portal": portal, "message_id": message_id or uuid.uuid4().hex}
        self.portals[sender] = portal
        response = self.post(
            "/webhooks/rest/webhook",
            {"sender": sender, "message": message, "metadata": metadata},
        )
        response.raise_for_status()
        return [
            Said(reply["text"], {b["title"]: b["payload"] for b in reply.get("buttons", ())})
            for reply in response.json()
        ]

    def tracker(self, sender: str) -> dict[str, Any]:
        """Return the whole tracker of a sender's conversation, on the portal it wrote to last."""
        response = self.session.get(
            f"{self.url}/conversations/{sender}/tracker",
            params={"portal": self.portals.get(sender, "resah")},
            headers={"Authorization": f"Bearer {TOKEN}"},
            timeout=30,
        )
        response.raise_for_status()
        tracker: dict[str, Any] = response.json()
        return tracker


@dataclass
class Chat:
    """One conversation: sends messages and clicks buttons by their title."""

    service: Service
    portal: str
    sender: str = field(default_factory=lambda: uuid.uuid4().hex)
    offered: dict[str, str] = field(default_factory=dict)

    def say(self, message: str) -> str:
        """Send a message and return all replies as one text."""
        replies = self.service.send(self.sender, message, self.portal)
        for reply in replies:
            self.offered |= {
                title.replace("\u00a0", " "): payload for title, payload in reply.buttons.items()
            }
        # No-break spaces are a matter of typesetting, not of what is said.
        return "\n".join(reply.text for reply in replies).replace("\u00a0", " ")

    def click(self, title: str) -> str:
        """Send the payload of a button that was offered."""
        return self.say(self.offered[title])

    @property
    def slots(self) -> dict[str, Any]:
        """The conversation's slots."""
        slots: dict[str, Any] = self.service.tracker(self.sender)["slots"]
        return slots
