"""Brings the database to the schema of this version, under a lock across processes."""

from __future__ import annotations

import fcntl
import threading

from alembic import command
from alembic.config import Config

from actions.settings import ROOT, Settings


def upgrade(settings: Settings) -> None:
    """Create or migrate the database.

    Safe to call from several processes at once and from within a running event loop: the work is
    done in a thread of its own, since Alembic's environment runs a loop of its own.

    Args:
        settings: Name the database and the folder for the lock.
    """
    failures: list[BaseException] = []

    def run() -> None:
        try:
            _upgrade_locked(settings)
        except BaseException as error:
            failures.append(error)

    thread = threading.Thread(target=run, name="migrations")
    thread.start()
    thread.join()
    if failures:
        raise failures[0]


def _upgrade_locked(settings: Settings) -> None:
    config = Config(str(ROOT / "alembic.ini"))
    config.set_main_option("script_location", str(ROOT / "migrations"))
    config.set_main_option("sqlalchemy.url", settings.database_url.replace("%", "%%"))
    # The system frees the lock when the process dies.
    with (settings.var_dir / "migrations.lock").open("w") as lock:
        fcntl.flock(lock, fcntl.LOCK_EX)
        command.upgrade(config, "head")
