"""Linear probing: probe accuracy by layer, with baselines and control tasks, and online code lengths."""

from collections.abc import Mapping

import numpy as np
import plotly.graph_objects as go
from numpy.typing import NDArray

from translearn_core.plots.style import layer_axis
from translearn_core.plots.style.intervals import add_interval_line, add_level, band
from translearn_core.plots.style.labels import labels
from translearn_core.plots.style.palette import Palette, class_colour, faint, palette
from translearn_core.plots.style.theme import bare
from translearn_core.results import ProbeScores
from translearn_core.results.metric import metric_of


def probe_lines(scores: ProbeScores, dark: bool = False) -> go.Figure:
    """Draw the test score by layer and variant with intervals, and the TF-IDF and constant baselines.

    With control tasks, a panel below has a bar per layer and variant from the mean control score to the task
    score: its length is the selectivity.
    """
    figure, colours = bare("probes", dark, height=430), palette(dark)
    layers = np.arange(scores.test.shape[1])
    edge = (-0.35, float(layers[-1]) + 0.35)
    tfidf = scores.tfidf
    figure.add_scatter(
        x=[*edge, *edge[::-1]],
        y=[tfidf.high, tfidf.high, tfidf.low, tfidf.low],
        name="TF-IDF interval",
        **band(colours.muted, 0.12),
    )
    constants = (("TF-IDF", tfidf.value, "dash"), (scores.constant_name, scores.majority, "dot"))
    for name, value, dash in constants:
        add_level(figure, edge, value, f"{name} {value:.3f}", colours.muted, line={"dash": dash})
    for v, (variant, name) in enumerate(zip(scores.variants, labels(scores.variants), strict=True)):
        colour, symbol = _style(variant, v, colours, dark)
        hover = "layer %{x}: <b>%{y:.3f}</b> (%{customdata[0]:.3f} to %{customdata[1]:.3f})"
        add_interval_line(
            figure, layers, scores.test[v], scores.low[v], scores.high[v], name, colour,
            hover + ", C = %{customdata[2]:g}", details=[scores.c[v]], marker={"symbol": symbol},
        )  # fmt: skip
    _layer_axis(figure, layers, edge)
    figure.update_yaxes(
        title_text=f"test {metric_of(scores.metric).label} of the probe",
        tickformat=".2f",
        nticks=8,
        fixedrange=False,
    )
    return _with_controls(figure, scores, edge, dark) if len(scores.control_test) else figure


def relative_lines(scores: Mapping[str, ProbeScores], dark: bool = False) -> go.Figure:
    """Draw the first variant of several runs by layer: 0 is the constant prediction, 1 the best layer.

    `scores` are by name of the run; the best layer is that of cross-validation.
    """
    figure = bare("relative probes", dark, height=400)
    names, depth = labels(scores), max(one.test.shape[1] for one in scores.values())
    edge = (-0.35, depth - 0.65)
    for k, (name, one) in enumerate(zip(names, scores.values(), strict=True)):
        layers, best = np.arange(one.test.shape[1]), one.best_layers(0)[0]
        span = float(one.test[0, best]) - one.majority
        if span <= 0:
            continue
        value, low, high = ((part[0] - one.majority) / span for part in (one.test, one.low, one.high))
        hover = f"layer %{{x}}: {metric_of(one.metric).label} <b>%{{customdata[2]:.3f}}</b>"
        add_interval_line(
            figure, layers, value, low, high, name, class_colour(k, dark), hover, details=[one.test[0]],
            marker={"symbol": ["star" if layer == best else "circle" for layer in layers], "size": 9},
        )  # fmt: skip
    _layer_axis(figure, np.arange(depth), edge)
    figure.update_yaxes(
        title_text="share of the best layer's gain", tickformat=".0%", nticks=8, fixedrange=False
    )
    return figure


