"""What a linear classifier finds in every layer, against the lines it must be read against."""

import numpy as np
import plotly.graph_objects as go

from translearn_core.plots.palette import class_colour, faint, palette
from translearn_core.plots.theme import bare
from translearn_core.plots.wording import labels
from translearn_core.results import ProbeScores


def probe_lines(scores: ProbeScores, dark: bool = False) -> go.Figure:
    """Draw test accuracy by layer for each variant, with its interval, and the TF-IDF and majority lines."""
    figure, colours = bare("probes", dark, height=430), palette(dark)
    layers = np.arange(scores.test.shape[1])
    edge = (-0.35, float(layers[-1]) + 0.35)
    tfidf = scores.tfidf_interval
    figure.add_scatter(
        x=[*edge, *edge[::-1]],
        y=[tfidf.high, tfidf.high, tfidf.low, tfidf.low],
        name="TF-IDF interval",
        mode="lines",
        fill="toself",
        fillcolor=faint(colours.muted, 0.12),
        line_width=0,
        hoverinfo="skip",
        showlegend=False,
    )
    for name, value, dash in (("TF-IDF", scores.tfidf, "dash"), ("majority", scores.majority, "dot")):
        figure.add_scatter(
            x=edge,
            y=[value, value],
            name=f"{name} {value:.3f}",
            mode="lines",
            line={"color": colours.muted, "width": 1.5, "dash": dash},
            legendrank=2_000,
            hovertemplate=f"{name}: <b>%{{y:.3f}}</b><extra></extra>",
        )
    looks = {"pretrained": (colours.pretrained, "circle"), "fine-tuned": (colours.tuned, "diamond")}
    for v, (variant, name) in enumerate(zip(scores.variants, labels(scores.variants), strict=True)):
        colour, symbol = looks.get(variant, (class_colour(v, dark), "square"))
        figure.add_scatter(
            x=np.concatenate([layers, layers[::-1]]),
            y=np.concatenate([scores.high[v], scores.low[v][::-1]]),
            name=f"{name} interval",
            legendgroup=name,
            mode="lines",
            fill="toself",
            fillcolor=faint(colour, 0.16),
            line_width=0,
            hoverinfo="skip",
            showlegend=False,
        )
        figure.add_scatter(
            x=layers,
            y=scores.test[v],
            customdata=np.stack([scores.low[v], scores.high[v]], axis=-1),
            name=name,
            legendgroup=name,
            mode="lines+markers",
            line={"color": colour, "width": 2.5},
            marker={"size": 8, "symbol": symbol},
            hovertemplate="layer %{x}: <b>%{y:.3f}</b> (%{customdata[0]:.3f} to %{customdata[1]:.3f})",
        )
    ticks = layers[:: max(1, -(-len(layers) // 13))]
    named = len(layers) <= 8
    figure.update_xaxes(
        title_text="layer (k: after block k−1)" if named else "layer (0: embeddings, k: after block k−1)",
        range=edge,
        tickvals=ticks,
        ticktext=["embeddings" if named else "0", *map(str, ticks[1:])],
        tickangle=0,
    )
    figure.update_yaxes(title_text="test accuracy of the probe", tickformat=".2f", nticks=8, fixedrange=False)
    return figure
