"""K-means and HDBSCAN on feature vectors, the number of clusters, and their stability."""

from collections.abc import Callable, Iterator
from dataclasses import dataclass
from itertools import combinations

import numpy as np
from numpy.typing import NDArray
from sklearn.cluster import HDBSCAN, KMeans
from sklearn.decomposition import PCA
from sklearn.metrics import silhouette_samples

from translearn_core.analysis.clustering.agreement import adjusted_rand, contingency

IntArray = NDArray[np.int64]
FloatArray = NDArray[np.float64]
Features = NDArray[np.floating]
Report = Callable[[int, int], None]

NO_CLUSTER = -1
"""Cluster of the rows that HDBSCAN leaves out."""
NOT_DRAWN = -2
"""Cluster of the rows that are not in a sample."""
COUNTS = (2, 3, 4, 5, 6, 7, 8, 9, 10, 12, 15, 20, 25, 30, 40, 50, 60, 80, 100)
"""Numbers of clusters that are tried where none is given."""
ROWS_PER_CLUSTER = 10
"""Rows per cluster on average, at the largest number that is tried."""
STARTS = 3
"""Starts of k-means, the best of which stays."""
SILHOUETTE_ROWS = 2_000
"""Rows whose silhouette is measured; its cost grows with their square."""
REPEATS, PART = 5, 0.8
"""Samples on which the stability is measured, and the share of the rows in each."""
FEWEST_FOR_STABILITY = 3
"""Rows per cluster on average from which samples tell how stable the clusters are."""
COMPONENTS = 50
"""Principal components that HDBSCAN works in."""


@dataclass(frozen=True, eq=False)
class ClusterAssignment:
    """Clusters of rows.

    `cluster`, shape (rows,), counts from 0, the largest cluster first; `NO_CLUSTER` for rows in none.
    `strength` is the cosine distance of each row to its centre for k-means, and the probability of
    belonging for HDBSCAN and entailment, which has no centres. `centres`, shape (clusters, width), are
    means of rows of length 1. `stability` are the adjusted Rand indices of pairs of clusterings of
    samples, none where rows are too few. `tried` are numbers of clusters and their mean silhouettes, if
    the number was chosen.
    """

    cluster: IntArray
    strength: FloatArray
    centres: Features
    stability: tuple[float, ...]
    tried: tuple[tuple[int, float], ...] = ()


def unit_rows(x: Features) -> NDArray[np.float32]:
    """Return rows minus their mean, scaled to length 1, so that distances follow the cosine."""
    rows = np.asarray(x, dtype=np.float32)
    rows = rows - rows.mean(axis=0, dtype=np.float64).astype(np.float32)
    return np.asarray(rows / np.maximum(np.linalg.norm(rows, axis=1, keepdims=True), 1e-12))


def kmeans(x: Features, count: int | None, seed: int, report: Report | None = None) -> ClusterAssignment:
    """Cluster rows of length 1 by k-means.

    Parameters
    ----------
    x : float array, shape (rows, width)
        From `unit_rows`.
    count : int, optional
        Number of clusters, at most that of the rows; by default that of `COUNTS` with the highest mean
        silhouette.
    seed : int
        Of the starts and samples.
    report : callable, optional
        Called with steps done and in all; may raise to stop.

    References
    ----------
    Rousseeuw (1987) for the silhouette; Ben-Hur, Elisseeff & Guyon (2002) for the stability.
    """
    counts = [k for k in COUNTS if k == 2 or k * ROWS_PER_CLUSTER <= len(x)] if count is None else []
    steps, tried = len(counts) + REPEATS + 1, []
    for done, k in enumerate(counts):
        _tell(report, done, steps)
        tried.append((k, float(silhouettes(x, _fit(x, k, seed).labels_, seed)[1].mean())))
    chosen = max(tried, key=lambda one: one[1])[0] if count is None else count
    _tell(report, len(counts), steps)
    best = _fit(x, chosen, seed, starts=STARTS)
    samples = []
    drawn = _samples(len(x), seed) if len(x) >= FEWEST_FOR_STABILITY * chosen else ()
    for repeat, rows in enumerate(drawn):
        _tell(report, len(counts) + 1 + repeat, steps)
        samples.append(_fit(x[rows], chosen, seed + repeat + 1).predict(x))
    cluster, order = _by_size(best.labels_)
    centres = best.cluster_centers_[order]
    return ClusterAssignment(
        cluster,
        1 - _cosine(x, centres[cluster]),
        centres,
        tuple(_agreements(samples)),
        tuple(tried),
    )


