"""The company a row keeps: what of its nearest neighbours carries its label, and what stays when it moves."""

import numpy as np
from numpy.typing import NDArray

from translearn_core.analysis.neighbours.neighbourhood_metrics import knn_indices

FloatArray = NDArray[np.float64]
IntArray = NDArray[np.int64]


def label_purity(
    features: NDArray[np.floating], labels: IntArray, k: int = 10, *, of: IntArray | None = None
) -> float:
    """Share of the `k` nearest other rows, in full width, that carry a row's own label; NaN below two rows.

    Averaged over the rows `of`, all if not given, each asked among all rows: a model that was fitted to the
    training labels is asked about the rows it was not fitted to. NaN if none are.

    Read it beside a projection: classes that look apart on the plane and are not pure here owe it to the
    picture; and beside `chance`. The cost grows with rows times rows asked: 10,000 among as many take about
    2 s.
    """
    shares = neighbours_with_same_label(knn_indices(features, k, of), labels, of)
    return float(shares.mean()) if shares.size else float("nan")


def neighbours_with_same_label(indices: IntArray, labels: IntArray, of: IntArray | None = None) -> FloatArray:
    """Return for each row asked which share of its nearest rows carries its label.

    Parameters
    ----------
    indices : int array, shape (asked, k)
        From `knn_indices`.
    labels : int array, shape (rows,)
    of : int array, shape (asked,), optional
        The rows asked, every row if not given.

    Returns
    -------
    array, shape (asked,)
        For an interval of their mean see `share_mean_interval`. Empty if rows have no neighbours.
    """
    if not indices.shape[1]:
        return np.empty(0)
    own = labels if of is None else labels[of]
    return np.asarray((labels[indices] == own[:, None]).mean(axis=1), dtype=np.float64)


def chance_purity(labels: IntArray, of: IntArray | None = None) -> float:
    """Return the share of other rows that carry a row's label: the purity of neighbours drawn blindly.

    Parameters
    ----------
    labels : int array, shape (rows,)
    of : int array, optional
        Rows asked, every row if not given.

    Returns
    -------
    float
        The mean of (rows with the label - 1) / (rows - 1); NaN below two rows or with nothing asked.
    """
    _, which, rows = np.unique(labels, return_inverse=True, return_counts=True)
    asked = which if of is None else which[of]
    if len(labels) < 2 or not len(asked):
        return float("nan")
    return float((rows[asked] - 1).mean() / (len(labels) - 1))


def neighbour_overlap(a_indices: IntArray, b_indices: IntArray) -> FloatArray:
    """Return for each row which share of its nearest rows two tables of them have in common.

    Parameters
    ----------
    a_indices, b_indices : int arrays, shape (asked, k)
        From `knn_indices`, of the same rows in two spaces.

    Returns
    -------
    array, shape (asked,)
        For an interval of their mean see `share_mean_interval`. Empty if rows have no neighbours.
    """
    if not a_indices.size:
        return np.empty(0)
    common = (a_indices[:, :, None] == b_indices[:, None, :]).any(axis=2)
    return np.asarray(common.mean(axis=1), dtype=np.float64)


def knn_overlap(a_indices: IntArray, b_indices: IntArray) -> float:
    """Return the mean share of their nearest rows that two tables have in common; NaN if empty.

    See `neighbour_overlap`.
    """
    shares = neighbour_overlap(a_indices, b_indices)
    return float(shares.mean()) if shares.size else float("nan")
