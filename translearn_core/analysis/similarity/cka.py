"""Debiased CKA (centred kernel alignment) of representations, with jackknife confidence intervals."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace

import numpy as np
from numpy.typing import NDArray

from translearn_core.errors import TooFewSamplesError
from translearn_core.results import Estimate
from translearn_core.results.interval_estimate import Z

Vectors = NDArray[np.floating]
Single = NDArray[np.float32]
FloatArray = NDArray[np.float64]

MIN_ROWS = 4
"""Rows required: the unbiased HSIC divides by n - 3."""
MIN_JACKKNIFE_ROWS = 5
"""Rows required by the jackknife: `MIN_ROWS` with one left out."""
SAME = 1e-9
"""Distance from 1 below which a CKA differs from it by rounding only."""


@dataclass(frozen=True, eq=False)
class JackknifeCka:
    """A CKA and its leave-one-out values, shape (rows,)."""

    value: float
    left_out: FloatArray

    @property
    def estimate(self) -> Estimate:
        """The CKA with its interval, computed on Fisher's z scale so that it stays within -1 and 1."""
        if not np.isfinite(self.value) or abs(self.value) >= 1 - SAME:
            return Estimate(self.value, self.value, self.value)
        half = _half_width(self.left_out) / (1 - self.value**2)
        low, high = np.tanh(np.arctanh(self.value) + np.array([-half, half]))
        return Estimate(self.value, float(low), float(high))

    def difference(self, other: "JackknifeCka") -> Estimate:
        """Return this CKA minus another of the same rows, with the 95 % interval of the difference."""
        difference = self.value - other.value
        half = _half_width(self.left_out - other.left_out)
        return Estimate(difference, difference - half, difference + half)


def cka_matrix(
    xs: Sequence[Vectors], ys: Sequence[Vectors], progress: Callable[[float, float], None] | None = None
) -> FloatArray:
    """Return the debiased linear CKA of every layer of `xs` with every layer of `ys`.

    With more rows than dimensions no (rows, rows) matrix is built, so 20,000 rows need no more memory than
    their vectors in single precision.

    Parameters
    ----------
    xs, ys : sequences of arrays, shape (rows, width)
        The same rows in the same order throughout; widths may differ; float16 and up. Passing one sequence
        twice halves the cost.
    progress : callable, optional
        Called with layers of `xs` done and all of them; may raise to stop.

    Returns
    -------
    array, shape (len(xs), len(ys))
        1 if equal up to rotation and scale, about 0 (possibly slightly negative) if unrelated, NaN if all
        rows of a layer are equal.

    Raises
    ------
    TooFewSamplesError
        If there are fewer than 4 rows.

    References
    ----------
    Kornblith et al. 2019, arXiv:1905.00414; with the unbiased HSIC of Song et al. 2012 (JMLR 13), as in
    Nguyen, Raghu & Kornblith 2021, arXiv:2010.15327.
    """
    symmetric = ys is xs
    of_x = [_in_single(_layer(x)) for x in xs]
    of_y = of_x if symmetric else [_in_single(_layer(y)) for y in ys]
    norms_x = [_hsic(x, x) for x in of_x]
    norms_y = norms_x if symmetric else [_hsic(y, y) for y in of_y]
    matrix = np.zeros((len(of_x), len(of_y)))
    for i, x in enumerate(of_x):
        if progress:
            progress(i, len(of_x))
        for j, y in enumerate(of_y):
            norms = norms_x[i] * norms_y[j]
            if symmetric and j < i:
                matrix[i, j] = matrix[j, i]
            elif symmetric and j == i and norms > 0:
                matrix[i, j] = 1.0
            else:
                matrix[i, j] = _hsic(x, y) / np.sqrt(norms) if norms > 0 else np.nan
    if progress:
        progress(len(of_x), len(of_x))
    return matrix


