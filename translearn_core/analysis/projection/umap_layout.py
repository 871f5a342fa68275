"""UMAP layout of some rows, and placement of other rows on it."""

import warnings
from types import ModuleType

import numpy as np
from numpy.typing import NDArray

from translearn_core.analysis.neighbours.nearest_neighbours import Progress, nearest_among, nearest_within

Plane = NDArray[np.float32]

FEWEST = 4
"""Minimum number of rows of a layout."""
SEARCH = 0.2
"""Share of a layout's progress given to the neighbour search."""
SAME = 0.9999
"""Membership from which a row equals its neighbour but for rounding."""
AT_ONCE = 16_384
"""Rows placed at a time."""


def fit_umap(
    x: Plane,
    neighbours: int,
    min_dist: float,
    seed: int,
    report: Progress,
) -> Plane:
    """Compute a UMAP layout, initialised with the first two columns and centred at 0.

    Parameters
    ----------
    x : float32 array, shape (rows, width)
        At least 4 rows, not all equal; principal components in descending order.
    neighbours, min_dist
        UMAP's ``n_neighbors`` (limited to the number of other rows) and ``min_dist``.
    seed : int
    report : callable
        Called repeatedly with the share done; may raise to stop.

    Returns
    -------
    array, shape (rows, 2), float32

    References
    ----------
    McInnes, Healy & Melville (2018), arXiv:1802.03426. Kobak & Linderman (2021), Initialization is critical
    for preserving global data structure in both t-SNE and UMAP.
    """
    umap = _umap()
    size = min(neighbours, len(x) - 1)
    # Exact search, as umap's approximate one takes 30 s to compile; a row counts as its own first neighbour.
    indices, distances = nearest_within(x, size - 1, progress=lambda part: report(SEARCH * part))
    itself = np.arange(len(x))[:, None]
    graph = np.hstack([itself, indices]), np.pad(distances, ((0, 0), (1, 0)))
    # The noise avoids an axis of zero extent, which umap would divide by.
    noise = np.random.default_rng(seed).normal(scale=1e-4, size=(len(x), 2)).astype(np.float32)
    # Curve parameters in single precision, like the points, save a fifth of the time.
    a, b = (np.float32(value) for value in umap.umap_.find_ab_params(1.0, min_dist))
    model = umap.UMAP(
        n_neighbors=size,
        a=a,
        b=b,
        init=10 * x[:, :2] / np.abs(x[:, :2]).max() + noise,
        precomputed_knn=graph,
        random_state=seed,
        n_jobs=1,
    )
    with warnings.catch_warnings():
        warnings.filterwarnings("ignore", "precomputed_knn.* is not an NNDescent object", UserWarning)
        plane: Plane = model.fit_transform(x).astype(np.float32)
    report(1.0)
    plane -= plane.mean(axis=0)
    return plane


def transform_umap(
    x: Plane,
    fitted: Plane,
    plane: Plane,
    neighbours: int,
    report: Progress,
) -> Plane:
    """Place rows on a layout of others: each at the mean of its nearest rows, weighted by membership.

    This is the initialisation of UMAP's own transform (``umap_.init_graph_transform``): the membership of a
    neighbour at distance d is exp(-d / s), with s such that all but the first sum to log2 of their number; a
    row equal to a fitted one takes its position.

    Parameters
    ----------
    x : float32 array, shape (rows, width)
    fitted : float32 array, shape (n, width)
        Rows of the layout.
    plane : float32 array, shape (n, 2)
        Their positions.
    neighbours : int
        As given to `fit_umap`.
    report : callable
        Called with the share done; may raise to stop.

    Returns
    -------
    array, shape (rows, 2), float32

    References
    ----------
    McInnes, Healy & Melville (2018), arXiv:1802.03426, section 3; umap-learn 0.5, ``UMAP.transform``.
    """
    smooth = _umap().umap_.smooth_knn_dist
    size = min(neighbours, len(fitted) - 1)
    positions = np.empty((len(x), 2), dtype=np.float32)
    for start in range(0, len(x), AT_ONCE):
        report(start / len(x))
        indices, distances = nearest_among(x[start : start + AT_ONCE], fitted, size)
        # smooth_knn_dist reads the first non-zero distance of a row, so there must be one
        width, _ = smooth(
            np.maximum(distances, np.finfo(np.float32).tiny), float(size), local_connectivity=0.0
        )
        member = np.exp(-distances / width[:, None])
        mean = np.einsum("rk,rkd->rd", member / member.sum(axis=1, keepdims=True), plane[indices])
        positions[start : start + AT_ONCE] = np.where(member[:, :1] < SAME, mean, plane[indices[:, 0]])
    return positions


def _umap() -> ModuleType:
    with warnings.catch_warnings():
        warnings.filterwarnings("ignore", "Tensorflow not installed", ImportWarning)
        import umap  # slow import
    module: ModuleType = umap
    return module
