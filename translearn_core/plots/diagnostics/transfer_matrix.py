"""Transfer between domains: scores by source and target, and losses beside distances."""

import numpy as np
import pandas as pd
import plotly.graph_objects as go

from translearn_core.plots.style.labels import labels, plain
from translearn_core.plots.style.palette import class_colour, mixed, palette
from translearn_core.plots.style.theme import TEXT_SIZE, bare
from translearn_core.results.diagnostics.transfer_matrix import DISTANCES, FROZEN_PROBE, TransferMatrix
from translearn_core.results.metric import metric_of

ROW = 46
"""Height of a row of cells in pixels."""
MOST = {"A-distance": 2.0, "vocabulary not shared": 1.0}
"""Highest possible values of distances that have one; no distance is below 0."""


WIDE_COLUMNS = 4
"""Largest number of domains whose intervals have room for a further decimal on a narrow screen."""


def transfer_matrix(matrix: TransferMatrix, model: str, dark: bool = False) -> go.Figure:
    """Draw the score of every source (rows) on every target (columns), with its interval in the cell."""
    colours, metric = palette(dark), metric_of(matrix.metric)
    cells = matrix.cells[matrix.cells["model"] == model]
    sources = list(cells["source"].unique())
    place = {name: k for k, name in enumerate(sources)}
    column = {name: k for k, name in enumerate(matrix.domains)}
    z = np.full((len(sources), len(matrix.domains)), np.nan)
    text = np.full(z.shape, "", dtype=object)
    hover = np.full(z.shape, "", dtype=object)
    factor, digits = (100, 1) if metric.share else (1, 3)
    rounded = digits - 1 if len(matrix.domains) > WIDE_COLUMNS else digits
    ends = cells[["score", "low", "high"]].to_numpy(np.float64)
    for source, target, (score, *interval) in zip(cells["source"], cells["target"], ends, strict=True):
        at = place[source], column[target]
        z[at] = score
        low, high = (f"{factor * end:.{digits}f}" for end in interval)
        short = "–".join(f"{factor * end:.{rounded}f}" for end in interval)
        text[at] = f"<b>{factor * score:.{digits}f}</b><br>{short}"
        hover[at] = f"{plain(source)} → {plain(target)}: <b>{metric.format(score)}</b> ({low}–{high})"
    figure = bare("transfer matrix", dark, height=ROW * len(sources) + 110)
    least, most = float(np.nanmin(z)), float(np.nanmax(z))
    scale = mixed(colours.frozen, colours.paper, 0.25), mixed(colours.trainable, colours.paper, 0.55)
    figure.add_heatmap(
        x=list(range(len(matrix.domains))),
        y=list(range(len(sources))),
        z=z,
        zmin=least,
        zmax=most if most > least else least + 1e-6,
        text=text,
        texttemplate="%{text}",
        textfont={"size": TEXT_SIZE, "color": colours.ink},
        hovertext=hover,
        hovertemplate="%{hovertext}<extra></extra>",
        xgap=3,
        ygap=3,
        showscale=False,
        colorscale=[[0.0, scale[0]], [1.0, scale[1]]],
    )
    figure.update_xaxes(
        title_text="tested on",
        tickvals=list(range(len(matrix.domains))),
        ticktext=labels(list(matrix.domains)),
        side="top",
        showgrid=False,
        ticks="",
    )
    figure.update_yaxes(
        title_text="learned from",
        tickvals=list(range(len(sources))),
        ticktext=labels(sources),
        autorange="reversed",
        showgrid=False,
        ticks="",
    )
    return figure


def loss_and_distance(matrix: TransferMatrix, dark: bool = False) -> go.Figure:
    """Draw the loss of each pair of domains against each of their distances, with its interval."""
    pairs = matrix.distances.merge(
        matrix.cells[matrix.cells["model"] == FROZEN_PROBE], on=["source", "target"]
    )
    metric = metric_of(matrix.loss_metric)
    factor, unit, digits = (100, "points", 1) if metric.share else (1, metric.label, 3)
    figure, colour = bare("loss and distance", dark, height=360), class_colour(0, dark)
    width = 1 / len(DISTANCES)
    for k, name in enumerate(DISTANCES):
        figure.add_scatter(
            x=pairs[name],
            y=factor * pairs["loss"],
            error_y={
                "array": factor * (pairs["loss high"] - pairs["loss"]),
                "arrayminus": factor * (pairs["loss"] - pairs["loss low"]),
                "thickness": 1.1,
                "width": 3,
                "color": colour,
            },
            xaxis=f"x{k + 1}" if k else "x",
            mode="markers",
            marker={"size": 9, "color": colour},
            text=[f"{plain(a)} → {plain(b)}" for a, b in zip(pairs["source"], pairs["target"], strict=True)],
            hovertemplate=f"%{{text}}: {name} %{{x:.2f}}, loss <b>%{{y:.{digits}f}}</b><extra></extra>",
            showlegend=False,
        )
        place = [k * width + (0.07 if k else 0), (k + 1) * width]
        axis = {"title_text": name, "domain": place, **_distance_axis(name, pairs[name])}
        figure.update_layout({f"xaxis{k + 1}" if k else "xaxis": axis})
    zero = {"color": palette(dark).ink, "width": 1, "dash": "dot"}
    figure.add_shape(type="line", xref="paper", x0=0, x1=1, yref="y", y0=0, y1=0, line=zero)
    figure.update_yaxes(title_text=f"loss in {unit}", nticks=6)
    return figure


def _distance_axis(name: str, distances: "pd.Series[float]") -> dict[str, object]:
    """Return range and ticks of the axis of a distance, which holds its possible values alone."""
    most = MOST.get(name)
    if most is None:
        highest = float(np.nanmax(distances, initial=0.0)) or 1.0
        return {"range": [-0.04 * highest, 1.08 * highest], "nticks": 4}
    return {"range": [-0.04 * most, 1.04 * most], "tickvals": [0, most / 2, most]}
