"""The intent model: a linear support vector machine and a kernel ridge regression, calibrated."""

from __future__ import annotations

import copy
from collections import Counter
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field
from typing import Any

import numpy as np
import scipy.sparse as sp
from joblib import Parallel, delayed
from numpy.typing import NDArray
from sklearn.model_selection import StratifiedKFold
from sklearn.svm import LinearSVC

from bot.reading.bands import together
from bot.reading.calibration import Calibration, calibrate
from bot.reading.features import Dense, Features
from bot.reading.kernel import KernelModel, kernel, own_similarities, solve, unit_rows
from bot.reading.texts import Texts

OUT_OF_SCOPE = "out_of_scope"

Scores = NDArray[np.float64]
Ints = NDArray[np.int64]

DEFAULTS: dict[str, Any] = {
    "views": {"chars": 1.0, "sounds": 1.0, "clusters": 1.0},
    "vector_weight": 1.6,
    "sentence_weight": 1.6,
    "dimensions": 256,
    "clusters": 200,
    "fewest": 3,
    "most": 0.1,
    "strip": True,
    "shorthand": True,
    "penalty": 0.6,
    "rare_weight": 0.5,
    "kernel_weight": 6.0,
    "kernel_sharpness": 1.0,
    "ridge": 0.03,
    "folds": 5,
    "costs": {"others": 5.0},
    "lost": 0.5,
    "shift": 0.0,
}
"""What config.yml may set; see docs of each where it is used."""


@dataclass(frozen=True)
class Prediction:
    """What a message means.

    Attributes:
        ranking: Intents with their confidence, likeliest first.
        band: `sure`, `unsure` or `lost`.
        nearest: Cosine of the most similar training example.
    """

    ranking: tuple[tuple[str, float], ...]
    band: str
    nearest: float = 0.0

    @property
    def intent(self) -> str:
        """The likeliest intent."""
        return self.ranking[0][0]

    @property
    def confidence(self) -> float:
        """Probability that it is right."""
        return self.ranking[0][1]


@dataclass
class _Linear:
    """Weights of the support vector machine, shapes (grams, intents) and (dimensions, intents)."""

    sparse: Dense
    dense: Dense
    offset: Dense

    @classmethod
    def fit(cls, features: Features, truth: Ints, weights: dict[int, float], c: float) -> _Linear:
        # A finer tolerance takes a third longer and changes no score by more than 0.003.
        machine = LinearSVC(
            C=c, class_weight=weights, dual=True, tol=0.01, max_iter=3000, random_state=0
        )
        machine.fit(features.joined(), truth)
        coefficients = np.ascontiguousarray(machine.coef_.T, dtype=np.float32)
        offset = machine.intercept_.astype(np.float32)
        if len(offset) == 1:
            # Two classes have one border; the shapes below hold for any number.
            coefficients = np.hstack([-coefficients, coefficients])
            offset = np.array([-offset[0], offset[0]], dtype=np.float32)
        grams = features.sparse.shape[1]
        return cls(coefficients[:grams], coefficients[grams:], offset)

    def scores(self, features: Features) -> Dense:
        linear = features.sparse @ self.sparse + features.dense @ self.dense + self.offset
        return np.asarray(linear, dtype=np.float32)


