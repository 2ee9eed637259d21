"""Brings the database to the schema of this version, under a lock across processes."""

from __future__ import annotations

import fcntl
import threading

from alembic import command
from alembic.config import Config
from alembic.runtime.migration import MigrationContext
from alembic.script import ScriptDirectory
from sqlalchemy import Connection

from bot.ground.settings import ROOT, Settings


def upgrade(settings: Settings, revision: str = "head") -> None:
    """Create or migrate the database.

    Safe to call from several processes at once and from within a running event loop: the work is
    done in a thread of its own, since Alembic's environment runs a loop of its own.

    Args:
        settings: Name the database and the folder for the lock.
        revision: How far to go.
    """
    failures: list[BaseException] = []

    def run() -> None:
        try:
            _upgrade_locked(settings, revision)
        except BaseException as error:
            failures.append(error)

    thread = threading.Thread(target=run, name="migrations")
    thread.start()
    thread.join()
    if failures:
        raise failures[0]


def is_current(connection: Connection) -> bool:
    """Tell whether a database has the schema of this version."""
    heads = ScriptDirectory.from_config(_config()).get_heads()
    return set(MigrationContext.configure(connection).get_current_heads()) == set(heads)


def _config() -> Config:
    config = Config(str(ROOT / "alembic.ini"))
    config.set_main_option("script_location", str(ROOT / "migrations"))
    return config


def _upgrade_locked(settings: Settings, revision: str) -> None:
    config = _config()
    config.set_main_option("sqlalchemy.url", settings.database_url.replace("%", "%%"))
    # The system frees the lock when the process dies.
    with (settings.var_dir / "migrations.lock").open("w") as lock:
        fcntl.flock(lock, fcntl.LOCK_EX)
        command.upgrade(config, revision)
