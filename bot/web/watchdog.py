"""A worker that stops answering is noticed and ended, so that its supervisor replaces it.

A thread cannot be trusted to see it where one call holds the interpreter's lock; so each worker
writes a beat into a pipe from its event loop, and the supervisor, a process that does nothing else,
reads them.
"""

from __future__ import annotations

import asyncio
import ctypes
import logging
import os
import selectors
import signal
import subprocess
import sys
import time
from collections.abc import Callable
from dataclasses import dataclass
from types import FrameType

logger = logging.getLogger(__name__)

BEAT_SECONDS = 1.0
SILENT_SECONDS = 12.0
"""How long a worker that answered once may be silent."""

STOP_SECONDS = 15.0
"""How long workers have to end once they were asked to."""

_LOOK_SECONDS = 0.5
_START_SECONDS = 300.0
_LEAST_LIFE = 2.0
_REFUSED = 1
"""The status of a worker that said why it cannot serve; before all served, that ends the start."""

_DEATH_SIGNAL = 1
_BEAT_VARIABLE = "GUICHET_BEAT_FD"


@dataclass
class Worker:
    """One process, and when it was heard last."""

    process: subprocess.Popen[bytes]
    pipe: int
    started: float
    heard: float | None = None

    def is_silent(self, now: float) -> bool:
        """Tell whether it has stopped answering."""
        if self.heard is None:
            return now - self.started > _START_SECONDS
        return now - self.heard > SILENT_SECONDS

    def listen(self, now: float) -> None:
        """Take the beats that came."""
        try:
            if os.read(self.pipe, 4096):
                self.heard = now
        except BlockingIOError:
            return

    def end(self, number: signal.Signals) -> None:
        """Send a signal, unless it has ended."""
        if self.process.poll() is None:
            self.process.send_signal(number)


class Supervisor:
    """Keeps processes running until it is asked to stop.

    Args:
        count: How many.
    """

    def __init__(self, count: int) -> None:
        self._count = count
        self._workers: list[Worker] = []
        self._stop_by: float | None = None

    def run(self, ready: Callable[[], None]) -> int:
        """Run the workers; a signal ends them, a second one at once.

        Args:
            ready: Called once, when all of them answer.

        Returns:
            0, or the status of a worker that could not serve at all.
        """
        for number in (signal.SIGINT, signal.SIGTERM):
            signal.signal(number, self._on_signal)
        self._workers = [_start() for _ in range(self._count)]
        told = False
        while self._stop_by is None:
            self._look()
            if not told and all(worker.heard is not None for worker in self._workers):
                told = True
                ready()
            for place, worker in enumerate(self._workers):
                status = worker.process.poll()
                if status is None or self._stop_by is not None:
                    continue
                os.close(worker.pipe)
                if not told and status == _REFUSED:
                    self._workers.remove(worker)
                    self._end_all()
                    return status
                logger.error("Worker %s ended with status %s", worker.process.pid, status)
                if time.monotonic() - worker.started < _LEAST_LIFE:
                    time.sleep(_LEAST_LIFE)
                self._workers[place] = _start()
        self._end_all()
        return 0

    def _look(self) -> None:
        with selectors.DefaultSelector() as selector:
            for worker in self._workers:
                selector.register(worker.pipe, selectors.EVENT_READ, worker)
            for key, _ in selector.select(_LOOK_SECONDS):
                key.data.listen(time.monotonic())
        time.sleep(_LOOK_SECONDS / 10)
        now = time.monotonic()
        for worker in self._workers:
            if worker.is_silent(now):
                logger.error("Worker %s stopped answering; replacing it", worker.process.pid)
                worker.end(signal.SIGKILL)
                worker.process.wait()

    def _on_signal(self, number: int, frame: FrameType | None) -> None:
        now = time.monotonic()
        # A second signal is meant at once.
        self._stop_by = now + STOP_SECONDS if self._stop_by is None else now
        for worker in self._workers:
            worker.end(signal.SIGTERM if self._stop_by > now else signal.SIGKILL)

    def _end_all(self) -> None:
        if self._stop_by is None:
            self._stop_by = time.monotonic() + STOP_SECONDS
        for worker in self._workers:
            worker.end(signal.SIGTERM)
        for worker in self._workers:
            while worker.process.poll() is None:
                if time.monotonic() >= self._stop_by:
                    worker.end(signal.SIGKILL)
                time.sleep(0.05)


def die_with_parent() -> None:
    """Have this process end when its supervisor is killed; only Linux can do that at once."""
    if sys.platform == "linux":
        ctypes.CDLL(None).prctl(_DEATH_SIGNAL, signal.SIGKILL, 0, 0, 0)


async def beat() -> None:
    """Tell the supervisor again and again that this process's event loop runs."""
    given = os.environ.get(_BEAT_VARIABLE)
    if given is None:
        return
    while True:
        try:
            os.write(int(given), b".")
        except BlockingIOError:
            # The supervisor is stopped for a while; the pipe is full of beats.
            pass
        except OSError:
            # It is gone: without it nobody would replace or end this process.
            os.kill(os.getpid(), signal.SIGTERM)
            return
        await asyncio.sleep(BEAT_SECONDS)


def _start() -> Worker:
    reading, writing = os.pipe()
    for end in (reading, writing):
        os.set_blocking(end, False)
    process = subprocess.Popen(
        [sys.executable, "-m", "bot.cli", "serve", "--worker"],
        env={**os.environ, _BEAT_VARIABLE: str(writing)},
        pass_fds=(writing,),
        # A terminal's Ctrl-C reaches the supervisor alone, which passes it on.
        start_new_session=True,
    )
    os.close(writing)
    return Worker(process, reading, time.monotonic())
