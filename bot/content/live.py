"""Hands out what the assistant knows and says, and keeps up with the files while it runs.

Content is one folder a portal under `faq/`, and `faq/common/`. Changing a file needs no restart:
a thread looks at the files once a second and reads them anew when one has changed. What was
changed into something that cannot be said does not replace what is in service.
"""

from __future__ import annotations

import logging
import os
import threading
import time
import weakref
from collections.abc import Callable, Mapping
from functools import lru_cache
from pathlib import Path

from bot.content.files import Gravity, Mistake, Mistakes, Reading, read_folder
from bot.content.files.mistakes import told
from bot.content.portals import PUBLIC_MAIL_DOMAINS, Article, Content, Messages, Portal, Region
from bot.ground.errors import ContentError
from bot.ground.settings import current_settings

__all__ = [
    "PUBLIC_MAIL_DOMAINS",
    "Article",
    "Check",
    "Content",
    "LiveContent",
    "Messages",
    "Portal",
    "Region",
    "current_content",
    "load_content",
]

logger = logging.getLogger(__name__)

_LOOK_SECONDS = 1.0
_SETTLE_SECONDS = 0.15

_Fingerprint = tuple[tuple[str, int, int, int], ...]

Check = Callable[[Path, int], Reading]
"""Reads a content directory, given the days of retention, and names every mistake that it finds."""


def load_content(directory: Path, retention_days: int = 90) -> Content:
    """Load every portal folder under a content directory.

    Args:
        directory: The folder that holds `common/` and one folder a portal.
        retention_days: How long conversations are kept; named by the privacy article.

    Raises:
        ContentError: If a file is missing or malformed; the message names the first ones, each
            with file, line and what to do about it.
    """
    return _content_of(read_folder(directory, retention_days))


def _watch_over(watched: weakref.ref[LiveContent]) -> None:
    while True:
        time.sleep(_LOOK_SECONDS)
        content = watched()
        if content is None:
            return
        try:
            content.look()
        except Exception:
            logger.exception("Le contenu n’a pas pu être relu ; l’ancien reste en service.")
        del content


def _content_of(reading: Reading) -> Content:
    if blocking := reading.mistakes.of(Gravity.BLOCKS):
        raise ContentError(told(blocking))
    portals = {name: files.portal for name, files in reading.portals.items()}
    return Content(portals, reading.wording)


class LiveContent(Content):
    """The content of a directory as its files say now.

    Args:
        directory: The content directory.
        retention_days: How long conversations are kept.

    Raises:
        ContentError: If it cannot be loaded at the start.
    """

    def __init__(self, directory: Path, retention_days: int) -> None:
        self._directory = directory
        self._retention_days = retention_days
        self._seen = _fingerprint(directory)
        self._check: Check = read_folder
        reading = self._check(directory, retention_days)
        content = _content_of(reading)
        super().__init__(content.portals, content.wording)
        self._mistakes = reading.mistakes
        self._starting = threading.Lock()
        self._watcher = self._watch()

    @property
    def portals(self) -> Mapping[str, Portal]:
        """The portals by id, as the files said within the last second or two."""
        # A process that was forked has no threads of its own yet.
        if not self._watcher.is_alive():
            with self._starting:
                if not self._watcher.is_alive():
                    self._watcher = self._watch()
        return super().portals

    @property
    def mistakes(self) -> Mistakes:
        """What is wrong with the content in service."""
        return self._mistakes

    def hold_against(self, check: Check) -> None:
        """Have this content, and each change from now on, looked at by a further check.

        What the check finds in the content in service is noted only; a change that adds to it is
        not taken over. Asked again for the same check, nothing is done.

        Args:
            check: `bot.check.check`, which holds the content against the code: handed
                in by those who serve it, since the code that it looks at reads the content.
        """
        if check is self._check:
            return
        self._mistakes = check(self._directory, self._retention_days).mistakes
        self._check = check

    def _watch(self) -> threading.Thread:
        # The thread does not keep alive what it watches over, and ends with it.
        thread = threading.Thread(
            target=_watch_over, args=(weakref.ref(self),), name="content", daemon=True
        )
        thread.start()
        return thread

    def look(self) -> None:
        """Read the files anew when one has changed and none is being written any more."""
        now = _fingerprint(self._directory)
        if now == self._seen:
            return
        while (later := _settled(self._directory)) != now:
            now = later
        reading = self._check(self._directory, self._retention_days)
        self._seen = now
        known = {_key(mistake) for mistake in self._mistakes.of(Gravity.BREAKS)}
        broken = reading.mistakes.of(Gravity.BLOCKS, Gravity.BREAKS)
        if fresh := [mistake for mistake in broken if _key(mistake) not in known]:
            logger.error(
                "Le contenu modifié n’est pas repris, l’ancien reste en service : %s", told(fresh)
            )
            return
        content = _content_of(reading)
        self._portals, self._wording = content.portals, content.wording
        self._mistakes = reading.mistakes
        logger.info("Contenu relu : %s.", ", ".join(sorted(self._portals)))


def _key(mistake: Mistake) -> tuple[Path, str]:
    return mistake.path, mistake.text


def _fingerprint(directory: Path) -> _Fingerprint:
    """Return what changes when a file of the content does: names, times, sizes and inodes."""
    found = []
    for folder in _entries(directory):
        for entry in (*_entries(folder), *_entries(os.path.join(folder, "articles"))):
            if entry.endswith((".yml", ".md")):
                try:
                    stat = os.stat(entry)
                except OSError:
                    continue
                found.append((entry, stat.st_mtime_ns, stat.st_size, stat.st_ino))
    return tuple(found)


def _entries(folder: str | Path) -> list[str]:
    try:
        return sorted(entry.path for entry in os.scandir(folder))
    except OSError:
        return []


def _settled(directory: Path) -> _Fingerprint:
    """Return the fingerprint a moment later, since an editor may be in the midst of writing."""
    time.sleep(_SETTLE_SECONDS)
    return _fingerprint(directory)


@lru_cache(maxsize=1)
def current_content() -> LiveContent:
    """Return the process's content, loaded at the first call and kept up with its files."""
    settings = current_settings()
    return LiveContent(settings.content_dir, settings.retention_days)
