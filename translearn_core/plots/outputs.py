"""Figure of a model's test outputs against the target, for each problem type."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace
from typing import Any

import pandas as pd
import plotly.graph_objects as go

from translearn_core.config import ProblemType
from translearn_core.plots.confusion_matrix import confusion_matrix, label_matrix
from translearn_core.plots.diagnostics.prediction import probabilities
from translearn_core.plots.regression import errors_by_range, predicted_against_true, residuals, rows_at
from translearn_core.results import Evaluation, Prediction
from translearn_core.results.labels.multi_label import label_pairs, per_label, rows_of_pair


@dataclass(frozen=True)
class OutputPlot:
    """Figure of test outputs with its table, and a table of metrics per output.

    `table_name` and `metrics_name` are file names of their CSV, `errors_title` is the heading of the worst
    test rows. `rows` returns the predictions behind a point of the figure, given its ``customdata``;
    `prediction` draws the outputs of one text, given its number; None where the prediction says it all.
    """

    title: str
    caption: str
    draw: Callable[[Evaluation, bool], go.Figure]
    table: Callable[[Evaluation], pd.DataFrame]
    table_name: str
    metrics_title: str
    metrics_caption: str
    metrics: Callable[[Evaluation], pd.DataFrame]
    metrics_name: str
    errors_title: str
    rows: Callable[[Evaluation, Sequence[Any]], pd.DataFrame]
    prediction: Callable[[Prediction, int, bool], go.Figure] | None


CLASSES = OutputPlot(
    title="Confusion matrix",
    caption="Rows are true classes, columns predictions; off the diagonal are errors.",
    draw=confusion_matrix,
    table=Evaluation.confusion_frame,
    table_name="confusion",
    metrics_title="Per-class metrics",
    metrics_caption="Precision: share of the texts predicted as the class that belong to it. Recall: "
    "share of its own texts that were found. F1: their harmonic mean. Support: its test rows.",
    metrics=lambda evaluation: evaluation.per_class,
    metrics_name="classes",
    errors_title="Most confident errors",
    rows=lambda evaluation, data: evaluation.cell(int(data[0]), int(data[1])),
    prediction=probabilities,
)
"""Plots of classes of texts or words."""

OUTPUT_PLOTS: dict[ProblemType, OutputPlot] = {
    ProblemType.SINGLE_LABEL: CLASSES,
    ProblemType.TOKENS: replace(
        CLASSES,
        metrics_title="Per-tag metrics",
        metrics_caption="Precision: share of the words with the predicted tag that have it. Recall: share of "
        "its own words that were found. F1: their harmonic mean. Support: its test words.",
    ),
    ProblemType.MULTI_LABEL: OutputPlot(
        title="Label confusion",
        caption="Rows are true labels, columns predictions: on the diagonal texts that get the label, off it "
        "texts of the row's label that wrongly get the column's. A text counts once for each of its labels.",
        draw=label_matrix,
        table=label_pairs,
        table_name="label_pairs",
        metrics_title="Per-label metrics",
        metrics_caption="F1, precision, recall and average precision with their 95 % intervals; support: "
        "test rows with the label; predicted: rows that get it, whose probability reaches the threshold "
        "chosen on validation. Average precision needs no threshold: it is 100 % if all texts with the label "
        "rank above all others, and by chance about the label's share of the texts.",
        metrics=per_label,
        metrics_name="labels",
        errors_title="Most confident errors",
        rows=lambda evaluation, data: rows_of_pair(evaluation, int(data[0]), int(data[1])),
        prediction=probabilities,
    ),
    ProblemType.REGRESSION: OutputPlot(
        title="Predicted against true",
        caption="Each point is a test text: on the dashed line predictions are exact. On the right the "
        "residual, true minus predicted; a slope or curve there is what the model misses.",
        draw=predicted_against_true,
        table=residuals,
        table_name="residuals",
        metrics_title="Errors by range",
        metrics_caption="Test texts by their true number, about equally many in each range. A mean residual "
        "that falls from high to low ranges shows predictions drawn to the mean.",
        metrics=errors_by_range,
        metrics_name="ranges",
        errors_title="Largest errors",
        rows=rows_at,
        prediction=None,
    ),
}
"""Figure and tables of each problem type."""
