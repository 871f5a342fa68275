"""Label efficiency: score against number of labels, with and without transfer."""

from dataclasses import dataclass, field

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from translearn_core.results.diagnostics.baselines import ENTAILMENT, FROZEN, ZERO_SHOT
from translearn_core.results.interval_estimate import Estimate
from translearn_core.results.metric import metric_of
from translearn_core.results.sample_efficiency import SampleEfficiency

FloatArray = NDArray[np.float64]


@dataclass(frozen=True)
class LabelEfficiency:
    """Test scores of L methods with S numbers of labels and R draws of them, on one test set.

    `metric` names the score, which is that of the row scores (`Problem.row_metric`); `constant_baseline` is
    that of the best constant prediction, called `constant_name`. `scores` has shape (L, S, R), NaN for
    missing runs. `mean`, `low` and `high` have shape (L, S): mean and 95 % interval over test rows and, with
    at least three, over draws. `layers`, shape (S, R), is the layer
    of each frozen probe, and `c` its strength, chosen by cross-validation. `sizes` counts training labels,
    without the `n_validation` validation rows. `sentences` say how many labels one method needs for the
    score of another with `reference_size`; the first is the main one, or says that the test rows hold no
    task. `reaches` are the numbers of the others, in order. `zero_shot` is the score without any label, by
    the nearest description of a class, `entailment` that of an NLI model, which says which description a text
    entails; None where there are none.
    """

    names: tuple[str, ...]
    sizes: tuple[int, ...]
    seeds: tuple[int, ...]
    reference_size: int
    n_validation: int
    n_test: int
    metric: str
    constant_name: str
    constant_baseline: float
    sentences: tuple[str, ...]
    scores: FloatArray = field(compare=False)
    mean: FloatArray = field(compare=False)
    low: FloatArray = field(compare=False)
    high: FloatArray = field(compare=False)
    layers: NDArray[np.int64] = field(compare=False)
    c: FloatArray = field(compare=False)
    reaches: tuple[SampleEfficiency, ...] = ()
    zero_shot: Estimate | None = None
    entailment: Estimate | None = None

    @property
    def without_labels(self) -> dict[str, Estimate]:
        """Scores without any label by the name of their method."""
        scores = {ZERO_SHOT: self.zero_shot, ENTAILMENT: self.entailment}
        return {name: score for name, score in scores.items() if score is not None}

    def frame(self) -> pd.DataFrame:
        """Return one row per method and number of labels: mean, interval, number of draws."""
        column = metric_of(self.metric).column
        without = [
            {"method": name, "labels": 0, column: one.value, "low": one.low, "high": one.high, "draws": 1}
            for name, one in self.without_labels.items()
        ]
        return pd.DataFrame(
            without
            + [
                {
                    "method": name,
                    "labels": size,
                    column: self.mean[i, j],
                    "low": self.low[i, j],
                    "high": self.high[i, j],
                    "draws": int(np.isfinite(self.scores[i, j]).sum()),
                }
                for i, name in enumerate(self.names)
                for j, size in enumerate(self.sizes)
            ]
        )

    def draws(self) -> pd.DataFrame:
        """Return one row per method, number of labels and draw; of the frozen probe with layer and C."""
        column = metric_of(self.metric).column
        return pd.DataFrame(
            [
                {"method": name, "labels": size, "seed": seed, column: self.scores[i, j, k]}
                | ({"layer": int(self.layers[j, k]), "C": self.c[j, k]} if name == FROZEN else {})
                for i, name in enumerate(self.names)
                for j, size in enumerate(self.sizes)
                for k, seed in enumerate(self.seeds)
            ]
        )
