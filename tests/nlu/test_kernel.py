"""The kernel model's held-out scores are those of fits that truly left the examples out."""

from __future__ import annotations

import numpy as np

from bot.engine.nlu.kernel import solve

INTENTS, RIDGE = 4, 0.1


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