def hdbscan(x: Features, smallest: int, seed: int, report: Report | None = None) -> ClusterAssignment:
    """Cluster rows of length 1 by their density; rows in thin places belong to no cluster.

    Parameters
    ----------
    x : float array, shape (rows, width)
        From `unit_rows`; reduced to at most `COMPONENTS` principal components.
    smallest : int
        Fewest rows of a cluster.
    seed, report
        As for `kmeans`.

    References
    ----------
    Campello, Moulavi & Sander (2013), doi:10.1007/978-3-642-37456-2_14.
    """
    width = min(COMPONENTS, *x.shape)
    reduced = PCA(width, random_state=seed).fit_transform(x) if width < x.shape[1] else x
    _tell(report, 0, REPEATS + 1)
    best = HDBSCAN(min_cluster_size=max(2, smallest), copy=True).fit(reduced)
    samples = []
    for repeat, rows in enumerate(_samples(len(x), seed)):
        _tell(report, 1 + repeat, REPEATS + 1)
        labels = np.full(len(x), NOT_DRAWN, dtype=np.int64)
        size = max(2, round(smallest * len(rows) / len(x)))
        labels[rows] = HDBSCAN(min_cluster_size=size, copy=True).fit_predict(reduced[rows])
        samples.append(labels)
    cluster, order = _by_size(best.labels_)
    centres = np.array([x[cluster == k].mean(axis=0) for k in range(len(order))]).reshape(-1, x.shape[1])
    return ClusterAssignment(
        cluster, best.probabilities_.astype(np.float64), centres, tuple(_agreements(samples))
    )


def silhouettes(x: Features, cluster: IntArray, seed: int) -> tuple[IntArray, FloatArray]:
    """Return the rows of a sample that lie in clusters, and their silhouettes by cosine distance.

    Both are empty where there are fewer than two clusters.
    """
    rows = np.flatnonzero(cluster != NO_CLUSTER)
    if len(rows) > SILHOUETTE_ROWS:
        rows = np.sort(np.random.default_rng(seed).choice(rows, SILHOUETTE_ROWS, replace=False))
    present = len(np.unique(cluster[rows]))
    if not 2 <= present < len(rows):
        return np.empty(0, dtype=np.int64), np.empty(0)
    values = silhouette_samples(x[rows], cluster[rows], metric="cosine")
    return rows, np.asarray(values, dtype=np.float64)


def _fit(x: Features, count: int, seed: int, starts: int = 1) -> KMeans:
    return KMeans(count, n_init=starts, random_state=seed).fit(x)


def _samples(rows: int, seed: int) -> Iterator[IntArray]:
    random = np.random.default_rng(seed)
    for _ in range(REPEATS):
        yield np.sort(random.choice(rows, max(2, round(PART * rows)), replace=False))


def _agreements(samples: list[IntArray]) -> Iterator[float]:
    """Yield the adjusted Rand index of every pair over the rows drawn by both, 0 if one has no cluster.

    Rows in no cluster are a group of their own.
    """
    for one, other in combinations(samples, 2):
        both = (one != NOT_DRAWN) & (other != NOT_DRAWN)
        has_clusters = min(one[both].max(), other[both].max()) > NO_CLUSTER
        yield float(adjusted_rand(contingency(one[both], other[both]))) if has_clusters else 0.0


def _by_size(labels: IntArray) -> tuple[IntArray, IntArray]:
    """Return the clusters numbered from the largest to the smallest, and their earlier numbers."""
    numbers, counts = np.unique(labels[labels != NO_CLUSTER], return_counts=True)
    order = numbers[np.argsort(-counts, kind="stable")]
    cluster = np.full(len(labels), NO_CLUSTER, dtype=np.int64)
    for new, old in enumerate(order):
        cluster[labels == old] = new
    return cluster, order


def _cosine(x: Features, y: Features) -> FloatArray:
    lengths = np.linalg.norm(x, axis=1) * np.linalg.norm(y, axis=1)
    return np.asarray((x * y).sum(axis=1) / np.maximum(lengths, 1e-12), dtype=np.float64)


def _tell(report: Report | None, done: int, total: int) -> None:
    if report:
        report(done, total)
