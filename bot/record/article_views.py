"""How often the pages of articles are opened: a number a day, and nothing on who opened them.

Opening a page writes nothing by itself: what was opened is written together now and then, so that
public pages never wait for the database. Up to that many seconds of it are lost where a process is
killed.
"""

from __future__ import annotations

import asyncio
import logging
from collections import Counter

from sqlalchemy.exc import SQLAlchemyError

from bot.ground.db import Database, now
from bot.record.daily_counts import Key, Tally, day_of

logger = logging.getLogger(__name__)

_EVERY_SECONDS = 10.0


class ArticleViews:
    """What was opened in this process and is not written yet.

    Args:
        database: Where it is written.
    """

    def __init__(self, database: Database) -> None:
        self._database = database
        self._opened: Counter[Key] = Counter()

    def note(self, portal: str, intent: str) -> None:
        """Count that the page of an article was opened."""
        self._opened[Key(portal, day_of(now()), "article", intent)] += 1

    async def write(self) -> None:
        """Write what was opened; kept for the next time where the database cannot be written."""
        if not self._opened:
            return
        opened, self._opened = self._opened, Counter()
        tally = Tally()
        tally.add({key: {"views": count} for key, count in opened.items()})
        try:
            async with self._database.write() as session:
                await tally.write(session)
        except BaseException:
            self._opened.update(opened)
            raise

    async def run(self) -> None:
        """Write now and then until cancelled; a failing database is tried again next time."""
        while True:
            await asyncio.sleep(_EVERY_SECONDS)
            try:
                await self.write()
            except (SQLAlchemyError, OSError):
                logger.exception("Views of articles cannot be written; trying again later")
