"""Ridge regression with a penalty chosen by cross-validation, on standardised features."""

from dataclasses import dataclass
from typing import Self

import numpy as np
from numpy.typing import NDArray

IntArray = NDArray[np.int64]
FloatArray = NDArray[np.float64]

PENALTIES = tuple(float(penalty) for penalty in np.logspace(6, -2, 17))
"""Candidates for the penalty of the squared weights, from strong to weak regularisation."""
ROWS_AT_ONCE = 8192
"""Rows converted to float64 at a time."""


@dataclass(frozen=True, eq=False)
class Ridge:
    """Linear model of numbers, ``x @ weight + intercept``.

    `penalty` is that of the squared weights of standardised features, `held_out` the prediction of each
    training row by the model of the other folds.
    """

    weight: FloatArray
    intercept: float
    penalty: float
    held_out: FloatArray

    @classmethod
    def fit(
        cls,
        x: NDArray[np.floating],
        y: FloatArray,
        fold: IntArray,
        *,
        sample_weight: NDArray[np.floating] | None = None,
    ) -> Self:
        """Choose the penalty with the lowest squared error on held-out rows, then fit it to all rows.

        All penalties of a fold share one eigendecomposition of its covariance, so that the search costs
        about as much as a single fit.

        Parameters
        ----------
        x : array, shape (rows, width)
            Constant features get weight 0.
        y : float array, shape (rows,)
        fold : int array, shape (rows,)
            Fold in which each row is held out, from 0; at least two folds.
        sample_weight : array, shape (rows,), optional
        """
        rows_weight = np.ones(len(y)) if sample_weight is None else np.asarray(sample_weight, np.float64)
        centre, scale = _statistics(x)
        parts = [
            _Moments.of(x[fold == f], y[fold == f], rows_weight[fold == f], centre, scale)
            for f in range(int(fold.max()) + 1)
        ]
        every = sum(parts[1:], parts[0])
        held_out, error = np.empty((len(y), len(PENALTIES))), np.zeros(len(PENALTIES))
        for f, part in enumerate(parts):
            weights, intercepts = (every - part).solve(PENALTIES)
            rows = fold == f
            held_out[rows] = _standardised(x[rows], centre, scale) @ weights + intercepts
            error += rows_weight[rows] @ np.square(held_out[rows] - y[rows, None])
        best = int(error.argmin())
        weights, intercepts = every.solve((PENALTIES[best],))
        weight = weights[:, 0] / scale
        intercept = float(intercepts[0] - centre @ weight)
        return cls(weight, intercept, PENALTIES[best], held_out[:, best])

    def predict(self, x: NDArray[np.floating]) -> FloatArray:
        """Return the prediction of each row, shape (rows,)."""
        return np.asarray(x @ self.weight + self.intercept, dtype=np.float64)


@dataclass(frozen=True, eq=False)
class _Moments:
    """Weighted sums over rows: products of standardised features, with y, features, y, and weights."""

    gram: FloatArray
    with_y: FloatArray
    features: FloatArray
    y: float
    weight: float

    @classmethod
    def of(
        cls, x: NDArray[np.floating], y: FloatArray, w: FloatArray, centre: FloatArray, scale: FloatArray
    ) -> Self:
        width = len(centre)
        sums = cls(np.zeros((width, width)), np.zeros(width), np.zeros(width), 0.0, 0.0)
        for start in range(0, len(y), ROWS_AT_ONCE):
            part = slice(start, start + ROWS_AT_ONCE)
            z, t = _standardised(x[part], centre, scale), y[part]
            weighted = z * w[part, None]
            of_y, of_w = float(w[part] @ t), float(w[part].sum())
            sums = sums + cls(weighted.T @ z, weighted.T @ t, weighted.sum(0), of_y, of_w)
        return sums

    def __add__(self, other: Self) -> Self:
        return self._combine(other, 1.0)

    def __sub__(self, other: Self) -> Self:
        return self._combine(other, -1.0)

    def _combine(self, other: Self, sign: float) -> Self:
        return type(self)(
            self.gram + sign * other.gram,
            self.with_y + sign * other.with_y,
            self.features + sign * other.features,
            self.y + sign * other.y,
            self.weight + sign * other.weight,
        )

    def solve(self, penalties: tuple[float, ...]) -> tuple[FloatArray, FloatArray]:
        """Return weights, shape (width, penalties), and unpenalised intercepts, shape (penalties,)."""
        mean, mean_y = self.features / self.weight, self.y / self.weight
        covariance = self.gram - self.weight * np.outer(mean, mean)
        values, vectors = np.linalg.eigh(covariance)
        projected = vectors.T @ (self.with_y - self.weight * mean * mean_y)
        shrunk = projected[:, None] / (np.maximum(values, 0.0)[:, None] + np.array(penalties))
        weights = vectors @ shrunk
        return weights, mean_y - mean @ weights


def _statistics(x: NDArray[np.floating]) -> tuple[FloatArray, FloatArray]:
    """Return mean and standard deviation of each feature; 1 for constant ones."""
    mean, square = np.zeros(x.shape[1]), np.zeros(x.shape[1])
    for start in range(0, len(x), ROWS_AT_ONCE):
        mean += x[start : start + ROWS_AT_ONCE].astype(np.float64).sum(0) / len(x)
    for start in range(0, len(x), ROWS_AT_ONCE):
        square += np.square(x[start : start + ROWS_AT_ONCE].astype(np.float64) - mean).sum(0) / len(x)
    deviation = np.sqrt(square)
    return mean, np.where(deviation > 1e-6, deviation, 1.0)


def _standardised(x: NDArray[np.floating], centre: FloatArray, scale: FloatArray) -> FloatArray:
    return np.asarray((x.astype(np.float64) - centre) / scale, dtype=np.float64)
