"""What a run's own results tell: how good it is, how it learned, with which settings."""

from collections.abc import Iterator

import pandas as pd

from translearn_core import plots
from translearn_core.config import ExperimentConfig, flatten
from translearn_core.reporting.blocks import FigureBlock, Section, TableBlock
from translearn_core.reporting.formatting import answer
from translearn_core.reporting.report_data import ReportData
from translearn_core.results import Drift, Evaluation, RunSummary, Timeline


def scores(evaluation: Evaluation) -> Section:
    """Tell a run's scores, its confusions and its surest mistakes."""
    confusion = FigureBlock(
        plots.confusion_matrix(evaluation),
        "Each line holds the test rows of one class; what lies off the diagonal was taken for another class.",
        TableBlock("confusions", evaluation.confusion_frame()),
    )
    sheets = [TableBlock("scores by split", evaluation.frame())]
    if not evaluation.per_class.empty:
        sheets.append(TableBlock("scores by class", evaluation.per_class))
    if not evaluation.predictions.empty:
        sheets.append(TableBlock("the surest mistakes on test", evaluation.mistakes(20)))
    return Section("How good is it?", (answer(evaluation),), (confusion,), tuple(sheets))


def recipe(config: ExperimentConfig, about: ReportData) -> Section:
    """Tell what trained, when, and with which settings."""
    said = [f"What trains: {config.plan.label}. Seed {config.training.seed}."]
    if (summary := about.summary) is not None:
        trainable, total = summary.parameters["trainable"], summary.parameters["total"]
        said.append(
            f"It ran {summary.epochs} epoch{'s' * (summary.epochs != 1)} and kept epoch "
            f"{summary.best_epoch}, in {summary.seconds['total']:.0f} s on {summary.device} with "
            f"{summary.precision}. {trainable:,} of {total:,} parameters trained."
        )
    pictures = [*_curves(about), *_over_time(about)]
    if about.drift is not None:
        pictures.append(_moved(about.drift, summary))
    return Section(
        "How was it trained?", tuple(said), tuple(pictures), (TableBlock("settings", settings(config)),)
    )


def settings(config: ExperimentConfig) -> pd.DataFrame:
    """Return every setting of an experiment by its dotted name."""
    lines = flatten(config.model_dump(mode="json"))
    return pd.DataFrame([(name, str(value)) for name, value in lines], columns=["setting", "value"])


def _curves(about: ReportData) -> Iterator[FigureBlock]:
    if about.history.epochs:
        numbers = TableBlock("epochs", about.history.frame())
        yield FigureBlock(
            plots.training_curves(about.history, "loss"),
            "Loss by epoch. Where validation rises while training falls on, rows are learned by heart.",
            numbers,
        )
        yield FigureBlock(
            plots.training_curves(about.history, "macro_f1"),
            "Macro-F1 by epoch. The marked epoch was kept: it was the best on validation.",
            numbers,
        )


def _over_time(about: ReportData) -> Iterator[FigureBlock]:
    told: Timeline | None = about.told
    if told is None or not told.stages:
        return
    yield FigureBlock(
        plots.timeline(told),
        "How fast each part learns, step by step, input at the bottom. Hatched parts are frozen.",
        TableBlock("rates", told.frame()),
    )
    if not about.history.moved_frame().empty:
        yield FigureBlock(
            plots.gradient_timeline(about.history, told),
            "How far each part's weights are from where they started after every epoch.",
            TableBlock("moved by epoch", about.history.moved_frame()),
        )


def _moved(drift: Drift, summary: RunSummary | None) -> FigureBlock:
    early = summary if summary is not None and summary.best_epoch != summary.epochs else None
    when = f" up to epoch {early.best_epoch}, which was kept" if early else " in all"
    return FigureBlock(
        plots.drift_bars(drift),
        f"How far each part's weights moved{when}, relative to their size. Hatched parts did not move.",
        TableBlock("moved in all", drift.by_part()),
    )