def code_lines(scores: ProbeScores, dark: bool = False) -> go.Figure:
    """Draw the online code length by layer and variant, with intervals over orders and the uniform code."""
    figure, colours = bare("code lengths", dark, height=380), palette(dark)
    layers = np.arange(scores.code_bits.shape[1])
    edge = (-0.35, float(layers[-1]) + 0.35)
    uniform = f"uniform code {scores.uniform_bits:,.0f}"
    add_level(figure, edge, scores.uniform_bits, uniform, colours.muted, line={"dash": "dot"})
    for v, (variant, name) in enumerate(zip(scores.variants, labels(scores.variants), strict=True)):
        colour, symbol = _style(variant, v, colours, dark)
        hover = "layer %{x}: <b>%{y:,.0f} bits</b> (%{customdata[0]:,.0f} to %{customdata[1]:,.0f})"
        add_interval_line(
            figure, layers, scores.code_bits[v], scores.code_low[v], scores.code_high[v], name, colour,
            hover + ", compression %{customdata[2]:.2f}", details=[scores.compression[v]],
            marker={"symbol": symbol},
        )  # fmt: skip
    _layer_axis(figure, layers, edge)
    figure.update_yaxes(
        title_text="code length of the labels, bits", tickformat=",.0f", nticks=8, fixedrange=False
    )
    return figure


def _layer_axis(figure: go.Figure, layers: NDArray[np.int64], edge: tuple[float, float]) -> None:
    ticks = layer_axis.ticks(layers)
    named = len(layers) <= 8
    figure.update_xaxes(
        title_text="layer (k: after block k−1)" if named else layer_axis.TITLE,
        range=edge,
        tickvals=ticks,
        ticktext=["embeddings" if named else "0", *map(str, ticks[1:])],
        tickangle=0,
    )


def _with_controls(
    figure: go.Figure, scores: ProbeScores, edge: tuple[float, float], dark: bool
) -> go.Figure:
    """Add the panel of the control tasks."""
    colours, layers = palette(dark), np.arange(scores.test.shape[1])
    control, selectivity = scores.control_test.mean(axis=0), scores.selectivity
    n_variants = len(scores.variants)
    width = min(0.22, 0.7 / n_variants)
    for v, (variant, name) in enumerate(zip(scores.variants, labels(scores.variants), strict=True)):
        colour, symbol = _style(variant, v, colours, dark)
        x = layers + (v - (n_variants - 1) / 2) * width
        data = np.column_stack([layers, control[v], scores.test[v], selectivity[v]])
        hover = (
            f"{name}, layer %{{customdata[0]:.0f}}: selectivity <b>%{{customdata[3]:+.3f}}</b><br>"
            "control %{customdata[1]:.3f}, task %{customdata[2]:.3f}<extra></extra>"
        )
        figure.add_bar(
            x=x, y=selectivity[v], base=control[v].tolist(), width=0.8 * width, customdata=data,
            name=f"{name} selectivity", legendgroup=name, showlegend=False, yaxis="y2", hovertemplate=hover,
            marker={"color": faint(colour, 0.45), "line_width": 0},
        )  # fmt: skip
        figure.add_scatter(
            x=x, y=control[v], customdata=data, name=f"{name} control task", legendgroup=name,
            showlegend=False, mode="lines+markers", line={"color": colour, "width": 1.2, "dash": "dot"},
            marker={"size": 5, "symbol": symbol}, yaxis="y2", hovertemplate=hover,
        )  # fmt: skip
    majority = float(np.mean(scores.control_majority))
    name = f"control's {scores.constant_name.removesuffix(' class')} {majority:.3f}"
    add_level(figure, edge, majority, name, colours.muted, showlegend=False, yaxis="y2")
    figure.update_layout(
        height=620,
        barmode="overlay",
        xaxis={"anchor": "y2"},
        yaxis={"domain": [0.42, 1]},
        yaxis2={"domain": [0, 0.3], "title_text": "control → task", "tickformat": ".2f", "nticks": 5},
    )
    return figure


def _style(variant: str, index: int, colours: Palette, dark: bool) -> tuple[str, str]:
    styles = {
        "pretrained": (colours.pretrained, "circle"),
        "fine-tuned": (colours.tuned, "diamond"),
        "random init": (colours.muted, "square"),
    }
    return styles.get(variant, (class_colour(index, dark), "square"))
