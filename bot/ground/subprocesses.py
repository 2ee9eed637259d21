"""Runs a module in a process of its own, so that its memory and its threads are gone with it."""

from __future__ import annotations

import subprocess
import sys
from pathlib import Path

from bot.ground.settings import ROOT

_SHOWN = 4000


def run_apart(made: Path, module: str, *arguments: str) -> bool:
    """Run a module that is to make a file; where it does not, show on stderr what it said.

    Args:
        made: The file.
        module: The module's whole name.
        arguments: Of its command line.

    Returns:
        Whether the module ended well and the file is there.
    """
    done = subprocess.run(
        [sys.executable, "-m", module, *arguments],
        cwd=ROOT, capture_output=True, text=True, check=False,
    )  # fmt: skip
    if done.returncode == 0 and made.exists():
        return True
    sys.stderr.write(done.stdout[-_SHOWN:] + done.stderr[-_SHOWN:])
    return False
