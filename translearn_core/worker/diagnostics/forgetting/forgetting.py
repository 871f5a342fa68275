"""Catastrophic forgetting: earlier tasks, sentence similarity and masked language modelling."""

from translearn_core.backbones import load
from translearn_core.config.text_cells import joined, text_cells
from translearn_core.errors import NotFoundError
from translearn_core.jobs import ForgettingConfig
from translearn_core.results import Forgetting
from translearn_core.runs import artifacts
from translearn_core.transfer import load_fine_tuned
from translearn_core.worker.context import Context
from translearn_core.worker.diagnostics.forgetting.masked_lm import measure_mlm_loss
from translearn_core.worker.diagnostics.forgetting.sentence_similarity import measure_sts_retention
from translearn_core.worker.diagnostics.forgetting.task_retention import measure_task_retention
from translearn_core.worker.diagnostics.similarity import held_out_first
from translearn_core.worker.run_results import load_evaluation, training_config

MAX_MASKED_TEXTS = 500
"""Largest number of texts for the masked-language-model loss; held-out ones first."""


def measure_forgetting(context: Context[ForgettingConfig]) -> None:
    """Measure what a run's backbone lost relative to its state before training."""
    config = context.config
    experiment = training_config(context, config.job)
    if not experiment.trains_backbone:
        raise NotFoundError(
            "Only the head trained in this run: nothing below it moved, so nothing can be forgotten. "
            "Ask a run that trains blocks."
        )
    evaluation = load_evaluation(context, config.job)
    cells = text_cells(held_out_first(evaluation, MAX_MASKED_TEXTS, config.seed))
    context.report("loading the model")
    trained = load_fine_tuned(context.store.workspace.run(config.job))
    before, after, compute = load(experiment.backbone), trained.model.loaded_backbone, trained.compute
    tasks = tuple(
        measure_task_retention(context, job, experiment, before, after, compute, config.seed)
        for job in config.earlier_runs
    )
    context.report("comparing sentences")
    sts = measure_sts_retention(context, before, after, compute, config.seed)
    limit, texts = experiment.features.token_limit, [joined(cell, " ") for cell in cells]
    masked_lm = measure_mlm_loss(before, after, texts, limit, compute, context.report, config.seed)
    artifacts.save(context.folder, Forgetting(tasks, sts.reference, masked_lm, sts.table))
