"""Demo accounts: loaded into an empty store, so that the whole story can be lived at once."""

from __future__ import annotations

from typing import Any

from sqlalchemy import func, select

from bot.content.live import Content
from bot.desk.accounts import AccountRow, SqlAccountStore, current_accounts
from bot.desk.accounts_file import DEMO_FILE
from bot.desk.accounts_import import import_accounts
from bot.desk.outbox import OutboxMail
from bot.ground.db import Database
from bot.ground.errors import SettingsError
from bot.ground.settings import Settings
from bot.record.transcript import Conversation
from bot.staff.tables import StaffUser


async def holds_only_demo_accounts(database: Database) -> bool:
    """Tell whether no account of a real person is in the store."""
    if not isinstance(current_accounts(), SqlAccountStore):
        # The portal's own store: what stands in ours says nothing about real people.
        return False
    return not await _count(database, ~AccountRow.demo)


async def holds_demo_accounts_alone(database: Database) -> bool:
    """Tell whether demo accounts are in the store, and no account of a real person."""
    return await holds_only_demo_accounts(database) and bool(
        await _count(database, AccountRow.demo)
    )


async def refuse_demo_beside_real(database: Database, settings: Settings) -> None:
    """See that the demo portal, which shows everybody's mails, is not asked for beside real people.

    Raises:
        SettingsError: If it is.
    """
    if not settings.demo:
        return
    if not await holds_only_demo_accounts(database):
        why = "la base contient des comptes réels, ou le portail a les siens"
    elif settings.smtp_url or settings.smtp_urls:
        why = "un serveur SMTP est donné"
    else:
        return
    raise SettingsError(
        f"GUICHET_DEMO=on est refusé, {why} : le portail de démonstration montre à tous les mails"
        " gardés. Retirez ce réglage, ou donnez à la démonstration un GUICHET_VAR_DIR à elle."
    )


async def _may_load(database: Database) -> bool:
    """Tell whether demo accounts stand here, or nothing that anybody ever did."""
    if not await holds_only_demo_accounts(database):
        return False
    if await _count(database, AccountRow.demo):
        return True
    async with database.read() as session:
        for table in (Conversation, OutboxMail, StaffUser):
            if await session.scalar(select(func.count()).select_from(table)):
                return False
    return True


async def _count(database: Database, which: Any) -> int:
    async with database.read() as session:
        query = select(func.count()).select_from(AccountRow).where(which)
        return await session.scalar(query) or 0


async def load_demo_accounts(database: Database, content: Content, settings: Settings) -> int:
    """Load each portal's demo accounts into a database that nobody used, and refresh their dates.

    Returns:
        How many demo accounts there are; 0 where real ones are or were, or the demo is off.
    """
    if settings.demo is False or not await _may_load(database):
        return 0
    total = 0
    for portal in content.portals.values():
        path = settings.content_dir / portal.id / DEMO_FILE
        if path.exists():
            result = await import_accounts(database, portal, path, demo=True)
            total += result.added + result.changed + result.unchanged
    return total
