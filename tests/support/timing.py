"""The processor's time that a call takes, without what else the process and the machine do.

A collection of a full heap takes a second of whichever thread it falls on, and a search or an
import may fall on any first call; a text that is slow is slow each time.
"""

from __future__ import annotations

import gc
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager

_TRIES = 3


def cpu_seconds(run: Callable[[], object], *, limit: float) -> float:
    """Return the processor seconds of a call: the first under a limit, or the least of three.

    Args:
        run: What to measure; it is called once to three times.
        limit: In seconds.
    """
    least = float("inf")
    for _ in range(_TRIES):
        with _no_collection():
            started = time.thread_time()
            run()
            least = min(least, time.thread_time() - started)
        if least < limit:
            break
    return least


@contextmanager
def _no_collection() -> Iterator[None]:
    was = gc.isenabled()
    gc.disable()
    try:
        yield
    finally:
        if was:
            gc.enable()
