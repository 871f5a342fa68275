"""Split conformal prediction: intervals around predicted numbers, with the coverage that was measured."""

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from translearn_core.results.interval_estimate import wilson

FloatArray = NDArray[np.float64]

LEVELS = (0.5, 0.6, 0.7, 0.8, 0.9, 0.95)
"""Levels at which coverage is measured."""


def half_width(residuals: FloatArray, level: float) -> float:
    """Return by how much intervals extend on either side of a prediction to cover a share `level` of rows.

    The rank is that of split conformal prediction, which covers at least `level` of exchangeable new rows;
    infinite where there are too few residuals for that.

    Parameters
    ----------
    residuals : float array, shape (rows,)
        Of rows that the model was not fitted to.
    level : float
        In (0, 1).

    References
    ----------
    Lei et al. 2018, arXiv:1604.04173, algorithm 2.
    """
    rank = int(np.ceil((len(residuals) + 1) * level))
    if rank > len(residuals):
        return float("inf")
    return float(np.partition(np.abs(residuals), rank - 1)[rank - 1])


def coverage_by_level(validation: FloatArray, test: FloatArray) -> pd.DataFrame:
    """Return one row per level: level, half width, coverage of the test residuals and its 95 % interval.

    Levels that need more validation residuals are left out.
    """
    widths = np.array([half_width(validation, level) for level in LEVELS])
    covered = (np.abs(test)[:, None] <= widths).sum(axis=0)
    low, high = wilson(covered, np.full(len(LEVELS), len(test)))
    known = np.isfinite(widths)
    frame = pd.DataFrame(
        {"level": LEVELS, "half width": widths, "coverage": covered / max(1, len(test))}
        | {"low": low, "high": high}
    )
    return pd.DataFrame(frame[known]).reset_index(drop=True)
