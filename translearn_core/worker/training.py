"""Training job, the predictions of training rows after it, and the run of one target of several."""

from dataclasses import replace

import torch

from translearn_core.config import ExperimentConfig
from translearn_core.errors import ConfigError, NotFoundError
from translearn_core.experiment import predict_training_rows, run_experiment
from translearn_core.experiment.joint_outputs import target_folder
from translearn_core.jobs import PREDICT, PROJECTION, TrainingPredictionsConfig
from translearn_core.results import EpochPoint, StepPoint, TrainingPredictions
from translearn_core.runs import artifacts
from translearn_core.storage.linked_files import link_files
from translearn_core.worker.activations import activation_cache
from translearn_core.worker.context import Context
from translearn_core.worker.data_loading import load_prepared
from translearn_core.worker.run_results import training_config


def train(context: Context[ExperimentConfig]) -> None:
    """Run or resume one experiment."""
    config = context.config
    store = context.store
    store.forget_points(context.job.id)
    store.forget_answers(context.job.id)
    if config.joint_run is not None:
        take_target(context, config.joint_run)
        return
    run_experiment(
        config,
        lambda: load_prepared(store.workspace, config.data),
        context.folder,
        store=activation_cache(context),
        report=context.report,
        record=context.add_points,
        parent=store.workspace.run(config.resume_from) if config.resume_from else None,
        teacher=store.workspace.run(config.distil.teacher) if config.distil else None,
    )
    if config.data.several_targets:
        context.flush()
        store.submit_target_runs(context.job.id)
    if torch.cuda.is_available():
        torch.cuda.empty_cache()


def predict_training(context: Context[TrainingPredictionsConfig]) -> None:
    """Predict the training rows of a run that predicted held-out rows only."""
    job, store = context.config.job, context.store
    config = training_config(context, job)
    rows = predict_training_rows(
        config,
        lambda: load_prepared(store.workspace, config.data),
        store.workspace.run(job),
        store=activation_cache(context),
        report=context.report,
    )
    store.forget_answers(job, kinds=(PROJECTION.kind, PREDICT.kind))
    artifacts.save(context.folder, TrainingPredictions(rows))
    if torch.cuda.is_available():
        torch.cuda.empty_cache()


def take_target(context: Context[ExperimentConfig], joint: str) -> None:
    """Take the results and the history of one target from the training of several.

    Raises
    ------
    ConfigError
        If that training has no such target with these settings.
    NotFoundError
        If its results are no longer there.
    """
    store, config = context.store, context.config
    parent = training_config(context, joint)
    runs = parent.target_runs(joint)
    if config not in runs:
        raise ConfigError("joint_run", joint, "the training of several targets that these settings are of")
    index = runs.index(config)
    source = target_folder(store.workspace.run(joint), index)
    if not source.is_dir():
        raise NotFoundError(
            "The training of all targets has no results of this one: train it again, then open its target."
        )
    link_files(source, context.folder)
    history, column = store.history(joint), config.data.label
    epochs = [epoch.for_target(column) for epoch in history.epochs]
    if parent.sequential:
        epochs = [replace(epoch, stage=0) for epoch in epochs]
    points: list[StepPoint | EpochPoint] = [*history.steps, *epochs]
    context.add_points(sorted(points, key=lambda point: (point.step, not isinstance(point, StepPoint))))
