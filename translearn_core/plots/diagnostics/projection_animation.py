"""The same texts in every layer, before and after training, and below them how near those of a class lie.

All layers are in the figure, so that the browser moves through them by itself.
"""

from dataclasses import dataclass
from typing import Any

import numpy as np
import plotly.graph_objects as go

from translearn_core.plots.style import animation_controls, point_styles
from translearn_core.plots.style import layer_axis as layer_axis
from translearn_core.plots.style import point_size as dots
from translearn_core.plots.style.intervals import band, outline
from translearn_core.plots.style.labels import plain
from translearn_core.plots.style.palette import palette
from translearn_core.plots.style.theme import bare
from translearn_core.results import ProjectionAnimation

TITLES = {"pretrained": "Before training", "fine-tuned": "After training"}
SAME = "Before and after training: the same"


@dataclass(frozen=True)
class _Layout:
    """Height in pixels; as shares of it where each pane lies, `slider` and `buttons` hang, `lines` end."""

    height: int
    panes: tuple[tuple[tuple[float, float], tuple[float, float]], ...]
    slider: float
    buttons: float
    lines: float


ONE = _Layout(800, (((0, 1), (0.46, 0.965)),), 0.445, 0.345, 0.22)
BESIDE = _Layout(800, (((0, 0.492), (0.46, 0.965)), ((0.508, 1), (0.46, 0.965))), 0.445, 0.345, 0.22)
STACKED = _Layout(1120, (((0, 1), (0.675, 0.975)), ((0, 1), (0.325, 0.635))), 0.312, 0.242, 0.155)


def projection_animation(
    result: ProjectionAnimation, layer: int = 0, dark: bool = False, *, stacked: bool = False
) -> go.Figure:
    """Draw `result` at `layer`, with a slider and a button that plays all layers.

    The variants lie side by side, or with `stacked` one above the other, for narrow screens; where no layer
    changed there is one pane. Test texts are solid, the others faint. All panes have the same axes, which
    stay as they are. Below, the lines of same-class neighbours with their intervals, and where one is.
    """
    panes = panel_titles(result)
    layout = ONE if len(panes) == 1 else STACKED if stacked else BESIDE
    figure = bare(f"walk {stacked}", dark, height=layout.height)
    groups = point_styles.class_groups(result)
    for v, _ in enumerate(panes):
        for name, chosen in groups.items():
            looks = point_styles.marker_style(result, name, chosen, dark) | {"legendgroup": name}
            looks["showlegend"] &= not v
            where = dots.xy(result.coordinates[v, layer][chosen])
            figure.add_scatter(**looks, **where, **_axes_of(v))
    moved = len(figure.data)
    _add_lines(figure, result, dark)
    figure.add_scatter(
        **_here(result, layer), **_axes_of(len(panes)),
        name="this layer", mode="lines+markers", showlegend=False, hoverinfo="skip",
        line={"color": palette(dark).ink, "width": 1.2},
        marker={"size": [0, *[15] * len(panes), 0], "symbol": "circle-open", "line": {"width": 2}},
    )  # fmt: skip
    figure.frames = _frames(result, [*range(moved), len(figure.data) - 1])
    _place(figure, result, layout, dark)
    point_styles.say_unnamed(figure, result, dark)
    figure.update_layout(
        updatemenus=[animation_controls.buttons(layout.buttons, dark)],
        sliders=[
            animation_controls.slider(
                list(map(_told, range(result.purity.shape[1]))), layer, layout.slider, dark
            )
        ],
    )
    return figure


def panel_titles(result: ProjectionAnimation) -> tuple[str, ...]:
    """Return the titles of the panes: one a variant, or one for all where no layer changed."""
    if all(np.array_equal(result.coordinates[0], other) for other in result.coordinates[1:]):
        return (SAME,)
    return tuple(TITLES.get(variant, plain(variant)) for variant in result.variants)


def _frames(result: ProjectionAnimation, moving: list[int]) -> list[go.Frame]:
    """Return every layer: where the texts of each trace lie, and which layer it is."""
    groups, panes = point_styles.class_groups(result).values(), range(len(panel_titles(result)))
    return [
        go.Frame(
            name=str(k),
            traces=moving,
            data=[
                {"type": "scatter", **where}
                for where in (
                    *(dots.xy(result.coordinates[v, k][chosen]) for v in panes for chosen in groups),
                    _here(result, k),
                )
            ],
        )
        for k in range(result.coordinates.shape[1])
    ]


