"""How long others wait for SQLite's write lock while an accounts file is imported.

    .venv/bin/python -m benchmarks.accounts_import [ROWS]

Imports a file into an empty store, then the same file with every tenth account changed and every
tenth gone, disabled by `--sync`. Meanwhile another process writes as a turn does, over and over, on
a connection of its own. Prints how long the imports took, how many writes the other one did, and
the median and the longest of their waits.
"""

from __future__ import annotations

import asyncio
import multiprocessing
import os
import sqlite3
import statistics
import sys
import tempfile
import time
from multiprocessing.connection import Connection
from pathlib import Path

_PAUSE_SECONDS = 0.02


def _file(folder: Path, rows: int, *, second: bool) -> Path:
    path = folder / f"accounts{int(second)}.csv"
    with path.open("w", encoding="utf-8") as file:
        file.write("email,login,name,structure,customer_number,status\n")
        for number in range(rows):
            if second and number % 10 == 1:
                continue
            status = "pending" if second and number % 10 == 0 else "active"
            name = f"Personne {number}"
            file.write(f"p{number}@h{number % 500}.example,l{number},{name},CH,{number},{status}\n")
    return path


def _write_on(path: str, pipe: Connection) -> None:
    """Write as a turn does until told to stop, and tell the waits in milliseconds."""
    connection = sqlite3.connect(path, timeout=60, isolation_level=None)
    connection.execute("PRAGMA synchronous=FULL")
    waits = []
    while not pipe.poll():
        started = time.perf_counter()
        connection.execute("BEGIN IMMEDIATE")
        waits.append((time.perf_counter() - started) * 1000)
        connection.execute("INSERT INTO limit_hits (kind, key, at) VALUES ('k', 'a', '2024-01-01')")
        connection.execute("COMMIT")
        time.sleep(_PAUSE_SECONDS)
    pipe.send(waits)


async def _measure(folder: Path, rows: int) -> None:
    from bot.content.live import current_content
    from bot.desk.accounts_import import import_accounts
    from bot.ground.db import Base, current_database
    from bot.tables import import_tables

    import_tables()
    database = current_database()
    async with database.engine.begin() as connection:
        await connection.run_sync(Base.metadata.create_all)
    portal = current_content().portal("resah")
    for second in (False, True):
        path = _file(folder, rows, second=second)
        ours, theirs = multiprocessing.Pipe()
        writer = multiprocessing.get_context("spawn").Process(
            target=_write_on, args=(str(folder / "guichet.db"), theirs)
        )
        writer.start()
        started = time.perf_counter()
        result = await import_accounts(database, portal, path, sync=second)
        took = time.perf_counter() - started
        ours.send(None)
        waits = ours.recv()
        writer.join()
        print(f"{result}: {took:.1f} s; {len(waits)} other writes, median wait "
              f"{statistics.median(waits):.1f} ms, longest {max(waits):.0f} ms")  # fmt: skip
    await database.dispose()


def main() -> None:
    """Measure with a database of its own, thrown away afterwards."""
    rows = int(sys.argv[1]) if len(sys.argv) > 1 else 100_000
    with tempfile.TemporaryDirectory() as folder:
        os.environ["GUICHET_VAR_DIR"] = folder
        os.environ["GUICHET_DATABASE_URL"] = f"sqlite:///{folder}/guichet.db"
        asyncio.run(_measure(Path(folder), rows))


if __name__ == "__main__":
    main()
