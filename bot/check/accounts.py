"""Demo accounts: the file of each portal can be imported."""

from __future__ import annotations

from bot.content.files import Reading
from bot.desk.accounts_file import DEMO_FILE, faults_of


def check(reading: Reading) -> None:
    """Name the rows of demo accounts that an import would refuse."""
    for files in reading.portals.values():
        path = files.folder / DEMO_FILE
        if path.exists():
            for fault in faults_of(path, files.portal):
                reading.mistakes.remark(
                    path, fault.line, fault.text, "corrigez la ligne, ou retirez-la"
                )
