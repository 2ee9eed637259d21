"""Lets go of applications that tests have stopped: each holds a model of its own."""

from __future__ import annotations

import gc
from itertools import count

from aiohttp import web_app

_stopped = count(1)
_AT_ONCE = 8
"""Collecting takes a third of a second with all of Rasa loaded, a model a hundred megabytes."""


def let_go() -> None:
    """Free what the application that was just stopped held."""
    # aiohttp remembers the middlewares of the last thousand applications, and with them these.
    web_app._cached_build_middleware.cache_clear()
    if next(_stopped) % _AT_ONCE == 0:
        gc.collect()
