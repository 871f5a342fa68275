"""Evaluation of a trained run: metrics, predictions, weight drift, cost."""

from pathlib import Path

import numpy as np
import pandas as pd
import torch
from numpy.typing import NDArray

from translearn_core.activations import Compute
from translearn_core.analysis.stratified_sampling import stratified_sample
from translearn_core.backbones import load
from translearn_core.config import ExperimentConfig, Optimizer, Split
from translearn_core.config.text_cells import text_columns
from translearn_core.data.dataset import PreparedDataset
from translearn_core.errors import TooFewSamplesError
from translearn_core.experiment.build_model import build
from translearn_core.experiment.run_recorder import PhaseTimer
from translearn_core.results import (
    CacheUsage,
    Drift,
    Evaluation,
    HeldOutLogits,
    Metrics,
    NeighbourBank,
    RunSummary,
)
from translearn_core.runs import artifacts
from translearn_core.tasks import PROBLEMS, Target
from translearn_core.tasks.problem import Outputs, constant_score
from translearn_core.tasks.splits import SPLITS
from translearn_core.training.joint.joint_rows import JointRows
from translearn_core.training.loop import Loop
from translearn_core.training.training_rows import TrainingRows
from translearn_core.training.weight_drift import measure_drift
from translearn_core.transfer import Classifier, ModelOutputs
from translearn_core.transfer.objectives import Objective

NEIGHBOURS = 20_000
"""Maximum number of training texts in the neighbour index."""


def evaluate(
    outputs: ModelOutputs,
    prepared: PreparedDataset,
    objective: Objective,
    *,
    seed: int,
    rows: NDArray[np.int64] | None = None,
) -> Evaluation:
    """Evaluate the outputs of every row; `objective` is that of the training.

    With `rows`, which include all validation and test rows, the others have no prediction and no score.
    """
    problem, every = prepared.problem, np.arange(len(prepared.texts))
    rows = every if rows is None else rows
    train, test = prepared.split_indices(Split.TRAIN), prepared.split_indices(Split.TEST)
    validation = prepared.split_indices(Split.VALIDATION)
    target = problem.choose_thresholds(prepared.target, validation, outputs.predictions[validation])
    predictions = {
        "row": prepared.rows,
        "split": np.asarray([str(s) for s in SPLITS], dtype=object)[prepared.split],
        **{name: np.asarray(column, dtype=object) for name, column in text_columns(prepared.texts).items()},
        "label": problem.decode_values(target),
        **decode_rows(target, rows, outputs.predictions[rows]).reindex(every),
    }
    return Evaluation(
        names=target.names,
        metrics={
            str(split): split_metrics(target, prepared.split_indices(split), outputs, objective, seed=seed)
            for split in (Split.VALIDATION, Split.TEST)
        },
        constant_baseline=constant_score(problem, prepared.target, train, test),
        predictions=pd.DataFrame(predictions),
        problem=target.problem,
        thresholds=None if target.thresholds is None else tuple(target.thresholds.tolist()),
        output_metrics=problem.output_metrics(target, test, outputs.predictions[test], seed=seed),
    )


def decode_rows(target: Target, rows: NDArray[np.int64], outputs: Outputs) -> pd.DataFrame:
    """Return the columns of `Problem.decode` and score of the outputs of some rows, indexed by row."""
    problem = PROBLEMS[target.problem]
    decoded = problem.decode(target.names, outputs, target.thresholds)
    return decoded.assign(score=problem.row_scores(target, rows, outputs)).set_axis(rows)


def constant_selection_score(prepared: PreparedDataset) -> float:
    """Return the score of the best constant prediction of the test rows that would select its epoch."""
    problem, rows = prepared.problem, (prepared.split_indices(split) for split in (Split.TRAIN, Split.TEST))
    return constant_score(problem, prepared.target, *rows, metric=problem.selection)


def split_metrics(
    target: Target, rows: NDArray[np.int64], outputs: ModelOutputs, objective: Objective, *, seed: int
) -> Metrics:
    """Score the outputs of some rows, the mean loss included.

    Raises
    ------
    TooFewSamplesError
        If there are no rows.
    """
    if not len(rows):
        raise TooFewSamplesError("0 rows to score: give this split at least one row.")
    problem = PROBLEMS[target.problem]
    values = torch.tensor(target.values[rows])
    losses = objective.loss(torch.from_numpy(outputs.logits[rows]), values).clamp(max=objective.max_loss)
    scores = problem.metrics(target, rows, outputs.predictions[rows], seed=seed)
    return Metrics(len(rows), scores, float(losses.double().mean()))


def held_out_logits(logits: NDArray[np.float32], prepared: PreparedDataset) -> HeldOutLogits:
    """Select the validation and test rows of the logits of every row, shape (rows, n_outputs)."""
    return HeldOutLogits(
        validation=logits[prepared.split_indices(Split.VALIDATION)],
        test=logits[prepared.split_indices(Split.TEST)],
    )


def weight_drift(
    config: ExperimentConfig, model: Classifier, loop: Loop, rows: TrainingRows | JointRows
) -> Drift:
    """Measure weight drift from the untrained model, loaded anew, and check it against the freeze plan."""
    start = build(config, load(config.backbone), rows.target, rows.train)
    return measure_drift(
        {name: p.detach() for name, p in start.named_parameters()},
        {name: p.detach().cpu() for name, p in model.named_parameters()},
        parts=model.parts,
        trainable=set(model.names(config.freeze_until(loop.best_stage))),
        had_gradient=set(loop.state.best_moved or loop.state.had_gradient),
        proportional=config.training.optimizer is Optimizer.SGD,
    )


def save_neighbour_index(folder: Path, features: NDArray[np.float16], prepared: PreparedDataset) -> None:
    """Save feature vectors of the training texts, or of a stratified sample, for neighbour search."""
    train = prepared.split_indices(Split.TRAIN)
    index = train[np.sort(stratified_sample(prepared.strata[train], NEIGHBOURS, 0))]
    artifacts.save(folder, NeighbourBank(vectors=features[index], index=index))


def summarise(
    config: ExperimentConfig,
    compute: Compute,
    model: Classifier,
    loop: Loop,
    evaluation: Evaluation,
    clock: PhaseTimer,
    reuse: CacheUsage | None,
) -> RunSummary:
    """Return the summary of a run: cost, size and scores, of the weights that are kept."""
    plan = config.freeze_until(loop.best_stage)
    trained = model.names(plan)
    return RunSummary(
        device=compute.label,
        precision=compute.precision,
        seconds=clock.totals(),
        parameters={
            "trainable": sum(p.numel() for name, p in loop.schedule.trained.items() if name in trained),
            "total": sum(p.numel() for p in model.parameters()),
        },
        validation=evaluation.metrics[str(Split.VALIDATION)],
        test=evaluation.metrics[str(Split.TEST)],
        constant_baseline=evaluation.constant_baseline,
        epochs=loop.state.epoch,
        best_epoch=loop.state.best_epoch,
        boundary=plan.first_trainable_block(model.loaded_backbone.n_blocks),
        reuse=reuse,
        best_stage=loop.best_stage,
    )
