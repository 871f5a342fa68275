"""Transferability: LogME and probe accuracy by layer, side by side."""

import plotly.graph_objects as go

from translearn_core.plots.style import layer_axis
from translearn_core.plots.style.labels import labels
from translearn_core.plots.style.palette import class_colour, class_symbol, line_dash, palette
from translearn_core.plots.style.theme import bare
from translearn_core.results import Transferability
from translearn_core.results.metric import metric_of


def layer_ratings(scores: Transferability, dark: bool = False) -> go.Figure:
    """Draw LogME and the probe's score by layer, a line per backbone, its best layer ringed."""
    figure = bare("layer ratings", dark, height=380)
    table = scores.frame()
    panels = (
        ("LogME", "LogME (log evidence per row)", ".3f"),
        ("probe", f"probe, validation {metric_of(scores.metric).label}", ".2f"),
    )
    names = dict(zip(table["backbone"].unique(), labels(table["backbone"].unique()), strict=True))
    for k, (backbone, group) in enumerate(table.groupby("backbone", sort=False)):
        colour = class_colour(k, dark)
        for panel, (column, _, number_format) in enumerate(panels):
            best = group[column] == group[column].max()
            figure.add_scatter(
                x=group["layer"],
                y=group[column],
                name=names[backbone],
                legendgroup=str(k),
                showlegend=panel == 0,
                xaxis=f"x{panel + 1}",
                yaxis=f"y{panel + 1}",
                mode="lines+markers",
                line={"color": colour, "width": 2.2, "dash": line_dash(k)},
                marker={
                    "size": [13 if is_best else 8 for is_best in best],
                    "symbol": class_symbol(k),
                    "color": colour,
                    "line": {
                        "width": [2.5 if is_best else 0 for is_best in best],
                        "color": palette(dark).ink,
                    },
                },
                hovertemplate=f"layer %{{x}}: <b>%{{y:{number_format}}}</b><extra>%{{fullData.name}}</extra>",
            )
    ticks = layer_axis.ticks(table["layer"].drop_duplicates().sort_values().to_numpy())
    axis = {"title_text": layer_axis.TITLE, "tickvals": ticks, "tickangle": 0}
    (_, left, _), (_, right, _) = panels
    figure.update_layout(
        showlegend=True,
        xaxis={**axis, "domain": [0, 0.44]},
        xaxis2={**axis, "domain": [0.56, 1], "anchor": "y2"},
        yaxis={"title_text": left, "tickformat": ".2f", "nticks": 7},
        yaxis2={"title_text": right, "tickformat": ".2f", "nticks": 7, "anchor": "x2"},
    )
    return figure
