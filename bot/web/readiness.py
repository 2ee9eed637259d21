"""Whether the service can do its work now, asked the way work is done: by writing."""

from __future__ import annotations

import asyncio
import errno
import logging
import os
import sqlite3
import tempfile
from contextlib import closing
from pathlib import Path

from sqlalchemy import text
from sqlalchemy.engine import make_url
from sqlalchemy.exc import SQLAlchemyError

from bot.ground.db import Database
from bot.ground.settings import Settings

logger = logging.getLogger(__name__)

_SECONDS = 0.8
_LOCK_SECONDS = 0.6
_WATCH_SECONDS = 15.0
_PROBE = b"\0" * 65536

GONE = "le fichier de la base de données n’est plus là ; remettez-le, puis redémarrez"
FULL = "le disque est plein ; faites de la place"
READ_ONLY = "le dossier des données ne peut pas être écrit ; rendez-le à l’utilisateur de Guichet"
LOCKED = "la base de données est verrouillée par un autre programme"
DOWN = "la base de données ne répond pas"
NO_MODEL = "le modèle n’est plus là ; guichet train en entraîne un"


async def trouble(database: Database, settings: Settings, model: Path | None) -> str:
    """Return what keeps the service from its work, as part of a sentence, or an empty text.

    Args:
        database: Where it writes.
        settings: Where its files stand.
        model: The model that it loaded, or None where it has none.
    """
    try:
        if not database.is_sqlite:
            await asyncio.wait_for(_answers(database), _SECONDS)
        elif not database.is_in_place():
            return GONE
        probe = asyncio.to_thread(_probe_files, settings, model)
        return await asyncio.wait_for(probe, _SECONDS)
    except (SQLAlchemyError, OSError, asyncio.TimeoutError):
        return DOWN


async def watch(database: Database, settings: Settings, model: Path | None) -> None:
    """Tell the log, until cancelled, when the service cannot do its work, and when it can again."""
    before = ""
    while True:
        found = await trouble(database, settings, model)
        if found and found != before:
            logger.error("Guichet ne peut plus travailler : %s.", found)
        elif before and not found:
            logger.warning("Guichet peut de nouveau travailler.")
        before = found
        await asyncio.sleep(_WATCH_SECONDS)


def files_trouble(settings: Settings) -> str:
    """Return why nothing can be written under the data folder, or an empty text."""
    folder = settings.var_dir
    try:
        with tempfile.TemporaryFile(dir=folder) as file:
            file.write(_PROBE)
            file.flush()
            os.fsync(file.fileno())
    except OSError as error:
        return FULL if error.errno in (errno.ENOSPC, errno.EDQUOT) else READ_ONLY
    return ""


def _probe_files(settings: Settings, model: Path | None) -> str:
    if model is None or not model.exists():
        return NO_MODEL
    return files_trouble(settings) or _lock_trouble(settings)


def _lock_trouble(settings: Settings) -> str:
    """Return why SQLite cannot be written, or an empty text."""
    url = make_url(settings.database_url)
    if url.get_backend_name() != "sqlite" or not url.database:
        return ""
    if not os.access(url.database, os.W_OK):
        return READ_ONLY if os.path.exists(url.database) else GONE
    connection = sqlite3.connect(url.database, timeout=_LOCK_SECONDS, isolation_level=None)
    try:
        with closing(connection):
            connection.execute("BEGIN IMMEDIATE")
            connection.execute("ROLLBACK")
    except sqlite3.Error as error:
        return LOCKED if "locked" in str(error) else DOWN
    return ""


async def _answers(database: Database) -> None:
    async with database.read() as session:
        await session.execute(text("SELECT 1"))
