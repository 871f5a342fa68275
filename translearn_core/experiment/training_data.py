"""What a run learns from, is scored on and is looked at again: rows of the table, and altered copies."""

from dataclasses import dataclass, replace

import numpy as np
from numpy.typing import NDArray

from translearn_core.analysis import stratified_sample
from translearn_core.backbones import Backbone
from translearn_core.config import AugmentConfig, Split
from translearn_core.data.dataset import PreparedDataset
from translearn_core.errors import TooFewSamplesError
from translearn_core.results.diagnostics.snapshots import REPLAYED
from translearn_core.training import TrainingRows
from translearn_core.transfer import augment


@dataclass(frozen=True)
class TrainingData:
    """What a run learns from and is scored on: the rows of the table first, altered copies after them."""

    texts: tuple[str, ...]
    rows: TrainingRows


def with_augmentation(prepared: PreparedDataset, config: AugmentConfig, backbone: Backbone) -> TrainingData:
    """Return the rows of a run; altered copies of training texts, if asked for, only learn."""
    rows = rows_of(prepared)
    if not config.copies:
        return TrainingData(prepared.texts, rows)
    copies = augment([prepared.texts[i] for i in rows.train], config, backbone)
    source = np.repeat(rows.train, config.copies)
    new = np.arange(len(source)) + len(prepared.texts)
    labels = np.concatenate([rows.labels, rows.labels[source]])
    learning = np.concatenate([rows.train, new])
    return TrainingData((*prepared.texts, *copies), replace(rows, labels=labels, train=learning))


def rows_of(prepared: PreparedDataset) -> TrainingRows:
    """Return the rows to learn from and to choose on."""
    train, validation = prepared.where(Split.TRAIN), prepared.where(Split.VALIDATION)
    for name, rows in (("training", train), ("validation", validation), ("test", prepared.where(Split.TEST))):
        if not len(rows):
            raise TooFewSamplesError(
                f"The {name} split has no rows: give it a larger share, or a file of its own."
            )
    return TrainingRows(prepared.labels, train, validation, len(prepared.classes))


def snapshot_rows(prepared: PreparedDataset) -> NDArray[np.int64]:
    """Return the rows that are looked at stage by stage: some of train, some of test, all classes."""
    chosen = []
    for split in (Split.TRAIN, Split.TEST):
        rows = prepared.where(split)
        chosen.append(rows[np.sort(stratified_sample(prepared.labels[rows], REPLAYED, 0))])
    return np.concatenate(chosen)
