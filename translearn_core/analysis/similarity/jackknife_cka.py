"""How sure a debiased CKA is, and the difference of two: every row left out once, in closed form."""

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray
from scipy.stats import norm

from translearn_core.analysis.metrics import ALPHA_TAIL
from translearn_core.errors import TooFewSamplesError
from translearn_core.results import Interval

Vectors = NDArray[np.floating]
FloatArray = NDArray[np.float64]

FEWEST = 5
"""Rows: with one left out the unbiased estimate still divides by n - 3."""
SAME = 1e-9
"""Nearer to 1 than this nothing differs but rounding."""


@dataclass(frozen=True, eq=False)
class JackknifeCka:
    """A CKA, and what it is without each of its rows, shape (rows,)."""

    value: float
    left_out: FloatArray

    @property
    def interval(self) -> Interval:
        """95 % interval, on Fisher's scale, where it cannot leave -1 to 1."""
        if not np.isfinite(self.value):
            return Interval(float("nan"), float("nan"))
        if abs(self.value) >= 1 - SAME:
            return Interval(self.value, self.value)
        half = _half_width(self.left_out) / (1 - self.value**2)
        low, high = np.tanh(np.arctanh(self.value) + np.array([-half, half]))
        return Interval(float(low), float(high))

    def difference(self, other: "JackknifeCka") -> tuple[float, Interval]:
        """Return this CKA less another of the same rows, with the 95 % interval of the difference."""
        apart = self.value - other.value
        half = _half_width(self.left_out - other.left_out)
        return apart, Interval(apart - half, apart + half)


def jackknife_cka(x: Vectors, y: Vectors) -> JackknifeCka:
    """Return the debiased CKA of two sets of vectors (see `debiased_cka`) with every row left out once.

    Rows drawn with replacement would stand twice in a sample, each most alike to itself, and raise every
    CKA. Leaving one out does not, and as the unbiased HSIC is a sum over tuples of rows its variance is that
    of the jackknife. No CKA is computed again: what a row adds to each sum is taken off it.

    Parameters
    ----------
    x, y : arrays, shapes (rows, width of x) and (rows, width of y)
        The same rows in the same order.

    Returns
    -------
    Jackknifed
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
    if len(x) < FEWEST:
        raise TooFewSamplesError(f"{len(x)} rows are too few for an interval of CKA: give at least {FEWEST}.")
    a, b = _Side.of(x), _Side.of(y)
    shared, of_a, of_b = _hsics(a, b), _hsics(a, a), _hsics(b, b)
    norms = of_a * of_b
    with np.errstate(invalid="ignore", divide="ignore"):
        found = np.where(norms > 0, shared / np.sqrt(norms), np.nan)
    return JackknifeCka(float(found[0]), found[1:])


@dataclass(frozen=True, eq=False)
class _Side:
    """Centred rows, each one's product with itself, and the sums of the kernel's rows without it."""

    x: FloatArray
    own: FloatArray
    sums: FloatArray

    @classmethod
    def of(cls, vectors: Vectors) -> "_Side":
        exact = np.asarray(vectors, dtype=np.float64)
        middle = exact.mean(axis=0)
        exact = exact - middle
        size = float(np.sqrt(np.square(exact).mean()))
        if size <= 1e-7 * float(np.abs(middle).max(initial=0.0)):
            exact, size = np.zeros_like(exact), 1.0  # all rows are equal but for rounding
        exact /= size or 1.0
        own = np.square(exact).sum(axis=1)
        return cls(exact, own, exact @ exact.sum(axis=0) - own)


def _hsics(a: _Side, b: _Side) -> FloatArray:
    """Return the unbiased HSIC of all rows, and then without each of them, shape (1 + rows,)."""
    together = np.einsum("rw,rw->r", a.x @ (a.x.T @ b.x), b.x) - a.own * b.own
    a_b = a.x @ (a.x.T @ b.sums) - a.own * b.sums
    b_a = b.x @ (b.x.T @ a.sums) - b.own * a.sums
    product = a.sums * b.sums
    trace = together.sum() - np.append(0.0, 2 * together)
    totals = (a.sums.sum() - np.append(0.0, 2 * a.sums)) * (b.sums.sum() - np.append(0.0, 2 * b.sums))
    crossed = product.sum() - np.append(0.0, product + a_b + b_a - together)
    n = np.append(len(a.own), np.full(len(a.own), len(a.own) - 1)).astype(np.float64)
    found: FloatArray = (trace + totals / ((n - 1) * (n - 2)) - 2 / (n - 2) * crossed) / (n * (n - 3))
    return found


def _half_width(left_out: FloatArray) -> float:
    """Return half the width of a 95 % interval from values with each row left out."""
    n = len(left_out)
    return float(norm.ppf(1 - ALPHA_TAIL) * np.sqrt((n - 1) * left_out.var()))
