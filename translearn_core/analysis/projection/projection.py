"""2-D projection of features by PCA or UMAP, joint over variants of the same rows."""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from functools import partial

import numpy as np
from numpy.typing import NDArray
from scipy.linalg import orthogonal_procrustes
from sklearn.decomposition import PCA

from translearn_core.analysis.projection.umap_layout import FEWEST, fit_umap, transform_umap
from translearn_core.config import Method
from translearn_core.errors import TooFewSamplesError, TrainingError

Plane = NDArray[np.float32]
IntArray = NDArray[np.int64]

COMPONENTS = 50
"""Principal components UMAP starts from."""
ROWS_AT_ONCE = 16_384
"""Rows converted to single precision at a time."""
AXES = 0.1
"""Share of a layout's progress given to the principal components."""


def project(
    features: Mapping[str, NDArray[np.floating]],
    *,
    method: Method,
    neighbours: int = 15,
    min_dist: float = 0.1,
    seed: int = 0,
    fit: IntArray | None = None,
    progress: Callable[[float, float], None] | None = None,
) -> Plane:
    """Project the same rows onto a plane under every variant, in comparable coordinates.

    PCA uses the two principal axes of all variants stacked. Every variant is first centred and scaled to unit
    root-mean-square distance from its mean, so that none dominates. The largest loading of each axis is
    positive. A variant whose rows are all equal is one point, 0.

    UMAP lays out each variant's nearest-neighbour graph, initialised with its principal components. As its
    axes are arbitrary, later variants are rotated or reflected (not scaled) onto the first.

    Parameters
    ----------
    features : mapping of variant to float array, shape (rows, width)
    method : Method
    neighbours, min_dist
        UMAP's ``n_neighbors`` (limited to the number of other rows) and ``min_dist``.
    seed : int
        The same seed gives the same points.
    fit : int array, optional
        Rows to fit on; default all. The others are projected on the same axes, or placed among their nearest
        fitted rows (see `transform_umap`).
    progress : callable, optional
        Called with variants done (with fractions) and all variants; may raise to stop.

    Returns
    -------
    array, shape (variants, rows, 2), float32

    Raises
    ------
    TooFewSamplesError, TrainingError
        If UMAP has fewer than 4 rows to fit on; if features are not finite, as the training diverged.
    """
    total, variants = len(features), list(features.values())
    rows = np.arange(len(variants[0])) if fit is None else fit
    _check(features, rows, method)

    def report(done: float, part: float = 0.0) -> None:
        if progress:
            progress(done + part, total)

    report(0)
    if method is Method.PCA:
        return np.stack(_on_principal_axes(variants, rows, 2, seed, report))
    planes: list[Plane] = []
    for done, x in enumerate(variants):
        plane = _umap(x, rows, neighbours, min_dist, seed, partial(report, done))
        planes.append(procrustes_align(plane, planes[0], rows) if planes else plane)
        report(done + 1)
    return np.stack(planes)


@dataclass(frozen=True, eq=False)
class _Scaler:
    """Mean of rows, and root mean square of their distances from it (`scale`, 0 if all are equal)."""

    mean: Plane
    scale: float

    @classmethod
    def of(cls, rows: NDArray[np.floating]) -> "_Scaler":
        x = np.asarray(rows, dtype=np.float32)
        mean = x.mean(axis=0, dtype=np.float64).astype(np.float32)
        if not (x != x[:1]).any():
            return cls(mean, 0.0)
        return cls(mean, float(np.sqrt(np.square(x - mean).sum(axis=1, dtype=np.float64).mean())))

    def transform(self, rows: NDArray[np.floating]) -> Plane:
        """Centre rows and scale them to total variance 1."""
        return np.asarray((np.asarray(rows, dtype=np.float32) - self.mean) / np.float32(self.scale))


def _on_principal_axes(
    variants: Sequence[NDArray[np.floating]],
    fit: IntArray,
    components: int,
    seed: int,
    report: Callable[[float], None],
) -> list[Plane]:
    """Return each variant's coordinates on the common principal axes; missing axes are 0."""
    scalers = [_Scaler.of(x[fit]) for x in variants]
    scaled = [s.transform(x[fit]) for s, x in zip(scalers, variants, strict=True) if s.scale > 0]
    planes = [np.zeros((len(x), max(2, min(components, *x[fit].shape))), dtype=np.float32) for x in variants]
    if not scaled:
        return planes
    stacked = np.concatenate(scaled)
    # scikit-learn makes the largest loading positive
    pca = PCA(min(components, *stacked.shape), random_state=seed).fit(stacked)
    for done, (scaler, x, plane) in enumerate(zip(scalers, variants, planes, strict=True)):
        for start in range(0, len(x) if scaler.scale > 0 else 0, ROWS_AT_ONCE):
            report(done + start / len(x))
            coordinates = pca.transform(scaler.transform(x[start : start + ROWS_AT_ONCE]))
            plane[start : start + ROWS_AT_ONCE, : coordinates.shape[1]] = coordinates
        report(done + 1)
    return planes


def _umap(
    x: NDArray[np.floating],
    fit: IntArray,
    neighbours: int,
    min_dist: float,
    seed: int,
    report: Callable[[float], None],
) -> Plane:
    (principal,) = _on_principal_axes([x], fit, COMPONENTS, seed, lambda part: report(AXES * part))
    if not principal.any():
        return principal[:, :2]
    others = np.setdiff1d(np.arange(len(x)), fit)
    share = 1 - AXES if not len(others) else (1 - AXES) / 2
    fitted = principal[fit]
    plane = np.empty((len(x), 2), dtype=np.float32)
    plane[fit] = fit_umap(fitted, neighbours, min_dist, seed, lambda part: report(AXES + share * part))
    plane[others] = transform_umap(
        principal[others], fitted, plane[fit], neighbours, lambda part: report(AXES + share * (1 + part))
    )
    return plane


def procrustes_align(plane: Plane, onto: Plane, fit: IntArray | None = None) -> Plane:
    """Rotate or reflect `plane` about 0 to minimise the squared distances of its points from `onto`.

    Parameters
    ----------
    plane, onto : arrays, shape (..., 2)
        The same points in the same order, both centred at 0.
    fit : int array, optional
        Entries of the first axis whose distances count; default all.
    """
    pair = (plane, onto) if fit is None else (plane[fit], onto[fit])
    points = (side.reshape(-1, 2).astype(np.float64) for side in pair)
    return np.asarray((plane @ orthogonal_procrustes(*points)[0]).astype(np.float32))


def _check(features: Mapping[str, NDArray[np.floating]], fit: IntArray, method: Method) -> None:
    """Raise an error for features that are not finite, and for too few rows."""
    for variant, x in features.items():
        if not np.isfinite(x).all():
            raise TrainingError(
                f"The features of the {variant} backbone hold values that are not finite: the training "
                "diverged, train again with a lower learning rate."
            )
    if method is Method.UMAP and len(fit) < FEWEST:
        raise TooFewSamplesError(
            f"{len(fit)} rows are too few for UMAP, which needs {FEWEST}: use PCA or more rows."
        )
