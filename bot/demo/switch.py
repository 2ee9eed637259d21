"""Whether the demo portal is there."""

from __future__ import annotations

from actions.db import Database
from actions.settings import Settings
from bot.demo_data import holds_only_demo_accounts


async def demo_is_on(database: Database, settings: Settings) -> bool:
    """Tell whether the demo is on: as set, or else while no real account is in the database."""
    if settings.demo is not None:
        return settings.demo
    return await holds_only_demo_accounts(database)