def jackknife_cka(x: Vectors, y: Vectors) -> JackknifeCka:
    """Return the debiased linear CKA of two sets of vectors with its leave-one-out values, in closed form.

    The jackknife is used rather than the bootstrap because a row drawn twice is maximally similar to its copy
    and raises every CKA. The unbiased HSIC is a U-statistic, so the jackknife estimates its variance.

    Parameters
    ----------
    x, y : arrays, shapes (rows, width of x) and (rows, width of y)
        The same rows in the same order.

    Returns
    -------
    JackknifeCka
        NaN where all rows of one are equal.

    Raises
    ------
    TooFewSamplesError
        If there are fewer than 5 rows.

    References
    ----------
    Arvesen 1969 (Annals of Mathematical Statistics 40): the jackknife of U-statistics and of functions of
    several. The unbiased HSIC: Song et al. 2012 (JMLR 13).
    """
    if len(x) < MIN_JACKKNIFE_ROWS:
        raise TooFewSamplesError(
            f"{len(x)} rows are too few for an interval of CKA: give at least {MIN_JACKKNIFE_ROWS}."
        )
    a, b = _layer(x), _layer(y)
    norms = _leave_one_out_hsic(a, a) * _leave_one_out_hsic(b, b)
    with np.errstate(invalid="ignore", divide="ignore"):
        values = np.where(norms > 0, _leave_one_out_hsic(a, b) / np.sqrt(norms), np.nan)
    return JackknifeCka(float(values[0]), values[1:])


@dataclass(frozen=True, eq=False)
class _Layer:
    """Terms of the HSIC of one layer with a linear kernel whose diagonal is set to 0.

    `x` (rows, width) is centred; `own` (rows,) is the diagonal that was removed, `sums` (rows,) the row sums
    of the kernel; `kernel` (rows, rows) is stored in single precision only with rows <= width.
    """

    x: FloatArray | Single
    own: FloatArray
    sums: FloatArray
    kernel: Single | None = None


def _layer(vectors: Vectors) -> _Layer:
    if len(vectors) < MIN_ROWS:
        raise TooFewSamplesError(f"{len(vectors)} rows are too few for CKA: give at least {MIN_ROWS}.")
    x = np.asarray(vectors, dtype=np.float64)
    mean = x.mean(axis=0)
    x = x - mean
    scale = float(np.sqrt(np.square(x).mean()))
    if scale <= 1e-7 * float(np.abs(mean).max(initial=0.0)):
        x, scale = np.zeros_like(x), 1.0  # all rows are equal but for rounding
    x /= scale or 1.0  # CKA ignores scale: unit scale keeps sums of squares accurate in single precision
    own = np.square(x).sum(axis=1)
    return _Layer(x, own, x @ x.sum(axis=0) - own)


def _in_single(layer: _Layer) -> _Layer:
    """Convert to single precision; add the kernel where it is no larger than the vectors."""
    kernel = None
    if len(layer.x) <= layer.x.shape[1]:
        kernel = (layer.x @ layer.x.T).astype(np.float32)
        np.fill_diagonal(kernel, 0.0)
    return replace(layer, x=layer.x.astype(np.float32), kernel=kernel)


def _hsic(a: _Layer, b: _Layer) -> float:
    """Return the unbiased HSIC of linear kernels."""
    if a.kernel is not None and b.kernel is not None:
        trace = np.vdot(a.kernel, b.kernel).item()
    else:
        trace = np.square(a.x.T @ b.x).sum(dtype=np.float64).item() - a.own @ b.own
    return float(_unbiased(trace, a.sums.sum() * b.sums.sum(), a.sums @ b.sums, len(a.own)))


def _leave_one_out_hsic(a: _Layer, b: _Layer) -> FloatArray:
    """Return the unbiased HSIC of all rows, then without each of them, shape (1 + rows,).

    Each row's contribution is subtracted from the sums, so no HSIC is recomputed.
    """
    traces = np.einsum("rw,rw->r", a.x @ (a.x.T @ b.x), b.x) - a.own * b.own
    a_b = a.x @ (a.x.T @ b.sums) - a.own * b.sums
    b_a = b.x @ (b.x.T @ a.sums) - b.own * a.sums
    product = a.sums * b.sums
    totals = (a.sums.sum() - np.append(0.0, 2 * a.sums)) * (b.sums.sum() - np.append(0.0, 2 * b.sums))
    crossed = product.sum() - np.append(0.0, product + a_b + b_a - traces)
    rows = np.append(len(a.own), np.full(len(a.own), len(a.own) - 1)).astype(np.float64)
    return np.asarray(_unbiased(traces.sum() - np.append(0.0, 2 * traces), totals, crossed, rows))


def _unbiased(
    trace: FloatArray | float, totals: FloatArray | float, crossed: FloatArray | float, n: FloatArray | int
) -> FloatArray | float:
    """Combine tr(KL), the product of the kernels' sums, and the product of their row sums (Song, eq. 4)."""
    return (trace + totals / ((n - 1) * (n - 2)) - 2 / (n - 2) * crossed) / (n * (n - 3))


def _half_width(left_out: FloatArray) -> float:
    """Return half the width of the 95 % interval from leave-one-out values."""
    n = len(left_out)
    return float(Z * np.sqrt((n - 1) * left_out.var()))
