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
    """Kendall's tau between a distance of domains and the loss, over `n` ordered pairs of `domains` domains.

    `domains` is 0 in results of earlier versions, whose intervals drew pairs and not domains.
    """

    distance: str
    n: int
    tau: Estimate
    domains: int = 0


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

    def agreement_frame(self) -> pd.DataFrame:
        """Return one row per distance: pairs and domains, and the rank agreement with the loss."""
        return pd.DataFrame(
            [
                {"distance": one.distance, "pairs": one.n, "domains": one.domains, **one.tau.columns("tau")}
                for one in self.agreements
            ]
        )

    def frame(self) -> pd.DataFrame:
        """Return one row per model, source and target."""
        return self.cells
