"""What the model of replies learns to score, a column each, and the hands that are held out."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterator, Sequence

import numpy as np
from numpy.typing import NDArray

from bot.content.replies import MOVES, Reply
from bot.content.trees import MEANINGS

_PLACES = 6
"""So many options of a question can be named by where they stand."""
_SEEDED_FOLDS = 5


def columns(known: Sequence[Reply], facts: Sequence[tuple[str, str]]) -> dict[tuple[str, str], int]:
    """Return the column of each target; an option's is that of all options of its name."""
    names = sorted({reply.option for reply in known if reply.option is not None})
    keys = [
        *(("move", move) for move in MOVES),
        *(("meaning", meaning) for meaning in MEANINGS),
        *(("option", name) for name in names),
        *(("place", str(at)) for at in range(_PLACES)),
        *(("fact", "=".join(fact)) for fact in facts),
    ]
    return {key: at for at, key in enumerate(keys)}


def folds(known: Sequence[Reply]) -> Iterator[NDArray[np.int64]]:
    """Yield the replies of each hand, or of equal parts where one hand wrote all."""
    by_hand: defaultdict[str, list[int]] = defaultdict(list)
    for at, reply in enumerate(known):
        by_hand[reply.hand].append(at)
    if len(by_hand) > 1:
        yield from (np.array(rows, np.int64) for rows in by_hand.values())
        return
    order = np.random.default_rng(0).permutation(len(known))
    for part in np.array_split(order, min(_SEEDED_FOLDS, len(known))):
        yield np.sort(part).astype(np.int64)
