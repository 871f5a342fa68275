"""Rate the layers of backbones before any training, and say how far the rating is to be believed here."""

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
import pandas as pd

from translearn_core.activations import Compute
from translearn_core.analysis import bootstrap_accuracy, h_score, logme, rank_agreement
from translearn_core.analysis.advisor.advise import clearly_better
from translearn_core.backbones import load
from translearn_core.config import (
    BackboneConfig,
    ExperimentConfig,
    LayerCombination,
    TransferabilityConfig,
    match_recipe,
)
from translearn_core.errors import BackboneError, ConfigError, NotFoundError
from translearn_core.results import RankAgreement, RunSummary, Transferability
from translearn_core.runs import artifacts
from translearn_core.transfer.features import combine_layers
from translearn_core.worker.context import Context
from translearn_core.worker.data_loading import load_prepared
from translearn_core.worker.diagnostics.layer_scores import (
    LayerScores,
    Sample,
    Vectors,
    encoder,
    sample_rows,
    score_layers,
    train_indices,
)

SCORES = ("LogME", "H-score")
FEWEST = 3
"""Runs below which nothing can be said of an order."""


@dataclass(frozen=True)
class _Past:
    """A finished run: its job, what it was, and its test accuracy."""

    job: str
    config: ExperimentConfig
    accuracy: float


def score_transferability(context: Context) -> None:
    """Rate every layer of every backbone by LogME and H-score, a probe beside them, and past runs."""
    config = context.config
    assert isinstance(config, TransferabilityConfig)
    runs = [_past(context, job, config) for job in config.runs]
    context.report("reading the data")
    prepared = load_prepared(context.store.workspace, config.data)
    sample = sample_rows(prepared, config.rows, config.seed)
    compute = Compute.choose(config.device, config.precision)
    rated = {
        one.label: score_layers(context, one, config.features, sample, compute) for one in config.backbones
    }
    past = _rate_past(context, runs, sample.learning(), compute)
    layers = _frame(rated)
    agreements = (*_over_layers(layers, config.seed), *_over_runs(past, config.seed))
    sentence = " ".join(
        [
            _best(rated, sample),
            *_probe_agreement_sentence(agreements, rated),
            _past_runs_sentence(agreements, past),
        ]
    )
    artifacts.save(
        context.folder,
        Transferability(sample.fit_rows, len(prepared.classes), sentence, agreements, layers, past),
    )


def _past(context: Context, job: str, config: TransferabilityConfig) -> _Past:
    experiment = context.store.job(job).config
    summary = context.result(job, RunSummary)
    if not isinstance(experiment, ExperimentConfig) or summary is None:
        raise NotFoundError("A past run has no results yet: let it finish, then rate the layers again.")
    if experiment.data != config.data:
        raise ConfigError("runs", job, "runs on the same rows, dealt in the same way")
    return _Past(job, experiment, summary.test.accuracy)


def _rate_past(context: Context, runs: Sequence[_Past], sample: Sample, compute: Compute) -> pd.DataFrame:
    """Return a line a run; scores are those of the vectors its head began from, NaN where they are gone."""
    known: dict[object, tuple[float, float]] = {}
    depths: dict[str, int] = {}
    lines = []
    for done, run in enumerate(runs):
        context.report("rating past runs", done, len(runs))
        backbone, features = run.config.backbone, run.config.features
        key = backbone, features
        try:
            if key not in known:
                x = _read(context, run.config, sample, compute)
                known[key] = logme(x, sample.labels), h_score(x, sample.labels)
            if backbone.id not in depths:
                depths[backbone.id] = load(_whole(backbone)).n_blocks
        except BackboneError:  # deleted, or no longer on this machine
            known[key] = float("nan"), float("nan")
        recipe = match_recipe(run.config, depths[backbone.id]) if backbone.id in depths else None
        lines.append((run.job, backbone.label, str(recipe or "your own"), run.accuracy, *known[key]))
    return pd.DataFrame(lines, columns=["run", "backbone", "recipe", "accuracy", *SCORES])


def _read(context: Context, config: ExperimentConfig, sample: Sample, compute: Compute) -> Vectors:
    """Return the vectors that the head of a run was given before anything had been learnt."""
    backbone = load(config.backbone)
    features = train_indices(config.features, backbone.anatomy)
    reader = encoder(context, backbone, features, sample, compute)
    found = reader.chosen(features.pooling, features.selected_layers(backbone.n_blocks))
    vectors = combine_layers([one.vectors().float() for one in found], features.layers)
    x: Vectors = (vectors.mean(dim=1) if features.layers is LayerCombination.MIX else vectors).numpy()
    return x


