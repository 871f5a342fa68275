"""Rows of a run: training rows with augmented copies, validation, test and snapshot rows."""

from dataclasses import dataclass, replace

import numpy as np
from numpy.typing import NDArray

from translearn_core.analysis.stratified_sampling import stratified_sample
from translearn_core.backbones import Backbone
from translearn_core.config import AugmentConfig, Cell, Split
from translearn_core.data.dataset import PreparedDataset
from translearn_core.errors import TooFewSamplesError
from translearn_core.results.diagnostics.snapshots import REPLAYED
from translearn_core.training.training_rows import TrainingRows
from translearn_core.transfer import augment


@dataclass(frozen=True)
class TrainingData:
    """Texts and rows of a run: rows of the table first, augmented copies after them."""

    texts: tuple[Cell, ...]
    rows: TrainingRows


def with_augmentation(prepared: PreparedDataset, config: AugmentConfig, backbone: Backbone) -> TrainingData:
    """Return the rows of a run, with augmented copies of training texts added to the training rows."""
    rows = rows_of(prepared)
    if not config.copies:
        return TrainingData(prepared.texts, rows)
    copies = augment([prepared.texts[i] for i in rows.train], config, backbone)
    source = np.repeat(rows.train, config.copies)
    new = np.arange(len(source)) + len(prepared.texts)
    target = rows.target.select(np.concatenate([np.arange(len(prepared.texts)), source]))
    train = np.concatenate([rows.train, new])
    return TrainingData((*prepared.texts, *copies), replace(rows, target=target, train=train))


def rows_of(prepared: PreparedDataset) -> TrainingRows:
    """Return the training and validation rows.

    Raises
    ------
    TooFewSamplesError
        If the training, validation or test split is empty.
    """
    train, validation = prepared.split_indices(Split.TRAIN), prepared.split_indices(Split.VALIDATION)
    for name, rows in (
        ("training", train),
        ("validation", validation),
        ("test", prepared.split_indices(Split.TEST)),
    ):
        if not len(rows):
            raise TooFewSamplesError(
                f"The {name} split has no rows: give it a larger share, or a file of its own."
            )
    return TrainingRows(prepared.target, train, validation)


def snapshot_rows(prepared: PreparedDataset) -> NDArray[np.int64]:
    """Return the rows of snapshots: stratified samples of the training and test splits."""
    samples, strata = [], prepared.strata
    for split in (Split.TRAIN, Split.TEST):
        rows = prepared.split_indices(split)
        samples.append(rows[np.sort(stratified_sample(strata[rows], REPLAYED, 0))])
    return np.concatenate(samples)
