"""Choice of the space in which texts and descriptions of classes are compared."""

import plotly.graph_objects as go

from translearn_core.plots.style import layer_axis
from translearn_core.plots.style.palette import class_colour, class_symbol, line_dash, palette
from translearn_core.plots.style.theme import bare
from translearn_core.results.diagnostics.few_labels.zero_shot import ZeroShot


def description_spaces(result: ZeroShot, dark: bool = False) -> go.Figure:
    """Draw the mutual information by layer, a line for vectors as they are and one for centred ones."""
    figure = bare("spaces of descriptions", dark, height=340)
    for k, (centred, group) in enumerate(result.choices.groupby("centred", sort=True)):
        chosen = group["chosen"].tolist()
        figure.add_scatter(
            x=group["layer"],
            y=group["mutual information"],
            name="centred" if centred else "as they are",
            mode="lines+markers",
            line={"color": class_colour(k, dark), "width": 2.2, "dash": line_dash(k)},
            marker={
                "size": [15 if one else 8 for one in chosen],
                "symbol": ["star" if one else class_symbol(k) for one in chosen],
                "color": class_colour(k, dark),
                "line": {"width": [1.5 if one else 0 for one in chosen], "color": palette(dark).ink},
            },
            customdata=group["test accuracy"],
            hovertemplate="layer %{x}: <b>%{y:.3f}</b> nats, test accuracy %{customdata:.3f}"
            "<extra>%{fullData.name}</extra>",
        )
    layers = result.choices["layer"].drop_duplicates().sort_values().to_numpy()
    figure.update_xaxes(title_text=layer_axis.TITLE, tickvals=layer_axis.ticks(layers), tickangle=0)
    figure.update_yaxes(title_text="mutual information, nats", tickformat=".2f", nticks=7)
    figure.update_layout(showlegend=True)
    return figure