def _told(layer: int) -> str:
    return f"layer {layer}: after block {layer - 1}" if layer else "layer 0: the embeddings"


def _axes_of(pane: int) -> dict[str, str]:
    number = str(pane + 1) if pane else ""
    return {"xaxis": f"x{number}", "yaxis": f"y{number}"}


def _span(result: ProjectionAnimation) -> list[float]:
    """Return the ends of the axis of shares."""
    known = np.concatenate([result.low.ravel(), result.high.ravel(), [result.chance]])
    return [float(np.nanmin(known)) - 0.03, float(np.nanmax(known)) + 0.03]


def _here(result: ProjectionAnimation, layer: int) -> dict[str, Any]:
    """Return the upright line at a layer, with a point on each line of shares."""
    low, high = _span(result)
    y = np.asarray([low, *result.purity[: len(panel_titles(result)), layer], high], dtype=np.float32)
    return {"x": np.full(len(y), layer, dtype=np.float32), "y": y}


def _add_lines(figure: go.Figure, result: ProjectionAnimation, dark: bool) -> None:
    """Draw the shares of same-class neighbours of every layer, with intervals, and the line of chance."""
    colours, panes = palette(dark), panel_titles(result)
    layers = np.arange(result.purity.shape[1], dtype=np.float32)
    pane: dict[str, Any] = {**_axes_of(len(panes)), "legend": "legend2"}
    edge = [-0.35, float(layers[-1]) + 0.35]
    figure.add_scatter(
        x=edge, y=[result.chance] * 2, **pane, name=f"drawn blindly {result.chance:.1%}", mode="lines",
        line={"color": colours.muted, "width": 1.5, "dash": "dot"}, hoverinfo="skip", legendrank=2_000,
    )  # fmt: skip
    looks = (("circle", "dash", colours.pretrained), ("diamond", "solid", colours.tuned))
    for v, name in enumerate(panes):
        symbol, dash, colour = looks[v % 2]
        there = np.isfinite(result.low[v]) & np.isfinite(result.high[v])
        figure.add_scatter(
            **outline(layers[there], result.low[v, there], result.high[v, there]), **pane,
            name=f"{name}, interval", legendgroup=f"line {v}", **band(colour),
        )  # fmt: skip
        figure.add_scatter(
            x=layers, y=result.purity[v], customdata=np.stack([result.low[v], result.high[v]], axis=-1),
            **pane, name=name, legendgroup=f"line {v}", mode="lines+markers",
            line={"color": colour, "width": 2.5, "dash": dash}, marker={"size": 7, "symbol": symbol},
            hovertemplate="layer %{x}: <b>%{y:.1%}</b> (%{customdata[0]:.1%} to %{customdata[1]:.1%})",
        )  # fmt: skip


def _place(figure: go.Figure, result: ProjectionAnimation, layout: _Layout, dark: bool) -> None:
    """Put every pane in its place and hold its axes still over all layers."""
    across, up = point_styles.axis_ranges(result.coordinates)
    frame = dots.NO_SCALE | {"showline": True, "mirror": True}
    axes: dict[str, Any] = {}
    for v, (title, (wide, high)) in enumerate(zip(panel_titles(result), layout.panes, strict=True)):
        x, y = _axes_of(v).values()
        axes[x.replace("x", "xaxis")] = frame | {"range": across, "domain": wide, "anchor": y}
        axes[y.replace("y", "yaxis")] = frame | {"range": up, "domain": high, "anchor": x, "scaleanchor": x}
        figure.add_annotation(
            text=f"<b>{title}</b>", x=wide[0], y=high[1], xref="paper", yref="paper", xanchor="left",
            yanchor="bottom", showarrow=False, font={"size": 14, "color": palette(dark).ink},
        )  # fmt: skip
    depth, number = result.purity.shape[1], len(layout.panes) + 1
    legend = figure.layout.template.layout.legend.to_plotly_json()  # templates do not reach a second one
    axes[f"xaxis{number}"] = {
        "anchor": f"y{number}",
        "range": [-0.35, depth - 0.65],
        "tickvals": layer_axis.ticks(np.arange(depth)),
        "title_text": layer_axis.TITLE,
    }
    axes[f"yaxis{number}"] = {
        "anchor": f"x{number}",
        "range": _span(result),
        "domain": [0, layout.lines],
        "tickformat": ".0%",
        "nticks": 5,
        "title_text": "same-class neighbours",
    }
    figure.update_layout(**axes, legend2=legend | {"y": layout.lines + 0.005}, margin={"t": 40, "b": 8})
