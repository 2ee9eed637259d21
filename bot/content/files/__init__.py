"""Reads the files under the content directory, and names every mistake that stands in the way.

Reading never stops at a mistake: what can be read is read, so that one run names them all. The
loader refuses the result when one of them makes loading impossible; `bot.check` goes
on with what only shows once everything is read.
"""

from __future__ import annotations

from bot.content.files.folder import PortalFiles, Reading, read_folder
from bot.content.files.mistakes import Gravity, Mistake, Mistakes
from bot.content.files.yaml_lines import Marked

__all__ = ["Gravity", "Marked", "Mistake", "Mistakes", "PortalFiles", "Reading", "read_folder"]
