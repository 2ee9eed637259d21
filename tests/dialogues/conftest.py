"""The service on which the written conversations are held, and what was said in them."""

from __future__ import annotations

import subprocess
import sys
from collections.abc import Callable, Iterator
from functools import cache, partial
from pathlib import Path

import pytest

from tests.dialogues.scripted import NEVER, Conversation, Played, play, write_accounts
from tests.support.service import ROOT, Service


@pytest.fixture(scope="session")
def peopled_service(model: Path, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Service]:
    """The real service with the demo accounts and those of the conversations."""
    folder = tmp_path_factory.mktemp("conversations")
    service = Service(folder).start()
    for portal in NEVER:
        subprocess.run(
            [sys.executable, "-m", "bot.cli", "accounts", "import",
             str(write_accounts(folder, portal)), "--portal", portal],
            cwd=ROOT, env=service.environment(), check=True, capture_output=True, text=True,
        )  # fmt: skip
    yield service
    service.stop()


@pytest.fixture(scope="session")
def played(peopled_service: Service) -> Callable[[Conversation], Played]:
    """Hold a conversation; each is held once, however many tests look at it."""
    return cache(partial(play, peopled_service))
