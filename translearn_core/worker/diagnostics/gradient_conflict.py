"""Conflict of the gradients of a run's targets, at the weights that it kept."""

from collections.abc import Sized
from itertools import combinations

import numpy as np
import pandas as pd
import torch
from numpy.typing import NDArray

from translearn_core.analysis.intervals import mean_interval
from translearn_core.config import ExperimentConfig, Split
from translearn_core.config.lr_schedule import HEAD
from translearn_core.errors import BackboneError
from translearn_core.experiment.run import build_loop
from translearn_core.experiment.run_recorder import PhaseTimer
from translearn_core.jobs.diagnostics.gradient_conflict import GradientConflictConfig
from translearn_core.results.diagnostics.gradient_conflict import GradientConflict
from translearn_core.results.format import quote
from translearn_core.results.training.run_summary import WEIGHTS_DELETED
from translearn_core.runs import artifacts
from translearn_core.training.checkpoints.checkpoint import Checkpoint
from translearn_core.training.joint.gradient_conflict import part_cosines, target_gradients
from translearn_core.training.joint.joint_rows import JointRows
from translearn_core.worker.activations import activation_cache
from translearn_core.worker.context import Context
from translearn_core.worker.data_loading import load_prepared
from translearn_core.worker.run_results import training_config


def measure_conflict(context: Context[GradientConflictConfig]) -> None:
    """Compare the gradients of every pair of targets on batches of training rows."""
    config = context.config
    experiment = training_config(context, config.job)
    state = Checkpoint.read(context.store.workspace.run(config.job))
    if state is None:
        raise BackboneError(WEIGHTS_DELETED)
    context.report("reading the data")
    prepared = load_prepared(context.store.workspace, experiment.data)
    loop, rows, stage_inputs = build_loop(
        experiment, prepared, activation_cache(context), None, PhaseTimer(), context.report
    )
    assert isinstance(rows, JointRows)
    model, trained = stage_inputs.model, loop.schedule.trained
    with torch.no_grad():
        for name, parameter in trained.items():
            parameter.copy_((state.best or state.weights)[name])
    model.freeze(model.max_plan)
    model.eval()
    shared = {name: p for name, p in trained.items() if model.parts[name] != HEAD}
    names = list(dict.fromkeys(model.parts[name] for name in model.parts if name in shared))
    inputs, cosines = stage_inputs(model.max_plan), []
    train = prepared.split_indices(Split.TRAIN)
    batches = conflict_batches(rows, train, config.batches, config.batch_size, config.seed)
    for done, index in enumerate(batches):
        context.report("comparing gradients", done, len(batches))
        gradients = target_gradients(model, inputs, rows, index, shared, loop.compute)
        cosines.append(part_cosines(gradients, model.parts, names))
    result = summarise_conflict(np.stack(cosines), names, experiment, rows=sum(map(len, batches)))
    artifacts.save(context.folder, result)


def conflict_batches(
    rows: JointRows, train: NDArray[np.int64], batches: int, size: int, seed: int
) -> list[NDArray[np.int64]]:
    """Return disjoint batches of training rows, rows with a value of most targets first."""
    random = np.random.default_rng(seed)
    shuffled = random.permutation(train)
    most_known = shuffled[np.argsort(-rows.target.values[shuffled].sum(axis=1), kind="stable")]
    count = min(batches, max(2, len(most_known) // size))
    return np.array_split(random.permutation(most_known[: count * size]), count)


def summarise_conflict(
    cosines: NDArray[np.float64], parts: list[str], experiment: ExperimentConfig, rows: int
) -> GradientConflict:
    """Return the mean cosine of each pair and part with its interval over batches.

    Parameters
    ----------
    cosines : float array, shape (batches, pairs, parts)
    """
    columns = [target.column for target in experiment.data.targets]
    lines, sentences = [], []
    for pair, (first, second) in enumerate(combinations(columns, 2)):
        for number, part in enumerate(parts):
            values = cosines[:, pair, number]
            values = values[~np.isnan(values)]
            estimate = mean_interval(values)
            share = float((values < 0).mean()) if len(values) else float("nan")
            mean = estimate.value if len(values) > 1 else float(np.mean(values)) if len(values) else share
            lines.append((part, first, second, mean, estimate.low, estimate.high, share))
        sentences.append(_sentence(first, second, [line for line in lines if line[1:3] == (first, second)]))
    names = ["part", "first", "second", "cosine", "low", "high", "conflicting"]
    return GradientConflict(len(cosines), rows, tuple(sentences), pd.DataFrame(lines, columns=names))


def _sentence(first: str, second: str, lines: list[tuple[str, str, str, float, float, float, float]]) -> str:
    """Say in which parts two targets conflict by more than chance."""
    against = [part for part, _, _, _, _, high, _ in lines if high < 0]
    along = [part for part, _, _, _, low, _, _ in lines if low > 0]
    names = f"{quote(first)} and {quote(second)}"
    if against:
        return f"{names} conflict in {_of(against, lines)}: {', '.join(against)}."
    if along:
        return f"{names} pull the same way in {_of(along, lines)} and conflict in none."
    return f"{names} neither conflict nor help each other by more than the chance of these batches."


def _of(some: Sized, lines: Sized) -> str:
    return "the one part that trains" if len(lines) == 1 else f"{len(some)} of {len(lines)} parts"
