"""Kernel ridge regression over the features, and the likeness to what training showed.

The linear model draws straight borders; this one weighs each training example by a function of how
like the message is to it. The two err differently, so that their sum is better than either, most of
all for what is out of scope. The similarities also tell how far a message is from all training.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from itertools import pairwise

import numpy as np
import scipy.sparse as sp
from numpy.typing import NDArray
from scipy.linalg import cho_factor, cho_solve
from scipy.linalg.lapack import spotri

from bot.reading.features import Dense, Features

Ints = NDArray[np.int64]

_BLOCK = 512


def unit_rows(features: Features) -> Features:
    """Return features whose rows, both parts together, have length 1."""
    sparse = features.sparse
    row = np.repeat(np.arange(sparse.shape[0]), np.diff(sparse.indptr))
    squares = np.bincount(row, weights=sparse.data**2, minlength=sparse.shape[0])
    norms = np.sqrt(squares + (features.dense**2).sum(axis=1))
    scale = (1 / np.maximum(norms, 1e-6)).astype(np.float32)
    return Features(
        sp.csr_matrix((sparse.data * scale[row], sparse.indices, sparse.indptr), sparse.shape),
        features.dense * scale[:, None],
        features.words,
    )


def similarities(messages: Features, transposed: sp.csr_matrix, dense: Dense) -> Dense:
    """Return cosines, shape (messages, examples).

    Args:
        messages: Unit rows.
        transposed: Unit sparse parts of the examples, shape (grams, examples).
        dense: Dense parts of the examples, shape (examples, dimensions).
    """
    sparse = messages.sparse
    result = messages.dense @ dense.T
    for row, (start, end) in enumerate(pairwise(sparse.indptr)):
        # Nearly every example shares some gram with a message: a product of two sparse matrices
        # would list them one by one, this one adds up in place.
        of_its_grams = transposed[sparse.indices[start:end]]
        result[row] += of_its_grams.T @ sparse.data[start:end]
    return result


def own_similarities(examples: Features, transposed: sp.csr_matrix) -> Dense:
    """Return the cosines of examples among themselves, shape (examples, examples).

    Args:
        examples: Unit rows.
        transposed: Their sparse parts, transposed.
    """
    count = len(examples.dense)
    result = np.empty((count, count), dtype=np.float32)
    for start in range(0, count, _BLOCK):
        rows = slice(start, start + _BLOCK)
        # What is left of the diagonal is known from the blocks above.
        np.matmul(examples.dense[rows], examples.dense[start:].T, out=result[rows, start:])
        result[rows, start:] += (examples.sparse[rows] @ transposed[:, start:]).toarray()
        result[start:, rows] = result[rows, start:].T
    return result


def kernel(cosines: Dense, sharpness: float) -> Dense:
    """Turn cosines, in place, into the kernel: 1 for the same message, less with less likeness."""
    cosines -= np.float32(1)
    cosines *= np.float32(sharpness)
    return np.exp(cosines, out=cosines)


def fit(
    gram: Dense, targets: Dense, penalty: Dense | np.float32, folds: Sequence[Ints]
) -> tuple[Dense, Dense]:
    """Fit a kernel ridge regression, and tell what it would have said without each fold.

    What a fit without some examples says of them follows from the inverse of the whole matrix:
    their targets less the inverse's block for them, inverted, times their coefficients. So each
    fold costs a block of its own size instead of a fit of its own.

    Args:
        gram: Kernel of the examples among themselves; overwritten, as it is the largest part of
            the memory that training takes.
        targets: Shape (examples, columns).
        penalty: Of each example, or of all alike.
        folds: Indices of the examples of each fold, ascending.

    Returns:
        The dual coefficients and the held-out scores, both of the shape of `targets`; the scores
        are 0 for what is in no fold.
    """
    gram[np.diag_indices_from(gram)] += penalty
    # LAPACK reads by columns: the transpose of a symmetric matrix is itself, without a copy.
    factor, lower = cho_factor(gram.T, lower=True, overwrite_a=True, check_finite=False)
    coefficients = cho_solve((factor, lower), targets, check_finite=False)
    held_out = np.zeros_like(targets)
    if folds:
        inverse, failed = spotri(factor, lower=True, overwrite_c=True)
        assert not failed, "A matrix that was just factored has an inverse."
    for fold in folds:
        # Only the lower triangle was computed, which is all that is read.
        block = inverse[np.ix_(fold, fold)]
        held_out[fold] = targets[fold] - cho_solve(
            cho_factor(block, lower=True, overwrite_a=True, check_finite=False),
            coefficients[fold], check_finite=False,
        )  # fmt: skip
    return np.asarray(coefficients, dtype=np.float32), held_out


def solve(
    gram: Dense,
    truth: Ints,
    intents: int,
    weights: Dense,
    ridge: float,
    folds: Sequence[Ints] = (),
) -> tuple[Dense, Dense]:
    """Fit the ridge regression, and tell what it would have said without each fold.

    Args:
        gram: Kernel of the examples among themselves; overwritten, as it is the largest part of
            the memory that training takes.
        truth: Index of each example's intent.
        intents: How many intents there are.
        weights: Weight of each example.
        ridge: Penalty of an example of weight 1.
        folds: Indices of the examples of each fold, ascending.

    Returns:
        The dual coefficients and the held-out scores, both of shape (examples, intents); the
        scores are 0 for what is in no fold.
    """
    targets = np.zeros((len(truth), intents), dtype=np.float32)
    targets[np.arange(len(truth)), truth] = 1
    return fit(gram, targets, np.float32(ridge) / weights, folds)


@dataclass
class KernelModel:
    """A fitted kernel ridge regression.

    Attributes:
        transposed: Unit sparse parts of the examples, transposed: (grams, examples).
        dense: Dense parts, shape (examples, dimensions).
        coefficients: Shape (examples, intents).
        sharpness: Of the kernel.
    """

    transposed: sp.csr_matrix
    dense: Dense
    coefficients: Dense
    sharpness: float

    def scores(self, messages: Features) -> tuple[Dense, Dense]:
        """Return scores, shape (messages, intents), and the nearest example's cosine for each.

        Args:
            messages: Features as the featurizer gives them.
        """
        cosines = similarities(unit_rows(messages), self.transposed, self.dense)
        nearest = cosines.max(axis=1)
        return kernel(cosines, self.sharpness) @ self.coefficients, nearest
