"""A training replayed: texts move between moments, and below them what a probe finds in every layer.

All moments are in the figure, so that the browser moves through them by itself.
"""

from typing import Any

import numpy as np
import plotly.graph_objects as go
from numpy.typing import NDArray

from translearn_core.plots import layers as layer_axis
from translearn_core.plots import playing
from translearn_core.plots import points as dots
from translearn_core.plots.certainty import outline, ribbon
from translearn_core.plots.palette import Palette, class_colour, class_symbol, faint, palette
from translearn_core.plots.theme import bare
from translearn_core.plots.wording import labels, plain
from translearn_core.results import Replayed

MOST_NAMED = 10
"""Up to so many classes the legend names them."""
HEIGHT = 800
MAP, SLIDER, BUTTONS, LINES = 0.46, 0.445, 0.345, 0.22
"""Shares of the height: where the map begins, where slider and buttons hang, how high the lines reach."""
LEARNED = 0.35
"""How solid texts are that the model learned from; the others are wholly so."""


def replayed(result: Replayed, moment: int = 0, dark: bool = False) -> go.Figure:
    """Draw `result` at `moment`, with a slider and a button that plays all of them.

    Test texts are solid, training texts faint. Axes stay as they are, and the map's have the same scale.
    """
    colours = palette(dark)
    figure = bare(f"replay {result.layer}", dark, height=HEIGHT)
    groups = _groups(result)
    for name, chosen in groups.items():
        where = dots.xy(result.coordinates[moment][chosen])
        figure.add_scatter(**_points(result, name, chosen, dark), **where)
    fixed = _add_lines(figure, result, moment, colours)
    moving = list(range(len(groups))) + list(range(len(groups) + fixed, len(figure.data)))
    figure.frames = [
        go.Frame(
            name=str(m),
            traces=moving,
            data=[
                {"type": "scatter", **xy}
                for xy in (
                    *(dots.xy(result.coordinates[m][chosen]) for chosen in groups.values()),
                    *_lines(result, m).values(),
                )
            ],
        )
        for m in range(len(result.moments))
    ]
    _axes(figure, result)
    if len(result.classes) > MOST_NAMED:
        figure.add_annotation(
            text=f"{len(result.classes)} classes: point at a text to read its class",
            x=0, y=1, xref="paper", yref="paper", xanchor="left", yanchor="bottom", showarrow=False,
            font={"size": 12, "color": colours.muted},
        )  # fmt: skip
    figure.update_layout(
        updatemenus=[playing.buttons(BUTTONS, dark)],
        sliders=[playing.slider(result.moments, moment, SLIDER, dark)],
    )
    return figure


def _groups(result: Replayed) -> dict[str, NDArray[np.int64]]:
    """Return which texts each trace holds, by what the legend says."""
    order = np.argsort(_unseen(result), kind="stable")  # test texts last: they lie on top
    if len(result.classes) > MOST_NAMED:
        return {"": order}
    names = labels(result.classes, 24)
    # but one of them first: the legend looks like it
    return {name: np.roll(order[result.label[order] == index], 1) for index, name in enumerate(names)}


def _unseen(result: Replayed) -> NDArray[np.bool_]:
    """Whether the model never learned from a text."""
    unseen: NDArray[np.bool_] = result.split == result.splits.index("test")
    return unseen


def _points(result: Replayed, name: str, chosen: NDArray[np.int64], dark: bool) -> dict[str, Any]:
    label, split, solid = result.label[chosen], result.split[chosen], _unseen(result)[chosen]
    classes, splits = labels(result.classes, 40), labels(result.splits, 40)
    solid_or_faint = (
        [class_colour(k, dark) for k in range(len(classes))],
        [faint(class_colour(k, dark), LEARNED) for k in range(len(classes))],
    )
    return {
        "name": name,
        "mode": "markers",
        "marker": {
            "color": [solid_or_faint[not s][k] for k, s in zip(label, solid, strict=True)],
            "symbol": [class_symbol(int(k)) for k in label],
            "size": dots.size(len(result.label), 4, 9),
            "opacity": 1,
            "line": {"width": 0},
        },
        "showlegend": bool(name),
        "text": [f"{classes[k]}, {splits[s]}" for k, s in zip(label, split, strict=True)],
        "hovertemplate": "%{text}<extra></extra>",
    }


def _lines(result: Replayed, moment: int) -> dict[str, dict[str, Any]]:
    """Return what the lower pane shows at a moment: earlier lines, the present one's interval, and itself."""
    layers = np.arange(result.accuracy.shape[1], dtype=np.float32)
    gaps = np.pad(result.accuracy[:moment], ((0, 1), (1, 0)), constant_values=np.nan)
    earlier = gaps.ravel()[: moment * (len(layers) + 1) + 1]  # never empty, or the legend forgets it
    return {
        "earlier": {"x": np.resize(np.append(np.nan, layers), len(earlier)), "y": earlier},
        "interval": outline(layers, result.low[moment], result.high[moment]),
        "now": {"x": layers, "y": result.accuracy[moment]},
    }


def _add_lines(figure: go.Figure, result: Replayed, moment: int, colours: Palette) -> int:
    """Draw the lower pane, and return how many of its traces never change; they come first."""
    at = _lines(result, moment)
    pane: dict[str, Any] = {"xaxis": "x2", "yaxis": "y2", "legend": "legend2"}
    figure.add_scatter(
        **_lines(result, 0)["now"], **pane,
        name=plain(result.moments[0], 30), mode="lines", hoverinfo="skip",
        line={"color": colours.pretrained, "width": 2, "dash": "dash"},
    )  # fmt: skip
    figure.add_scatter(
        **at["earlier"], **pane,
        name="earlier", mode="lines", hoverinfo="skip",
        line={"color": faint(colours.muted, 0.55), "width": 1.2},
    )  # fmt: skip
    figure.add_scatter(
        **at["interval"], **pane,
        name="interval", **ribbon(colours.tuned),
    )  # fmt: skip
    figure.add_scatter(
        **at["now"], **pane,
        name="now", mode="lines+markers",
        line={"color": colours.tuned, "width": 3}, marker={"size": 8, "symbol": "diamond"},
        hovertemplate="layer %{x}: <b>%{y:.3f}</b><extra></extra>",
    )  # fmt: skip
    return 1


def _axes(figure: go.Figure, result: Replayed) -> None:
    """Hold both panes still over all moments."""
    low, high = result.coordinates.min(axis=(0, 1)), result.coordinates.max(axis=(0, 1))
    pad = 0.04 * np.maximum(high - low, 1e-6)
    depth = result.accuracy.shape[1]
    legend = figure.layout.template.layout.legend.to_plotly_json()  # templates do not reach a second one
    figure.update_layout(
        xaxis=dots.NO_SCALE | {"range": [float(low[0] - pad[0]), float(high[0] + pad[0])]},
        yaxis=dots.NO_SCALE
        | {
            "range": [float(low[1] - pad[1]), float(high[1] + pad[1])],
            "domain": [MAP, 1],
            "scaleanchor": "x",
        },
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
            "title_text": "probe accuracy",
        },
        legend2=legend | {"y": LINES + 0.005},
        margin={"t": 40, "b": 8},
    )
