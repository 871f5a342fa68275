"""Label spreading: labels of few rows spread to others along their nearest-neighbour graph."""

import warnings
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from itertools import product

import numpy as np
from numpy.typing import NDArray
from sklearn.exceptions import ConvergenceWarning
from sklearn.preprocessing import normalize
from sklearn.semi_supervised import LabelSpreading

NEIGHBOURS = (5, 10, 20)
"""Numbers of neighbours in the graph, of which one is chosen on validation rows."""
ALPHAS = (0.2, 0.5, 0.9)
"""Shares of a row's label that come from its neighbours, of which one is chosen on validation rows."""
ITERATIONS = 1_000
"""Most iterations; it ends before when nothing changes."""


@dataclass(frozen=True, eq=False)
class SpreadLabels:
    """Layer, neighbours and alpha that are best on validation rows.

    `outputs` are the class probabilities of the test rows, `held_out` those of the validation rows.
    """

    layer: int
    neighbours: int
    alpha: float
    accuracy: float
    outputs: NDArray[np.float32]
    held_out: NDArray[np.float32]


def label_spreading(
    features: NDArray[np.floating],
    labels: NDArray[np.int64],
    unlabelled: NDArray[np.floating],
    held_out: NDArray[np.floating],
    *,
    classes: int,
    neighbours: int,
    alpha: float,
) -> NDArray[np.float32]:
    """Return class probabilities of held-out rows, which take no part in the graph.

    scikit-learn's `LabelSpreading` with the kernel ``knn`` on vectors of unit length, so that nearest means
    of the largest cosine. A held-out row has the mean label distribution of its nearest rows of the graph.

    Parameters
    ----------
    features, unlabelled, held_out : float arrays, shapes (rows, width)
    labels : int array, shape (rows,)
        Of `features`.
    classes : int
        Columns of the result; classes without a labelled row have 0.
    neighbours, alpha : int, float
        Edges of each row; share of its label that comes from its neighbours.

    References
    ----------
    Zhou et al. 2004, Learning with local and global consistency, NIPS 16.
    """
    rows = normalize(np.concatenate([features, unlabelled]).astype(np.float64))
    known = np.concatenate([labels, np.full(len(unlabelled), -1, dtype=np.int64)])
    model = LabelSpreading(
        kernel="knn", n_neighbors=min(neighbours, len(rows)), alpha=alpha, max_iter=ITERATIONS
    )
    with warnings.catch_warnings():
        warnings.simplefilter("ignore", ConvergenceWarning)
        warnings.simplefilter("ignore", RuntimeWarning)  # rows that no label reaches have 0 everywhere
        model.fit(rows, known)
        of_present = np.nan_to_num(model.predict_proba(normalize(held_out.astype(np.float64))))
    probabilities = np.zeros((len(held_out), classes), dtype=np.float32)
    probabilities[:, model.classes_] = of_present
    reached = probabilities.sum(axis=1) > 0
    probabilities[np.ix_(~reached, np.unique(labels))] = 1 / len(np.unique(labels))
    return probabilities


def best_label_spreading(
    layers: Sequence[NDArray[np.floating]],
    labels: NDArray[np.int64],
    *,
    train: NDArray[np.int64],
    unlabelled: NDArray[np.int64],
    validation: NDArray[np.int64],
    test: NDArray[np.int64],
    classes: int,
    progress: Callable[[float, float], None],
) -> SpreadLabels:
    """Spread labels on every layer; predict test rows with the settings most accurate on validation rows.

    Ties go to the lowest layer and the first settings.

    Parameters
    ----------
    layers : arrays, shape (rows, width) each
        Pooled hidden states, index 0 the embedding layer.
    labels : int array, shape (rows,)
        Those of training and validation rows are read alone.
    train, unlabelled, validation, test : int arrays
        Row indices.
    classes : int
    progress : callable
        Called with settings tried and in all; may raise to stop.
    """
    held_out = np.concatenate([validation, test])
    best: SpreadLabels | None = None
    settings = list(_settings(len(layers)))
    for done, (layer, neighbours, alpha) in enumerate(settings):
        progress(done, len(settings))
        x = layers[layer]
        spread = label_spreading(
            x[train], labels[train], x[unlabelled], x[held_out],
            classes=classes, neighbours=neighbours, alpha=alpha,
        )  # fmt: skip
        own, outputs = spread[: len(validation)], spread[len(validation) :]
        accuracy = float((own.argmax(axis=1) == labels[validation]).mean())
        if best is None or accuracy > best.accuracy:
            best = SpreadLabels(layer, neighbours, alpha, accuracy, outputs, own)
    assert best is not None
    return best


def _settings(layers: int) -> Iterator[tuple[int, int, float]]:
    yield from product(range(layers), NEIGHBOURS, ALPHAS)
