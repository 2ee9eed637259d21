"""The `guichet` command in a process of its own, forked from one that has imported it before.

Importing it takes a second and a half, which is most of what a command does. One process imports it
and does nothing else; each command is a child of that, and as new as a process can be.
"""

from __future__ import annotations

import multiprocessing
import os
import sys
import tempfile
from collections.abc import Mapping
from multiprocessing.context import ForkServerContext
from pathlib import Path
from subprocess import CompletedProcess, TimeoutExpired

from tests.support.service import ROOT


def _context() -> ForkServerContext:
    context = multiprocessing.get_context("forkserver")
    context.set_forkserver_preload(["bot.cli.main"])
    return context


def run_command(
    *arguments: str, env: Mapping[str, str], timeout: float = 200, check: bool = False
) -> CompletedProcess[str]:
    """Run the command line and return what came of it.

    Args:
        arguments: Without the program's name.
        env: Settings, beside the environment without the developer's own.
        timeout: In seconds.
        check: Whether it must succeed.

    Raises:
        TimeoutExpired: If it takes longer.
        CalledProcessError: If it must succeed and does not.
    """
    inherited = {k: v for k, v in os.environ.items() if not k.startswith("GUICHET_")}
    with tempfile.TemporaryDirectory(prefix="guichet-command-") as folder:
        out, err = Path(folder) / "out", Path(folder) / "err"
        process = _context().Process(
            target=_run, args=(list(arguments), {**inherited, **env}, str(out), str(err))
        )
        process.start()
        process.join(timeout)
        if process.exitcode is None:
            process.kill()
            process.join()
            raise TimeoutExpired(["guichet", *arguments], timeout)
        done = CompletedProcess(
            ["guichet", *arguments],
            process.exitcode,
            out.read_text("utf-8"),
            err.read_text("utf-8"),
        )
    if check:
        done.check_returncode()
    return done


def _run(arguments: list[str], env: dict[str, str], out: str, err: str) -> None:
    for path, stream in ((out, sys.stdout), (err, sys.stderr)):
        file = os.open(path, os.O_WRONLY | os.O_CREAT | os.O_APPEND, 0o600)
        os.dup2(file, stream.fileno())
        os.close(file)
    os.environ.clear()
    os.environ.update(env)
    os.chdir(ROOT)
    from bot.cli.main import main

    sys.exit(main(arguments))
