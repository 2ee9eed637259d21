"""PostgreSQL without waiting for the disk: what these tests write need not outlive a power cut."""

from __future__ import annotations

from collections.abc import Iterator

import pytest


@pytest.fixture(scope="session")
def postgres_server(postgres_server: str) -> Iterator[str]:
    """The same server; stopping it after many databases takes seconds instead of a minute."""
    import psycopg

    with psycopg.connect(postgres_server, autocommit=True) as connection:
        connection.execute("ALTER SYSTEM SET fsync = off")
        connection.execute("SELECT pg_reload_conf()")
    yield postgres_server
