"""Transferability scores of layers, before training."""

from dataclasses import dataclass, field

import pandas as pd

from translearn_core.results.interval_estimate import Estimate
from translearn_core.results.metric import ACCURACY


@dataclass(frozen=True)
class RankAgreement:
    """Kendall's tau between a score and the measured scores of `n` runs or layers; NaN below three."""

    score: str
    of: str
    n: int
    tau: Estimate


@dataclass(frozen=True)
class Transferability:
    """LogME (log evidence per row; higher suits better) and H-score of every layer of every backbone.

    `layers`: backbone, layer, LogME, H-score (NaN for a number), probe (validation score of a linear probe
    trained on the same rows, in `metric`), probe C (its inverse regularisation strength). `past`: run,
    backbone, recipe, the test score under the name of `metric`, LogME, H-score (of the features before
    training, NaN if the backbone is gone).
    """

    rows: int
    classes: int
    sentence: str
    agreements: tuple[RankAgreement, ...]
    layers: pd.DataFrame = field(compare=False)
    past: pd.DataFrame = field(compare=False)
    metric: str = ACCURACY

    def frame(self) -> pd.DataFrame:
        """Return one row per backbone and layer."""
        return self.layers
