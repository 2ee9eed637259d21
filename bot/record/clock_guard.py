"""A clock that jumped ahead must not have everything forgotten at once.

The daily purge notes when it last ran. Where much time has passed since, and much would go, either
the service stood still for long or the clock is wrong: nobody but an operator can tell.
"""

from __future__ import annotations

from contextlib import suppress
from datetime import datetime, timedelta
from pathlib import Path

from sqlalchemy import func, select

from bot.ground.db import Database, now
from bot.ground.settings import Settings
from bot.record.transcript import Conversation

_JUMP = timedelta(days=3)
_FEWEST = 20
_USUAL_SHARE = 0.25

WAITS = (
    "Purge en attente : l’horloge a avancé de plus de trois jours depuis la dernière, et une grande"
    " part des conversations partirait. Vérifiez la date ; si elle est juste, lancez guichet purge."
)


async def is_suspect(database: Database, settings: Settings) -> bool:
    """Tell whether a purge now would forget so much that the clock may be wrong.

    Args:
        database: What would be forgotten.
        settings: The retention, and where the last purge is noted.
    """
    last = _read(_last(settings))
    if last is not None and now() - last <= _JUMP:
        return False
    oldest = now() - timedelta(days=settings.retention_days)
    count = select(func.count()).select_from(Conversation)
    async with database.read() as session:
        total = await session.scalar(count) or 0
        going = await session.scalar(count.where(Conversation.last_at < oldest)) or 0
    return total >= _FEWEST and going > total * _USUAL_SHARE


def note_purge(settings: Settings) -> None:
    """Note that a purge ran now, so that the next one knows how much time has passed."""
    with suppress(OSError):
        _last(settings).write_text(now().isoformat(), encoding="ascii")
        _waiting(settings).unlink(missing_ok=True)


def note_waiting(settings: Settings) -> None:
    """Note that a purge waits for an operator."""
    with suppress(OSError):
        _waiting(settings).write_text(now().isoformat(), encoding="ascii")


def waits(settings: Settings) -> bool:
    """Tell whether a purge waits for an operator."""
    return _waiting(settings).exists()


def _last(settings: Settings) -> Path:
    return settings.var_dir / "last_purge"


def _waiting(settings: Settings) -> Path:
    return settings.var_dir / "purge_waits"


def _read(path: Path) -> datetime | None:
    try:
        moment = datetime.fromisoformat(path.read_text(encoding="ascii").strip())
    except (OSError, ValueError):
        return None
    return moment if moment.tzinfo is not None else None
