"""Learned layer weights (scalar mix)."""

import plotly.graph_objects as go

from translearn_core.plots.style import layer_axis
from translearn_core.plots.style.intervals import add_level
from translearn_core.plots.style.palette import palette
from translearn_core.plots.style.theme import bare
from translearn_core.results import LayerMix


def layer_weights(mix: LayerMix, dark: bool = False) -> go.Figure:
    """Draw the weight of every layer, with uniform weights as a line."""
    figure, colours = bare("layer weights", dark, height=320), palette(dark)
    frame = mix.frame()
    layers, share = frame["layer"].to_numpy(), 100 * frame["weight"].to_numpy(dtype=float)
    uniform, edge = 100 / len(layers), [-0.5, len(layers) - 0.5]
    figure.add_bar(
        x=layers,
        y=share,
        name="weight",
        showlegend=False,
        marker_color=colours.accent,
        text=[f"{weight:.0f} %" for weight in share] if len(layers) <= 9 else None,
        textposition="outside",
        textangle=0,
        constraintext="none",
        cliponaxis=False,
        hovertemplate="layer %{x}: <b>%{y:.1f} %</b><extra></extra>",
    )
    name = f"all the same: {uniform:.1f} %"
    add_level(figure, edge, uniform, name, colours.tuned, line={"width": 2, "dash": "dash"})
    figure.update_xaxes(
        title_text=layer_axis.TITLE, range=edge, tickvals=layer_axis.ticks(layers), tickangle=0
    )
    figure.update_yaxes(
        title_text="weight", ticksuffix=" %", range=[0, 1.18 * max(float(share.max()), uniform)], nticks=6
    )
    figure.update_layout(showlegend=True, bargap=0.3)
    return figure
