"""What may be imported without loading Rasa: commands and the edges' helpers start quickly."""

from __future__ import annotations

import subprocess
import sys

import pytest

HEAVY = ("rasa", "tensorflow", "spacy")


@pytest.mark.parametrize("module", ["bot.keys", "bot.network", "bot.console.access"])
def test_it_loads_neither_rasa_nor_tensorflow(module: str) -> None:
    code = f"import sys, {module}; print(*(set({HEAVY!r}) & set(sys.modules)))"
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    assert done.stdout.split() == []
