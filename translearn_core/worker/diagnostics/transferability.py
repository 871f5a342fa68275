"""Transferability scores of backbone layers, and their rank agreement with probes and past runs."""

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
import pandas as pd

from translearn_core.activations import Compute
from translearn_core.analysis.advisor.advise import clearly_better
from translearn_core.analysis.probing.transferability import rank_agreement
from translearn_core.backbones import load
from translearn_core.config import ExperimentConfig, LayerCombination, ProblemType, match_recipe
from translearn_core.errors import BackboneError, ConfigError, NotFoundError
from translearn_core.jobs import TransferabilityConfig
from translearn_core.results import RankAgreement, RunSummary, Transferability
from translearn_core.results.metric import ACCURACY, Metric, metric_of
from translearn_core.runs import artifacts
from translearn_core.transfer.features import combine_layers
from translearn_core.worker.activations import make_encoder
from translearn_core.worker.context import Context
from translearn_core.worker.data_loading import load_prepared
from translearn_core.worker.diagnostics.layer_scores import (
    LayerScores,
    Sample,
    Vectors,
    sample_rows,
    score_layers,
    supported_features,
    transferability,
)

SCORES = ("LogME", "H-score")
MIN_RUNS = 3
"""Fewest runs for a rank agreement."""


@dataclass(frozen=True)
class _PastRun:
    """A finished run: job, configuration and test score."""

    job: str
    config: ExperimentConfig
    score: float


def score_transferability(context: Context[TransferabilityConfig]) -> None:
    """Score every layer of every backbone by LogME, H-score and a probe, and past runs by their features."""
    config = context.config
    runs = [_past_run(context, job, config) for job in config.runs]
    context.report("reading the data")
    prepared = load_prepared(context.store.workspace, config.data)
    sample = sample_rows(prepared, config.rows, config.seed)
    compute = Compute.choose(config.device, config.precision)
    scores = {
        backbone.label: score_layers(context, backbone, config.features, sample, compute)
        for backbone in config.backbones
    }
    metric = metric_of(next(iter(scores.values())).metric)
    past = _score_past_runs(context, runs, sample.train_only(), compute, metric)
    layers = _frame(scores)
    agreements = (*_over_layers(layers, config.seed), *_over_runs(past, metric, config.seed))
    sentence = " ".join(
        [
            _best_layer_text(scores, sample, metric),
            *_probe_agreement_texts(agreements, scores),
            _past_runs_text(agreements, past, metric),
        ]
    )
    artifacts.save(
        context.folder,
        Transferability(
            sample.n_train, len(prepared.target.names), sentence, agreements, layers, past, metric.name
        ),
    )


def _past_run(context: Context, job: str, config: TransferabilityConfig) -> _PastRun:
    experiment = context.store.job(job).config
    summary = context.result(job, RunSummary)
    if not isinstance(experiment, ExperimentConfig) or summary is None:
        raise NotFoundError("A past run has no results yet: let it finish, then rate the layers again.")
    if experiment.data != config.data:
        raise ConfigError("runs", job, "runs on the same rows, dealt in the same way")
    return _PastRun(job, experiment, summary.test.headline.value)


def _score_past_runs(
    context: Context, runs: Sequence[_PastRun], sample: Sample, compute: Compute, metric: Metric
) -> pd.DataFrame:
    """Return one row per run, scored on its head's initial input; NaN if its backbone is not available."""
    scores: dict[object, tuple[float, float]] = {}
    depths: dict[str, int] = {}
    lines = []
    for done, run in enumerate(runs):
        context.report("rating past runs", done, len(runs))
        backbone, features = run.config.backbone, run.config.features
        key = backbone, features
        try:
            if key not in scores:
                x = _head_input(context, run.config, sample, compute)
                scores[key] = transferability(x, sample.target)
            if backbone.id not in depths:
                whole = backbone.model_copy(update={"keep_blocks": None, "reinit_top_layers": 0})
                depths[backbone.id] = load(whole).n_blocks
        except BackboneError:  # deleted, or no longer on this machine
            scores[key] = float("nan"), float("nan")
        recipe = match_recipe(run.config, depths[backbone.id]) if backbone.id in depths else None
        lines.append((run.job, backbone.label, str(recipe or "your own"), run.score, *scores[key]))
    return pd.DataFrame(lines, columns=["run", "backbone", "recipe", metric.column, *SCORES])


def _head_input(context: Context, config: ExperimentConfig, sample: Sample, compute: Compute) -> Vectors:
    """Return the vectors that the head of a run received before training."""
    backbone = load(config.backbone)
    features = supported_features(config.features, backbone.info)
    encoder = make_encoder(context, backbone, sample.texts, features, compute)
    lookups = encoder.pooled_layers(features.pooling, features.selected_layers(backbone.n_blocks))
    vectors = combine_layers([lookup.vectors().float() for lookup in lookups], features.layer_combination)
    x: Vectors = (
        vectors.mean(dim=1) if features.layer_combination is LayerCombination.MIX else vectors
    ).numpy()
    return x


