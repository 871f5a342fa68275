"""Training job, and the predictions of training rows after it."""

import torch

from translearn_core.config import ExperimentConfig
from translearn_core.experiment import predict_training_rows, run_experiment
from translearn_core.jobs import PREDICT, PROJECTION, TrainingPredictionsConfig
from translearn_core.results import TrainingPredictions
from translearn_core.runs import artifacts
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
