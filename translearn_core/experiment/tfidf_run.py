"""Run without a backbone: TF-IDF and a linear model, with the results of any other run."""

from dataclasses import replace
from pathlib import Path

import numpy as np
import torch
from numpy.typing import NDArray

from translearn_core.activations import ProgressCallback
from translearn_core.analysis.tfidf import TfidfClassifier
from translearn_core.analysis.tfidf_one_vs_rest import fit_one_vs_rest
from translearn_core.analysis.tfidf_ridge import fit_tfidf_ridge
from translearn_core.config import ClassWeights, ExperimentConfig, ProblemType, Split
from translearn_core.data.dataset import PreparedDataset
from translearn_core.errors import ConfigError
from translearn_core.experiment.evaluation import (
    evaluate,
    held_out_logits,
    save_neighbour_index,
)
from translearn_core.experiment.run_recorder import PhaseTimer
from translearn_core.experiment.training_data import rows_of
from translearn_core.results import EpochPoint, RunSummary
from translearn_core.results.metric import LOSS
from translearn_core.runs import artifacts
from translearn_core.training.callbacks import Record
from translearn_core.training.training_rows import TrainingRows
from translearn_core.transfer import ModelOutputs, TfidfModel, save_tfidf


def run_tfidf(
    config: ExperimentConfig,
    prepared: PreparedDataset,
    folder: Path,
    clock: PhaseTimer,
    *,
    report: ProgressCallback,
    record: Record,
) -> RunSummary:
    """Fit TF-IDF and a linear model to the training rows, and save everything under `folder`.

    Raises
    ------
    ConfigError
        If the target is neither a class nor a number.
    Stopped
        If `report` asks to stop; there is nothing to resume from, as it takes seconds.
    """
    rows = rows_of(prepared)
    clock.switch("read")
    classifier = fit(config, prepared, rows, report)
    clock.switch("train")
    pairs, problem = config.data.text_pair is not None, rows.target.problem
    model = TfidfModel(classifier, rows.target.names, pairs, problem)
    outputs = model.predict(prepared.texts, report)
    record([_epoch(rows, outputs, clock.spent["train"])])
    evaluation = evaluate(outputs, prepared, rows.objective, seed=config.training.seed)
    thresholds = None if evaluation.thresholds is None else np.asarray(evaluation.thresholds)
    save_tfidf(folder, replace(model, thresholds=thresholds), config)
    save_neighbour_index(folder, outputs.features, prepared)
    artifacts.save(folder, held_out_logits(outputs.logits, prepared))
    artifacts.save(folder, evaluation)
    clock.switch("evaluate")
    parameters = classifier.weight.size + classifier.bias.size
    summary = RunSummary(
        device="CPU",
        precision="float32",
        seconds=clock.totals(),
        parameters={"trainable": parameters, "total": parameters},
        validation=evaluation.metrics[str(Split.VALIDATION)],
        test=evaluation.metrics[str(Split.TEST)],
        constant_baseline=evaluation.constant_baseline,
        epochs=1,
        best_epoch=1,
        boundary=0,
        best_stage=0,
    )
    artifacts.save(folder, summary)
    return summary


def fit(
    config: ExperimentConfig, prepared: PreparedDataset, rows: TrainingRows, report: ProgressCallback
) -> TfidfClassifier:
    """Fit a linear model of the training rows: softmax of classes, one-vs-rest of several labels, or ridge.

    Raises
    ------
    ConfigError
        If the target is of another type.
    """
    texts, target = [prepared.texts[i] for i in rows.train], rows.target
    values, seed = target.values[rows.train], config.training.seed
    balanced = config.training.class_weights is ClassWeights.BALANCED

    def progress(done: int, total: int) -> None:
        report("fitting the linear model", done, total)

    if target.problem in (ProblemType.SINGLE_LABEL, ProblemType.TOKENS):
        classes = len(target.names)
        return TfidfClassifier.fit(texts, values, classes, seed=seed, balanced=balanced, progress=progress)
    if target.problem is ProblemType.MULTI_LABEL:
        return fit_one_vs_rest(texts, values, seed=seed, balanced=balanced, progress=progress)
    if target.problem is ProblemType.REGRESSION:
        strata = rows.problem.strata(target)[rows.train]
        return fit_tfidf_ridge(texts, values, strata, seed=seed, progress=progress)
    expected = "a pretrained backbone, unless every row has classes or a number"
    raise ConfigError("backbone.id", config.backbone.id, expected)


def _epoch(rows: TrainingRows, outputs: ModelOutputs, seconds: float) -> EpochPoint:
    """Return the only epoch: metrics on the training and validation rows."""

    def metrics(index: NDArray[np.int64]) -> dict[str, float]:
        logits = outputs.logits[index]
        losses = rows.objective.loss(torch.from_numpy(logits), rows.targets[index])
        return {LOSS: float(losses.double().mean())} | rows.metrics(index, torch.from_numpy(logits))

    train, validation = metrics(rows.train), metrics(rows.validation)
    return EpochPoint(epoch=1, step=1, train=train, validation=validation, seconds=seconds, best=True)
