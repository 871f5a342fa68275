"""Recipe advice before training: measure the facts that the rules need, then apply the rules."""

from dataclasses import replace

import numpy as np
from pydantic import ValidationError

from translearn_core.activations import Compute
from translearn_core.analysis.advisor.advise import advise as apply_rules
from translearn_core.analysis.advisor.advise import clearly_better, settings
from translearn_core.analysis.advisor.facts import Cost, TaskFacts
from translearn_core.analysis.intervals import row_score_interval
from translearn_core.analysis.tfidf import tfidf_logistic_regression
from translearn_core.backbones import load_tokenizer, token_statistics
from translearn_core.config import (
    RECIPES,
    ExperimentConfig,
    FeatureConfig,
    RecipeName,
    Split,
    TrainingConfig,
    apply_overrides,
    job_id,
)
from translearn_core.data.dataset import PreparedDataset, TokenStatistics
from translearn_core.errors import ConfigError
from translearn_core.jobs import AdviseConfig, ProfileConfig
from translearn_core.results import BackboneInfo, CostModel, Severity, Workload
from translearn_core.runs import artifacts
from translearn_core.tasks.problem import constant_score
from translearn_core.worker.backbones import load_profile
from translearn_core.worker.context import Context
from translearn_core.worker.data_loading import load_prepared
from translearn_core.worker.diagnostics.layer_scores import (
    LayerScores,
    Sample,
    sample_rows,
    score_layers,
    supported_features,
)

ROWS = 5_000
"""Largest stratified sample of training rows, and of validation rows."""


def advise(context: Context[AdviseConfig]) -> None:
    """Measure the task and the cost of each recipe, and apply the rules."""
    config = context.config
    context.report("reading the data")
    prepared = load_prepared(context.store.workspace, config.data)
    sample = sample_rows(prepared, ROWS, config.seed)
    # recipes start from the whole pretrained backbone
    whole = {"random_init": False, "keep_blocks": None, "reinit_top_layers": 0}
    backbone = config.backbone.model_copy(update=whole)
    compute = Compute.choose(config.device, config.precision)
    layer_scores = score_layers(context, backbone, config.features, sample, compute)
    features = supported_features(config.features, layer_scores.backbone_info)
    context.report("splitting texts into tokens")
    tokens = token_statistics(load_tokenizer(backbone), sample.texts, features.token_limit)
    context.report("counting words")
    facts = _task_facts(prepared, sample, layer_scores, tokens, config)
    experiment = ExperimentConfig(
        data=config.data,
        backbone=backbone,
        features=features,
        training=TrainingConfig(precision=config.precision, device=config.device),
    )
    cost_model = _cost_model(context, experiment)
    workload = _workload(prepared, tokens)
    costs = {
        name: cost
        for name in RecipeName
        if (cost := _cost(name, facts, experiment, layer_scores.backbone_info, cost_model, workload))
        is not None
    }
    artifacts.save(context.folder, apply_rules(replace(facts, costs=costs)))


def _task_facts(
    prepared: PreparedDataset,
    sample: Sample,
    layer_scores: LayerScores,
    tokens: TokenStatistics,
    config: AdviseConfig,
) -> TaskFacts:
    n, labels = sample.n_train, sample.labels
    predicted = tfidf_logistic_regression(sample.texts[:n], labels[:n], sample.texts[n:], seed=config.seed)
    tfidf_correct = predicted == labels[n:]
    best = max(range(len(layer_scores.layers)), key=lambda k: (layer_scores.probe[k], k))
    probe_scores = layer_scores.row_scores[best]
    clusters = sample.target.clusters(np.arange(n, len(labels)))
    counts = np.bincount(
        prepared.labels[prepared.split_indices(Split.TRAIN)], minlength=len(prepared.classes)
    )
    conflicts = sum(
        finding.count
        for finding in prepared.findings
        if finding.code == "conflicts" and finding.severity is Severity.DECISION
    )
    return TaskFacts(
        train=int(counts.sum()),
        n_train_used=n,
        n_validation=sample.n_validation,
        classes=len(prepared.classes),
        rarest=int(counts[counts > 0].min()),
        commonest=int(counts.max()),
        contradictory_share=conflicts / len(prepared.texts),
        median_tokens=float(np.median(tokens.lengths)),
        long_tokens=float(np.quantile(tokens.lengths, 0.95)),
        token_limit=tokens.token_limit,
        truncated_share=float((tokens.lengths > tokens.token_limit).mean()),
        unknown_token_share=tokens.unknown_share,
        majority=constant_score(prepared.problem, sample.target, np.arange(n), np.arange(n, len(labels))),
        tfidf=row_score_interval(tfidf_correct, clusters),
        layers=layer_scores.layers,
        logme=layer_scores.logme,
        probes=layer_scores.probe,
        best_probe=row_score_interval(probe_scores, clusters),
        tfidf_wins=clearly_better(tfidf_correct, probe_scores, clusters),
        tfidf_loses=clearly_better(probe_scores, tfidf_correct, clusters),
        best_beats_last=clearly_better(probe_scores, layer_scores.row_scores[-1], clusters),
        time_limit=config.seconds,
        words_per_text=prepared.words_per_text,
    )


def _cost_model(context: Context, experiment: ExperimentConfig) -> CostModel:
    """Return the backbone's cost model on this device, from an earlier profile or measured now."""
    limit = FeatureConfig(token_limit=experiment.features.token_limit)
    config = ProfileConfig(backbone=experiment.backbone, features=limit, training=experiment.training)
    stored = artifacts.load(context.store.workspace.run(job_id(config)), CostModel)
    if stored is not None:
        return stored
    context.report("timing a few steps")
    return load_profile(config)


def _workload(prepared: PreparedDataset, tokens: TokenStatistics) -> Workload:
    train, validation, test = (len(prepared.split_indices(split)) for split in Split)
    tokens_per_text = float(np.minimum(tokens.lengths, tokens.token_limit).mean())
    outputs = prepared.target.n_outputs
    return Workload(train, validation, test, tokens_per_text, outputs, prepared.words_per_text)


def _cost(
    name: RecipeName,
    facts: TaskFacts,
    experiment: ExperimentConfig,
    backbone_info: BackboneInfo,
    cost_model: CostModel,
    workload: Workload,
) -> Cost | None:
    """Estimate the cost of a recipe with its suggested settings; None if the recipe is not applicable."""
    recipe = RECIPES[name]
    if recipe.teacher:
        return None
    try:
        config = apply_overrides(recipe.apply(experiment, backbone_info.n_blocks), settings(facts, name))
        config.check(backbone_info.n_blocks)
    except (ConfigError, ValidationError):
        return None
    estimate = cost_model.estimate(backbone_info, config, workload)
    return Cost(estimate.seconds, estimate.fits)