def _frame(scores: dict[str, LayerScores]) -> pd.DataFrame:
    lines = [
        (name, *line)
        for name, one in scores.items()
        for line in zip(one.layers, one.logme, one.h_score, one.probe, one.c, strict=True)
    ]
    return pd.DataFrame(lines, columns=["backbone", "layer", *SCORES, "probe", "probe C"])


def _over_layers(layers: pd.DataFrame, seed: int) -> list[RankAgreement]:
    return [
        RankAgreement(
            score, f"layers of {name}", len(group), rank_agreement(group[score], group["probe"], seed=seed)
        )
        for name, group in layers.groupby("backbone", sort=False)
        for score in SCORES
        if group[score].notna().all()
    ]


def _over_runs(past: pd.DataFrame, metric: Metric, seed: int) -> list[RankAgreement]:
    scored = past.dropna(subset=[SCORES[0]])
    return [
        RankAgreement(
            score, "past runs", len(scored), rank_agreement(scored[score], scored[metric.column], seed=seed)
        )
        for score in SCORES
    ]


def _best_layer_text(scores: dict[str, LayerScores], sample: Sample, metric: Metric) -> str:
    """Name the layer ranked first by LogME, its probe score, and the layer ranked first by the probe."""
    name, one = max(scores.items(), key=lambda item: max(item[1].logme))
    by_score, by_probe = int(np.argmax(one.logme)), int(np.argmax(one.probe))
    score, what = one.intervals[by_score], f"{len(sample.target.names):,} classes"
    rows = f"{sample.n_validation:,} validation rows"
    reached = f"has a {metric.label} of {metric.format(score.value)} on {rows}"
    if metric.share:
        reached = f"gets {metric.format(score.value)} of {rows} right"
    if sample.target.problem is ProblemType.REGRESSION:
        what = "number"
    text = (
        f"By LogME {_layer(one, by_score)} of {name} suits your {what} best: a probe there {reached} "
        f"({metric.format(score.low)} to {metric.format(score.high)})."
    )
    if one.probe[by_probe] <= one.probe[by_score]:
        return f"{text} No other layer of it does better there."
    significant = clearly_better(one.row_scores[by_probe], one.row_scores[by_score])
    chance = "which is more than chance" if significant else "which could be chance"
    best = f"{_layer(one, by_probe)} best, {metric.format(one.probe[by_probe])}"
    return f"{text} The probe itself likes {best}, {chance}."


def _probe_agreement_texts(agreements: Sequence[RankAgreement], scores: dict[str, LayerScores]) -> list[str]:
    """Describe, for every backbone, the rank agreement of LogME and the probe over its layers."""
    texts = []
    for name in scores:
        one = next(a for a in agreements if a.score == SCORES[0] and a.of == f"layers of {name}")
        if np.isnan(one.tau.value):
            why = "has too few layers" if one.n < MIN_RUNS else "has layers that all do the same"
            texts.append(f"{name} {why} to compare their orders.")
            continue
        verdict = "so it can be believed about layers here"
        if one.tau.low <= 0:
            verdict = "so do not choose a layer by it here"
        texts.append(
            f"Over the {one.n} layers of {name} LogME and the probe agree to {_agreement(one)}, {verdict}."
        )
    return texts


def _past_runs_text(agreements: Sequence[RankAgreement], past: pd.DataFrame, metric: Metric) -> str:
    """Describe the rank agreement of LogME and the test scores of past runs."""
    one = next(a for a in agreements if a.score == SCORES[0] and a.of == "past runs")
    if one.n < MIN_RUNS:
        count = f"Only {one.n}" if one.n else "None"
        return (
            f"{count} of your finished runs can be held against it: from {MIN_RUNS} on these rows it can be "
            "said how well LogME foretells a training."
        )
    if np.isnan(one.tau.value):
        same = f"have the same {metric.label}"
        why = "began from the same vectors" if past[SCORES[0]].nunique() == 1 else same
        return (
            f"Your {one.n} finished runs on these rows {why}, so they cannot tell how well LogME foretells a "
            "training."
        )
    low, high = one.tau.low, one.tau.high
    verdict = "a guide, not a promise" if low > 0 else "the wrong way round" if high < 0 else "maybe chance"
    scores = "accuracies" if metric.name == ACCURACY else "scores"
    return (
        f"LogME and the test {scores} of {one.n} finished runs on these rows agree to {_agreement(one)}: "
        f"{verdict}."
    )


def _agreement(one: RankAgreement) -> str:
    return (
        f"{one.tau.value:.2f} ({one.tau.low:.2f} to {one.tau.high:.2f}; Kendall's tau: 1 is the same order, "
        "0 no relation)"
    )


def _layer(one: LayerScores, index: int) -> str:
    layer = one.layers[index]
    return "layer 0, the embeddings," if layer == 0 else f"layer {layer}"
