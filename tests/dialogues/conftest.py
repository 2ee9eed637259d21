"""Accounts in every state, and the service on which the written conversations are held."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from functools import cache
from pathlib import Path

import pytest

from bot.desk.accounts import AccountRow
from bot.ground.db import Database, now
from tests.dialogues.every_account import ACCOUNTS, REGION, TODAY
from tests.dialogues.portals import PORTALS
from tests.dialogues.scripted import NEVER, Conversation, Played, play, write_accounts
from tests.support.command import run_command
from tests.support.service import Service


@pytest.fixture(scope="session")
def peopled_service(model: Path, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Service]:
    """The real service with the demo accounts and those of the conversations."""
    folder = tmp_path_factory.mktemp("conversations")
    service = Service(folder).start()
    try:
        for portal in NEVER:
            path = str(write_accounts(folder, portal))
            run_command(
                "accounts", "import", path, "--portal", portal,
                env=service.environment(), check=True,
            )  # fmt: skip
        yield service
    finally:
        service.stop()


@pytest.fixture(scope="session")
def played(peopled_service: Service) -> Callable[[Conversation], Played]:
    """Hold a conversation; each is held once, however many tests look at it."""

    @cache
    def held(conversation: Conversation) -> Played:
        peopled_service.forget_limits()
        return play(peopled_service, conversation)

    return held


@pytest.fixture
def database_url(tmp_path: Path) -> str:
    """SQLite only: what is tried here does not depend on the database."""
    return f"sqlite:///{tmp_path / 'guichet.db'}"


@pytest.fixture
async def accounts(database: Database) -> Database:
    """The database with accounts in every state on each portal."""
    async with database.write() as session:
        for portal in PORTALS:
            for address, login, status, region, number in ACCOUNTS:
                session.add(
                    AccountRow(
                        portal=portal, email=address, address=address, login=login, status=status,
                        region=region.format(region=REGION[portal]), customer_number=number,
                        activated_at=now() if address == TODAY else now().replace(year=2024),
                    )
                )  # fmt: skip
    return database
