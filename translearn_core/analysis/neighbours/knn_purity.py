"""kNN label purity, and overlap of kNN sets between two spaces."""

import numpy as np
from numpy.typing import NDArray

from translearn_core.analysis.neighbours.neighbourhood_metrics import knn_indices

FloatArray = NDArray[np.float64]
IntArray = NDArray[np.int64]


def label_purity(
    features: NDArray[np.floating], labels: IntArray, k: int = 10, *, of: IntArray | None = None
) -> float:
    """Return the mean share of the `k` nearest other rows, in full width, with a row's label.

    Averaged over the rows `of` (default: all), with neighbours among all rows; use held-out rows for a
    fine-tuned model. NaN below two rows or without queries. Compare with `chance_purity`, and with a
    projection, which may separate classes artificially. 10,000 queries among 10,000 rows take about 2 s.
    """
    shares = neighbours_with_same_label(knn_indices(features, k, of), labels, of)
    return float(shares.mean()) if shares.size else float("nan")


def neighbours_with_same_label(indices: IntArray, labels: IntArray, of: IntArray | None = None) -> FloatArray:
    """Return for each query row the share of its nearest rows with its label.

    Parameters
    ----------
    indices : int array, shape (queries, k)
        From `knn_indices`.
    labels : int array, shape (rows,)
    of : int array, shape (queries,), optional
        Query rows; default all.

    Returns
    -------
    array, shape (queries,)
        For an interval of their mean see `row_score_interval`. Empty if rows have no neighbours.
    """
    if not indices.shape[1]:
        return np.empty(0)
    own = labels if of is None else labels[of]
    return np.asarray((labels[indices] == own[:, None]).mean(axis=1), dtype=np.float64)


def chance_purity(labels: IntArray, of: IntArray | None = None) -> float:
    """Return the chance level of `label_purity`: the mean share of other rows with a row's label.

    Parameters
    ----------
    labels : int array, shape (rows,)
    of : int array, optional
        Query rows; default all.

    Returns
    -------
    float
        The mean of (rows with the label - 1) / (rows - 1); NaN below two rows or without queries.
    """
    _, which, rows = np.unique(labels, return_inverse=True, return_counts=True)
    classes = which if of is None else which[of]
    if len(labels) < 2 or not len(classes):
        return float("nan")
    return float((rows[classes] - 1).mean() / (len(labels) - 1))


def neighbour_overlap(a_indices: IntArray, b_indices: IntArray) -> FloatArray:
    """Return for each row the share of its nearest rows that two spaces have in common.

    Parameters
    ----------
    a_indices, b_indices : int arrays, shape (queries, k)
        From `knn_indices`, of the same rows in two spaces.

    Returns
    -------
    array, shape (queries,)
        For an interval of their mean see `row_score_interval`. Empty if rows have no neighbours.
    """
    if not a_indices.size:
        return np.empty(0)
    common = (a_indices[:, :, None] == b_indices[:, None, :]).any(axis=2)
    return np.asarray(common.mean(axis=1), dtype=np.float64)


def knn_overlap(a_indices: IntArray, b_indices: IntArray) -> float:
    """Return the mean of `neighbour_overlap`; NaN if empty."""
    shares = neighbour_overlap(a_indices, b_indices)
    return float(shares.mean()) if shares.size else float("nan")
