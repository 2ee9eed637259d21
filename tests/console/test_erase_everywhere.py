"""After `guichet erase`, no file of a service that has run holds the address."""

from __future__ import annotations

import gzip
import subprocess
import sys
import time
from collections.abc import Iterator
from pathlib import Path

import pytest

from bot.ground.settings import ROOT
from tests.support.service import Chat, Service

KNOWN = "camille.martin@chu-exemple.example"
UNKNOWN = "personne.effacee@ch-exemple.example"
PATIENCE = 60


@pytest.fixture
def running(model: Path, tmp_path: Path) -> Iterator[Service]:
    """A service without a mail server: what it sends is kept in files."""
    service = Service(tmp_path).start()
    yield service
    service.stop()


def _files_with(address: str, *places: Path) -> list[Path]:
    wanted = address.encode()
    found = []
    for place in places:
        for path in (place, *place.rglob("*")):
            if not path.is_file():
                continue
            data = path.read_bytes()
            if path.name.endswith(".gz"):
                data = gzip.decompress(data)
            if wanted in data.lower():
                found.append(path)
    return found


def _erase(service: Service, address: str) -> str:
    done = subprocess.run(
        [sys.executable, "-m", "bot.cli", "erase", address],
        cwd=ROOT, env=service.environment(), input="oui\n", text=True,
        capture_output=True, check=False,
    )  # fmt: skip
    assert done.returncode == 0, done.stderr
    return done.stdout


def test_no_file_holds_an_erased_address(running: Service, model: Path) -> None:
    var = running.folder / "var"
    known = Chat(running, "resah")
    known.say("je n'arrive pas à me connecter")
    known.say(KNOWN)
    assert "C’est fait" in known.say("oui")
    unknown = Chat(running, "resah")
    unknown.say("je veux parler à quelqu'un, je suis à Rennes")
    unknown.say(UNKNOWN)
    unknown.say("oui")
    Chat(running, "resah").say(f"{KNOWN} n'est pas reconnue, écrivez à {UNKNOWN}")
    deadline = time.monotonic() + PATIENCE
    while len(list((var / "mail").glob("*.eml"))) < 2 and time.monotonic() < deadline:
        time.sleep(0.1)

    for address in (KNOWN, UNKNOWN):
        held = _files_with(address, running.folder)
        assert any(path.suffix == ".eml" for path in held), held
        assert any(path.name.startswith("guichet.db") for path in held), held
        _erase(running, address)
        # The log, the model and what Rasa keeps of trainings as well.
        assert _files_with(address, running.folder, model, ROOT / ".rasa") == []
    running.stop()
    for address in (KNOWN, UNKNOWN):
        assert _files_with(address, running.folder) == []
