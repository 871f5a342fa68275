"""Frozen-probe baseline: a linear probe on each layer, the layer chosen on validation rows."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from translearn_core.analysis.probing.linear_probe import LinearProbe

IntArray = NDArray[np.int64]


@dataclass(frozen=True, eq=False)
class FrozenProbe:
    """Best layer, its C, validation accuracies, shape (layers,), and predicted classes of the test rows."""

    layer: int
    c: float
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
    """Fit a linear probe on every layer; predict test rows with the layer best on validation rows.

    Each layer's C is chosen on training rows (see `LinearProbe`). Ties go to the lowest layer.

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
    accuracy, c, predictions = [], [], []
    for layer, x in enumerate(features):

        def report(share: float, layer: int = layer) -> None:
            progress(layer + share, len(features))

        probe = LinearProbe.fit(x[train], labels[train], progress=report)
        accuracy.append(float((probe.predict(x[validation]) == labels[validation]).mean()))
        predictions.append(probe.predict(x[test]))
        c.append(float(probe.c[0]))
    best = int(np.argmax(accuracy))
    return FrozenProbe(best, c[best], np.asarray(accuracy), predictions[best])
