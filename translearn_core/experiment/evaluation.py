"""Evaluation of a trained run: metrics, predictions, weight drift, cost."""

from pathlib import Path

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from translearn_core.activations import Compute
from translearn_core.analysis.stratified_sampling import stratified_sample
from translearn_core.backbones import load
from translearn_core.config import ExperimentConfig, Split
from translearn_core.data.dataset import PreparedDataset
from translearn_core.experiment.build_model import build
from translearn_core.experiment.run_recorder import PhaseTimer
from translearn_core.results import CacheUsage, Drift, Evaluation, HeldOutLogits, NeighbourBank, RunSummary
from translearn_core.runs import artifacts
from translearn_core.tasks.classification_metrics import (
    classification_metrics,
    confusion,
    majority_accuracy,
    per_class,
)
from translearn_core.tasks.splits import SPLITS
from translearn_core.training import Loop, TrainingRows, measure_drift
from translearn_core.transfer import Classifier

NEIGHBOURS = 20_000
"""Maximum number of training texts in the neighbour index."""


def evaluate(probabilities: NDArray[np.float32], prepared: PreparedDataset, *, seed: int) -> Evaluation:
    """Evaluate the predicted probabilities of every row, shape (rows, classes)."""
    rows = np.arange(len(prepared.texts))
    predicted = probabilities.argmax(1)
    names, k = np.asarray(prepared.classes, dtype=object), len(prepared.classes)
    metrics = {}
    for split in (Split.VALIDATION, Split.TEST):
        index = prepared.where(split)
        metrics[str(split)] = classification_metrics(
            prepared.labels[index], probabilities[index], classes=k, seed=seed
        )
    test = prepared.where(Split.TEST)
    table = confusion(prepared.labels[test], predicted[test], k)
    return Evaluation(
        classes=prepared.classes,
        metrics=metrics,
        majority=majority_accuracy(prepared.labels[prepared.where(Split.TRAIN)], prepared.labels[test]),
        confusion=table,
        per_class=per_class(table, prepared.classes),
        predictions=pd.DataFrame(
            {
                "row": prepared.rows,
                "split": np.asarray([str(s) for s in SPLITS], dtype=object)[prepared.split],
                "text": np.asarray(prepared.texts, dtype=object),
                "label": names[prepared.labels],
                "predicted": names[predicted],
                "confidence": probabilities[rows, predicted].astype(np.float64),
                "correct": predicted == prepared.labels,
            }
        ),
    )


def held_out_logits(logits: NDArray[np.float32], prepared: PreparedDataset) -> HeldOutLogits:
    """Select the validation and test rows of the logits of every row, shape (rows, classes)."""
    return HeldOutLogits(
        validation=logits[prepared.where(Split.VALIDATION)], test=logits[prepared.where(Split.TEST)]
    )


def weight_drift(config: ExperimentConfig, model: Classifier, loop: Loop, rows: TrainingRows) -> Drift:
    """Measure weight drift from the untrained model, loaded anew, and check it against the freeze plan."""
    start = build(config, load(config.backbone), rows.target, rows.absent)
    return measure_drift(
        {name: p.detach() for name, p in start.named_parameters()},
        {name: p.detach().cpu() for name, p in model.named_parameters()},
        parts=model.parts,
        trainable=set(loop.schedule.trained),
        had_gradient=set(loop.state.best_moved or loop.state.had_gradient),
    )


def save_neighbour_index(folder: Path, features: NDArray[np.float16], prepared: PreparedDataset) -> None:
    """Save feature vectors of the training texts, or of a stratified sample, for neighbour search."""
    train = prepared.where(Split.TRAIN)
    index = train[np.sort(stratified_sample(prepared.strata[train], NEIGHBOURS, 0))]
    artifacts.save(folder, NeighbourBank(vectors=features[index], index=index))


def summarise(
    compute: Compute,
    model: Classifier,
    loop: Loop,
    evaluation: Evaluation,
    clock: PhaseTimer,
    reuse: CacheUsage | None,
) -> RunSummary:
    """Return the summary of a run: cost, size and scores."""
    return RunSummary(
        device=compute.label,
        precision=compute.precision,
        seconds=clock.totals(),
        parameters={
            "trainable": sum(p.numel() for p in loop.schedule.trained.values()),
            "total": sum(p.numel() for p in model.parameters()),
        },
        validation=evaluation.metrics[str(Split.VALIDATION)],
        test=evaluation.metrics[str(Split.TEST)],
        majority=evaluation.majority,
        epochs=loop.state.epoch,
        best_epoch=loop.state.best_epoch,
        boundary=model.boundary,
        reuse=reuse,
    )
