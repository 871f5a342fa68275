"""Training snapshots: projection, probes and kNN label purity of each layer at each checkpoint."""

from collections.abc import Sequence
from concurrent.futures import Executor
from dataclasses import astuple
from typing import Any

import numpy as np
from numpy.typing import NDArray

from translearn_core.analysis.intervals import row_score_interval
from translearn_core.analysis.linear_models import LINEAR_MODELS
from translearn_core.analysis.neighbours.knn_purity import label_purity
from translearn_core.analysis.probing.cross_validation import stratified_folds
from translearn_core.analysis.probing.layer_map import map_layers
from translearn_core.analysis.probing.linear_probe import Progress
from translearn_core.analysis.projection.projection import project
from translearn_core.config import ExperimentConfig, Method, Split, job_id
from translearn_core.errors import ConfigError, NotFoundError
from translearn_core.jobs import SnapshotsConfig
from translearn_core.results import Snapshot, Snapshots
from translearn_core.results.metric import metric_of
from translearn_core.runs import artifacts
from translearn_core.tasks import PROBLEMS, Target
from translearn_core.tasks.predictions import predictions_target
from translearn_core.tasks.problem import constant_row_score
from translearn_core.tasks.splits import SPLITS, split_indices
from translearn_core.training.snapshots import snapshots
from translearn_core.worker.context import Context
from translearn_core.worker.run_results import load_evaluation, training_config

FOLDS = 2
"""Cross-validation folds of the probes, the fewest possible: only test scores are used."""


SCORES = ("c", "score", "low", "high", "purity")
"""Fields of `Snapshots` with the scores of all layers, shape (moments, layers)."""


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
    target = predictions_target(evaluation, rows)
    problem = PROBLEMS[target.problem]
    train, test = (np.flatnonzero(rows["split"] == split) for split in (Split.TRAIN, Split.TEST))
    moments = tuple(snapshot_label(snapshot, experiment) for snapshot in checkpoints)
    scores = _stored_scores(context, config, checkpoints) or _measure(
        context, dict(zip(moments, checkpoints, strict=True)), target, train, test, config.seed
    )
    context.report("drawing the map")
    vectors = np.concatenate([snapshot.vectors[config.layer] for snapshot in checkpoints])
    (plane,) = project({"trained": vectors}, method=Method.PCA, seed=config.seed)
    artifacts.save(
        context.folder,
        Snapshots(
            layer=config.layer,
            classes=problem.stratum_names(target),
            splits=tuple(map(str, SPLITS)),
            moments=moments,
            epochs=tuple(snapshot.epoch for snapshot in checkpoints),
            steps=tuple(snapshot.step for snapshot in checkpoints),
            stages=tuple(snapshot.stage for snapshot in checkpoints),
            metric=problem.row_metric,
            constant_name=problem.constant_name,
            constant_baseline=constant_row_score(problem, target, train, test),
            n_train=len(train),
            n_test=len(test),
            coordinates=plane.reshape(len(checkpoints), len(rows), 2),
            index=checkpoints[0].index,
            label=problem.strata(target),
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
    target: Target,
    train: NDArray[np.int64],
    test: NDArray[np.int64],
    seed: int,
) -> dict[str, Any]:
    """Score every layer at every moment; unchanged layers are computed once."""
    problem, models = PROBLEMS[target.problem], LINEAR_MODELS[target.problem]
    strata, metric = problem.strata(target), metric_of(problem.row_metric)
    fold = stratified_folds(strata[train], FOLDS, seed)

    def score(x: NDArray[np.floating], pool: Executor, tick: Progress) -> tuple[float, ...]:
        probe = models.fit_probe(x[train], target.select(train), fold, pool=pool, progress=tick)
        level = row_score_interval(
            problem.row_scores(target, test, probe.predict(x[test])), target.clusters(test)
        )
        return probe.c, *astuple(metric.of_row_scores(level)), label_purity(x, strata, of=test)

    layers = {moment: snapshot.vectors for moment, snapshot in checkpoints.items()}
    results = map_layers(layers, [score], lambda done, total: context.report("probing layers", done, total))
    scores = np.empty((len(SCORES), len(layers), len(next(iter(layers.values())))))
    for layer, (values,) in results.items():
        scores[:, *layer] = values
    return dict(zip(SCORES, scores, strict=True))
