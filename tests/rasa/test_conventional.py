"""The conventional `rasa run` with `rasa run actions` says and stores what the service does.

The same dialogues go through both; texts, buttons, slots, stored events and mails are compared. The
other commands that a Rasa developer expects at the project's root are run here too.
"""

from __future__ import annotations

import json
import os
import re
import subprocess
import sys
import time
from collections.abc import Iterator
from dataclasses import dataclass
from email.message import EmailMessage
from pathlib import Path
from typing import Any

import pytest
import requests

from bot.ground.conversation_names import conversation_name
from tests.dialogues.test_login_walk import ACTIVE, OPENING
from tests.rasa.dialogues import PASSWORD, UNSURE, Click, Dialogue, dialogues
from tests.support.conventional import RASA, Conventional
from tests.support.mail import Mailbox, text_of
from tests.support.rasa_commands import MARK
from tests.support.service import ROOT, Service, free_port

pytestmark = [pytest.mark.slow, pytest.mark.timeout(600)]


@dataclass
class Pair:
    """The two, each with a database and a mailbox of its own, prepared alike."""

    conventional: Conventional
    service: Service
    boxes: tuple[Mailbox, Mailbox]

    def send(
        self, sender: str, portal: str, text: str, message_id: str
    ) -> tuple[list[dict[str, Any]], list[dict[str, Any]]]:
        """Send one message to both and return both replies."""
        metadata = {"portal": portal, "message_id": message_id}
        theirs = self.conventional.post(sender, text, dict(metadata))
        response = self.service.post(
            "/webhooks/rest/webhook", {"sender": sender, "message": text, "metadata": metadata}
        )
        response.raise_for_status()
        return _same(theirs), _same(response.json())

    def trackers(self, sender: str, portal: str) -> tuple[dict[str, Any], dict[str, Any]]:
        """Return both trackers with all events."""
        name = conversation_name(portal, sender)
        url = f"{self.conventional.url}/conversations/{name}/tracker"
        response = requests.get(url, params={"include_events": "ALL"}, timeout=30)
        response.raise_for_status()
        theirs = {**response.json(), "sender_id": sender}
        return _same(theirs), _same(self.service.tracker(sender))

    def unclear(self) -> str:
        """Return a message that the model is unsure about."""
        for text in UNSURE:
            if self.service.post("/model/parse", {"text": text}).json()["band"] == "unsure":
                return text
        raise AssertionError("the model is sure of everything")


def _same(value: Any) -> Any:
    """Return a JSON value without what tells one run from another: references and times.

    The memory counts what was said by a hash of each text, which may hold a reference.
    """
    text = re.sub(r"\bG-[2-9A-Z]{4}\b", "G-…", json.dumps(value, ensure_ascii=False))
    return json.loads(text, object_hook=_same_members)


def _same_members(value: dict[str, Any]) -> dict[str, Any]:
    if "said" in value:
        value["said"] = sorted(value["said"].values())
    return {k: v for k, v in value.items() if k not in {"timestamp", "latest_event_time"}}


def _environment(folder: Path) -> dict[str, str]:
    inherited = {k: v for k, v in os.environ.items() if not k.startswith("GUICHET_")}
    return inherited | {
        "GUICHET_VAR_DIR": str(folder / "var"),
        "RASA_TELEMETRY_ENABLED": "false",
        "PYTHONWARNINGS": "ignore",
    }


@dataclass
class Commands:
    """Commands that run one after the other in a process of their own."""

    process: subprocess.Popen[bytes]
    log: Path

    def ended(self) -> dict[str, tuple[str, str]]:
        """Wait for all of them and return the status of each with what it printed."""
        self.process.wait(500)
        text, start, found = self.log.read_text(), 0, {}
        for mark in re.finditer(rf"^{MARK}(\w+) (.+)$", text, re.MULTILINE):
            found[mark[1]] = (mark[2], text[start : mark.start()])
            start = mark.end()
        return found


