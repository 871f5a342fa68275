"""Vectors as points on a plane: all variants of the same rows on one map, found from some of the rows."""

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
"""Rows brought to single precision at a time."""
AXES = 0.1
"""Share of the time a layout takes that goes to the principal axes."""


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
    """Bring the same rows onto a plane under every variant, so that their places can be held together.

    PCA shows the two directions of largest variance of all variants together, the same two for each: every
    variant is centred and brought to the same total spread (1, the root mean square of the distances from
    its mean), so that none decides them alone. The sign of each is such that its largest loading is positive.

    UMAP lays out each variant's graph of nearest neighbours, starting from its principal components; its
    axes mean nothing, so later variants are turned and mirrored (never stretched) to lie as close as they
    can to the first.

    A variant whose rows are all equal is one point, 0.

    Parameters
    ----------
    features : mapping of variant to float array, shape (rows, width)
    method : Method
    neighbours, min_dist
        UMAP's size of a neighbourhood (never more than there are other rows) and its tightest packing.
    seed : int
        The same seed gives the same points.
    fit : int array, optional
        Rows the map is found from, all if not given. The others are projected on the same axes, or placed
        among their nearest rows of a layout (see `placed`).
    progress : callable, optional
        Called with variants done, in parts of one, and all variants; may raise to stop.

    Returns
    -------
    array, shape (variants, rows, 2), float32

    Raises
    ------
    TooFewSamplesError
        If UMAP is asked to lay out fewer than 4 rows.
    TrainingError
        If features are not finite: the training diverged.
    """
    total = len(features)
    rows = np.arange(len(next(iter(features.values())))) if fit is None else fit
    for variant, x in features.items():
        _check(x, variant)
    if method is Method.UMAP and len(rows) < FEWEST:
        raise TooFewSamplesError(
            f"{len(rows)} rows are too few for UMAP, which needs {FEWEST}: use PCA or more rows."
        )

    def told(done: float, part: float = 0.0) -> None:
        if progress:
            progress(done + part, total)

    told(0)
    if method is Method.PCA:
        return np.stack(_on_principal_axes(list(features.values()), rows, 2, seed, told))
    planes: list[Plane] = []
    for done, x in enumerate(features.values()):
        plane = _umap(x, rows, neighbours, min_dist, seed, partial(told, done))
        planes.append(_turned(plane, planes[0], rows) if planes else plane)
        told(done + 1)
    return np.stack(planes)


@dataclass(frozen=True, eq=False)
class _Extent:
    """Where rows lie and how far they reach: their mean, and the root mean square of distances from it."""

    middle: Plane
    reach: float

    @classmethod
    def of(cls, rows: NDArray[np.floating]) -> "_Extent":
        x = np.asarray(rows, dtype=np.float32)
        middle = x.mean(axis=0, dtype=np.float64).astype(np.float32)
        apart = (x != x[:1]).any()
        reach = float(np.sqrt(np.square(x - middle).sum(axis=1, dtype=np.float64).mean())) if apart else 0.0
        return cls(middle, reach)

    def brought(self, rows: NDArray[np.floating]) -> Plane:
        """Return rows about 0, of total spread 1."""
        found: Plane = (np.asarray(rows, dtype=np.float32) - self.middle) / np.float32(self.reach)
        return found


def _on_principal_axes(
    variants: Sequence[NDArray[np.floating]],
    fit: IntArray,
    components: int,
    seed: int,
    told: Callable[[float], None],
) -> list[Plane]:
    """Return each variant's coordinates on the axes of all; where there are fewer than two, 0."""
    extents = [_Extent.of(x[fit]) for x in variants]
    together = [e.brought(x[fit]) for e, x in zip(extents, variants, strict=True) if e.reach > 0]
    planes = [np.zeros((len(x), max(2, min(components, *x[fit].shape))), dtype=np.float32) for x in variants]
    if not together:
        return planes
    stacked = np.concatenate(together)
    # scikit-learn fixes the signs by the loadings
    pca = PCA(min(components, *stacked.shape), random_state=seed).fit(stacked)
    for done, (extent, x, plane) in enumerate(zip(extents, variants, planes, strict=True)):
        for start in range(0, len(x) if extent.reach > 0 else 0, ROWS_AT_ONCE):
            told(done + start / len(x))
            found = pca.transform(extent.brought(x[start : start + ROWS_AT_ONCE]))
            plane[start : start + ROWS_AT_ONCE, : found.shape[1]] = found
        told(done + 1)
    return planes


def _umap(
    x: NDArray[np.floating],
    fit: IntArray,
    neighbours: int,
    min_dist: float,
    seed: int,
    told: Callable[[float], None],
) -> Plane:
    (principal,) = _on_principal_axes([x], fit, COMPONENTS, seed, lambda part: told(AXES * part))
    if not principal.any():
        return principal[:, :2]
    others = np.setdiff1d(np.arange(len(x)), fit)
    shaping = 1 - AXES if not len(others) else (1 - AXES) / 2
    fitted = principal[fit]
    plane = np.empty((len(x), 2), dtype=np.float32)
    plane[fit] = fit_umap(fitted, neighbours, min_dist, seed, lambda part: told(AXES + shaping * part))
    plane[others] = transform_umap(
        principal[others], fitted, plane[fit], neighbours, lambda part: told(AXES + shaping * (1 + part))
    )
    return plane


def _turned(plane: Plane, onto: Plane, fit: IntArray) -> Plane:
    """Turn and mirror a plane so that the rows `fit` lie as close as they can to their places on another."""
    turn: Plane = orthogonal_procrustes(plane[fit], onto[fit])[0].astype(np.float32)
    return plane @ turn


def _check(x: NDArray[np.floating], variant: str) -> None:
    if not np.isfinite(x).all():
        raise TrainingError(
            f"The features of the {variant} backbone hold values that are not finite: the training diverged, "
            "train again with a lower learning rate."
        )