def _whole(backbone: BackboneConfig) -> BackboneConfig:
    return backbone.model_copy(update={"blocks": None, "fresh_top": 0})


def _frame(rated: dict[str, LayerScores]) -> pd.DataFrame:
    lines = [
        (name, *line)
        for name, one in rated.items()
        for line in zip(one.layers, one.logme, one.h_score, one.probe, strict=True)
    ]
    return pd.DataFrame(lines, columns=["backbone", "layer", *SCORES, "probe"])


def _over_layers(layers: pd.DataFrame, seed: int) -> list[RankAgreement]:
    return [
        RankAgreement(
            score, f"layers of {name}", len(some), *rank_agreement(some[score], some["probe"], seed=seed)
        )
        for name, some in layers.groupby("backbone", sort=False)
        for score in SCORES
    ]


def _over_runs(past: pd.DataFrame, seed: int) -> list[RankAgreement]:
    there = past.dropna(subset=list(SCORES))
    return [
        RankAgreement(
            score, "past runs", len(there), *rank_agreement(there[score], there["accuracy"], seed=seed)
        )
        for score in SCORES
    ]


def _best(rated: dict[str, LayerScores], sample: Sample) -> str:
    """Say which layer LogME puts first, what a probe gets there, and which layer the probe puts first."""
    name, one = max(rated.items(), key=lambda item: max(item[1].logme))
    by_score, by_probe = int(np.argmax(one.logme)), int(np.argmax(one.probe))
    interval = bootstrap_accuracy(one.correct[by_score])
    said = (
        f"By LogME {_layer(one, by_score)} of {name} suits your {sample.classes:,} classes best: a probe "
        f"there gets {_percent(one.probe[by_score])} of {sample.held:,} validation rows right "
        f"({_percent(interval.low)} to {_percent(interval.high)})."
    )
    if one.probe[by_probe] <= one.probe[by_score]:
        return f"{said} No other layer of it does better there."
    apart = clearly_better(one.correct[by_probe], one.correct[by_score])
    chance = "which is more than chance" if apart else "which could be chance"
    best = f"{_layer(one, by_probe)} best, {_percent(one.probe[by_probe])}"
    return f"{said} The probe itself likes {best}, {chance}."


def _probe_agreement_sentence(
    agreements: Sequence[RankAgreement], rated: dict[str, LayerScores]
) -> list[str]:
    """Say of every backbone how far LogME ordered its layers as the probe did."""
    found = []
    for name in rated:
        one = next(a for a in agreements if a.score == SCORES[0] and a.of == f"layers of {name}")
        if np.isnan(one.tau):
            why = "has too few layers" if one.n < FEWEST else "has layers that all do the same"
            found.append(f"{name} {why} to compare their orders.")
            continue
        verdict = "so it can be believed about layers here"
        if one.interval.low <= 0:
            verdict = "so do not choose a layer by it here"
        found.append(f"Over the {one.n} layers of {name} LogME and the probe {_agree(one)}, {verdict}.")
    return found


def _past_runs_sentence(agreements: Sequence[RankAgreement], past: pd.DataFrame) -> str:
    """Say how far LogME told the test accuracies of past runs."""
    one = next(a for a in agreements if a.score == SCORES[0] and a.of == "past runs")
    if one.n < FEWEST:
        some = f"Only {one.n}" if one.n else "None"
        return (
            f"{some} of your finished runs can be held against it: from {FEWEST} on these rows it can be "
            "said how well LogME foretells a training."
        )
    if np.isnan(one.tau):
        why = "began from the same vectors" if past[SCORES[0]].nunique() == 1 else "have the same accuracy"
        return (
            f"Your {one.n} finished runs on these rows {why}, so they cannot tell how well LogME foretells a "
            "training."
        )
    low, high = one.interval.low, one.interval.high
    verdict = "a guide, not a promise" if low > 0 else "the wrong way round" if high < 0 else "maybe chance"
    runs = f"the test accuracies of {one.n} finished runs on these rows"
    return f"LogME and {runs} {_agree(one)}: {verdict}."


def _agree(one: RankAgreement) -> str:
    return (
        f"agree to {one.tau:.2f} ({one.interval.low:.2f} to {one.interval.high:.2f}; Kendall's tau: 1 is the "
        "same order, 0 no relation)"
    )


def _layer(one: LayerScores, place: int) -> str:
    layer = one.layers[place]
    return "layer 0, the embeddings," if layer == 0 else f"layer {layer}"


def _percent(fraction: float) -> str:
    return f"{100 * fraction:.1f} %"