@dataclass
class IntentModel:
    """The model and its settings.

    Attributes:
        settings: `DEFAULTS`, changed by config.yml.
        intents: Names in the order of the scores' columns.
        calibration: Fitted on held-out folds.
        held_out: Scores of the training messages from folds that did not see them; for reports.
    """

    settings: dict[str, Any]
    intents: list[str] = field(default_factory=list)
    calibration: Calibration = field(default_factory=Calibration)
    held_out: Scores | None = None

    def fit(self, texts: Sequence[str], intents: Sequence[str]) -> IntentModel:
        """Train on messages and calibrate on held-out folds of them.

        Vocabulary, word weights and clusters, which know nothing of intents, are learned once
        from all messages; both models tell what they would say of each fold without it.

        Args:
            texts: Messages.
            intents: The intent of each, two different ones at least.
        """
        chosen = self.settings
        self.intents = sorted(set(intents))
        truth = np.searchsorted(self.intents, intents).astype(np.int64)
        self._texts = Texts(chosen)
        features = self._texts.fit_transform(texts)
        folds = list(self._folds(truth))
        self._kernel, second = self._fit_kernel(features, truth, folds)
        # In threads, since liblinear leaves the interpreter to others; the longest job first.
        self._linear, *held_out = Parallel(n_jobs=2, prefer="threads", require="sharedmem")(
            delayed(self._fit_linear)(features, truth, seen)
            for seen in (None, *(seen for seen, _ in folds))
        )
        if folds:
            scores = np.zeros((len(truth), len(self.intents)))
            for (_, unseen), linear in zip(folds, held_out, strict=True):
                left_out = linear.scores(features.take(unseen))
                scores[unseen] = self._mix(left_out, second[unseen])
            self._fit_calibration(truth, features, scores)
        return self

    def for_serving(self) -> IntentModel:
        """Return the model without what only reports need."""
        served = copy.copy(self)
        served.held_out = None
        return served

    def predict(self, texts: Sequence[str]) -> list[Prediction]:
        """Return what each message means."""
        features = self._texts.transform(texts)
        second, nearest = self._kernel.scores(features)
        scores = self._mix(self._linear.scores(features), second)
        probabilities = self.calibration.probabilities(scores)
        judged = self.calibration.judge(probabilities, features.words.astype(np.float64))
        return [self._rank(*row) for row in zip(probabilities, *judged, nearest, strict=True)]

    def _rank(
        self, probabilities: Scores, confidence: float, among: float, nearest: float
    ) -> Prediction:
        order = np.argsort(-probabilities)
        first = probabilities[order[0]]
        # What the first does not take is shared by the others as the softmax has it.
        rest = (1 - confidence) / max(1e-9, 1 - first)
        ranking = [(self.intents[order[0]], float(confidence))]
        ranking += [
            (self.intents[at], float(min(confidence, probabilities[at] * rest))) for at in order[1:]
        ]
        band = self.calibration.band(int(order[0]), together(ranking), float(among))
        return Prediction(tuple(ranking), band, float(nearest))

    def _mix(self, linear: Dense, second: Dense) -> Scores:
        return np.asarray(linear + self.settings["kernel_weight"] * second, dtype=np.float64)

    def _weights(self, truth: Ints) -> dict[int, float]:
        counts = Counter(truth.tolist())
        typical = float(np.median(list(counts.values())))
        power = self.settings["rare_weight"]
        return {intent: (typical / count) ** power for intent, count in counts.items()}

    def _fit_linear(self, features: Features, truth: Ints, seen: Ints | None) -> _Linear:
        if seen is not None:
            features, truth = features.take(seen), truth[seen]
        return _Linear.fit(features, truth, self._weights(truth), self.settings["penalty"])

    def _fit_kernel(
        self, features: Features, truth: Ints, folds: Sequence[tuple[Ints, Ints]]
    ) -> tuple[KernelModel, Dense]:
        unit = unit_rows(features)
        transposed = sp.csr_matrix(unit.sparse.T)
        sharpness = self.settings["kernel_sharpness"]
        gram = kernel(own_similarities(unit, transposed), sharpness)
        weights = self._weights(truth)
        each = np.array([weights[intent] for intent in truth.tolist()], dtype=np.float32)
        coefficients, held_out = solve(
            gram, truth, len(self.intents), each, self.settings["ridge"],
            [unseen for _, unseen in folds],
        )  # fmt: skip
        return KernelModel(transposed, unit.dense, coefficients, sharpness), held_out

    def _folds(self, truth: Ints) -> Iterator[tuple[Ints, Ints]]:
        folds = min(self.settings["folds"], *Counter(truth.tolist()).values())
        if folds >= 2:
            split = StratifiedKFold(folds, shuffle=True, random_state=0)
            yield from split.split(truth, truth)

    def _fit_calibration(self, truth: Ints, features: Features, scores: Scores) -> None:
        costs = self.settings["costs"]
        self.held_out = scores
        self.calibration = calibrate(
            scores, truth, features.words.astype(np.float64),
            costs=np.array([costs.get(intent, costs["others"]) for intent in self.intents]),
            lost=self.settings["lost"], shift=self.settings["shift"],
        )  # fmt: skip
