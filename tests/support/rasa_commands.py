"""Runs several `rasa` commands in one process, since each start of Rasa costs many seconds.

`python -m tests.support.rasa_commands` reads a JSON object of argument lists by name from stdin and
writes, after what each command prints, a line with its name and exit status.
"""

from __future__ import annotations

import json
import os
import sys

MARK = "=== "


def main() -> None:
    """Run the commands one after the other, each as `rasa` itself would."""
    commands: dict[str, list[str]] = json.load(sys.stdin)
    # As for a console script, so that what is loaded from the project comes from its root.
    sys.path.insert(0, os.getcwd())
    from rasa.__main__ import main as rasa

    os.dup2(1, 2)
    for name, arguments in commands.items():
        sys.argv = ["rasa", *arguments]
        status: object = 0
        try:
            rasa()
        except SystemExit as end:
            status = end.code or 0
        sys.stderr.flush()
        print(f"\n{MARK}{name} {status}", flush=True)


if __name__ == "__main__":
    main()
