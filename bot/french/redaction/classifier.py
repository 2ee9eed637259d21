"""Tells which pieces of a message are secrets: a linear-chain conditional random field.

Its weights are fitted to labelled messages by `scripts/fit_secrets.py`; reading with them needs no
library. A piece begins a secret, goes on with one, or is none; what counts is how probable it is
that it is one, given the whole message.
"""

from __future__ import annotations

import json
import logging
from functools import lru_cache
from math import exp
from pathlib import Path

from bot.french.redaction.features import (
    OFFSETS,
    beside,
    cue_features,
    near_features,
    own_features,
)
from bot.french.redaction.kinds import HOLE, NEVER
from bot.french.redaction.lexicon import COMMON
from bot.french.redaction.scene import Scene

WEIGHTS = Path(__file__).parent / "data" / "weights.json"

_MOST = 30.0
_UNFITTED = "xdagjhr"

logger = logging.getLogger(__name__)

Pair = tuple[float, float]
"""What speaks for the begin of a secret and for its going on, against none."""


class Classifier:
    """The fitted weights, and what they say of single pieces, kept.

    Args:
        weights: By the name of a feature, what it adds for a begin and for going on.
        transitions: From each state to each.
        least: How probable a secret must be to count.
    """

    def __init__(
        self, weights: dict[str, Pair], transitions: list[list[float]], least: float
    ) -> None:
        self._weights = weights
        self._steps = [[exp(step) for step in row] for row in transitions]
        self._least = least
        self._cues = lru_cache(8192)(self._score_cues)
        self._common = lru_cache(8192)(self._score_alone)
        self._edge = tuple(self._sum([f"{offset}#"]) for offset in OFFSETS)

    def secrets(self, scene: Scene) -> list[bool]:
        """Tell for each piece of a message whether it is, or belongs to, a secret."""
        return [
            one > self._least and kind not in NEVER and token.word not in {HOLE, "\n"}
            for one, kind, token in zip(
                self.probabilities(scene), scene.kinds, scene.tokens, strict=True
            )
        ]

    def probabilities(self, scene: Scene) -> list[float]:
        """Return for each piece of a message how probable it is that it is a secret."""
        shorts = {kind[:2] for kind in scene.kinds}
        told = {short: self._sum(scene.message_features(short)) for short in shorts}
        alone = self._alone(scene)
        states: list[Pair] = []
        # Pieces that stand alike are judged once: a text may be one sign over and over.
        known: dict[object, Pair] = {}
        for place, surroundings in enumerate(scene.surroundings()):
            state = known.get(surroundings)
            if state is None:
                begin, go_on = self._score(scene, place, told, alone)
                state = known[surroundings] = (exp(_held(begin)), exp(_held(go_on)))
            states.append(state)
        return self._marginals(states)

    def _alone(self, scene: Scene) -> list[tuple[Pair, ...]]:
        """Return what each piece says of itself and of those at each place beside it."""
        found: list[tuple[Pair, ...]] = []
        seen: dict[str, tuple[Pair, ...]] = {}
        for token, kind in zip(scene.tokens, scene.kinds, strict=True):
            if token.key in COMMON:
                found.append(self._common(token.word, token.key, kind))
                continue
            # What may be a secret is not kept any longer than its message.
            if token.word not in seen:
                seen[token.word] = self._score_alone(token.word, token.key, kind)
            found.append(seen[token.word])
        return found

    def _sum(self, names: list[str]) -> Pair:
        begin = go_on = 0.0
        for name in names:
            weight = self._weights.get(name)
            if weight is not None:
                begin += weight[0]
                go_on += weight[1]
        return begin, go_on

    def _score_alone(self, word: str, key: str, kind: str) -> tuple[Pair, ...]:
        names = near_features(word, key, kind)
        beside = [self._sum([f"{offset}{name}" for name in names]) for offset in OFFSETS]
        return self._sum(own_features(word, key, kind)), *beside

    def _score_cues(self, place: str, cues: tuple[str, ...], short: str) -> Pair:
        return self._sum(cue_features(place, cues, short))

    def _score(
        self, scene: Scene, i: int, told: dict[str, Pair], alone: list[tuple[Pair, ...]]
    ) -> Pair:
        begin, go_on = alone[i][0]
        size = len(scene.tokens)
        for at, offset in enumerate(OFFSETS):
            place = i + offset
            if not 0 <= place < size:
                near = self._edge[at]
            elif scene.labels[place] is not None:
                near = self._sum(beside(scene, i, offset))
            else:
                near = alone[place][at + 1]
            begin += near[0]
            go_on += near[1]
        short = scene.kinds[i][:2]
        further = [self._sum(scene.joint_features(i))]
        if scene.labels[i] is None:
            further.append(told[short])
            further += [self._cues(place, cues, short) for place, cues in scene.cues_around(i)]
        for pair in further:
            begin += pair[0]
            go_on += pair[1]
        return begin, go_on

    def _marginals(self, states: list[Pair]) -> list[float]:
        """Return how probable a secret is at each place, going forward and backward."""
        (bb, bi, bn), (ib, ii, i_n), (nb, ni, nn) = self._steps
        ahead: list[tuple[float, float, float]] = []
        b, i, n = 0.0, 0.0, 1.0
        for place, (begin, go_on) in enumerate(states):
            if place:
                b, i, n = (
                    (b * bb + i * ib + n * nb) * begin,
                    (b * bi + i * ii + n * ni) * go_on,
                    b * bn + i * i_n + n * nn,
                )
            else:
                b, i = begin, go_on
            total = b + i + n
            b, i, n = b / total, i / total, n / total
            ahead.append((b, i, n))
        found = [0.0] * len(states)
        b, i, n = 1.0, 1.0, 1.0
        for place in range(len(states) - 1, -1, -1):
            one, two, three = ahead[place]
            secret, none = one * b + two * i, three * n
            found[place] = secret / (secret + none)
            begin, go_on = states[place]
            b, i = b * begin, i * go_on
            b, i, n = bb * b + bi * i + bn * n, ib * b + ii * i + i_n * n, nb * b + ni * i + nn * n
            total = b + i + n
            b, i, n = b / total, i / total, n / total
        return found


class Unfitted(Classifier):
    """What is masked without weights: all that is no common word where a secret is named."""

    def __init__(self) -> None:
        super().__init__({}, [[0.0] * 3] * 3, 0.5)

    def probabilities(self, scene: Scene) -> list[float]:
        """Return 1 for unknown words and for mixtures where a secret is named, else 0."""
        return [
            float(scene.named and label is None and (kind[0] in _UNFITTED or kind[:1] == "n"))
            for kind, label in zip(scene.kinds, scene.labels, strict=True)
        ]


def _held(score: float) -> float:
    return max(-_MOST, min(_MOST, score))


@lru_cache(1)
def current_classifier() -> Classifier:
    """Return the fitted classifier; a simple one that masks more, where its file is unreadable."""
    try:
        fitted = json.loads(WEIGHTS.read_text("utf-8"))
        weights = {name: (pair[0], pair[1]) for name, pair in fitted["weights"].items()}
        return Classifier(weights, fitted["transitions"], fitted["least"])
    except (OSError, ValueError, KeyError, IndexError, TypeError):
        logger.exception("The weights for passwords cannot be read: %s", WEIGHTS)
        return Unfitted()
