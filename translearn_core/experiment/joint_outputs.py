"""Results of a run of several targets: the set of a run for each target, and the scores of all."""

from dataclasses import replace
from pathlib import Path

import numpy as np

from translearn_core.activations import ProgressCallback
from translearn_core.config import ExperimentConfig, Split, job_id
from translearn_core.data.dataset import PreparedDataset
from translearn_core.experiment.evaluation import (
    constant_selection_score,
    evaluate,
    held_out_logits,
    save_neighbour_index,
    summarise,
    weight_drift,
)
from translearn_core.experiment.run_recorder import PhaseTimer
from translearn_core.results import Estimate, Evaluation, LayerMix, Metrics, RunSummary
from translearn_core.results.metric import MEAN_SCORE, metric_of_target
from translearn_core.runs import artifacts
from translearn_core.training.joint.joint_rows import JointRows
from translearn_core.training.loop import Loop
from translearn_core.training.snapshots import FOLDER, snapshots
from translearn_core.transfer import ModelOutputs, StageInputs, predict, save_trained

TARGETS = "targets"
"""Folder of the results of each target, in the folder of a run of several."""


def target_folder(folder: Path, index: int) -> Path:
    """Return the folder of the results of one target, by its position in the configuration."""
    return folder / TARGETS / str(index)


def save_joint_outputs(
    folder: Path,
    config: ExperimentConfig,
    prepared: PreparedDataset,
    rows: JointRows,
    loop: Loop,
    stage_inputs: StageInputs,
    clock: PhaseTimer,
    report: ProgressCallback,
) -> RunSummary:
    """Evaluate each target, save its results in a folder of its own below `folder`, and summarise all."""
    model, compute = stage_inputs.model, loop.compute
    outputs = predict(model, loop.inputs, np.arange(len(prepared.texts)), compute, report)
    drift = weight_drift(config, model, loop, rows)
    evaluations, baselines = [], []
    for index, own_config in enumerate(config.target_runs(job_id(config))):
        own, single = prepared.for_target(index), rows.single[index]
        known, columns = prepared.targets[index].known_rows, rows.output_slices[index]
        part = ModelOutputs(outputs.logits[known][:, columns], outputs.features[known], single.target.problem)
        evaluation = evaluate(part, own, single.objective, seed=config.training.seed)
        home = target_folder(folder, index)
        save_trained(home, model.for_target(index), own_config, single.target.names, evaluation.thresholds)
        save_neighbour_index(home, part.features, own)
        for result in (held_out_logits(part.logits, own), drift, evaluation):
            artifacts.save(home, result)
        if model.mix is not None:
            artifacts.save(home, LayerMix(tuple(model.mix.weights.tolist()), model.mix.factor.item()))
        _save_snapshots(folder, home, known)
        evaluations.append(evaluation)
        baselines.append(constant_selection_score(own))
    clock.switch("evaluate")

    def summary(evaluation: Evaluation) -> RunSummary:
        return summarise(config, compute, model, loop, evaluation, clock, stage_inputs.cache_usage)

    for index, evaluation in enumerate(evaluations):
        own_summary = summary(evaluation)
        if config.sequential:  # whose stages are the targets, and each target's run has one
            own_summary = replace(own_summary, best_stage=0)
        artifacts.save(target_folder(folder, index), own_summary)
    joint = summary(_joint(evaluations, rows, prepared, float(np.mean(baselines))))
    artifacts.save(folder, joint)
    return joint


def _save_snapshots(folder: Path, home: Path, known: np.ndarray[tuple[int], np.dtype[np.bool_]]) -> None:
    """Save a run's snapshots for one target: those of the rows that have a value of it."""
    position = np.cumsum(known) - 1
    for snapshot in snapshots(folder):
        own = known[snapshot.index]
        part = replace(snapshot, index=position[snapshot.index[own]], vectors=snapshot.vectors[:, own])
        artifacts.save(home / FOLDER / f"{snapshot.epoch:06d}", part)


def _joint(
    evaluations: list[Evaluation], rows: JointRows, prepared: PreparedDataset, baseline: float
) -> Evaluation:
    """Return the scores of all targets as those of one model: their mean first, then each target's."""
    metrics = {
        str(split): _mean(
            [one.metrics[str(split)] for one in evaluations], rows, len(prepared.split_indices(split))
        )
        for split in (Split.VALIDATION, Split.TEST)
    }
    return replace(evaluations[0], metrics=metrics, constant_baseline=baseline)


def _mean(parts: list[Metrics], rows: JointRows, n: int) -> Metrics:
    """Return the scores of each target, and the mean of those that select.

    Its interval is the mean of theirs, which is too wide unless all err on the same rows.
    """
    chosen = [part[one.selection] for part, one in zip(parts, rows.single, strict=True)]
    ends = ([getattr(score, end) for score in chosen] for end in ("value", "low", "high"))
    scores = {MEAN_SCORE: Estimate(*(float(np.mean(values)) for values in ends))}
    for part, one in zip(parts, rows.single, strict=True):
        scores |= {metric_of_target(one.target.column, name): x for name, x in part.scores.items()}
    losses = rows.objective.weighted_losses([part.loss for part in parts])
    return Metrics(n, scores, losses)
