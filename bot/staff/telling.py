"""Keeps looking for what happens, and has staff told of it."""

from __future__ import annotations

import asyncio
import logging

from sqlalchemy.exc import SQLAlchemyError

from bot.content.live import Content
from bot.desk.sender import OutboxSender
from bot.ground.db import Database
from bot.ground.errors import ContentError
from bot.ground.settings import Settings
from bot.staff.notice_mails import mail_due
from bot.staff.notices import gather

logger = logging.getLogger(__name__)

_POLL_SECONDS = 10.0
_MOST_ROUNDS = 100


async def tell_staff(
    database: Database, content: Content, settings: Settings, sender: OutboxSender
) -> None:
    """Look every few seconds until cancelled; what fails is tried again at the next round.

    Args:
        database: Where tickets, notices and outbox stand.
        content: Knows the portals.
        settings: The minutes between two mails, and the console's address.
        sender: Sends the mails.
    """
    while True:
        try:
            # A few events at a time; who waits for the database has its turn in between.
            for _ in range(_MOST_ROUNDS):
                if not await gather(database, content, settings):
                    break
            if await mail_due(database, content, settings):
                sender.wake()
        except (SQLAlchemyError, OSError, ContentError):
            logger.exception("Staff could not be told of what happened; trying again")
        await asyncio.sleep(_POLL_SECONDS)
