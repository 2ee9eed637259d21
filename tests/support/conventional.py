"""Rasa's own servers on a Guichet project: `rasa run` beside `rasa run actions`."""

from __future__ import annotations

import os
import signal
import subprocess
import sys
import time
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import requests
import yaml

from bot.ground.yaml_text import read_yaml
from tests.support.service import ROOT, free_port

RASA = Path(sys.executable).with_name("rasa")


@dataclass
class Conventional:
    """Both servers, over a folder, a database and ports of their own.

    Args:
        folder: Where `var/`, the endpoints file and logs go.
        model: The trained model.
        env: Settings beyond the defaults.
    """

    folder: Path
    model: Path
    env: dict[str, str] = field(default_factory=dict)
    port: int = field(default_factory=free_port)
    actions_port: int = field(default_factory=free_port)
    processes: list[subprocess.Popen[bytes]] = field(default_factory=list)

    @property
    def url(self) -> str:
        """Where `rasa run` answers."""
        return f"http://127.0.0.1:{self.port}"

    @property
    def endpoints(self) -> Path:
        """The project's endpoints file, with the action server at its port of this time."""
        path = self.folder / "endpoints.yml"
        if not path.exists():
            endpoints = read_yaml(ROOT / "endpoints.yml")
            endpoints["action_endpoint"]["url"] = f"http://127.0.0.1:{self.actions_port}/webhook"
            path.write_text(yaml.safe_dump(endpoints), encoding="utf-8")
        return path

    def environment(self) -> dict[str, str]:
        """Return the environment in which every command runs."""
        inherited = {k: v for k, v in os.environ.items() if not k.startswith("GUICHET_")}
        return inherited | {
            "GUICHET_VAR_DIR": str(self.folder / "var"),
            "RASA_TELEMETRY_ENABLED": "false",
            # Where `rasa run actions` listens; it has no option for it.
            "SANIC_HOST": "127.0.0.1",
            "PYTHONWARNINGS": "ignore",
            **self.env,
        }

    def guichet(self, *arguments: str) -> None:
        """Run a `guichet` command to its end."""
        subprocess.run(
            [sys.executable, "-m", "bot.cli", *arguments],
            cwd=ROOT, env=self.environment(), check=True, capture_output=True,
        )  # fmt: skip

    def launch(self) -> Conventional:
        """Prepare the database and start both servers, without waiting for them."""
        self.folder.mkdir(parents=True, exist_ok=True)
        self.guichet("prepare")
        self._start("actions", "run", "actions", "-p", str(self.actions_port))
        self._start(
            "rasa", "run", "--enable-api", "-i", "127.0.0.1", "-p", str(self.port),
            "--model", str(self.model), "--credentials", str(ROOT / "credentials.yml"),
            "--endpoints", str(self.endpoints),
        )  # fmt: skip
        return self

    def _start(self, name: str, *arguments: str) -> None:
        with (self.folder / f"{name}.log").open("ab") as log:
            self.processes.append(
                subprocess.Popen(
                    [str(RASA), *arguments], cwd=ROOT, env=self.environment(), stdout=log,
                    stderr=subprocess.STDOUT, stdin=subprocess.DEVNULL, start_new_session=True,
                )
            )  # fmt: skip

    def wait(self, seconds: float = 180) -> None:
        """Wait until both servers are ready.

        Raises:
            RuntimeError: If one ended, or took too long.
        """
        deadline = time.monotonic() + seconds
        wanted = [f"http://127.0.0.1:{self.actions_port}/health", f"{self.url}/status"]
        while wanted and time.monotonic() < deadline:
            if any(process.poll() is not None for process in self.processes):
                break
            try:
                if requests.get(wanted[0], timeout=2).ok:
                    wanted.pop(0)
            except requests.RequestException:
                time.sleep(0.1)
        if wanted:
            logs = "".join(path.read_text()[-3000:] for path in self.folder.glob("*.log"))
            raise RuntimeError(f"{wanted[0]} did not answer:\n{logs}")

    def stop(self) -> None:
        """End both servers and what they started."""
        for process in self.processes:
            if process.poll() is None:
                process.terminate()
        for process in self.processes:
            try:
                process.wait(15)
            except subprocess.TimeoutExpired:
                os.killpg(process.pid, signal.SIGKILL)
                process.wait()

    def post(self, sender: str, message: str, metadata: dict[str, Any]) -> list[dict[str, Any]]:
        """Send one message over the REST channel."""
        response = requests.post(
            f"{self.url}/webhooks/rest/webhook",
            json={"sender": sender, "message": message, "metadata": metadata},
            timeout=60,
        )
        response.raise_for_status()
        replies: list[dict[str, Any]] = response.json()
        return replies
