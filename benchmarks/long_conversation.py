"""What a late turn of one conversation costs beside an early one.

    .venv/bin/python -m benchmarks.long_conversation [TURNS]

Prints the medians around turn 10 and around the last turn, and their ratio. The same messages are
sent in both places, within one process and on one SQLite database, so that the machine's speed
cancels out; turns of a fresh conversation are measured in between, as a second baseline.
"""

from __future__ import annotations

import asyncio
import os
import statistics
import sys
import tempfile
import time

from bot.rasa import patches as rasa_patches

_CYCLE = ("bonjour", "mot de passe oublié", "c’est quoi mailinblack ?", "laisse tomber", "merci")
_AROUND = 20


async def _measure(turns: int) -> None:
    from bot.ground.db import Base, current_database
    from bot.ground.settings import ROOT, current_settings
    from bot.rasa import training
    from bot.rasa.assistant import Assistant
    from bot.rasa.incoming import Incoming

    database = current_database()
    async with database.engine.begin() as connection:
        await connection.run_sync(Base.metadata.create_all)
    assistant = Assistant(current_settings(), database, training.train(ROOT / "models"))

    async def turn(conversation: str, number: int) -> float:
        text = _CYCLE[number % len(_CYCLE)]
        started = time.perf_counter()
        await assistant.handle(Incoming(conversation, "resah", text, f"m{number}"))
        return (time.perf_counter() - started) * 1000

    for number in range(_AROUND):
        await turn("warm", number)
    costs = [await turn("long", number) for number in range(turns - _AROUND)]
    # The early turns of other conversations, measured while the long one is late.
    early: list[float] = []
    late: list[float] = []
    for number in range(_AROUND):
        late.append(await turn("long", turns - _AROUND + number))
        early.append(await turn("fresh", number))
    first, last = statistics.median(costs[5 : 5 + _AROUND]), statistics.median(late)
    print(f"around turn 10: {first:.1f} ms, around turn {turns}: {last:.1f} ms")
    print(f"ratio {last / first:.2f}; to a fresh conversation at the same time "
          f"{last / statistics.median(early):.2f}")  # fmt: skip
    await assistant.close()
    await database.dispose()


def main() -> None:
    """Measure with a database of its own, thrown away afterwards."""
    turns = int(sys.argv[1]) if len(sys.argv) > 1 else 500
    with tempfile.TemporaryDirectory() as folder:
        os.environ["GUICHET_VAR_DIR"] = folder
        os.environ.pop("GUICHET_DATABASE_URL", None)
        rasa_patches.prepare()
        rasa_patches.leave_unused_out()
        from bot.ground import logs
        from bot.tables import import_tables

        logs.configure()
        rasa_patches.check_action_results_once_compiled()
        rasa_patches.bound_tokens()
        import_tables()
        asyncio.run(_measure(turns))


if __name__ == "__main__":
    main()
