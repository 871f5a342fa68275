"""Samples altered for a lesson: labels flipped, or a word planted; each alteration is a domain of one table.

A run learns from the rows of one domain, and all runs are tested on the same rows.
"""

from enum import StrEnum

import numpy as np
import pandas as pd
from pydantic import Field

from translearn_core.config import BaseConfig, Split
from translearn_core.data import SampleDataset

SPLIT, VERSION = "split", "version"
"""Columns of an altered table: the split, and which alteration a row has."""

CLEAN = "clean"
"""Version without alteration."""

TESTED = "tested"
"""Version of the test rows, which nothing is learned from."""


class AlterationKind(StrEnum):
    """What is altered."""

    FLIP = "flip"
    PLANT = "plant"


class Alteration(BaseConfig):
    """An alteration of the rows to learn from; of a planted word also of those to be tested on.

    Flipped labels are drawn from the other classes, evenly. A planted word stands before `share` of the texts
    of `label` to learn from, and before the test texts of all other classes: there it misleads.
    """

    kind: AlterationKind
    shares: tuple[float, ...] = Field(min_length=1, max_length=4, description="shares of the rows altered")
    word: str = ""
    label: str = ""
    test: float = Field(0.4, gt=0, lt=0.9)
    validation: float = Field(0.1, gt=0, lt=0.9)
    seed: int = 0

    def version(self, share: float) -> str:
        """Return the name of the version with a share of altered rows."""
        if not share:
            return CLEAN
        what = "wrong labels" if self.kind is AlterationKind.FLIP else "word planted"
        return f"{100 * share:.0f} % {what}"


def altered_table(sample: SampleDataset, alteration: Alteration) -> bytes:
    """Return the table of an altered sample as CSV: text, label, split, version."""
    table = pd.read_csv(sample.path, keep_default_na=False)[[sample.text, sample.label]]
    rng = np.random.default_rng(alteration.seed)
    splits = _splits(table[sample.label], alteration, rng)
    learned, tested = table[splits != Split.TEST], table[splits == Split.TEST]
    parts = []
    for share in alteration.shares:
        part = _altered(learned, sample, alteration, share, np.random.default_rng(alteration.seed + 1))
        part[SPLIT], part[VERSION] = splits[splits != Split.TEST], alteration.version(share)
        parts.append(part)
    if alteration.kind is AlterationKind.PLANT:
        misled = tested[sample.label] != alteration.label
        texts = tested[sample.text].where(~misled, alteration.word + " " + tested[sample.text])
        tested = tested.assign(**{sample.text: texts})
    held_out = tested.copy()
    held_out[SPLIT], held_out[VERSION] = str(Split.TEST), TESTED
    return pd.concat([*parts, held_out]).to_csv(index=False).encode()


def _splits(labels: "pd.Series[str]", alteration: Alteration, rng: np.random.Generator) -> "pd.Series[str]":
    """Deal the rows of each class to the splits."""
    splits = pd.Series(str(Split.TRAIN), index=labels.index)
    for _, rows in labels.groupby(labels):
        order = rng.permutation(rows.index.to_numpy())
        n_test = round(alteration.test * len(order))
        n_validation = round(alteration.validation * len(order))
        splits.loc[order[:n_test]] = str(Split.TEST)
        splits.loc[order[n_test : n_test + n_validation]] = str(Split.VALIDATION)
    return splits


def _altered(
    rows: pd.DataFrame, sample: SampleDataset, alteration: Alteration, share: float, rng: np.random.Generator
) -> pd.DataFrame:
    """Return the rows to learn from with `share` of them altered; larger shares include smaller ones."""
    labels = rows[sample.label]
    if alteration.kind is AlterationKind.PLANT:
        candidates = rows.index[labels == alteration.label]
        chosen = rng.permutation(candidates.to_numpy())[: round(share * len(candidates))]
        planted = rows[sample.text].where(~rows.index.isin(chosen), alteration.word + " " + rows[sample.text])
        return rows.assign(**{sample.text: planted})
    chosen = rng.permutation(rows.index.to_numpy())
    classes = np.array(sorted(labels.unique()))
    others = {
        row: classes[classes != labels[row]][rng.integers(len(classes) - 1)] for row in chosen
    }  # drawn for every row, so that larger shares keep the flips of smaller ones
    flipped = labels.copy()
    for row in chosen[: round(share * len(rows))]:
        flipped[row] = others[row]
    return rows.assign(**{sample.label: flipped})
