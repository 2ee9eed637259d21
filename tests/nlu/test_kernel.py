"""The kernel model: likeness is the cosine; held-out scores are of fits without the examples."""

from __future__ import annotations

import numpy as np
import scipy.sparse as sp

from bot.reading.features import Features
from bot.reading.kernel import own_similarities, similarities, solve, unit_rows

INTENTS, RIDGE = 4, 0.1


def _random_features(count: int, seed: int) -> Features:
    random = np.random.default_rng(seed)
    grams = sp.random(count, 30, density=0.2, format="csr", random_state=seed, dtype=np.float32)
    dense = random.normal(size=(count, 6)).astype(np.float32)
    return Features(grams, dense, np.ones(count, np.float32))


def test_likeness_is_the_cosine_of_both_parts_together() -> None:
    examples, messages = _random_features(40, seed=1), _random_features(7, seed=2)
    whole = [np.hstack([each.sparse.toarray(), each.dense]) for each in (messages, examples)]
    one, other = (rows / np.linalg.norm(rows, axis=1, keepdims=True) for rows in whole)
    unit = unit_rows(examples)
    transposed = sp.csr_matrix(unit.sparse.T)

    assert np.allclose(
        similarities(unit_rows(messages), transposed, unit.dense), one @ other.T, atol=1e-5
    )
    assert np.allclose(own_similarities(unit, transposed), other @ other.T, atol=1e-5)


def test_held_out_scores_are_those_of_refits() -> None:
    random = np.random.default_rng(0)
    points = random.normal(size=(60, 5)).astype(np.float32)
    points /= np.linalg.norm(points, axis=1, keepdims=True)
    gram = np.exp(points @ points.T - 1).astype(np.float32)
    truth = random.integers(0, INTENTS, 60)
    weights = random.uniform(0.5, 2, 60).astype(np.float32)
    folds = [np.arange(start, 60, 3) for start in range(3)]

    whole, held_out = solve(gram.copy(), truth, INTENTS, weights, RIDGE, folds)

    again, _ = solve(gram.copy(), truth, INTENTS, weights, RIDGE)
    assert np.allclose(whole, again)
    for unseen in folds:
        seen = np.setdiff1d(np.arange(60), unseen)
        fit, _ = solve(gram[np.ix_(seen, seen)], truth[seen], INTENTS, weights[seen], RIDGE)
        assert np.allclose(held_out[unseen], gram[np.ix_(unseen, seen)] @ fit, atol=1e-3)
        # What was fitted on the examples themselves says something else.
        assert not np.allclose(held_out[unseen], gram[unseen] @ whole, atol=1e-3)
