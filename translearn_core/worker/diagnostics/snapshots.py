"""Training snapshots: projection, probes and kNN label purity of each layer at each checkpoint."""

from collections.abc import Sequence
from typing import Any

import numpy as np
from numpy.typing import NDArray

from translearn_core.analysis.neighbours.knn_purity import label_purity
from translearn_core.analysis.probing.layer_probing import probe_layers
from translearn_core.analysis.projection.projection import project
from translearn_core.config import ExperimentConfig, Method, Split, job_id
from translearn_core.errors import ConfigError, NotFoundError
from translearn_core.jobs import SnapshotsConfig
from translearn_core.results import Snapshot, Snapshots
from translearn_core.results.interval_estimate import NO_ESTIMATE
from translearn_core.runs import artifacts
from translearn_core.tasks.splits import SPLITS, split_indices
from translearn_core.training.snapshots import snapshots
from translearn_core.worker.context import Context
from translearn_core.worker.run_results import class_indices, load_evaluation, training_config

FOLDS = 2
"""Cross-validation folds of the probes, the fewest possible: only test scores are used."""


SCORES = ("majority", "accuracy", "low", "high", "purity", "c")
"""Fields of `Snapshots` with the majority baseline and the scores of all layers, shape (moments, layers)."""


def score_snapshots(context: Context[SnapshotsConfig]) -> None:
    """Project one layer of a run's snapshots together, and score every layer at each moment."""
    config = context.config
    evaluation = load_evaluation(context, config.job)
    experiment = training_config(context, config.job)
    context.report("reading what was kept")
    checkpoints = snapshots(context.store.workspace.run(config.job))
    if not checkpoints:
        raise NotFoundError(
            "Nothing was kept to replay of this run: only its head trained, or its model's layers cannot be "
            "looked at. Replay a run that trains blocks."
        )
    if not 0 <= config.layer < len(checkpoints[0].vectors):
        raise ConfigError("layer", config.layer, f"a layer from 0 to {len(checkpoints[0].vectors) - 1}")
    rows = evaluation.predictions.iloc[checkpoints[0].index]
    labels = class_indices(evaluation, rows["label"])
    train, test = (np.flatnonzero(rows["split"] == split) for split in (Split.TRAIN, Split.TEST))
    moments = tuple(snapshot_label(snapshot, experiment) for snapshot in checkpoints)
    scores = _stored_scores(context, config, checkpoints) or _measure(
        context, dict(zip(moments, checkpoints, strict=True)), labels, train, test, config.seed
    )
    context.report("drawing the map")
    vectors = np.concatenate([snapshot.vectors[config.layer] for snapshot in checkpoints])
    (plane,) = project({"trained": vectors}, method=Method.PCA, seed=config.seed)
    artifacts.save(
        context.folder,
        Snapshots(
            layer=config.layer,
            classes=evaluation.names,
            splits=tuple(map(str, SPLITS)),
            moments=moments,
            epochs=tuple(snapshot.epoch for snapshot in checkpoints),
            steps=tuple(snapshot.step for snapshot in checkpoints),
            stages=tuple(snapshot.stage for snapshot in checkpoints),
            n_train=len(train),
            n_test=len(test),
            coordinates=plane.reshape(len(checkpoints), len(rows), 2),
            index=checkpoints[0].index,
            label=labels,
            split=split_indices(rows["split"]),
            **scores,
        ),
    )


def snapshot_label(snapshot: Snapshot, experiment: ExperimentConfig) -> str:
    """Describe when a snapshot was taken."""
    if snapshot.epoch == 0:
        return "before training"
    if len(experiment.resolved_stages) == 1 or experiment.resume_from:
        return f"after epoch {snapshot.epoch}"
    return f"after stage {snapshot.stage + 1}: {experiment.resolved_stages[snapshot.stage].freeze.label}"


def _stored_scores(
    context: Context, config: SnapshotsConfig, checkpoints: Sequence[Snapshot]
) -> dict[str, Any] | None:
    """Return the scores computed earlier for a projection of another layer of the same run."""
    for layer in range(len(checkpoints[0].vectors)):
        job = job_id(config.model_copy(update={"layer": layer}))
        other = artifacts.load(context.store.workspace.run(job), Snapshots)
        if other is not None and other.steps == tuple(snapshot.step for snapshot in checkpoints):
            return {name: getattr(other, name) for name in SCORES}
    return None


def _measure(
    context: Context,
    checkpoints: dict[str, Snapshot],
    labels: NDArray[np.int64],
    train: NDArray[np.int64],
    test: NDArray[np.int64],
    seed: int,
) -> dict[str, Any]:
    """Score every layer at every moment; unchanged layers are computed once."""
    layers = {moment: snapshot.vectors for moment, snapshot in checkpoints.items()}
    scores = probe_layers(
        layers, labels, train, test, tfidf=NO_ESTIMATE, folds=FOLDS, seed=seed,
        progress=lambda done, total: context.report("probing layers", done, total),
    )  # fmt: skip
    moments, depth = scores.test.shape
    purity = np.empty((moments, depth))
    for moment, layer in np.ndindex(moments, depth):
        context.report("looking at neighbours", moment * depth + layer, purity.size)
        current, previous = (list(layers.values())[m][layer] for m in (moment, max(0, moment - 1)))
        if moment and np.array_equal(current, previous):
            purity[moment, layer] = purity[moment - 1, layer]
        else:
            purity[moment, layer] = label_purity(current, labels, of=test)
    values = scores.majority, scores.test, scores.low, scores.high, purity, scores.c
    return dict(zip(SCORES, values, strict=True))
