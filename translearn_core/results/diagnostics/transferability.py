"""How well layers suit a task before anything is trained."""

from dataclasses import dataclass, field

import pandas as pd

from translearn_core.results.evaluation import Interval


@dataclass(frozen=True)
class RankAgreement:
    """How well a score told the test accuracies of `n` past runs or layers: Kendall's tau with its interval.

    NaN below three.
    """

    score: str
    of: str
    n: int
    tau: float
    interval: Interval


@dataclass(frozen=True)
class Transferability:
    """LogME (log evidence per row; higher suits better) and H-score of every layer of every backbone.

    `layers`: backbone, layer, LogME, H-score, probe (validation accuracy of a linear probe, learnt from the
    same rows). `past`: run, backbone, recipe, accuracy (test), LogME, H-score (of the
    features its head began from, NaN where its backbone is gone).
    """

    rows: int
    classes: int
    sentence: str
    agreements: tuple[RankAgreement, ...]
    layers: pd.DataFrame = field(compare=False)
    past: pd.DataFrame = field(compare=False)

    def frame(self) -> pd.DataFrame:
        """One line per backbone and layer."""
        return self.layers
