"""Demo accounts: loaded into an empty store, so that the whole story can be lived at once."""

from __future__ import annotations

from sqlalchemy import func, select

from actions.accounts import AccountRow
from actions.accounts_import import DEMO_FILE, import_accounts
from actions.content import Content
from actions.db import Database
from actions.settings import Settings


async def holds_only_demo_accounts(database: Database) -> bool:
    """Tell whether no account of a real person is in the store."""
    async with database.read() as session:
        real = select(func.count()).select_from(AccountRow).where(~AccountRow.demo)
        return not await session.scalar(real)


async def load_demo_accounts(database: Database, content: Content, settings: Settings) -> int:
    """Load each portal's demo accounts where no real account stands, and refresh their dates.

    Returns:
        How many demo accounts there are; 0 where real ones are in the store or the demo is off.
    """
    if settings.demo is False or not await holds_only_demo_accounts(database):
        return 0
    total = 0
    for portal in content.portals.values():
        path = settings.content_dir / portal.id / DEMO_FILE
        if path.exists():
            result = await import_accounts(database, portal, path, demo=True)
            total += result.added + result.changed + result.unchanged
    return total
