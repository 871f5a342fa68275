"""What a training took away: earlier tasks, how alike it finds sentences, and guessing covered words."""

from translearn_core.backbones import load
from translearn_core.config import ExperimentConfig, ForgettingConfig
from translearn_core.errors import ConfigError, NotFoundError
from translearn_core.results import Forgetting
from translearn_core.runs import artifacts
from translearn_core.transfer import load_trained
from translearn_core.worker.context import Context
from translearn_core.worker.diagnostics.forgetting.masked_lm import measure_mlm_loss
from translearn_core.worker.diagnostics.forgetting.sentence_similarity import measure_sts_retention
from translearn_core.worker.diagnostics.forgetting.task_retention import measure_task_retention
from translearn_core.worker.diagnostics.similarity import chosen_rows
from translearn_core.worker.features import finished

GUESSED = 500
"""Texts at most in which words are covered; held-out ones first."""


def measure_forgetting(context: Context) -> None:
    """Ask a run's backbone what it could do before: earlier tasks, sentence similarity, covered words."""
    config = context.config
    assert isinstance(config, ForgettingConfig)
    experiment = context.store.job(config.job).config
    if not isinstance(experiment, ExperimentConfig):
        raise ConfigError("job", config.job, "a training")
    if not experiment.trains_backbone:
        raise NotFoundError(
            "Only the head trained in this run: nothing below it moved, so nothing can be forgotten. "
            "Ask a run that trains blocks."
        )
    texts = chosen_rows(finished(context, config.job), GUESSED, config.seed)["text"].tolist()
    context.report("loading the model")
    trained = load_trained(context.store.workspace.run(config.job))
    before, after, compute = load(experiment.backbone), trained.model.source, trained.compute
    tasks = tuple(
        measure_task_retention(context, job, experiment, before, after, compute, config.seed)
        for job in config.earlier
    )
    context.report("comparing sentences")
    meaning = measure_sts_retention(context, before, after, compute, config.seed)
    limit = experiment.features.token_limit
    guessed = measure_mlm_loss(before, after, texts, limit, compute, context.report, config.seed)
    artifacts.save(context.folder, Forgetting(tasks, meaning.reference, guessed, meaning.table))
