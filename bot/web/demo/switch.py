"""Whether the demo portal is there."""

from __future__ import annotations

from bot.ground.db import Database
from bot.ground.settings import Settings
from bot.web.demo.data import holds_demo_accounts_alone


async def demo_is_on(database: Database, settings: Settings) -> bool:
    """Tell whether the demo is on: never beside real accounts, nor without demo accounts.

    So it does not come back by itself when the last real account is erased.
    """
    return settings.demo is not False and await holds_demo_accounts_alone(database)
