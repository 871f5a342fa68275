"""Rows of a run: training rows with augmented copies, validation, test and snapshot rows."""

from dataclasses import dataclass, field, replace
from typing import Any

import numpy as np
from numpy.typing import NDArray

from translearn_core.analysis.stratified_sampling import stratified_sample
from translearn_core.backbones import Backbone
from translearn_core.config import AugmentConfig, Cell, ExperimentConfig, Split
from translearn_core.data.dataset import PreparedDataset
from translearn_core.errors import TooFewSamplesError
from translearn_core.results.diagnostics.snapshots import REPLAYED
from translearn_core.tasks import JointTarget
from translearn_core.training.contrastive.text_pairs import TextPairs
from translearn_core.training.joint.joint_rows import JointRows
from translearn_core.training.self_training.consistency import strong_augmentation
from translearn_core.training.training_rows import TrainingRows
from translearn_core.transfer import augment


@dataclass(frozen=True)
class TrainingData:
    """Texts and rows of a run: rows of the table first, augmented copies after them.

    `unlabelled` are the indices of texts without labels, to which no target belongs, `altered`, shape (texts
    without labels, copies), those of their altered copies, if any; both are the last ones. `copied`, shape
    (augmented copies,), are the rows of the table that the copies were made from.
    """

    texts: tuple[Cell, ...]
    rows: TrainingRows | JointRows
    unlabelled: NDArray[np.int64] = field(default_factory=lambda: np.empty(0, np.int64))
    altered: NDArray[np.int64] = field(default_factory=lambda: np.empty((0, 0), np.int64))
    copied: NDArray[np.int64] = field(default_factory=lambda: np.empty(0, np.int64))


def training_data(prepared: PreparedDataset, config: ExperimentConfig, backbone: Backbone) -> TrainingData:
    """Return the rows of a run with their weights, and augmented copies of training texts added to them."""
    training, rows = config.training, rows_of(prepared)
    options: dict[str, Any] = {
        "weighting": training.class_weights, "regression_loss": training.regression_loss,
    }  # fmt: skip
    if not config.data.several_targets:
        data = _with_augmentation(prepared, replace(rows, **options), config.augment, backbone)
        return _with_pairs(_with_unlabelled(prepared, data, config, backbone), config)
    weights = tuple(target.loss_weight for target in config.data.targets)
    target = JointTarget.of(prepared.targets)
    options |= {"loss_weights": weights, "sequential": config.sequential}
    joint = JointRows(target, rows.train, rows.validation, **options)
    return _with_augmentation(prepared, joint, config.augment, backbone)


def _with_unlabelled(
    prepared: PreparedDataset, data: TrainingData, config: ExperimentConfig, backbone: Backbone
) -> TrainingData:
    """Return the rows with the texts without labels after them, if they are learned from."""
    adapts = config.adaptation is not None and config.adaptation.method.needs_target_texts
    if not prepared.unlabelled or not (adapts or config.self_training is not None):
        return data
    texts, first = prepared.unlabelled, len(data.texts)
    new = np.arange(len(texts)) + first
    data = replace(data, texts=(*data.texts, *texts), unlabelled=new)
    if config.self_training is None or not config.self_training.per_step:
        return data
    augmentation = strong_augmentation(config.training.seed)
    copies = augment(texts, augmentation, backbone)
    altered = first + len(texts) + np.arange(len(copies)).reshape(len(texts), augmentation.copies)
    return replace(data, texts=(*data.texts, *copies), altered=altered)


def _with_pairs(data: TrainingData, config: ExperimentConfig) -> TrainingData:
    """Return the rows with the pairs that train before them, if there are any."""
    if config.contrastive is None:
        return data
    assert isinstance(data.rows, TrainingRows)
    rows = data.rows
    labels = np.asarray(rows.target.values, dtype=np.int64)
    return replace(
        data, rows=replace(rows, pairs=TextPairs(labels, rows.train, rows.validation, config.contrastive))
    )


def _with_augmentation(
    prepared: PreparedDataset, rows: TrainingRows | JointRows, config: AugmentConfig, backbone: Backbone
) -> TrainingData:
    """Return rows with augmented copies of training texts added to the training rows."""
    if not config.copies:
        return TrainingData(prepared.texts, rows)
    copies = augment([prepared.texts[i] for i in rows.train], config, backbone)
    source = np.repeat(rows.train, config.copies)
    new = np.arange(len(source)) + len(prepared.texts)
    target = rows.target.select(np.concatenate([np.arange(len(prepared.texts)), source]))
    train = np.concatenate([rows.train, new])
    rows = replace(rows, target=target, train=train)  # type: ignore[arg-type]
    return TrainingData((*prepared.texts, *copies), rows, copied=source)


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
