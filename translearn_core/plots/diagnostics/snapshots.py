"""Animation of training snapshots: projection of texts, and probe scores by layer below.

The figure holds all snapshots; the browser animates them.
"""

from typing import Any

import numpy as np
import plotly.graph_objects as go

from translearn_core.plots.style import animation_controls, layer_axis, point_styles
from translearn_core.plots.style.intervals import band, outline
from translearn_core.plots.style.labels import plain
from translearn_core.plots.style.palette import Palette, faint, palette
from translearn_core.plots.style.theme import bare
from translearn_core.results import Snapshots

HEIGHT = 800
MAP, SLIDER, BUTTONS, LINES = 0.46, 0.445, 0.345, 0.22
"""Shares of the height: bottom of the map, tops of slider, buttons and lines."""


def snapshot_animation(result: Snapshots, moment: int = 0, dark: bool = False) -> go.Figure:
    """Draw `result` at snapshot `moment`, with a slider and a button that plays all of them.

    Test texts are solid, training texts faint. Axes are fixed, and those of the map have the same scale.
    """
    colours = palette(dark)
    figure = bare(f"replay {result.layer}", dark, height=HEIGHT)
    groups = point_styles.class_groups(result)
    for name, chosen in groups.items():
        points = point_styles.xy(result.coordinates[moment][chosen])
        figure.add_scatter(**point_styles.marker_style(result, name, chosen, dark), **points)
    n_static = _add_lines(figure, result, moment, colours)
    moving = list(range(len(groups))) + list(range(len(groups) + n_static, len(figure.data)))
    figure.frames = [
        go.Frame(
            name=str(m),
            traces=moving,
            data=[
                {"type": "scatter", **xy}
                for xy in (
                    *(point_styles.xy(result.coordinates[m][chosen]) for chosen in groups.values()),
                    *_lines(result, m).values(),
                )
            ],
        )
        for m in range(len(result.moments))
    ]
    _fix_axes(figure, result)
    point_styles.annotate_class_count(figure, result, dark)
    figure.update_layout(
        updatemenus=[animation_controls.buttons(BUTTONS, dark)],
        sliders=[animation_controls.slider(result.moments, moment, SLIDER, dark)],
    )
    return figure


def _lines(result: Snapshots, moment: int) -> dict[str, dict[str, Any]]:
    """Return the traces of the lower pane: earlier lines, the current line and its interval."""
    layers = np.arange(result.score.shape[1], dtype=np.float32)
    gaps = np.pad(result.score[:moment], ((0, 1), (1, 0)), constant_values=np.nan)
    earlier = gaps.ravel()[: moment * (len(layers) + 1) + 1]  # never empty, or the legend drops it
    return {
        "earlier": {"x": np.resize(np.append(np.nan, layers), len(earlier)), "y": earlier},
        "interval": outline(layers, result.low[moment], result.high[moment]),
        "now": {"x": layers, "y": result.score[moment]},
    }


def _add_lines(figure: go.Figure, result: Snapshots, moment: int, colours: Palette) -> int:
    """Draw the lower pane, and return the number of its static traces, which come first."""
    lines = _lines(result, moment)
    pane: dict[str, Any] = {"xaxis": "x2", "yaxis": "y2", "legend": "legend2"}
    figure.add_scatter(
        **_lines(result, 0)["now"], **pane,
        name=plain(result.moments[0], 30), mode="lines", hoverinfo="skip",
        line={"color": colours.pretrained, "width": 2, "dash": "dash"},
    )  # fmt: skip
    figure.add_scatter(
        **lines["earlier"], **pane,
        name="earlier", mode="lines", hoverinfo="skip",
        line={"color": faint(colours.muted, 0.55), "width": 1.2},
    )  # fmt: skip
    figure.add_scatter(
        **lines["interval"], **pane,
        name="interval", **band(colours.tuned),
    )  # fmt: skip
    figure.add_scatter(
        **lines["now"], **pane,
        name="now", mode="lines+markers",
        line={"color": colours.tuned, "width": 3}, marker={"size": 8, "symbol": "diamond"},
        hovertemplate="layer %{x}: <b>%{y:.3f}</b><extra></extra>",
    )  # fmt: skip
    return 1


def _fix_axes(figure: go.Figure, result: Snapshots) -> None:
    """Fix the axes of both panes over all snapshots."""
    across, up = point_styles.axis_ranges(result.coordinates)
    depth = result.score.shape[1]
    # templates do not apply to a second legend
    legend = figure.layout.template.layout.legend.to_plotly_json()
    figure.update_layout(
        xaxis=point_styles.NO_SCALE | {"range": across},
        yaxis=point_styles.NO_SCALE | {"range": up, "domain": [MAP, 1], "scaleanchor": "x"},
        xaxis2={
            "anchor": "y2",
            "range": [-0.35, depth - 0.65],
            "tickvals": layer_axis.ticks(np.arange(depth)),
            "title_text": layer_axis.TITLE,
        },
        yaxis2={
            "anchor": "x2",
            "range": [float(result.low.min()) - 0.02, float(result.high.max()) + 0.02],
            "domain": [0, LINES],
            "tickformat": ".2f",
            "nticks": 5,
            "title_text": result.score_column,
        },
        legend2=legend | {"y": LINES + 0.005},
        margin={"t": 40, "b": 8},
    )
