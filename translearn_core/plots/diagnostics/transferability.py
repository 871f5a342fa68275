"""LogME and probe accuracy side by side, layer by layer: what is foretold, and what is measured."""

import plotly.graph_objects as go

from translearn_core.plots.style import layer_axis as layer_axis
from translearn_core.plots.style.labels import labels
from translearn_core.plots.style.palette import class_colour, class_symbol, line_dash, palette
from translearn_core.plots.style.theme import bare
from translearn_core.results import Transferability

PANELS = (
    ("LogME", "LogME (log evidence per row)", ".3f"),
    ("probe", "probe, validation accuracy", ".2f"),
)
"""What is drawn from left to right: column, title of the axis, format."""


def layer_ratings(found: Transferability, dark: bool = False) -> go.Figure:
    """Draw LogME by layer on the left and a probe's accuracy on the right, a line for each backbone.

    The best layer of each line is ringed.
    """
    figure = bare("layer ratings", dark, height=380)
    table = found.frame()
    names = dict(zip(table["backbone"].unique(), labels(table["backbone"].unique()), strict=True))
    for k, (backbone, some) in enumerate(table.groupby("backbone", sort=False)):
        colour = class_colour(k, dark)
        for panel, (column, _, form) in enumerate(PANELS):
            best = some[column] == some[column].max()
            figure.add_scatter(
                x=some["layer"],
                y=some[column],
                name=names[backbone],
                legendgroup=str(k),
                showlegend=panel == 0,
                xaxis=f"x{panel + 1}",
                yaxis=f"y{panel + 1}",
                mode="lines+markers",
                line={"color": colour, "width": 2.2, "dash": line_dash(k)},
                marker={
                    "size": [13 if one else 8 for one in best],
                    "symbol": class_symbol(k),
                    "color": colour,
                    "line": {"width": [2.5 if one else 0 for one in best], "color": palette(dark).ink},
                },
                hovertemplate=f"layer %{{x}}: <b>%{{y:{form}}}</b><extra>%{{fullData.name}}</extra>",
            )
    ticks = layer_axis.ticks(table["layer"].drop_duplicates().sort_values().to_numpy())
    axis = {"title_text": layer_axis.TITLE, "tickvals": ticks, "tickangle": 0}
    (_, left, _), (_, right, _) = PANELS
    figure.update_layout(
        showlegend=True,
        xaxis={**axis, "domain": [0, 0.44]},
        xaxis2={**axis, "domain": [0.56, 1], "anchor": "y2"},
        yaxis={"title_text": left, "tickformat": ".2f", "nticks": 7},
        yaxis2={"title_text": right, "tickformat": ".2f", "nticks": 7, "anchor": "x2"},
    )
    return figure
