"""Where tests write: in memory where there is room, since every commit waits for a disk."""

from __future__ import annotations

import os
import shutil
import tempfile

_MEMORY = "/dev/shm"
_ROOM = 3_000_000_000


def write_to_memory() -> None:
    """Put this process's temporary files, and those of its children, into memory if it can."""
    if "TMPDIR" in os.environ or not os.access(_MEMORY, os.W_OK | os.X_OK):
        return
    if shutil.disk_usage(_MEMORY).free >= _ROOM:
        os.environ["TMPDIR"] = _MEMORY
        tempfile.tempdir = None
