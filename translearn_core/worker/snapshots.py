"""Look at a training again: its texts on one plane and a probe on every layer, moment by moment."""

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from translearn_core.analysis import label_purity, probe_layers, project
from translearn_core.config import ExperimentConfig, Method, SnapshotsConfig, Split, job_id
from translearn_core.data.dataset import SPLITS
from translearn_core.errors import ConfigError, NotFoundError
from translearn_core.results import Interval, Snapshot, Snapshots
from translearn_core.runs import artifacts
from translearn_core.training import snapshots
from translearn_core.worker.context import Context
from translearn_core.worker.features import class_indices, finished

UNKNOWN = Interval(float("nan"), float("nan"))
FOLDS = 2
"""Fewest parts a probe is cross-validated in; only its test score is kept."""


@dataclass(frozen=True)
class SnapshotScores:
    """What does not depend on the layer that is drawn: scores, shape (moments, layers), and the baseline."""

    majority: float
    accuracy: NDArray[np.float64]
    low: NDArray[np.float64]
    high: NDArray[np.float64]
    purity: NDArray[np.float64]


def score_snapshots(context: Context) -> None:
    """Replay a run: one layer's picture over all moments, every layer's probe and neighbours at each."""
    config = context.config
    assert isinstance(config, SnapshotsConfig)
    evaluation = finished(context, config.job)
    experiment = context.store.job(config.job).config
    assert isinstance(experiment, ExperimentConfig)
    context.report("reading what was kept")
    kept = snapshots(context.store.workspace.run(config.job))
    if not kept:
        raise NotFoundError(
            "Nothing was kept to replay of this run: only its head trained, or its model's layers cannot be "
            "looked at. Replay a run that trains blocks."
        )
    if not 0 <= config.layer < len(kept[0].vectors):
        raise ConfigError("layer", config.layer, f"a layer from 0 to {len(kept[0].vectors) - 1}")
    rows = evaluation.predictions.iloc[kept[0].index]
    labels = class_indices(evaluation, rows["label"])
    train, test = (np.flatnonzero(rows["split"] == split) for split in (Split.TRAIN, Split.TEST))
    moments = tuple(snapshot_label(snapshot, experiment) for snapshot in kept)
    measured = _known(context, config, kept) or _measure(
        context, dict(zip(moments, kept, strict=True)), labels, train, test, config.seed
    )
    context.report("drawing the map")
    together = np.concatenate([snapshot.vectors[config.layer] for snapshot in kept])
    (plane,) = project({"trained": together}, method=Method.PCA, seed=config.seed)
    splits = [str(split) for split in SPLITS]
    artifacts.save(
        context.folder,
        Snapshots(
            layer=config.layer,
            classes=evaluation.classes,
            splits=tuple(splits),
            moments=moments,
            epochs=tuple(snapshot.epoch for snapshot in kept),
            steps=tuple(snapshot.step for snapshot in kept),
            stages=tuple(snapshot.stage for snapshot in kept),
            n_train=len(train),
            n_test=len(test),
            coordinates=plane.reshape(len(kept), len(rows), 2),
            index=kept[0].index,
            label=labels,
            split=np.asarray([splits.index(split) for split in rows["split"]], dtype=np.int64),
            **vars(measured),
        ),
    )


def snapshot_label(snapshot: Snapshot, experiment: ExperimentConfig) -> str:
    """Return in words when a snapshot was taken."""
    if snapshot.epoch == 0:
        return "before training"
    if len(experiment.resolved_stages) == 1 or experiment.continues:
        return f"after epoch {snapshot.epoch}"
    return f"after stage {snapshot.stage + 1}: {experiment.resolved_stages[snapshot.stage].plan.label}"


def _known(context: Context, config: SnapshotsConfig, kept: Sequence[Snapshot]) -> SnapshotScores | None:
    """Return what was measured when another layer of the same run was drawn."""
    for layer in range(len(kept[0].vectors)):
        job = job_id(config.model_copy(update={"layer": layer}))
        other = artifacts.load(context.store.workspace.run(job), Snapshots)
        if other is not None and other.steps == tuple(snapshot.step for snapshot in kept):
            return SnapshotScores(other.majority, other.accuracy, other.low, other.high, other.purity)
    return None


def _measure(
    context: Context,
    kept: dict[str, Snapshot],
    labels: NDArray[np.int64],
    train: NDArray[np.int64],
    test: NDArray[np.int64],
    seed: int,
) -> SnapshotScores:
    """Probe every layer at every moment, and ask for its neighbours; what stayed the same is done once."""
    layers = {moment: snapshot.vectors for moment, snapshot in kept.items()}
    scores = probe_layers(
        layers, labels, train, test, tfidf=(float("nan"), UNKNOWN), folds=FOLDS, seed=seed,
        progress=lambda done, total: context.report("probing layers", done, total),
    )  # fmt: skip
    moments, depth = scores.test.shape
    pure = np.empty((moments, depth))
    for moment, layer in np.ndindex(moments, depth):
        context.report("looking at neighbours", moment * depth + layer, pure.size)
        now, before = (list(layers.values())[m][layer] for m in (moment, max(0, moment - 1)))
        if moment and np.array_equal(now, before):
            pure[moment, layer] = pure[moment - 1, layer]
        else:
            pure[moment, layer] = label_purity(now, labels, of=test)
    return SnapshotScores(scores.majority, scores.test, scores.low, scores.high, pure)
