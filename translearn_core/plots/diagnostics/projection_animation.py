"""Animation of projections through all layers, with label agreement of neighbours below.

The figure holds all layers; the browser animates them.
"""

from dataclasses import dataclass
from typing import Any

import numpy as np
import plotly.graph_objects as go

from translearn_core.plots.style import animation_controls, layer_axis, point_styles
from translearn_core.plots.style.intervals import add_interval_line, add_level
from translearn_core.plots.style.labels import plain
from translearn_core.plots.style.palette import palette
from translearn_core.plots.style.theme import bare
from translearn_core.results import ProjectionAnimation

TITLES = {"pretrained": "Before training", "fine-tuned": "After training"}
SAME = "Before and after training: the same"


@dataclass(frozen=True)
class _Layout:
    """Height in pixels; as shares of it the domains of the panes, the tops of slider, buttons and lines."""

    height: int
    panes: tuple[tuple[tuple[float, float], tuple[float, float]], ...]
    slider: float
    buttons: float
    lines: float


ONE = _Layout(800, (((0, 1), (0.46, 0.965)),), 0.445, 0.345, 0.22)
SIDE_BY_SIDE = _Layout(800, (((0, 0.492), (0.46, 0.965)), ((0.508, 1), (0.46, 0.965))), 0.445, 0.345, 0.22)
STACKED = _Layout(1120, (((0, 1), (0.675, 0.975)), ((0, 1), (0.325, 0.635))), 0.312, 0.242, 0.155)


def projection_animation(
    result: ProjectionAnimation, layer: int = 0, dark: bool = False, *, stacked: bool = False
) -> go.Figure:
    """Draw `result` at `layer`, with a slider and a button that plays all layers.

    Variants are side by side, or stacked for narrow screens; one pane if no layer changed. Test texts are
    solid, others faint. All panes share fixed axes. Below is the share of same-class neighbours by layer with
    intervals, and a cursor at the current layer.
    """
    panes = panel_titles(result)
    layout = ONE if len(panes) == 1 else STACKED if stacked else SIDE_BY_SIDE
    figure = bare(f"walk {stacked}", dark, height=layout.height)
    groups = point_styles.class_groups(result)
    for v, _ in enumerate(panes):
        for name, chosen in groups.items():
            style = point_styles.marker_style(result, name, chosen, dark) | {"legendgroup": name}
            style["showlegend"] &= not v
            points = point_styles.xy(result.coordinates[v, layer][chosen])
            figure.add_scatter(**style, **points, **_axes(v))
    n_points = len(figure.data)
    _add_lines(figure, result, dark)
    figure.add_scatter(
        **_cursor(result, layer), **_axes(len(panes)),
        name="this layer", mode="lines+markers", showlegend=False, hoverinfo="skip",
        line={"color": palette(dark).ink, "width": 1.2},
        marker={"size": [0, *[15] * len(panes), 0], "symbol": "circle-open", "line": {"width": 2}},
    )  # fmt: skip
    figure.frames = _frames(result, [*range(n_points), len(figure.data) - 1])
    _lay_out(figure, result, layout, dark)
    point_styles.annotate_class_count(figure, result, dark)
    figure.update_layout(
        updatemenus=[animation_controls.buttons(layout.buttons, dark)],
        sliders=[
            animation_controls.slider(
                list(map(_layer_name, range(result.purity.shape[1]))), layer, layout.slider, dark
            )
        ],
    )
    return figure


def panel_titles(result: ProjectionAnimation) -> tuple[str, ...]:
    """Return the titles of the panes: one per variant, or a single one if no layer changed."""
    if all(np.array_equal(result.coordinates[0], other) for other in result.coordinates[1:]):
        return (SAME,)
    return tuple(TITLES.get(variant, plain(variant)) for variant in result.variants)


def _frames(result: ProjectionAnimation, moving: list[int]) -> list[go.Frame]:
    """Return a frame per layer: coordinates of each trace, and the cursor."""
    groups, panes = point_styles.class_groups(result).values(), range(len(panel_titles(result)))
    return [
        go.Frame(
            name=str(k),
            traces=moving,
            data=[
                {"type": "scatter", **points}
                for points in (
                    *(point_styles.xy(result.coordinates[v, k][chosen]) for v in panes for chosen in groups),
                    _cursor(result, k),
                )
            ],
        )
        for k in range(result.coordinates.shape[1])
    ]


def _layer_name(layer: int) -> str:
    return f"layer {layer}: after block {layer - 1}" if layer else "layer 0: the embeddings"


def _axes(pane: int) -> dict[str, str]:
    number = str(pane + 1) if pane else ""
    return {"xaxis": f"x{number}", "yaxis": f"y{number}"}


def _span(result: ProjectionAnimation) -> list[float]:
    """Return the limits of the axis of shares."""
    known = np.concatenate([result.low.ravel(), result.high.ravel(), [result.chance]])
    return [float(np.nanmin(known)) - 0.03, float(np.nanmax(known)) + 0.03]


def _cursor(result: ProjectionAnimation, layer: int) -> dict[str, Any]:
    """Return the vertical cursor at a layer, with a point on each line of shares."""
    low, high = _span(result)
    y = np.asarray([low, *result.purity[: len(panel_titles(result)), layer], high], dtype=np.float32)
    return {"x": np.full(len(y), layer, dtype=np.float32), "y": y}


def _add_lines(figure: go.Figure, result: ProjectionAnimation, dark: bool) -> None:
    """Draw the share of same-class neighbours by layer with intervals, and the chance level."""
    colours, panes = palette(dark), panel_titles(result)
    layers = np.arange(result.purity.shape[1], dtype=np.float32)
    pane: dict[str, Any] = {**_axes(len(panes)), "legend": "legend2"}
    edge = [-0.35, float(layers[-1]) + 0.35]
    add_level(figure, edge, result.chance, f"chance level {result.chance:.1%}", colours.muted, **pane)
    styles = (("circle", "dash", colours.pretrained), ("diamond", "solid", colours.tuned))
    for v, name in enumerate(panes):
        symbol, dash, colour = styles[v % 2]
        hover = "layer %{x}: <b>%{y:.1%}</b> (%{customdata[0]:.1%} to %{customdata[1]:.1%})"
        add_interval_line(
            figure, layers, result.purity[v], result.low[v], result.high[v], name, colour, hover,
            line={"dash": dash}, marker={"symbol": symbol}, **pane,
        )  # fmt: skip


def _lay_out(figure: go.Figure, result: ProjectionAnimation, layout: _Layout, dark: bool) -> None:
    """Lay out the panes with axes fixed over all layers."""
    across, up = point_styles.axis_ranges(result.coordinates)
    frame = point_styles.NO_SCALE | {"showline": True, "mirror": True}
    axes: dict[str, Any] = {}
    for v, (title, (wide, high)) in enumerate(zip(panel_titles(result), layout.panes, strict=True)):
        x, y = _axes(v).values()
        axes[x.replace("x", "xaxis")] = frame | {"range": across, "domain": wide, "anchor": y}
        axes[y.replace("y", "yaxis")] = frame | {"range": up, "domain": high, "anchor": x, "scaleanchor": x}
        figure.add_annotation(
            text=f"<b>{title}</b>", x=wide[0], y=high[1], xref="paper", yref="paper", xanchor="left",
            yanchor="bottom", showarrow=False, font={"size": 14, "color": palette(dark).ink},
        )  # fmt: skip
    depth, number = result.purity.shape[1], len(layout.panes) + 1
    # templates do not apply to a second legend
    legend = figure.layout.template.layout.legend.to_plotly_json()
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
