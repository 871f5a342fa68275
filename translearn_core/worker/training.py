"""Training job."""

import torch

from translearn_core.config import ExperimentConfig
from translearn_core.experiment import run_experiment
from translearn_core.worker.activations import activation_cache
from translearn_core.worker.context import Context
from translearn_core.worker.data_loading import load_prepared


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
