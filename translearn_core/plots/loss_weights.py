"""Learned weights of the losses of several targets."""

import plotly.graph_objects as go

from translearn_core.plots.style.labels import labels
from translearn_core.plots.style.palette import class_colour, line_dash
from translearn_core.plots.style.theme import annotate_empty, bare
from translearn_core.results import History


def loss_weights(history: History, dark: bool = False) -> go.Figure:
    """Draw the weight of each target's loss at the end of every epoch."""
    figure, frame = bare("loss weights", dark, height=280), history.loss_weight_frame()
    if frame.empty:
        return annotate_empty(figure, "No weights are learned.", dark)
    columns = list(dict.fromkeys(frame["target"]))
    for index, (column, name) in enumerate(zip(columns, labels(columns, 48), strict=True)):
        own, colour = frame[frame["target"] == column], class_colour(index, dark)
        figure.add_scatter(
            x=own["epoch"],
            y=own["weight"],
            name=name,
            mode="lines+markers",
            line={"color": colour, "width": 2.2, "dash": line_dash(index)},
            marker={"size": 6, "color": colour},
            hovertemplate="%{fullData.name}<br>epoch %{x}: <b>%{y:.3f}</b><extra></extra>",
        )
    figure.update_xaxes(title_text="epoch")
    figure.update_yaxes(title_text="weight of the loss", rangemode="tozero", nticks=6)
    figure.update_layout(showlegend=True)
    if len(history.epochs) <= 12:
        figure.update_xaxes(dtick=1)
    return figure
