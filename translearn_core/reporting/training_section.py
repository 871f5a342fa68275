"""Report sections of a run: scores, training and settings."""

from collections.abc import Iterator

import pandas as pd

from translearn_core import plots
from translearn_core.config import ExperimentConfig, KeepEpoch, flatten
from translearn_core.jobs.spec import NUMBERS
from translearn_core.reporting.blocks import FigureBlock, Section, TableBlock
from translearn_core.reporting.formatting import score_sentence
from translearn_core.reporting.report_data import ReportData
from translearn_core.results import Drift, Evaluation, RunSummary, SelfTraining
from translearn_core.results.format import count_noun
from translearn_core.results.metric import metric_of
from translearn_core.tasks import selection_of

TRAINING, SCORES = "How was it trained?", "How good is it?"
"""Titles of the two sections."""

BY_EPOCH = "by epoch"
"""End of the names of learning curves."""
FITTED_AT_ONCE = "{} regression was fitted at once, its strength chosen by cross-validation"
"""Beginning of the sentence on a training without epochs."""

PAIRS = (
    "The loss is that of pairs of texts; the last point is the cross-entropy of the head, which is fitted at "
    "once after them."
)
"""Caption of the learning curves of a contrastive run."""
ROUNDS = (
    "Whenever pseudo-labels were added, training began again from the same weights, and the curves with it."
)
"""Caption of the learning curves of a run in rounds of pseudo-labels."""


def scores_section(evaluation: Evaluation, dark: bool = False) -> Section:
    """Return the section on scores, outputs and most confident errors."""
    outputs = plots.OUTPUT_PLOTS[evaluation.problem]
    figure = FigureBlock(
        outputs.draw(evaluation, dark),
        f"{outputs.title}: {outputs.caption[:1].lower()}{outputs.caption[1:]}",
        TableBlock(outputs.title.lower(), outputs.table(evaluation)),
    )
    tables = [TableBlock("scores by split", evaluation.frame())]
    if not (metrics := outputs.metrics(evaluation)).empty:
        tables.append(TableBlock(outputs.metrics_title.lower(), metrics))
    if not evaluation.predictions.empty:
        tables.append(TableBlock(f"{outputs.errors_title.lower()} on test", evaluation.mistakes(20)))
    return Section(SCORES, (score_sentence(evaluation),), (figure, *tables))


def training_section(config: ExperimentConfig, data: ReportData, dark: bool = False) -> Section:
    """Return the section on training: trained parts, curves, timeline, weight drift and settings."""
    summary = data.summary
    method = config.method_name(None if summary is None else summary.kept_weights(config))
    sentences = [f"What trained: {method}. Seed {config.training.seed}."]
    if config.data.text_pair is not None and not config.backbone.is_tfidf:
        sentences.append(config.features.pair_encoding.sentence)
    if summary is not None:
        trainable, total = summary.parameters["trainable"], summary.parameters["total"]
        if config.fitted_at_once:
            passes = FITTED_AT_ONCE.format("Ridge" if config.data.problem in NUMBERS else "Logistic")
        elif config.contrastive is not None:  # the fit of the head counts as an epoch
            passes = (
                f"It ran {count_noun(summary.epochs - 1, 'epoch')} of pairs, then the head was fitted at once"
            )
        else:
            passes = f"It ran {count_noun(summary.epochs, 'epoch')} and kept epoch {summary.best_epoch}"
        sentences.append(
            f"{passes}, in {summary.seconds['total']:.0f} s on {summary.device} with "
            f"{summary.precision}. {trainable:,} of {total:,} parameters trained."
        )
        sentences += filter(None, [summary.early_stage_sentence(config)])
    figures = [] if config.fitted_at_once else [*_curves(config, data, dark), *_timelines(data, dark)]
    tables = [TableBlock("settings", settings_table(config))]
    if data.self_training is not None:
        sentences.append(data.self_training.summary())
        if data.self_training.fills_figure:
            figures.append(_self_training(data.self_training, dark))
        if len(classes := data.self_training.class_frame()):
            tables.append(TableBlock("pseudo-labels of each class", classes))
    if data.drift is not None and not config.fitted_at_once:
        figures.append(_weight_drift(data.drift, summary, dark))
    return Section(
        TRAINING,
        tuple(sentences),
        (*figures, *tables),
    )


def settings_table(config: ExperimentConfig) -> pd.DataFrame:
    """Return all settings of an experiment by dotted name."""
    lines = flatten(config.model_dump(mode="json"))
    return pd.DataFrame([(name, str(value)) for name, value in lines], columns=["setting", "value"])


def curves_note(config: ExperimentConfig) -> str | None:
    """Return what to know of the learning curves of a run whose stages are no one training."""
    if config.contrastive is not None:
        return PAIRS
    rounds = config.self_training is not None and not config.self_training.per_step
    return ROUNDS if rounds else None


def _kept(config: ExperimentConfig) -> str:
    """Say which epoch was kept."""
    if config.contrastive is not None:
        return "The marked epoch was kept: the head as it was fitted after the pairs."
    if config.training.keep is KeepEpoch.LAST:
        return "The marked epoch was kept: the last one."
    if curves_note(config) is not None:
        return "The marked epoch was kept: of the last training it was the best on validation."
    return "The marked epoch was kept: it was the best on validation."


def _curves(config: ExperimentConfig, data: ReportData, dark: bool) -> Iterator[FigureBlock]:
    if data.history.epochs:
        numbers = TableBlock("epochs", data.history.frame())
        selection = selection_of(config.data)
        label, trainings = metric_of(selection).label, config.trainings > 1
        note = curves_note(config)
        yield FigureBlock(
            plots.training_curves(data.history, "loss", dark, trainings=trainings),
            "Loss by epoch. Where validation rises while training falls on, the model overfits."
            + ("" if note is None else f" {note}"),
            numbers,
            name=f"loss {BY_EPOCH}",
        )
        yield FigureBlock(
            plots.training_curves(data.history, selection, dark, trainings=trainings),
            f"{label[:1].upper()}{label[1:]} by epoch. {_kept(config)}",
            numbers,
            name=f"{label} {BY_EPOCH}",
        )


def _timelines(data: ReportData, dark: bool) -> Iterator[FigureBlock]:
    timeline = data.timeline
    if timeline is None or not timeline.stages:
        return
    yield FigureBlock(
        plots.timeline(timeline, dark),
        "How fast each part learns, step by step, input at the bottom. Hatched parts are frozen.",
        TableBlock("rates", timeline.frame()),
    )
    if not data.history.moved_frame().empty:
        yield FigureBlock(
            plots.gradient_timeline(data.history, timeline, dark),
            "Weight drift by epoch: how far each part's weights are from where they started.",
            TableBlock("moved by epoch", data.history.moved_frame()),
        )


def _self_training(result: SelfTraining, dark: bool) -> FigureBlock:
    return FigureBlock(
        plots.self_training_rounds(result, dark),
        "Rows without a label: the pseudo-labels added in every round, and how often they were right where "
        "the label is known.",
        TableBlock("rounds of self-training", result.frame()),
    )


def _weight_drift(drift: Drift, summary: RunSummary | None, dark: bool) -> FigureBlock:
    early = summary if summary is not None and summary.best_epoch != summary.epochs else None
    when = f" up to epoch {early.best_epoch}, which was kept" if early else " in all"
    return FigureBlock(
        plots.drift_bars(drift, dark),
        f"Weight drift: how far each part's weights moved{when}, relative to their size. Hatched parts did "
        "not move.",
        TableBlock("moved in all", drift.by_part()),
    )
