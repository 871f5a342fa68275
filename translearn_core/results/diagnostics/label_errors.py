"""Errors of several labels: calibration per label, slices, label issues."""

from dataclasses import dataclass, field

import pandas as pd

from translearn_core.results.interval_estimate import Estimate


@dataclass(frozen=True)
class LabelErrors:
    """Calibration, slices and label issues of several labels, on test rows unless stated otherwise.

    `score` is the share of rows with exactly their labels. `calibration`: label, rows (that have it), mean
    probability, share of rows, calibration error (ECE), error low, error high. `bins` of all decisions: from,
    to, rows (decisions), confidence (mean probability), accuracy (share that have the label), low, high.
    `slices`: column, slice, rows, accuracy (share of rows with exactly their labels), low, high, difference,
    difference low, difference high, beyond chance (against all other rows; corrected for the number of
    slices). `suspects`, of all splits: row, split, text, label, suspect (a label), kind (wrong or missing),
    probability (of the suspect, by out-of-sample predictions), the most doubtful first; `n_suspects` counts
    all of them, `n_checked` the rows looked at. `sentences`: calibration, weakest slice, label issues, then
    caveats.
    """

    n_test: int
    n_checked: int
    n_suspects: int
    score: Estimate
    sentences: tuple[str, ...]
    calibration: pd.DataFrame = field(compare=False)
    bins: pd.DataFrame = field(compare=False)
    slices: pd.DataFrame = field(compare=False)
    suspects: pd.DataFrame = field(compare=False)

    def frame(self) -> pd.DataFrame:
        """Return the calibration of each label."""
        return self.calibration
