"""Label efficiency: test score against number of training labels, a line per training method."""

import numpy as np
import plotly.graph_objects as go

from translearn_core.plots.style.intervals import add_interval_line, add_level
from translearn_core.plots.style.labels import labels
from translearn_core.plots.style.palette import class_colour, class_symbol, line_dash, palette
from translearn_core.plots.style.theme import annotate_empty, bare
from translearn_core.results import LabelEfficiency
from translearn_core.results.interval_estimate import Estimate
from translearn_core.results.metric import metric_of
from translearn_core.results.sample_efficiency import SampleEfficiency

MARGIN = 0.35
"""Margin left and right of the curve, in doublings."""
ZERO_DOUBLINGS = 1.5
"""Doublings from no labels, which a logarithmic axis lacks, to the fewest labels."""


PLOT = (520, 340)
"""About how many pixels wide and high the part with the lines is."""
LABEL = (100, 14)
"""About how many pixels wide the label of the arrow is, and how far from a line it has to stand."""


APART = 0.15
"""Doublings between two methods without labels, so that both intervals are seen."""


def label_efficiency(curve: LabelEfficiency, dark: bool = False) -> go.Figure:
    """Draw test scores with their intervals against training labels (log), and the constant baseline.

    An arrow leads from the better method of the first sentence, at `curve.at` labels, to where the other
    one reaches the same score.
    """
    figure, colours = bare("label efficiency", dark, height=460), palette(dark)
    if not np.isfinite(curve.mean).any():
        return annotate_empty(figure, "Nothing was scored yet.", dark)
    sizes = np.asarray(curve.sizes, dtype=float)
    zero = bool(curve.without_labels)
    edge = (float(sizes[0]) * 2 ** -(MARGIN + ZERO_DOUBLINGS * zero), float(sizes[-1]) * 2**MARGIN)
    constant = curve.constant_baseline
    add_level(figure, edge, constant, f"{curve.constant_name} {constant:.3f}", colours.muted)
    for k, name in enumerate(labels(curve.names, 36)):
        _add_method(figure, curve, k, name, dark)
    for k, (name, score) in enumerate(curve.without_labels.items()):
        x = float(sizes[0]) * 2 ** (k * APART - ZERO_DOUBLINGS)
        _add_without_labels(figure, name, score, x, len(curve.names) + k, dark)
    if curve.reaches:
        _add_arrow(figure, curve, dark)
    ticks = _ticks(curve)
    places = [float(sizes[0]) * 2**-ZERO_DOUBLINGS] * zero + [float(tick) for tick in ticks]
    figure.update_xaxes(
        title_text="training labels, log scale",
        type="log",
        range=[float(np.log10(end)) for end in edge],
        tickvals=places,
        ticktext=["0"] * zero + [f"{size:,}" for size in ticks],
    )
    figure.update_yaxes(
        title_text=f"test {metric_of(curve.metric).label}, 95 % interval", tickformat=".2f", nticks=8
    )
    figure.update_layout(showlegend=True)
    return figure


def _add_method(figure: go.Figure, curve: LabelEfficiency, k: int, name: str, dark: bool) -> None:
    scored = np.isfinite(curve.mean[k])
    sizes = np.asarray(curve.sizes)[scored]
    mean, low, high = (values[k][scored] for values in (curve.mean, curve.low, curve.high))
    draws = np.isfinite(curve.scores[k][scored]).sum(axis=1)
    hover = (
        "%{fullData.name}, %{x:,} labels: <b>%{y:.3f}</b> (%{customdata[0]:.3f} to %{customdata[1]:.3f})<br>"
        "draws: %{customdata[2]}<extra></extra>"
    )
    add_interval_line(
        figure, sizes, mean, low, high, name, class_colour(k, dark), hover, details=[draws], opacity=0.12,
        line={"dash": line_dash(k)}, marker={"symbol": class_symbol(k)},
    )  # fmt: skip


def _add_without_labels(figure: go.Figure, name: str, score: Estimate, x: float, k: int, dark: bool) -> None:
    """Add the score of a method without labels, a point left of the fewest labels."""
    figure.add_scatter(
        x=[x],
        y=[score.value],
        name=name,
        mode="markers",
        marker={"color": class_colour(k, dark), "symbol": class_symbol(k), "size": 11},
        error_y={
            "type": "data",
            "symmetric": False,
            "array": [score.high - score.value],
            "arrayminus": [score.value - score.low],
            "color": class_colour(k, dark),
        },
        hovertemplate=f"{name}, no labels: <b>%{{y:.3f}}</b> ({score.low:.3f} to {score.high:.3f})"
        "<extra></extra>",
    )


def _add_arrow(figure: go.Figure, curve: LabelEfficiency, dark: bool) -> None:
    """Add an arrow from the score at `at` labels to where the other line reaches it."""
    colours, reach = palette(dark), curve.reaches[0]
    end = float(curve.sizes[-1]) * 2**MARGIN if reach.labels is None else reach.labels
    tip = {"x": np.log10(end), "y": reach.score, "xref": "x", "yref": "y"}
    tail = {"ax": np.log10(reach.reference_size), "ay": reach.score, "axref": "x", "ayref": "y"}
    figure.add_annotation(
        **tip, **tail, text="", showarrow=True, arrowhead=2, arrowsize=1.2, arrowwidth=1.8,
        arrowcolor=colours.ink,
    )  # fmt: skip
    text = f"{reach.reference_size:,} → " + (
        "not reached" if reach.labels is None else f"{reach.labels:,.0f}"
    )
    x, yshift = _free_place(curve, reach)
    figure.add_annotation(
        x=x, y=reach.score, text=text, showarrow=False, yshift=yshift, xanchor="left", font_color=colours.ink
    )


def _free_place(curve: LabelEfficiency, reach: SampleEfficiency) -> tuple[float, int]:
    """Return the left end (log10) and the shift from the arrow, in pixels, where a label meets no line.

    Places near the arrow's tail come first; where lines are everywhere, it is the place farthest from them.
    """
    sizes = np.log10(curve.sizes)
    span = sizes[-1] - sizes[0] + 2 * MARGIN * np.log10(2)
    values = [curve.low, curve.high, np.full_like(curve.mean, curve.constant_baseline)]
    height = float(np.nanmax(values) - np.nanmin(values)) or 1.0
    width = LABEL[0] / PLOT[0] * span
    tail = float(np.log10(reach.reference_size))
    last = max(tail, float(sizes[-1]) + MARGIN * np.log10(2) - width)
    places = [
        (float(x), shift)
        for x in np.linspace(tail, last, 12)
        for shift in (-LABEL[1], LABEL[1], -2 * LABEL[1], 2 * LABEL[1])
    ]

    def clearance(place: tuple[float, int]) -> float:
        x, shift = place
        along = np.linspace(x, x + width, 9)
        lines = [np.full(9, curve.constant_baseline)]
        for mean in curve.mean:
            known = np.isfinite(mean)
            if known.any():
                lines.append(np.interp(along, sizes[known], mean[known], left=np.nan, right=np.nan))
        pixels = (np.stack(lines) - reach.score) / height * PLOT[1] - shift
        return min(float(np.nanmin(np.abs(pixels))), LABEL[1])

    return max(places, key=clearance)


def _ticks(curve: LabelEfficiency) -> list[int]:
    """Return the sizes with a tick label: the last one, and those well below it."""
    return [size for size in curve.sizes[:-1] if size * 1.4 <= curve.sizes[-1]] + [curve.sizes[-1]]
