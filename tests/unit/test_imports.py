"""How modules hold together: no circles, and nothing loads Rasa that can do without it."""

from __future__ import annotations

import subprocess
import sys
from graphlib import TopologicalSorter

import grimp
import pytest

HEAVY = ("rasa", "tensorflow", "spacy")


@pytest.mark.parametrize("module", ["bot.web.keys", "bot.web.network", "bot.web.console.access"])
def test_it_loads_neither_rasa_nor_tensorflow(module: str) -> None:
    code = f"import sys, {module}; print(*(set({HEAVY!r}) & set(sys.modules)))"
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    assert done.stdout.split() == []


def test_no_imports_form_a_circle() -> None:
    graph = grimp.build_graph("actions", "bot", cache_dir=None, exclude_type_checking_imports=True)
    imported = {name: graph.find_modules_directly_imported_by(name) for name in graph.modules}
    # Raises an error that names the circle.
    TopologicalSorter(imported).prepare()
