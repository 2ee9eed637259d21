"""What `guichet doctor` finds, and what it finds in the stored accounts."""

from __future__ import annotations

from collections.abc import AsyncIterator
from dataclasses import dataclass
from enum import Enum

from sqlalchemy import select

from bot.desk.accounts import AccountRow
from bot.ground.addresses import normalise_address
from bot.ground.db import Database
from bot.ground.settings import Settings

_MOST_NAMED = 5


class State(Enum):
    """How something stands."""

    FINE = "OK"
    TO_DO = "À faire"
    BROKEN = "En panne"


@dataclass(frozen=True)
class Finding:
    """One thing that was looked at."""

    state: State
    text: str


async def other_forms(settings: Settings) -> AsyncIterator[Finding]:
    """Find accounts that no address leads to, since another account has it in its usual form.

    Args:
        settings: Name the database, which has the schema of this version.
    """
    database = Database(settings.database_url)
    try:
        async with database.read() as session:
            rows = await session.execute(select(AccountRow.portal, AccountRow.address))
            found = [(portal, one) for portal, one in rows if normalise_address(one) != one]
    finally:
        await database.dispose()
    if found:
        named = ", ".join(f"{one} ({portal})" for portal, one in found[:_MOST_NAMED])
        more = " …" if len(found) > _MOST_NAMED else ""
        yield Finding(
            State.TO_DO,
            f"Comptes : {len(found)} sous une autre forme d’une adresse déjà prise, que personne"
            f" ne peut retrouver : {named}{more} ; gardez-en un seul dans le fichier importé.",
        )
