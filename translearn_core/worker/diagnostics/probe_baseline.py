"""Frozen-probe baseline: a linear probe on each layer, the layer chosen on validation rows."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass

import numpy as np
import torch
from numpy.typing import NDArray

from translearn_core.analysis.probing.logistic_regression import (
    BatchedProblem,
    fit_batched,
    standardise,
    thread_pools,
)

IntArray = NDArray[np.int64]


@dataclass(frozen=True, eq=False)
class FrozenProbe:
    """Chosen layer, validation accuracies, shape (layers,), and predicted classes of the test rows."""

    layer: int
    validation: NDArray[np.float64]
    predicted: IntArray


def frozen_probe(
    features: Sequence[NDArray[np.floating]],
    labels: IntArray,
    train: IntArray,
    validation: IntArray,
    test: IntArray,
    progress: Callable[[float, float], None],
) -> FrozenProbe:
    """Fit logistic regression on every layer; predict test rows with the layer best on validation rows.

    Multinomial, L2 with C = 1 on standardised features. Ties go to the lowest layer.

    Parameters
    ----------
    features : arrays, shape (rows, width) each
        Pooled hidden states, index 0 the embedding layer.
    labels : int array, shape (rows,)
        Class indices from 0.
    train, validation, test : int arrays
        Row indices of each split.
    progress : callable
        Called with layers done (fractional) and in all; may raise to stop.

    References
    ----------
    Alain & Bengio 2016, arXiv:1610.01644.
    """
    y, seen = torch.from_numpy(labels[train][:, None]), torch.ones(len(train), 1)
    accuracy, predictions = [], []
    with thread_pools(1) as (pool,):
        for layer, x in enumerate(features):
            x_train, x_validation, x_test = standardise(x[train], x[validation], x[test])
            problem = BatchedProblem(x_train, y, seen, int(labels.max()) + 1)

            def report(share: float, layer: int = layer) -> None:
                progress(layer + share, len(features))

            fits = fit_batched(problem, pool, report)
            accuracy.append(float((fits.predict(x_validation, 0, 0).numpy() == labels[validation]).mean()))
            predictions.append(fits.predict(x_test, 0, 0).numpy())
    best = int(np.argmax(accuracy))
    return FrozenProbe(best, np.asarray(accuracy), predictions[best].astype(np.int64))
