"""Transfer between domains: scores of models trained on each domain and tested on each."""

from dataclasses import dataclass, field

import pandas as pd

from translearn_core.results.interval_estimate import Estimate
from translearn_core.results.metric import ACCURACY

FROZEN_PROBE, TFIDF_MODEL = "frozen probe", "TF-IDF"
"""Models of a transfer matrix that are fitted to it; others are runs."""
DISTANCES = ("A-distance", "MMD", "vocabulary not shared")
"""Columns with the distances between domains."""


@dataclass(frozen=True)
class DistanceAgreement:
    """Kendall's tau between a distance of domains and the loss, over `n` ordered pairs of domains."""

    distance: str
    n: int
    tau: Estimate


@dataclass(frozen=True)
class TransferMatrix:
    """Scores of every source on the test rows of every target domain.

    `cells`, one row per model, source and target: model, source, target, rows (that trained), layer (-1 if
    none), seeds, score, low, high, in `metric`, over three seeds or more if there are, else over test rows;
    loss, loss low, loss high: the score of the model trained on the target itself minus its own, paired by
    test row, in `loss_metric`; NaN for the target itself, and where that model is missing. Sources are the
    domains, all together, and all but one.
    `texts`, one row per domain: domain, training, validation and test rows; unknown tokens, pieces per word
    and texts cut, by the backbone's tokenizer; neighbours elsewhere, the same by chance, and same label among
    them, in the last layer.
    `distances`, one row per ordered pair of domains: source, target, A-distance, MMD, vocabulary not shared.
    `domains` are those with test rows, `sources` those that can be learned from.
    `sentences`: what the numbers say, the first in one sentence.
    """

    domains: tuple[str, ...]
    sentences: tuple[str, ...]
    agreements: tuple[DistanceAgreement, ...]
    cells: pd.DataFrame = field(compare=False)
    distances: pd.DataFrame = field(compare=False)
    texts: pd.DataFrame = field(compare=False)
    metric: str = ACCURACY
    loss_metric: str = ACCURACY
    sources: tuple[str, ...] = ()

    def __post_init__(self) -> None:
        """Set the sources of earlier versions: all domains."""
        if not self.sources:
            object.__setattr__(self, "sources", self.domains)

    @property
    def models(self) -> tuple[str, ...]:
        """Names of the models, in the order of the cells."""
        return tuple(self.cells["model"].unique())

    def frame(self) -> pd.DataFrame:
        """Return one row per model, source and target."""
        return self.cells
