"""Forgetting in time: what is older than the retention goes, once a day.

Reviews and corrections stay, since nothing personal is in them; accounts are the portal's own list
and follow its imports.
"""

from __future__ import annotations

import asyncio
import logging
from datetime import datetime, timedelta
from pathlib import Path

from sqlalchemy import ColumnElement, delete, exists, func, select, update
from sqlalchemy.exc import SQLAlchemyError

from bot.desk.accounts_import import finish_imports
from bot.desk.outbox import OutboxMail
from bot.desk.resets import ResetToken
from bot.desk.ticket_tables import UNANSWERED, Ticket, TicketEntry
from bot.ground import limits
from bot.ground.alerts import Alert
from bot.ground.db import Database, now
from bot.ground.settings import Settings
from bot.record.clock_guard import WAITS, is_suspect, note_purge, note_waiting
from bot.record.daily_counts import Tally
from bot.record.erasure import erase_conversations
from bot.record.gone import let_ratings_go
from bot.record.promises import let_tickets_go
from bot.record.ratings import Rating
from bot.record.search_index import merge_index
from bot.record.transcript import Conversation
from bot.staff import audit, notices, sessions
from bot.staff.notice_tables import WebhookCall

logger = logging.getLogger(__name__)

_CHUNK = 100
_HOUR_SECONDS = 3600.0
_DAY_HOURS = 24


async def purge(database: Database, settings: Settings) -> dict[str, int]:
    """Delete what is older than the retention.

    Args:
        database: Where to delete.
        settings: The retention in days, and the folder under which mails are kept.

    Returns:
        How many of each were deleted, by what staff call them.
    """
    oldest = now() - timedelta(days=settings.retention_days)
    await _warn_of_unanswered(database, oldest)
    counts = {"conversations": await _purge_conversations(database, settings)}
    tally = Tally()
    async with database.write() as session:
        await let_ratings_go(session, Rating.at < oldest, tally)
        await let_tickets_go(session, Ticket.updated_at < oldest, tally)
        for name, statement in (
            # Their mails are older still, and go beside them.
            ("demandes", delete(Ticket).where(Ticket.updated_at < oldest)),
            (
                "mails",
                delete(OutboxMail).where(
                    OutboxMail.created_at < oldest, OutboxMail.state != "waiting", ~_is_of_ticket()
                ),
            ),
            ("alertes", delete(Alert).where(Alert.last_at < oldest)),
            ("avis", delete(Rating).where(Rating.at < oldest)),
            ("réinitialisations", delete(ResetToken).where(ResetToken.created_at < oldest)),
        ):
            done = await session.execute(statement)
            counts[name] = int(done.rowcount)  # type: ignore[attr-defined]
        await session.execute(delete(WebhookCall).where(WebhookCall.created_at < oldest))
        await notices.forget_gone(session)
        await limits.forget_old(session)
        counts["lignes du journal"] = await audit.forget_old(session)
        if counts["conversations"]:
            await merge_index(session)
        await tally.write(session)
    await sessions.forget_expired(database)
    # The copy of a file whose import was interrupted, and never begun again.
    await finish_imports(database)
    counts["mails"] += await asyncio.to_thread(_remove_files, settings.var_dir, oldest.timestamp())
    await asyncio.to_thread(note_purge, settings)
    return counts


async def purge_daily(database: Database, settings: Settings) -> None:
    """Purge now and once a day until cancelled; a failing database is tried again next time.

    What counts towards limits goes each hour: there is most of it.
    """
    hour = 0
    while True:
        try:
            if hour % _DAY_HOURS == 0:
                await _purge_unless_suspect(database, settings)
            else:
                async with database.write() as session:
                    await limits.forget_old(session)
        except (SQLAlchemyError, OSError):
            logger.exception("The purge failed; trying again later")
        hour += 1
        await asyncio.sleep(_HOUR_SECONDS)


async def _purge_unless_suspect(database: Database, settings: Settings) -> None:
    if await is_suspect(database, settings):
        await asyncio.to_thread(note_waiting, settings)
        logger.error("%s", WAITS)
        return
    counts = await purge(database, settings)
    logger.info("Purge: %s", counts)


def told(counts: dict[str, int], nothing: str) -> str:
    """Return counts as a sentence, or what to say where all are zero."""
    parts = [f"{count} {_numbered(name, count)}" for name, count in counts.items() if count]
    return ", ".join(parts) + "." if parts else nothing


def _numbered(name: str, count: int) -> str:
    """Return a plural name as it stands behind a number."""
    first, space, rest = name.partition(" ")
    return name if count > 1 or name == "avis" else first.removesuffix("s") + space + rest


async def _warn_of_unanswered(database: Database, oldest: datetime) -> None:
    """Log how many tickets go that nobody ever answered: somebody waited all that time."""
    forgotten = (
        select(func.count())
        .select_from(Ticket)
        .where(Ticket.state.in_(UNANSWERED), Ticket.updated_at < oldest)
    )
    async with database.read() as session:
        if count := await session.scalar(forgotten):
            logger.warning("%s tickets go with the retention that nobody ever answered", count)


async def _purge_conversations(database: Database, settings: Settings) -> int:
    oldest = now() - timedelta(days=settings.retention_days)
    count = 0
    while True:
        # A few at a time, so that turns need not wait long for SQLite's one writer.
        async with database.write() as session:
            ids = list(
                await session.scalars(
                    select(Conversation.id).where(Conversation.last_at < oldest).limit(_CHUNK)
                )
            )
            if not ids:
                return count
            # What still goes on by mail or in the console stays until that has grown old too.
            await session.execute(
                update(Ticket)
                .where(Ticket.conversation_id.in_(ids), Ticket.updated_at >= oldest)
                .values(conversation_id=None)
            )
            await erase_conversations(session, ids)
        count += len(ids)


def _is_of_ticket() -> ColumnElement[bool]:
    """Return the condition for the mails of tickets that are held: they go with these."""
    cause = func.replace(OutboxMail.key, ":receipt", "")
    keys = (OutboxMail.key, cause, cause + ":handover")
    return exists().where(TicketEntry.request_key.in_(keys))


def _remove_files(var_dir: Path, oldest: float) -> int:
    old = [path for path in (var_dir / "mail").glob("*") if path.stat().st_mtime < oldest]
    for path in old:
        path.unlink(missing_ok=True)
    return len(old)
