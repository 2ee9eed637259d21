"""The replies that training showed, as a new one is compared with them."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

import numpy as np
import scipy.sparse as sp

from bot.reading.features import Dense, Features
from bot.reading.kernel import similarities


@dataclass
class Shown:
    """What training showed, and what it learned of each.

    Kept in half the precision and a third of the space that reckoning takes.

    Attributes:
        transposed: Unit sparse parts, transposed: (grams, replies).
        dense: Unit dense parts, shape (replies, dimensions).
        coefficients: A row a target, shape (targets, replies): of a question few are wanted.
    """

    transposed: sp.csr_matrix
    dense: Dense
    coefficients: Dense

    def similarities(self, unit: Features) -> Dense:
        """Return the cosines of new replies with these, shape (replies, replies shown)."""
        return similarities(unit, self.transposed, self.dense)

    def __getstate__(self) -> dict[str, Any]:
        grams = self.transposed
        return {
            "columns": grams.indices.astype(_smallest(grams.shape[1])),
            "ends": grams.indptr,
            "values": grams.data.astype(np.float16),
            "shape": grams.shape,
            "dense": self.dense.astype(np.float16),
            "coefficients": self.coefficients.astype(np.float16),
        }

    def __setstate__(self, state: dict[str, Any]) -> None:
        values = state["values"].astype(np.float32)
        parts = (values, state["columns"].astype(np.int32), state["ends"])
        self.transposed = sp.csr_matrix(parts, state["shape"])
        self.dense = state["dense"].astype(np.float32)
        self.coefficients = state["coefficients"].astype(np.float32)


def _smallest(count: int) -> type[np.unsignedinteger[Any]]:
    return np.uint16 if count <= np.iinfo(np.uint16).max else np.uint32
