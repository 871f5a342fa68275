"""A linear probe on every layer of a frozen backbone; the layer is chosen on rows held out to choose on."""

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
    """The layer chosen, every layer's validation accuracy, shape (layers,), and the test rows' classes."""

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
    """Fit a logistic regression on the training rows of every layer; the best on validation answers for test.

    Multinomial, L2 with C = 1 on standardised features. Of equally good layers the lowest is taken.

    Parameters
    ----------
    features : arrays, shape (rows, width) each
        Pooled hidden states, index 0 the embedding layer.
    labels : int array, shape (rows,)
        Class indices from 0.
    train, validation, test : int arrays
        Rows to learn from, to choose on and to report on.
    progress : callable
        Called with layers done (fractions within one) and all layers; may raise to stop.

    References
    ----------
    Alain & Bengio 2016, arXiv:1610.01644.
    """
    y, seen = torch.from_numpy(labels[train][:, None]), torch.ones(len(train), 1)
    accuracy, answers = [], []
    with thread_pools(1) as (pool,):
        for layer, x in enumerate(features):
            learnt, chosen_on, reported = standardise(x[train], x[validation], x[test])
            problem = BatchedProblem(learnt, y, seen, int(labels.max()) + 1)

            def report(share: float, layer: int = layer) -> None:
                progress(layer + share, len(features))

            fits = fit_batched(problem, pool, report)
            accuracy.append(float((fits.predict(chosen_on, 0, 0).numpy() == labels[validation]).mean()))
            answers.append(fits.predict(reported, 0, 0).numpy())
    best = int(np.argmax(accuracy))
    return FrozenProbe(best, np.asarray(accuracy), answers[best].astype(np.int64))
