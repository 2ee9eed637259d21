"""Kernel ridge regression on one half of the symmetric kernel, in tiles.

The kernel of all replies among themselves is by far the largest thing that training holds. Here
only its lower triangle is kept, in tiles of the replies of a fold by those of another: little
more than half the memory of the whole. It is factored, and the factor inverted, in place.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence

import numpy as np
from numpy.typing import NDArray
from scipy.linalg import cho_factor, cho_solve, cholesky, solve_triangular

from bot.reading.features import Dense

Ints = NDArray[np.int64]
Tile = Callable[[Ints, Ints], Dense]
"""Gives the kernel of some examples with others, by their indices."""


def fit(kernel: Tile, targets: Dense, ridge: float, folds: Sequence[Ints]) -> tuple[Dense, Dense]:
    """Fit a kernel ridge regression, and tell what it would have said without each fold.

    What a fit without some examples says of them follows from the inverse of the whole matrix:
    their targets less the inverse's block for them, inverted, times their coefficients. Of that
    inverse only these blocks are needed, which follow from the inverted factor.

    Args:
        kernel: Of the examples among themselves.
        targets: Shape (examples, columns).
        ridge: The penalty of an example.
        folds: The indices of the examples of each fold; each example is in one.

    Returns:
        The dual coefficients and the held-out scores, both of the shape of `targets`.
    """
    tiles = [
        [kernel(rows, columns) for columns in folds[: at + 1]] for at, rows in enumerate(folds)
    ]
    for row in tiles:
        row[-1][np.diag_indices_from(row[-1])] += np.float32(ridge)
    _factor(tiles)
    _invert(tiles)
    halves = [
        sum(tile @ targets[fold] for tile, fold in zip(row, folds, strict=False)) for row in tiles
    ]
    coefficients, held_out = np.zeros_like(targets), np.zeros_like(targets)
    for at, fold in enumerate(folds):
        below = [row[at] for row in tiles[at:]]
        own = sum(tile.T @ half for tile, half in zip(below, halves[at:], strict=True))
        block = sum(tile.T @ tile for tile in below)
        factored = cho_factor(block, lower=True, overwrite_a=True, check_finite=False)
        coefficients[fold] = own
        held_out[fold] = targets[fold] - cho_solve(factored, own, check_finite=False)
    return coefficients, held_out


def _factor(tiles: list[list[Dense]]) -> None:
    """Turn a symmetric matrix into its lower Cholesky factor."""
    for at, row in enumerate(tiles):
        for column in range(at):
            row[column] = solve_triangular(
                tiles[column][column], row[column].T, lower=True, overwrite_b=True,
                check_finite=False,
            ).T  # fmt: skip
            for later in range(column + 1, at + 1):
                row[later] -= row[column] @ tiles[later][column].T
        row[at] = cholesky(row[at], lower=True, overwrite_a=True, check_finite=False)


def _invert(tiles: list[list[Dense]]) -> None:
    """Turn a lower triangular matrix into its inverse."""
    for at, row in enumerate(tiles):
        inverse = solve_triangular(
            row[at], np.eye(len(row[at]), dtype=np.float32), lower=True, overwrite_b=True,
            check_finite=False,
        )  # fmt: skip
        for column in range(at):
            passed = sum(row[k] @ tiles[k][column] for k in range(column, at))
            row[column] = -(inverse @ passed)
        row[at] = inverse
