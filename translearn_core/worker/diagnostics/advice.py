"""Advise on a recipe before any training: measure what the rules ask for, then apply them."""

from dataclasses import replace

import numpy as np
from pydantic import ValidationError

from translearn_core.activations import Compute
from translearn_core.analysis import bootstrap_accuracy, tfidf_logistic_regression
from translearn_core.analysis.advisor.advise import advise as apply_rules
from translearn_core.analysis.advisor.advise import clearly_better, settings
from translearn_core.analysis.advisor.facts import Cost, TaskFacts
from translearn_core.analysis.metrics import majority_accuracy
from translearn_core.backbones import load_tokenizer, token_statistics
from translearn_core.config import (
    RECIPES,
    AdviseConfig,
    ExperimentConfig,
    FeatureConfig,
    ProfileConfig,
    RecipeName,
    Split,
    TrainingConfig,
    apply_overrides,
    job_id,
)
from translearn_core.data.dataset import PreparedDataset, TokenStatistics
from translearn_core.errors import ConfigError
from translearn_core.results import BackboneInfo, CostModel, Severity, Workload
from translearn_core.runs import artifacts
from translearn_core.worker.context import Context
from translearn_core.worker.data_loading import load_prepared
from translearn_core.worker.diagnostics.layer_scores import (
    LayerScores,
    Sample,
    sample_rows,
    score_layers,
    train_indices,
)
from translearn_core.worker.models import load_profile

ROWS = 5_000
"""Training and validation rows at most that are looked at; a stratified sample above."""


def advise(context: Context) -> None:
    """Measure the task, what recipes cost here, and apply the rules."""
    config = context.config
    assert isinstance(config, AdviseConfig)
    context.report("reading the data")
    prepared = load_prepared(context.store.workspace, config.data)
    sample = sample_rows(prepared, ROWS, config.seed)
    # recipes start from the whole pretrained backbone, so that is what has to be looked at
    whole = {"random_init": False, "blocks": None, "fresh_top": 0}
    backbone = config.backbone.model_copy(update=whole)
    compute = Compute.choose(config.device, config.precision)
    rated = score_layers(context, backbone, config.features, sample, compute)
    features = train_indices(config.features, rated.anatomy)
    context.report("splitting texts into tokens")
    tokens = token_statistics(load_tokenizer(backbone), sample.texts, features.token_limit)
    context.report("counting words")
    measured = _measured(prepared, sample, rated, tokens, config)
    experiment = ExperimentConfig(
        data=config.data,
        backbone=backbone,
        features=features,
        training=TrainingConfig(precision=config.precision, device=config.device),
    )
    calibration = _calibration(context, experiment)
    task = _task(prepared, tokens)
    costs = {
        name: cost
        for name in RecipeName
        if (cost := _cost(name, measured, experiment, rated.anatomy, calibration, task)) is not None
    }
    artifacts.save(context.folder, apply_rules(replace(measured, costs=costs)))


def _measured(
    prepared: PreparedDataset,
    sample: Sample,
    rated: LayerScores,
    tokens: TokenStatistics,
    config: AdviseConfig,
) -> TaskFacts:
    n, labels = sample.fit_rows, sample.labels
    tfidf, interval, told = tfidf_logistic_regression(
        sample.texts[:n], labels[:n], sample.texts[n:], labels[n:], seed=config.seed
    )
    by_words = told == labels[n:]
    best = max(range(len(rated.layers)), key=lambda k: (rated.probe[k], k))
    counts = np.bincount(prepared.labels[prepared.where(Split.TRAIN)], minlength=len(prepared.classes))
    torn = sum(
        finding.count
        for finding in prepared.findings
        if finding.code == "conflicts" and finding.severity is Severity.DECISION
    )
    return TaskFacts(
        train=int(counts.sum()),
        learnt=n,
        held=sample.held,
        classes=len(prepared.classes),
        rarest=int(counts[counts > 0].min()),
        commonest=int(counts.max()),
        torn=torn / len(prepared.texts),
        median_tokens=float(np.median(tokens.lengths)),
        long_tokens=float(np.quantile(tokens.lengths, 0.95)),
        token_limit=tokens.token_limit,
        cut=float((tokens.lengths > tokens.token_limit).mean()),
        unknown=tokens.unknown_share,
        majority=majority_accuracy(labels[:n], labels[n:]),
        tfidf=tfidf,
        tfidf_interval=interval,
        layers=rated.layers,
        logme=rated.logme,
        probes=rated.probe,
        probe_interval=bootstrap_accuracy(rated.correct[best]),
        words_ahead=clearly_better(by_words, rated.correct[best]),
        words_behind=clearly_better(rated.correct[best], by_words),
        lead=clearly_better(rated.correct[best], rated.correct[-1]),
        at_hand=config.seconds,
    )


def _calibration(context: Context, experiment: ExperimentConfig) -> CostModel:
    """Return what steps of the backbone cost on this device, as this workspace knows, else timed now."""
    limit = FeatureConfig(token_limit=experiment.features.token_limit)
    asked = ProfileConfig(backbone=experiment.backbone, features=limit, training=experiment.training)
    known = artifacts.load(context.store.workspace.run(job_id(asked)), CostModel)
    if known is not None:
        return known
    context.report("timing a few steps")
    return load_profile(asked)


def _task(prepared: PreparedDataset, tokens: TokenStatistics) -> Workload:
    train, validation, test = (len(prepared.where(split)) for split in Split)
    read = float(np.minimum(tokens.lengths, tokens.token_limit).mean())
    return Workload(train, validation, test, read, len(prepared.classes))


def _cost(
    name: RecipeName,
    measured: TaskFacts,
    experiment: ExperimentConfig,
    anatomy: BackboneInfo,
    calibration: CostModel,
    task: Workload,
) -> Cost | None:
    """Return what a recipe costs with the settings it would be given; None where it is not possible."""
    recipe = RECIPES[name]
    if recipe.teacher:
        return None
    try:
        config = apply_overrides(recipe.apply(experiment, anatomy.n_blocks), settings(measured, name))
        config.check(anatomy.n_blocks)
    except (ConfigError, ValidationError):
        return None
    estimate = calibration.estimate(anatomy, config, task)
    return Cost(estimate.seconds, estimate.fits)
