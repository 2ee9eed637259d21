"""Reads the trained model from disk once a process: unpacking it takes a second of each test.

What reads messages and predicts is the same for all conversations and keeps nothing of them, as in
a service that runs for months. It is not made for several threads, so each assistant that a test
starts gets one of its own; the next test's get the same ones again.
"""

from __future__ import annotations

from collections.abc import Callable
from functools import wraps
from pathlib import Path
from typing import Any

from rasa.engine import loader

_loaded: dict[tuple[Path, int], list[Any]] = {}
_lent: dict[tuple[Path, int], int] = {}


def all_given_back() -> None:
    """Lend all models anew: the test that had them is over."""
    _lent.clear()


def share_loaded_models() -> None:
    """Have whoever loads a model get one that was loaded before, unless this test has it."""
    loader.load_predict_graph_runner = _sharing(loader.load_predict_graph_runner)


def _sharing(load: Callable[..., Any]) -> Callable[..., Any]:
    @wraps(load)
    def loaded(storage_path: Path, model_archive_path: Path, *classes: Any) -> Any:
        key = (model_archive_path, model_archive_path.stat().st_mtime_ns)
        number = _lent.get(key, 0)
        _lent[key] = number + 1
        models = _loaded.setdefault(key, [])
        if number == len(models):
            models.append(load(storage_path, model_archive_path, *classes))
        return models[number]

    return loaded
