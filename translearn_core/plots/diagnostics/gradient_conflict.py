"""Gradient conflict: cosines between the gradients of targets by part of the backbone."""

import numpy as np
import plotly.graph_objects as go

from translearn_core.plots.style.labels import labels
from translearn_core.plots.style.palette import class_colour, class_symbol, line_dash, palette
from translearn_core.plots.style.theme import bare
from translearn_core.results.diagnostics.gradient_conflict import GradientConflict


def gradient_conflict(conflict: GradientConflict, dark: bool = False) -> go.Figure:
    """Draw the mean cosine of each pair of targets by part, with its interval; below 0 they conflict."""
    figure, table = bare("gradient conflict", dark, height=360), conflict.frame()
    pairs = [((str(a), str(b)), group) for (a, b), group in table.groupby(["first", "second"], sort=False)]
    columns = list(dict.fromkeys([*table["first"], *table["second"]]))
    named = dict(zip(columns, labels(columns), strict=True))
    parts = list(dict.fromkeys(table["part"]))
    place = {part: index for index, part in enumerate(parts)}
    width = min(0.12, 0.5 / max(len(pairs), 1))
    for k, ((first, second), group) in enumerate(pairs):
        beside = width * (k - (len(pairs) - 1) / 2)  # so that intervals do not cover each other
        colour = class_colour(k, dark)
        figure.add_scatter(
            x=group["part"].map(place) + beside,
            y=group["cosine"],
            error_y={
                "array": group["high"] - group["cosine"],
                "arrayminus": group["cosine"] - group["low"],
                "thickness": 1.2,
                "width": 3,
                "color": colour,
            },
            name=f"{named[first]} – {named[second]}",
            mode="lines+markers",
            line={"color": colour, "width": 2.2, "dash": line_dash(k)},
            marker={"size": 8, "symbol": class_symbol(k), "color": colour},
            customdata=np.stack([group["part"], 100 * group["conflicting"]], axis=-1),
            hovertemplate="%{customdata[0]}: cosine <b>%{y:.3f}</b>, below 0 in %{customdata[1]:.0f} % "
            "of the batches"
            "<extra>%{fullData.name}</extra>",
        )
    figure.add_hline(y=0, line={"color": palette(dark).ink, "width": 1, "dash": "dot"})
    figure.update_layout(
        showlegend=True,
        xaxis={
            "title_text": "part of the backbone, from the input up",
            "tickvals": list(place.values()),
            "ticktext": labels(parts),
            "range": [-0.5, len(parts) - 0.5],
        },
        yaxis={"title_text": "cosine of the gradients", "tickformat": ".2f"},
    )
    return figure
