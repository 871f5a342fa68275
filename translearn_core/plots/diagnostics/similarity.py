"""Representation similarity (CKA) of layers before and after training, with weight drift."""

import numpy as np
import plotly.graph_objects as go
from numpy.typing import NDArray

from translearn_core.plots.style import layer_axis
from translearn_core.plots.style.intervals import add_interval_line
from translearn_core.plots.style.palette import hatch_pattern, mixed, palette
from translearn_core.plots.style.theme import bare
from translearn_core.results import Drift, Similarity
from translearn_core.results.format import change_percent

MOST_NUMBERED = 13
"""Largest number of layers at which cells show their value."""


def similarity_map(similarity: Similarity, dark: bool = False) -> go.Figure:
    """Draw the CKA of each layer before training (rows) with each layer after it (columns).

    Below the boundary the diagonal is 1. NaN cells are layers with one vector for all texts.
    """
    colours, n = palette(dark), len(similarity.matrix)
    numbered = n <= MOST_NUMBERED
    figure = bare(f"similarity map {n}", dark, height=110 + max(230, n * (40 if numbered else 18)))
    figure.add_heatmap(
        z=similarity.matrix.astype(np.float32),
        zmin=0,
        zmax=1,
        colorscale=[[0, colours.panel], [1, mixed(colours.accent, colours.panel, 0.85)]],
        colorbar={"title": {"text": "CKA"}, "thickness": 10, "outlinewidth": 0, "tickformat": ".1f"},
        xgap=1,
        ygap=1,
        hoverongaps=False,
        text=np.where(np.isnan(similarity.matrix), "", np.char.mod("%.2f", similarity.matrix))
        if numbered
        else None,
        texttemplate="%{text}" if numbered else None,
        hovertemplate="layer %{y} before, layer %{x} after: <b>%{z:.3f}</b><extra></extra>",
    )
    ticks = layer_axis.ticks(np.arange(n))
    frame = {"showgrid": False, "tickvals": ticks, "ticks": "", "showline": False}
    figure.update_xaxes(**frame, title_text="layer after training")
    figure.update_yaxes(**frame, title_text="layer before training", autorange="reversed")
    return figure


def similarity_lines(similarity: Similarity, drift: Drift | None = None, dark: bool = False) -> go.Figure:
    """Draw the CKA of each layer before and after training with its interval, and two reference lines.

    The references are another seed and random weights. A panel below has the weight drift of the part
    that ends in each layer: the embeddings for layer 0, block k-1 for layer k. Unchanged parts are hatched.
    """
    colours, layers = palette(dark), np.arange(len(similarity.diagonal))
    figure = bare("similarity lines", dark, height=420 if drift is None else 560)
    hover = "layer %{x}: <b>%{y:.3f}</b>"
    add_interval_line(
        figure, layers, similarity.diagonal, similarity.low, similarity.high, "before and after",
        colours.tuned, hover, marker={"symbol": "diamond"},
    )  # fmt: skip
    for name, values, colour, dash, symbol in (
        ("this seed and another", similarity.sibling, colours.pretrained, "dash", "circle"),
        ("two with fresh weights", similarity.floor, colours.muted, "dot", "square"),
    ):
        if np.isfinite(values).any():
            figure.add_scatter(
                x=layers,
                y=values,
                name=name,
                mode="lines+markers",
                line={"color": colour, "width": 1.8, "dash": dash},
                marker={"size": 6, "symbol": symbol},
                hovertemplate=hover,
            )
    lowest = float(np.nanmin([similarity.low, similarity.floor, similarity.sibling], initial=1.0))
    upper = {
        "title_text": "CKA (1: the same)",
        "tickformat": ".1f",
        "range": [min(0.0, lowest) - 0.03, 1.04],
    }
    edge = [-0.5, float(layers[-1]) + 0.5]
    figure.update_xaxes(title_text=layer_axis.TITLE, range=edge, tickvals=layer_axis.ticks(layers))
    figure.update_yaxes(**upper)
    figure.update_layout(showlegend=True)
    if drift is not None:
        _add_weights(figure, drift, layers, dark)
    return figure


def _add_weights(figure: go.Figure, drift: Drift, layers: NDArray[np.int64], dark: bool) -> None:
    colours, parts = palette(dark), drift.by_part().set_index("part")["relative change"]
    part_names = ["embeddings", *(f"block {k}" for k in layers[:-1])]
    change = 100 * np.asarray([float(parts.get(part, 0.0)) for part in part_names])
    moved = change > 0
    top = float(change.max(initial=0.0)) or 1.0
    for name, mask, heights, marker in (
        ("weights did not move", ~moved, np.full(len(layers), top), hatch_pattern(colours)),
        ("change of the weights", moved, change, {"color": colours.trainable}),
    ):
        if mask.any():
            figure.add_bar(
                x=layers[mask],
                y=heights[mask],
                customdata=np.stack(
                    [
                        np.asarray(part_names, dtype=object)[mask],
                        [change_percent(c / 100) for c in change[mask]],
                    ],
                    axis=-1,
                ),
                name=name,
                marker=marker,
                yaxis="y2",
                hovertemplate="%{customdata[0]}: <b>%{customdata[1]}</b><extra></extra>",
            )
    figure.update_layout(
        barmode="overlay",
        bargap=0.35,
        xaxis={"anchor": "y2"},
        yaxis={"domain": [0.38, 1]},
        yaxis2={
            "domain": [0, 0.28],
            "title_text": "weights moved, %",
            "rangemode": "tozero",
            "nticks": 4,
        },
    )
