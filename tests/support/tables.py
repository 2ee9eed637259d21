"""What makes all tables of an empty database, without asking for each whether it is there."""

from __future__ import annotations

from functools import cache
from typing import Any

from sqlalchemy import create_mock_engine

from bot.ground import db


@cache
def statements(dialect: str) -> str:
    """Return the SQL that makes every table and index of the models.

    Args:
        dialect: A URL that names it, with its driver.
    """
    found: list[str] = []

    def take(statement: Any, *_: object, **__: object) -> None:
        found.append(str(statement.compile(dialect=engine.dialect)))

    engine = create_mock_engine(dialect, take)
    db.Base.metadata.create_all(engine, checkfirst=False)
    return ";\n".join(found)


async def make_tables(database: db.Database) -> None:
    """Make all tables of a new SQLite database."""
    async with database.engine.begin() as connection:
        raw = (await connection.get_raw_connection()).driver_connection
        assert raw is not None
        await raw.executescript(statements("sqlite://"))
