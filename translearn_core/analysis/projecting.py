"""Vectors as points on a plane, and the number that says how far to trust the picture."""

import warnings
from collections.abc import Callable, Mapping

import numpy as np
from numpy.typing import NDArray
from scipy.linalg import orthogonal_procrustes
from sklearn.decomposition import PCA

from translearn_core.analysis.neighbours import nearest_within
from translearn_core.config import Method
from translearn_core.errors import TooFewSamplesError, TrainingError

Plane = NDArray[np.float32]

COMPONENTS = 50
"""Principal components UMAP starts from."""
FEWEST = 4
"""Rows UMAP needs: fewer have no neighbourhoods to speak of."""


def project(
    features: Mapping[str, NDArray[np.floating]],
    *,
    method: Method,
    neighbours: int = 15,
    min_dist: float = 0.1,
    seed: int = 0,
    progress: Callable[[float, float], None] | None = None,
) -> Plane:
    """Bring the same rows onto a plane, each variant by itself.

    PCA shows the two directions of largest variance; the sign of each is such that its largest loading is
    positive. UMAP lays out the graph of nearest neighbours, starting from the principal components; its axes
    mean nothing, so later variants are turned and mirrored (never stretched) to lie as close as they can to
    the first. A variant whose rows are all equal is one point, 0.

    Parameters
    ----------
    features : mapping of variant to float array, shape (rows, width)
    method : Method
    neighbours, min_dist
        UMAP's size of a neighbourhood (never more than there are other rows) and its tightest packing.
    seed : int
        The same seed gives the same points.
    progress : callable, optional
        Called with variants done and all variants; may raise to stop.

    Returns
    -------
    array, shape (variants, rows, 2), float32

    Raises
    ------
    TooFewSamplesError
        If UMAP is asked for fewer than 4 rows.
    TrainingError
        If features are not finite: the training diverged.

    References
    ----------
    McInnes, Healy & Melville (2018), arXiv:1802.03426. Kobak & Linderman (2021), Initialization is critical
    for preserving global data structure in both t-SNE and UMAP.
    """
    planes: list[Plane] = []
    for done, (variant, x) in enumerate(features.items()):
        if progress:
            progress(done, len(features))
        _check(x, variant, method)
        principal = _principal(
            np.asarray(x, dtype=np.float32), 2 if method is Method.PCA else COMPONENTS, seed
        )
        if method is Method.UMAP and principal.any():
            planes.append(_umap(principal, neighbours, min_dist, seed, onto=planes[0] if planes else None))
        else:
            planes.append(principal[:, :2])
    if progress:
        progress(len(features), len(features))
    return np.stack(planes)


def stratified_sample(labels: NDArray[np.int64], limit: int, seed: int) -> NDArray[np.int64]:
    """Draw at most `limit` rows by seed, sorted: each class in its share, and one row of each if they fit."""
    if len(labels) <= limit:
        return np.arange(len(labels))
    classes, group, rows = np.unique(labels, return_inverse=True, return_counts=True)
    floor = np.minimum(rows, 1) if len(classes) <= limit else np.zeros_like(rows)
    share = (limit - floor.sum()) * (rows - floor) / (rows - floor).sum()
    quota = floor + share.astype(np.int64)
    largest_remainders = np.argsort(-(share % 1), kind="stable")[: limit - quota.sum()]
    quota[largest_remainders] += 1
    shuffled = np.lexsort((np.random.default_rng(seed).random(len(labels)), group))
    place = np.arange(len(labels)) - np.repeat(np.cumsum(rows) - rows, rows)
    return np.sort(shuffled[place < quota[group[shuffled]]])


def purity(
    features: NDArray[np.floating],
    labels: NDArray[np.int64],
    k: int = 10,
    *,
    of: NDArray[np.int64] | None = None,
) -> float:
    """Share of the `k` nearest other rows, in full width, that carry a row's own label; NaN below two rows.

    Averaged over the rows `of`, all if not given: a model that was fitted to the training labels is asked
    about the rows it was not fitted to.

    Read it beside a projection: classes that look apart on the plane and are not pure here owe it to the
    picture. The cost grows with the square of the rows: 10,000 take about 2 s.
    """
    if len(labels) < 2:
        return float("nan")
    indices, _ = nearest_within(features, min(k, len(labels) - 1))
    own = (labels[indices] == labels[:, None]).mean(1)
    return float(own.mean() if of is None else own[of].mean())


def _check(x: NDArray[np.floating], variant: str, method: Method) -> None:
    if method is Method.UMAP and len(x) < FEWEST:
        raise TooFewSamplesError(
            f"{len(x)} rows are too few for UMAP, which needs {FEWEST}: use PCA or more rows."
        )
    if not np.isfinite(x).all():
        raise TrainingError(
            f"The features of the {variant} backbone hold values that are not finite: "
            "the training diverged, train again with a lower learning rate."
        )


def _principal(x: Plane, components: int, seed: int) -> Plane:
    """Coordinates on at most `components` principal axes and at least two, filled up with zeros."""
    found = min(components, *x.shape)
    spread = (x != x[:1]).any()
    # scikit-learn fixes the signs by the loadings
    plane = PCA(found, random_state=seed).fit_transform(x) if spread else np.zeros((len(x), found))
    return np.pad(plane, ((0, 0), (0, max(0, 2 - found)))).astype(np.float32)


def _umap(x: Plane, neighbours: int, min_dist: float, seed: int, onto: Plane | None) -> Plane:
    with warnings.catch_warnings():
        warnings.filterwarnings("ignore", "Tensorflow not installed", ImportWarning)
        import umap  # takes seconds: only when asked for

    size = min(neighbours, len(x) - 1)
    # Exact neighbours at once, where umap would compile an approximate search for half a minute.
    # It counts a row as its own first neighbour.
    indices, distances = nearest_within(x, size - 1)
    itself = np.arange(len(x))[:, None]
    graph = np.hstack([itself, indices]), np.pad(distances, ((0, 0), (1, 0)))
    # The noise keeps an axis without spread, which umap would divide by, from being exactly so.
    noise = np.random.default_rng(seed).normal(scale=1e-4, size=(len(x), 2)).astype(np.float32)
    model = umap.UMAP(
        n_neighbors=size,
        min_dist=min_dist,
        init=10 * x[:, :2] / np.abs(x[:, :2]).max() + noise,
        precomputed_knn=graph,
        random_state=seed,
        n_jobs=1,
    )
    with warnings.catch_warnings():
        warnings.filterwarnings("ignore", "precomputed_knn.* is not an NNDescent object", UserWarning)
        plane: Plane = model.fit_transform(x).astype(np.float32)
    plane -= plane.mean(axis=0)
    if onto is None:
        return plane
    turn: Plane = orthogonal_procrustes(plane, onto)[0].astype(np.float32)
    return plane @ turn
