"""Errors of predicted numbers: conformal intervals with their coverage, slices, largest residuals."""

from dataclasses import dataclass, field

import pandas as pd


@dataclass(frozen=True)
class NumberErrors:
    """Prediction intervals and errors of numbers, on test rows unless stated otherwise.

    `coverage`: level, half width (in the units of the target, from the residuals of `n_validation` validation
    rows), coverage (share of the test rows inside), low, high. `slices`: column, slice, rows, error (mean
    absolute), low, high, difference, difference low, difference high, beyond chance (against all other rows;
    corrected for the number of slices). `largest`: row, split, text, label, predicted, residual (true minus
    predicted) of validation and test rows, the largest first. `sentences`: intervals, weakest slice, largest
    residuals, then caveats.
    """

    n_test: int
    n_validation: int
    error: float
    sentences: tuple[str, ...]
    coverage: pd.DataFrame = field(compare=False)
    slices: pd.DataFrame = field(compare=False)
    largest: pd.DataFrame = field(compare=False)

    def frame(self) -> pd.DataFrame:
        """Return one row per level of the intervals."""
        return self.coverage
