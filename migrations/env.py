"""Runs the migrations on the database that the settings name."""

from __future__ import annotations

import asyncio

from alembic import context
from sqlalchemy import Connection

from bot.ground.db import Base, Database
from bot.ground.settings import current_settings
from bot.tables import import_tables

import_tables()


def _run(connection: Connection) -> None:
    # Batch mode: SQLite changes a table by writing it anew.
    context.configure(connection=connection, target_metadata=Base.metadata, render_as_batch=True)
    with context.begin_transaction():
        context.run_migrations()


async def _main() -> None:
    database = Database(
        context.config.get_main_option("sqlalchemy.url") or current_settings().database_url
    )
    try:
        async with database.engine.connect() as connection:
            await connection.run_sync(_run)
            await connection.commit()
    finally:
        await database.dispose()


asyncio.run(_main())
