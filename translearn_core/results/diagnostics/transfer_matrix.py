"""Transfer between domains: scores of models trained on each domain and tested on each."""

from dataclasses import dataclass, field

import pandas as pd

from translearn_core.config import MULTILINGUAL, Split
from translearn_core.results.format import join_list, quote, rounded_percent
from translearn_core.results.interval_estimate import Estimate
from translearn_core.results.metric import ACCURACY

FROZEN_PROBE, TFIDF_MODEL = "frozen probe", "TF-IDF"
"""Models of a transfer matrix that are fitted to it; others are runs."""
DISTANCES = ("A-distance", "MMD", "vocabulary not shared")
"""Columns with the distances between domains."""

UNREAD_SHARE = 0.1
"""Share of unknown tokens above which a backbone cannot read the texts of a domain."""
TO_LEARN = "to be learned from, a domain needs training rows of two values and validation rows"
TO_TEST = "to be tested, it needs test rows"


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
    `backbone` names the backbone of the frozen probe, "" in results of earlier versions.
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
    backbone: str = ""

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

    def outside(self) -> tuple[str, ...]:
        """Return sentences on the domains that are not tested or not learned from, with their rows."""
        sentences = []
        for row in self.texts.to_dict("records"):
            name = row["domain"]
            tested, learned = name in self.domains, name in self.sources
            if tested and learned:
                continue
            what = "only tested" if tested else "only learned from" if learned else "left out"
            rows = join_list([f"{int(row[split])} {split}" for split in map(str, Split) if split in row])
            lacks = TO_LEARN if tested else TO_TEST if learned else f"{TO_LEARN}, and {TO_TEST}"
            sentences.append(f"{quote(name)} is {what}: it has {rows} rows; {lacks}.")
        return tuple(sentences)

    def unread(self) -> tuple[str, ...]:
        """Return the sentence on the domains whose texts the tokenizer does not know, if there are any."""
        unknown = self.texts[self.texts["unknown tokens"] > UNREAD_SHARE]
        if unknown.empty:
            return ()
        listed = join_list(
            [
                f"{rounded_percent(share)} of {quote(name)}"
                for name, share in zip(unknown["domain"], unknown["unknown tokens"], strict=True)
            ]
        )
        return (
            f"Of the tokens of each domain, {listed} are unknown to {self.backbone or 'the backbone'}: it "
            f"cannot read these texts. A backbone that was trained on them, such as {MULTILINGUAL}, can.",
        )

    def frame(self) -> pd.DataFrame:
        """Return one row per model, source and target."""
        return self.cells
