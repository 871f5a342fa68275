"""Clusters of texts: silhouettes by number of clusters, and clusters against the values of a column."""

from collections.abc import Iterable

import numpy as np
import plotly.graph_objects as go

from translearn_core.plots.style.labels import labels, plain
from translearn_core.plots.style.palette import class_colour, mixed, palette
from translearn_core.plots.style.theme import TEXT_SIZE, bare
from translearn_core.results.diagnostics.few_labels.clustering import Clustering

ROW, LOW_ROW = 30, 17
"""Height of a row of cells in pixels, with numbers in the cells and without."""
SPACE = 1.23
"""Smallest ratio of neighbouring numbers on the axis, so that they stand apart on a phone."""
LEVEL_CHARACTERS = 30
"""Most characters of values, as wide as the widest, that stand level below a figure on a phone."""
MOST_NUMBERED = 16
"""Most columns of cells that show their number."""


def cluster_counts(result: Clustering, dark: bool = False) -> go.Figure:
    """Draw the mean silhouette of each number of clusters that was tried, the chosen one marked."""
    figure, colour = bare("cluster counts", dark, height=260), class_colour(0, dark)
    tried, chosen = result.tried, len(result.clusters)
    figure.add_scatter(
        x=tried["clusters"],
        y=tried["silhouette"],
        mode="lines+markers",
        line={"color": colour, "width": 2},
        marker={
            "size": [13 if k == chosen else 7 for k in tried["clusters"]],
            "color": colour,
            "symbol": ["diamond" if k == chosen else "circle" for k in tried["clusters"]],
        },
        hovertemplate="%{x} clusters: <b>%{y:.3f}</b><extra></extra>",
        showlegend=False,
    )
    figure.update_xaxes(title_text="clusters", type="log", tickvals=_spaced(tried["clusters"]), tickangle=0)
    figure.update_yaxes(title_text="mean silhouette", nticks=5)
    return figure


def _spaced(numbers: Iterable[int]) -> list[int]:
    """Return those of ascending numbers that have room for their digits on a logarithmic axis."""
    shown: list[int] = []
    for number in numbers:
        if not shown or number / shown[-1] >= SPACE:
            shown.append(number)
    return shown


def cluster_contingency(result: Clustering, column: str, dark: bool = False) -> go.Figure:
    """Draw the share of each cluster (rows) that has each value of a column (columns)."""
    colours, table = palette(dark), result.contingency(column)
    counts = table.to_numpy(np.int64)
    share = counts / np.maximum(counts.sum(axis=1, keepdims=True), 1)
    few = counts.shape[1] <= MOST_NUMBERED
    rows, columns = list(map(str, table.index)), list(map(str, table.columns))
    figure = bare("clusters and column", dark, height=(ROW if few else LOW_ROW) * len(rows) + 170)
    figure.add_heatmap(
        x=labels(columns, 20 if few else 16),
        y=labels(rows, 28),
        z=np.where(counts > 0, share.round(3), np.nan).astype(np.float32),
        zmin=0,
        zmax=1,
        text=np.where(counts > 0, counts.astype(str), ""),
        texttemplate="%{text}" if few else None,
        textfont={"size": TEXT_SIZE, "color": colours.ink},
        hovertemplate="%{y}, %{x}: <b>%{text}</b><extra></extra>",
        hoverongaps=False,
        xgap=2,
        ygap=2,
        showscale=False,
        colorscale=[[0.0, mixed(colours.trainable, colours.paper, 0.08)],
                    [1.0, mixed(colours.trainable, colours.paper, 0.6)]],
    )  # fmt: skip
    axis = {"type": "category", "showgrid": False, "ticks": ""}
    level = max(map(len, columns), default=0) * len(columns) <= LEVEL_CHARACTERS
    figure.update_xaxes(**axis, title_text=plain(column), tickangle=0 if level else -45 if few else -90)
    figure.update_yaxes(**axis, autorange="reversed")
    return figure
