"""Predicted numbers against true ones with their residuals, and errors by range of the true number."""

from collections.abc import Sequence
from typing import Any

import numpy as np
import pandas as pd
import plotly.graph_objects as go
from plotly.subplots import make_subplots

from translearn_core.plots.style.palette import faint, palette
from translearn_core.plots.style.point_styles import point_size
from translearn_core.plots.style.theme import bare
from translearn_core.results import Evaluation

MOST_POINTS = 4000
"""Most points drawn, evenly spaced in the file; tables have all."""


def predicted_against_true(evaluation: Evaluation, dark: bool = False) -> go.Figure:
    """Draw test rows by true and predicted number, and by predicted number and residual.

    ``customdata`` of a point is its position among the test rows.
    """
    colours, frame = palette(dark), residuals(evaluation)
    shown = frame.iloc[np.unique(np.linspace(0, len(frame) - 1, min(len(frame), MOST_POINTS)).astype(int))]
    figure = make_subplots(cols=2, horizontal_spacing=0.09, figure=bare("regression", dark, height=400))
    marker = {"color": faint(colours.test, 0.55), "size": point_size(len(shown), 4, 8), "line_width": 0}
    low, high = (float(f(frame[["label", "predicted"]].to_numpy())) for f in (np.min, np.max))
    lines = (([low, high], [low, high]), ([low, high], [0.0, 0.0]))
    panels = (("label", "predicted"), ("predicted", "residual"))
    for column, (pair, line) in enumerate(zip(panels, lines, strict=True), start=1):
        figure.add_scattergl(
            x=shown[pair[0]],
            y=shown[pair[1]],
            customdata=[[int(k)] for k in shown.index],
            mode="markers",
            marker=marker,
            showlegend=False,
            hovertemplate=f"{pair[0]}: %{{x:.4g}}<br>{pair[1]}: %{{y:.4g}}<extra></extra>",
            row=1,
            col=column,
        )
        figure.add_scatter(
            x=line[0], y=line[1], mode="lines", line={"color": colours.muted, "width": 1, "dash": "dash"},
            hoverinfo="skip", showlegend=False, row=1, col=column,
        )  # fmt: skip
        figure.update_xaxes(title_text="true" if pair[0] == "label" else pair[0], showgrid=True, col=column)
        figure.update_yaxes(title_text=pair[1], col=column)
    return figure


def residuals(evaluation: Evaluation) -> pd.DataFrame:
    """Return the test rows: label, predicted, residual (true minus predicted), row."""
    rows = evaluation.predictions
    test = rows[rows["split"] == "test"].reset_index(drop=True)
    return test[["label", "predicted"]].assign(residual=test["label"] - test["predicted"], row=test["row"])


def rows_at(evaluation: Evaluation, data: Sequence[Any]) -> pd.DataFrame:
    """Return the prediction at a point of the figure, given its ``customdata``."""
    rows = evaluation.predictions
    return rows[rows["split"] == "test"].iloc[[int(data[0])]]


def errors_by_range(evaluation: Evaluation, ranges: int = 5) -> pd.DataFrame:
    """Return one row per range of true numbers, equally many rows each: its ends, mean residual and error."""
    frame = residuals(evaluation)
    bins = pd.qcut(frame["label"], ranges, duplicates="drop")
    groups = frame.assign(error=frame["residual"].abs()).groupby(bins, observed=True)
    return pd.DataFrame(
        {
            "from": groups["label"].min(),
            "to": groups["label"].max(),
            "rows": groups.size(),
            "mean predicted": groups["predicted"].mean(),
            "mean residual": groups["residual"].mean(),
            "mean absolute error": groups["error"].mean(),
        }
    ).reset_index(drop=True)