@pytest.fixture(scope="module")
def commands(model: Path, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Commands]:
    """The commands that need no server, running beside the servers' start."""
    folder = tmp_path_factory.mktemp("commands")
    wanted = {
        "validate": ["data", "validate"],
        "train": ["train", "--out", str(folder / "models"), "--fixed-model-name", "anew"],
        "test": [
            "test", "core", "--stories", str(ROOT / "tests" / "rasa" / "test_stories.yml"),
            "--model", str(folder / "models" / "anew.tar.gz"), "--out", str(folder / "results"),
            "--e2e", "--fail-on-prediction-errors", "--no-plot",
        ],
    }  # fmt: skip
    (folder / "commands.json").write_text(json.dumps(wanted))
    with (folder / "commands.json").open("rb") as given, (folder / "log").open("wb") as log:
        process = subprocess.Popen(
            [sys.executable, "-m", "tests.support.rasa_commands"],
            cwd=ROOT, env=_environment(folder), stdin=given, stdout=log,
        )  # fmt: skip
    yield Commands(process, folder / "log")
    process.kill()
    process.wait()


@pytest.fixture(scope="module")
def pair(
    model: Path, commands: Commands, tmp_path_factory: pytest.TempPathFactory
) -> Iterator[Pair]:
    boxes = (Mailbox().start(), Mailbox().start())
    folder = tmp_path_factory.mktemp("pair")
    # Mails hold links with the one, signed with the other.
    shared = {"GUICHET_PUBLIC_URL": "http://aide.example", "GUICHET_SECRET_KEY": "la-même"}
    conventional = Conventional(
        folder / "rasa", model, env=shared | {"GUICHET_SMTP_URL": boxes[0].url}
    )
    service = Service(folder / "service", env=shared | {"GUICHET_SMTP_URL": boxes[1].url})
    try:
        conventional.launch()
        service.start()
        conventional.wait()
        yield Pair(conventional, service, boxes)
    finally:
        conventional.stop()
        service.stop()
        for box in boxes:
            box.stop()


def _talk(pair: Pair, dialogue: Dialogue) -> tuple[str, list[str]]:
    """Hold a dialogue with both, comparing reply by reply; the last message is sent twice."""
    sender = re.sub(r"\W+", "-", f"{dialogue.portal} {dialogue.name}")
    offered: dict[str, str] = {}
    typed, number, theirs, ours = "", 0, [], []
    for number, message in enumerate(dialogue.messages):
        if isinstance(message, Click):
            typed = offered[message or next(iter(offered))]
        else:
            typed = pair.unclear() if message == "UNSURE" else message
        theirs, ours = pair.send(sender, dialogue.portal, typed, f"m{number}")
        assert theirs == ours, typed
        assert ours, "silence"
        buttons = [button for reply in ours for button in reply.get("buttons", ())]
        if buttons:
            offered = {button["title"]: button["payload"] for button in buttons}
    assert pair.send(sender, dialogue.portal, typed, f"m{number}") == (theirs, ours)
    return sender, [reply["text"] for reply in ours]


@pytest.mark.parametrize("dialogue", dialogues(), ids=lambda d: f"{d.portal}: {d.name}")
def test_a_dialogue_goes_the_same_way(pair: Pair, dialogue: Dialogue) -> None:
    sender, texts = _talk(pair, dialogue)
    for words in dialogue.says:
        assert words in "\n".join(texts)
    theirs, ours = pair.trackers(sender, dialogue.portal)
    assert PASSWORD not in str(theirs) + str(ours)
    assert theirs["slots"] == ours["slots"]
    assert theirs["active_loop"] == ours["active_loop"]
    assert theirs["events"] == ours["events"]
    users = [event["message_id"] for event in ours["events"] if event["event"] == "user"]
    assert users == [f"m{number}" for number in range(len(dialogue.messages))]


def _as_sent(message: EmailMessage) -> tuple[str, ...]:
    text = re.sub(r"(token=|/tickets/)[\w.=-]+", r"\1…", text_of(message))
    html: Any = message.get_body(("html",))
    return (
        message["From"],
        message["To"],
        message["Reply-To"] or "",
        _same(message["Subject"]),
        _same(text),
        re.sub(r"(token=|/tickets/)[\w.=-]+", r"\1…", _same(html.get_content())),
    )


