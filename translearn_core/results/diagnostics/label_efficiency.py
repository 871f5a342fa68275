"""Score against number of labels: what each label is worth with transfer and without."""

from dataclasses import dataclass, field

import numpy as np
import pandas as pd
from numpy.typing import NDArray

FloatArray = NDArray[np.float64]


@dataclass(frozen=True)
class SampleEfficiency:
    """With how many `labels` the way `behind` reaches the `score` that the way `ahead` has with `at`.

    `labels` is None where it does not get there; `low` and `high` are its 95 % interval, None where that is
    open, or there is none.
    """

    better: str
    worse: str
    at: int
    score: float
    labels: float | None
    low: float | None
    high: float | None


@dataclass(frozen=True)
class LabelEfficiency:
    """Test scores of L ways to train on S numbers of labels with R draws of them, all on one test set.

    `scores` has shape (L, S, R), test accuracy; NaN where a run is not there (yet). `mean`, `low` and `high`
    have shape (L, S): mean and 95 % interval, over the test rows and, from three on, over the draws too.
    `layers`, shape (S, R), is the layer each frozen probe was read at. `sizes` counts training labels; the
    validation rows, `n_validation`, come on top. `sentences` say how many labels one way needs for what
    another does with `at`; the first is the one to read, and where all test rows are of one class it says
    that. `reaches` are the numbers in the others, one a sentence.
    """

    names: tuple[str, ...]
    sizes: tuple[int, ...]
    seeds: tuple[int, ...]
    at: int
    n_validation: int
    n_test: int
    majority: float
    sentences: tuple[str, ...]
    scores: FloatArray = field(compare=False)
    mean: FloatArray = field(compare=False)
    low: FloatArray = field(compare=False)
    high: FloatArray = field(compare=False)
    layers: NDArray[np.int64] = field(compare=False)
    reaches: tuple[SampleEfficiency, ...] = ()

    def frame(self) -> pd.DataFrame:
        """One line per way and number of labels: mean, interval, how many draws."""
        return pd.DataFrame(
            [
                {
                    "way": name,
                    "labels": size,
                    "accuracy": self.mean[i, j],
                    "low": self.low[i, j],
                    "high": self.high[i, j],
                    "draws": int(np.isfinite(self.scores[i, j]).sum()),
                }
                for i, name in enumerate(self.names)
                for j, size in enumerate(self.sizes)
            ]
        )

    def draws(self) -> pd.DataFrame:
        """One line per way, number of labels and draw."""
        return pd.DataFrame(
            [
                {"way": name, "labels": size, "seed": seed, "accuracy": self.scores[i, j, k]}
                for i, name in enumerate(self.names)
                for j, size in enumerate(self.sizes)
                for k, seed in enumerate(self.seeds)
            ]
        )
