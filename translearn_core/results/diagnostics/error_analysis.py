"""Error analysis: calibration, selective prediction, slices, label issues."""

from dataclasses import dataclass, field

import pandas as pd

from translearn_core.results.interval_estimate import Estimate


@dataclass(frozen=True)
class CalibrationScore:
    """Calibration of the test rows at one temperature: ECE, loss in nats."""

    temperature: float
    error: Estimate
    loss: float


@dataclass(frozen=True)
class ErrorAnalysis:
    """Calibration, selective prediction, slices and label issues, on test rows unless stated otherwise.

    `raw` is the unscaled model, `scaled` with the temperature fitted on `n_validation` validation rows.
    `bins`: which (raw or scaled), from, to, rows, confidence, accuracy, low, high. `coverage`: threshold,
    coverage, accuracy, low, high (of the rows with at least that scaled confidence). `slices`:
    column, slice, rows, accuracy, low, high, difference, difference low, difference high, beyond chance
    (against all other rows; corrected for the number of slices). `suspects`: row, split, text, label,
    suggested, probability of label, probability of suggested (label issues by out-of-sample
    predictions, the most doubtful first). `noise` is the estimated share of such rows among `n_checked`,
    wrong labels and hard texts. `pairs`: label, predicted, rows, share (of the label's rows), texts (up to
    three, by confidence, joined by line breaks). `sentences`: calibration, abstention, weakest slice, labels,
    then caveats.
    """

    n_test: int
    n_validation: int
    n_checked: int
    raw: CalibrationScore
    scaled: CalibrationScore
    noise: Estimate
    sentences: tuple[str, ...]
    bins: pd.DataFrame = field(compare=False)
    coverage: pd.DataFrame = field(compare=False)
    slices: pd.DataFrame = field(compare=False)
    suspects: pd.DataFrame = field(compare=False)
    pairs: pd.DataFrame = field(compare=False)

    def frame(self) -> pd.DataFrame:
        """Return one row raw and one scaled: temperature, calibration error with its interval, loss."""
        return pd.DataFrame(
            [
                {"probabilities": name, "temperature": score.temperature}
                | score.error.columns("calibration error", "error")
                | {"loss": score.loss}
                for name, score in (("as they are", self.raw), ("scaled", self.scaled))
            ]
        )
