"""Texts as vectors: their own words and grams, and what the whole sentence means beside them."""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from typing import Any

import numpy as np

from bot.reading.features import Dense, Features, Featurizer
from bot.reading.sentences import encode

_DIGITS = dict(zip("123456", "abcdef", strict=True))
_MOST = 400


class Texts:
    """From texts to features.

    Args:
        settings: Those of the featurizer, `sentence_weight` (the length of a sentence's vector; 0
            leaves it out) and `dimensions`, to which the dense parts are brought down together.
        counted: Whether digits that stand alone are told apart, as where options are numbered.
    """

    def __init__(self, settings: Mapping[str, Any], *, counted: bool = False) -> None:
        self._counted = counted
        self._weight = settings["sentence_weight"]
        self._dimensions = settings["dimensions"]
        self._featurizer = Featurizer(
            settings["views"], settings["vector_weight"],
            **{n: settings[n] for n in ("clusters", "fewest", "most", "strip", "shorthand")},
        )  # fmt: skip
        self._centre: Dense = np.zeros(0, np.float32)
        self._axes: Dense = np.zeros((0, 0), np.float32)

    def fit_transform(self, texts: Sequence[str]) -> Features:
        """Learn from the training texts and return their features."""
        features = self._featurizer.fit_transform(self._read(texts))
        if self._weight:
            sentences = encode(texts)
            self._centre = sentences.mean(axis=0)
            features = self._beside(features, sentences)
        # The axes along which they differ most, as few as are kept.
        spread = features.dense.T @ features.dense
        self._axes = np.linalg.eigh(spread)[1][:, ::-1][:, : self._dimensions]
        return self._brought_down(features)

    def transform(self, texts: Sequence[str]) -> Features:
        """Return the features of new texts."""
        features = self._featurizer.transform(self._read(texts))
        if self._weight:
            features = self._beside(features, encode(texts))
        return self._brought_down(features)

    def _read(self, texts: Sequence[str]) -> list[str]:
        return [_with_digits(text) for text in texts] if self._counted else list(texts)

    def _beside(self, features: Features, sentences: Dense) -> Features:
        sentences = sentences - self._centre
        norms = np.maximum(np.linalg.norm(sentences, axis=1, keepdims=True), 1e-6)
        dense = np.hstack([features.dense, sentences * np.float32(self._weight) / norms])
        return Features(features.sparse, dense, features.words)

    def _brought_down(self, features: Features) -> Features:
        return Features(features.sparse, features.dense @ self._axes, features.words)


def _with_digits(text: str) -> str:
    """Return a text with the digits that stand alone named: to the featurizer numbers are alike."""
    digits = {
        each for each in re.findall(r"\w+", text[:_MOST]) if len(each) == 1 and each in _DIGITS
    }
    return " ".join([text, *(f"zzchoix{_DIGITS[digit]}" for digit in sorted(digits))])
