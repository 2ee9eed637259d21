"""Keeps what Guichet writes from the machine's other users: conversations, links, secrets."""

from __future__ import annotations

import os
import stat
from pathlib import Path

from sqlalchemy.engine import make_url

from bot.ground.settings import Settings

UMASK = 0o077
"""What files and folders are made without: all rights of others."""


def exposed(settings: Settings) -> list[Path]:
    """Return what others than the owner may read or write: the data folder and what is in it.

    Args:
        settings: Name the folder, and the database file where it stands elsewhere.
    """
    return [path for path in _ours(settings) if _mode(path) & UMASK]


def close(settings: Settings) -> list[Path]:
    """Take others' rights from all that `exposed` names, as far as it belongs to this user.

    Returns:
        What was changed.
    """
    changed = []
    for path in exposed(settings):
        try:
            path.chmod(_mode(path) & ~UMASK)
        except OSError:
            # Somebody else's; `guichet doctor` names it.
            continue
        changed.append(path)
    return changed


def _ours(settings: Settings) -> list[Path]:
    found = [settings.var_dir, *sorted(settings.var_dir.rglob("*"))]
    url = make_url(settings.database_url)
    if url.get_backend_name() == "sqlite" and url.database:
        found += [Path(url.database + end) for end in ("", "-wal", "-shm")]
    return list(dict.fromkeys(path for path in found if path.exists() and not path.is_symlink()))


def _mode(path: Path) -> int:
    try:
        return stat.S_IMODE(os.stat(path).st_mode)
    except OSError:
        # Gone meanwhile, as a log of the database when its last reader leaves.
        return 0
