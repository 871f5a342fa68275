"""How alike two sets of vectors of the same rows are, whatever their rotation and scale: debiased CKA."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from translearn_core.errors import TooFewSamplesError

Vectors = NDArray[np.floating]
Single = NDArray[np.float32]
FloatArray = NDArray[np.float64]

FEWEST = 4
"""Rows the unbiased estimate divides by n - 3 for."""


def debiased_cka(x: Vectors, y: Vectors) -> float:
    """Return the debiased linear CKA of two sets of vectors.

    Parameters
    ----------
    x, y : arrays, shapes (rows, width of x) and (rows, width of y)
        The same rows in the same order; float16 and up.

    Returns
    -------
    float
        1 for the same up to rotation and scale, about 0 for unrelated ones (it may fall a little below); NaN
        where all rows of one are equal.

    Raises
    ------
    TooFewSamplesError
        If there are fewer than 4 rows.

    References
    ----------
    Kornblith et al. 2019, arXiv:1905.00414; with the unbiased HSIC of Song et al. 2012 (JMLR 13), as in
    Nguyen, Raghu & Kornblith 2021, arXiv:2010.15327.
    """
    return float(cka_matrix([x], [y])[0, 0])


def cka_matrix(
    xs: Sequence[Vectors], ys: Sequence[Vectors], progress: Callable[[float, float], None] | None = None
) -> FloatArray:
    """Return the debiased CKA of every layer of `xs` with every layer of `ys` (see `debiased_cka`).

    With more rows than dimensions no (rows, rows) matrix is made, so 20,000 rows need no more memory than
    their vectors in single precision.

    Parameters
    ----------
    xs, ys : sequences of arrays, shape (rows, width)
        The same rows throughout; widths may differ. The same sequence twice costs half.
    progress : callable, optional
        Called with layers of `xs` done and all of them; may raise to stop.

    Returns
    -------
    array, shape (len(xs), len(ys))

    Raises
    ------
    TooFewSamplesError
        If there are fewer than 4 rows.
    """
    itself = ys is xs
    of_x = [_layer(x) for x in xs]
    of_y = of_x if itself else [_layer(y) for y in ys]
    found = np.zeros((len(of_x), len(of_y)))
    for i, x in enumerate(of_x):
        if progress:
            progress(i, len(of_x))
        for j, y in enumerate(of_y):
            norms = x.norm * y.norm
            if itself and j < i:
                found[i, j] = found[j, i]
            elif itself and j == i and norms > 0:
                found[i, j] = 1.0
            else:
                found[i, j] = _hsic(x, y) / np.sqrt(norms) if norms > 0 else np.nan
    if progress:
        progress(len(of_x), len(of_x))
    return found


@dataclass
class _Layer:
    """What HSIC needs of one layer; the kernel is the product of two rows, and 0 for a row with itself.

    `x` (rows, width) centred; or, with no more rows than dimensions, `kernel` (rows, rows). `own` are the
    products of rows with themselves, `sums` of the kernel's rows, `norm` the HSIC of the layer with itself.
    """

    x: Single
    kernel: Single | None
    own: FloatArray
    sums: FloatArray
    norm: float = 0.0


def _layer(vectors: Vectors) -> _Layer:
    if len(vectors) < FEWEST:
        raise TooFewSamplesError(f"{len(vectors)} rows are too few for CKA: give at least {FEWEST}.")
    exact = np.asarray(vectors, dtype=np.float64)
    middle = exact.mean(axis=0)
    exact = exact - middle
    size = float(np.sqrt(np.square(exact).mean()))
    if size <= 1e-7 * float(np.abs(middle).max(initial=0.0)):
        exact, size = np.zeros_like(exact), 1.0  # all rows are equal but for rounding
    exact /= size or 1.0  # scale is free: this keeps sums of squares in single precision's good range
    own = np.square(exact).sum(axis=1)
    kernel = None
    if len(exact) <= exact.shape[1]:
        kernel = (exact @ exact.T).astype(np.float32)
        np.fill_diagonal(kernel, 0.0)
    layer = _Layer(exact.astype(np.float32), kernel, own, exact @ exact.sum(axis=0) - own)
    layer.norm = _hsic(layer, layer)
    return layer


def _hsic(x: _Layer, y: _Layer) -> float:
    """Return the unbiased HSIC of linear kernels."""
    n = len(x.own)
    if x.kernel is not None and y.kernel is not None:
        trace = np.vdot(x.kernel, y.kernel).item()
    else:
        trace = np.square(x.x.T @ y.x).sum(dtype=np.float64).item() - (x.own @ y.own).item()
    totals = (x.sums.sum() * y.sums.sum()).item() / ((n - 1) * (n - 2))
    return float(trace + totals - 2.0 / (n - 2) * (x.sums @ y.sums).item()) / (n * (n - 3))