def test_the_same_mails_leave(pair: Pair) -> None:
    for portal in ("resah", "woundwo"):
        for number, text in enumerate((OPENING, ACTIVE[portal], "oui")):
            theirs, ours = pair.send(f"mails-{portal}", portal, text, f"m{number}")
            assert theirs == ours
    pair.conventional.guichet("outbox", "send")
    wanted = sorted(_as_sent(message) for message in pair.boxes[0].messages)
    assert len(wanted) >= 2
    deadline = time.monotonic() + 60
    while len(pair.boxes[1].messages) < len(wanted) and time.monotonic() < deadline:
        time.sleep(0.1)
    assert sorted(_as_sent(message) for message in pair.boxes[1].messages) == wanted


def test_nothing_is_logged_of_what_is_said(pair: Pair) -> None:
    logs = [*pair.conventional.folder.glob("*.log"), pair.service.log]
    assert len(logs) == 3
    for log in logs:
        said = log.read_text()
        assert PASSWORD not in said
        assert "Traceback" not in said, said[-3000:]


def test_shell_answers_what_is_typed(pair: Pair) -> None:
    """Replies with buttons show a list; its last entry, one key up, lets one type freely again."""
    settings = pair.conventional
    lines = ("mot de passe oublié", f"\x1b[A\nmon mot de passe est {PASSWORD}", "\x1b[A\n/stop", "")
    shell = subprocess.run(
        [
            str(RASA), "shell", "-p", str(free_port()), "--model", str(settings.model),
            "--endpoints", str(settings.endpoints),
        ],
        cwd=ROOT, env=settings.environment(), input="\n".join(lines),
        text=True, capture_output=True, timeout=300, check=False,
    )  # fmt: skip
    # The terminal's width breaks lines anywhere.
    shown = re.sub(r"\s+|\x1b\[[\d;?]*[A-Za-z]", "", shell.stdout)
    assert "Jevérifietoutdesuitesielleestreconnue" in shown, shell.stdout + shell.stderr
    assert "Nemedonnezjamaisvotremotdepasse" in shown, shell.stdout
    assert shell.returncode == 0
    for path in (settings.folder / "var").glob("guichet.db*"):
        assert PASSWORD.encode() not in path.read_bytes(), path


@pytest.mark.parametrize("name", ["validate", "train", "test"])
def test_a_developers_commands_work_at_the_root(commands: Commands, name: str) -> None:
    ended = commands.ended()
    assert name in ended, commands.log.read_text()[-3000:]
    status, text = ended[name]
    assert status == "0", text[-3000:]
    # Rasa's own are the kind that it raises about what it reads.
    complaints = re.compile(r"UserWarning|\bWARNING\b|Traceback|Story structure conflict found")
    assert not [line for line in text.splitlines() if complaints.search(line)]
    if name == "validate":
        assert "No story structure conflicts found" in text
    if name == "test":
        assert "Evaluating 5 stories" in text


WRONG: tuple[tuple[object, str], ...] = (
    ([], "objet JSON"),
    ({"sender": "x"}, "message"),
    ({"sender": 7, "message": "bonjour"}, "sender"),
    ({"sender": "x", "message": "bonjour", "portal": "resah"}, "« portal »"),
    ({"sender": "x", "message": "bonjour", "metadata": {"portal": "autre"}}, "« autre »"),
    ({"sender": "x", "message": "bonjour", "metadata": {"Portal": "resah"}}, "« Portal »"),
    ({"sender": "x", "message": "bonjour", "metadata": []}, "metadata"),
)


def test_the_conventional_server_refuses_what_it_would_ignore(pair: Pair) -> None:
    url = f"{pair.conventional.url}/webhooks/rest/webhook"
    for body, part in WRONG:
        response = requests.post(url, json=body, timeout=30)
        assert response.status_code == 400, body
        assert part in response.json()["error"], body


def test_one_sender_on_two_portals_is_two_conversations_there_too(pair: Pair) -> None:
    pair.send("client-7", "resah", "mot de passe oublié", "m1")
    pair.send("client-7", "resah", ACTIVE, "m2")
    theirs, ours = pair.send("client-7", "woundwo", "bonjour", "m1")
    assert theirs == ours
    assert {reply["recipient_id"] for reply in theirs} == {"client-7"}
    assert ACTIVE not in str(pair.trackers("client-7", "woundwo"))
