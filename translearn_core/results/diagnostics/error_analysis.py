"""What a run's probabilities are worth, and where it errs."""

from dataclasses import dataclass, field

import pandas as pd

from translearn_core.results.evaluation import Interval


@dataclass(frozen=True)
class CalibrationScore:
    """Test rows under one temperature: expected calibration error with its interval, loss in nats."""

    temperature: float
    error: float
    error_interval: Interval
    loss: float


@dataclass(frozen=True)
class ErrorAnalysis:
    """How far a number can be trusted; everything is about test rows unless it says otherwise.

    `raw` is the model as it is, `scaled` with the temperature fitted on `n_validation` validation rows.
    `bins`: which (raw or scaled), from, to, rows, confidence, accuracy, low, high. `coverage`: threshold,
    coverage, accuracy, low, high (of the rows answered at that confidence or above, scaled). `slices`:
    column, slice, rows, accuracy, low, high, difference, difference low, difference high, beyond chance
    (against all other rows; corrected for the number of slices). `suspects`: row, split, text, label,
    suggested, probability of label, probability of suggested (labels that a model which did not see them
    doubts; the most doubtful first). `noise` is the estimated share of such rows among `n_checked`: wrong
    labels, and as many hard texts as that model misjudges.
    `pairs`: label, predicted, rows, share (of the label's rows), texts (up to three, by confidence, joined
    by line breaks). `sentences`: what the confidence is worth, when to answer, the weakest slice, the
    labels; then caveats.
    """

    n_test: int
    n_validation: int
    n_checked: int
    raw: CalibrationScore
    scaled: CalibrationScore
    noise: float
    noise_interval: Interval
    sentences: tuple[str, ...]
    bins: pd.DataFrame = field(compare=False)
    coverage: pd.DataFrame = field(compare=False)
    slices: pd.DataFrame = field(compare=False)
    suspects: pd.DataFrame = field(compare=False)
    pairs: pd.DataFrame = field(compare=False)

    def frame(self) -> pd.DataFrame:
        """One line raw and one scaled: temperature, calibration error with its interval, loss."""
        return pd.DataFrame(
            [
                {
                    "probabilities": name,
                    "temperature": one.temperature,
                    "calibration error": one.error,
                    "error low": one.error_interval.low,
                    "error high": one.error_interval.high,
                    "loss": one.loss,
                }
                for name, one in (("as they are", self.raw), ("scaled", self.scaled))
            ]
        )
