"""Scatter points of projections: coordinates, size, and styles by class in animations."""

from typing import Any

import numpy as np
import plotly.graph_objects as go
from numpy.typing import NDArray

from translearn_core.plots.style.labels import labels
from translearn_core.plots.style.palette import class_colour, class_symbol, faint, palette
from translearn_core.results import ProjectionAnimation, Snapshots

MAX_LEGEND = 10
"""Largest number of classes in the legend."""
TRAIN_OPACITY = 0.35
"""Opacity of texts outside the test split."""

NO_SCALE: dict[str, Any] = {"showgrid": False, "showticklabels": False, "ticks": "", "showline": False}
"""Style of an axis without a scale."""

Labelled = Snapshots | ProjectionAnimation
"""Results whose texts each have a class and a split."""


def point_size(points: int, least: float, most: float) -> float:
    """Return the size in pixels of each of `points` points; fewer are larger."""
    return float(np.clip(160 / np.sqrt(max(points, 1)), least, most))


def xy(points: NDArray[np.float32]) -> dict[str, Any]:
    """Return the coordinates of `points`, shape (n, 2), as contiguous arrays, which serialise compactly."""
    return {axis: np.ascontiguousarray(points[:, i]) for i, axis in enumerate("xy")}


def class_groups(texts: Labelled) -> dict[str, NDArray[np.int64]]:
    """Return the text indices of each trace by legend name: one per class, or a single one."""
    order = np.argsort(_is_test(texts), kind="stable")  # test texts are drawn last, on top
    if len(texts.classes) > MAX_LEGEND:
        return {"": order}
    names = labels(texts.classes, 24)
    # the legend takes its marker from the first point: a test text
    return {name: np.roll(order[texts.label[order] == index], 1) for index, name in enumerate(names)}


def marker_style(texts: Labelled, name: str, chosen: NDArray[np.int64], dark: bool) -> dict[str, Any]:
    """Return the marker and hover style of one trace: colour and symbol by class, opacity by split."""
    label, split, solid = texts.label[chosen], texts.split[chosen], _is_test(texts)[chosen]
    classes, splits = labels(texts.classes, 40), labels(texts.splits, 40)
    solid_or_faint = (
        [class_colour(k, dark) for k in range(len(classes))],
        [faint(class_colour(k, dark), TRAIN_OPACITY) for k in range(len(classes))],
    )
    return {
        "name": name,
        "mode": "markers",
        "marker": {
            "color": [solid_or_faint[not s][k] for k, s in zip(label, solid, strict=True)],
            "symbol": [class_symbol(int(k)) for k in label],
            "size": point_size(len(texts.label), 4, 9),
            "opacity": 1,
            "line": {"width": 0},
        },
        "showlegend": bool(name),
        "text": [f"{classes[k]}, {splits[s]}" for k, s in zip(label, split, strict=True)],
        "hovertemplate": "%{text}<extra></extra>",
    }


def axis_ranges(coordinates: NDArray[np.float32]) -> tuple[list[float], list[float]]:
    """Return the x and y ranges of `coordinates`, shape (..., 2), over all frames, with a margin."""
    low, high = (edge(coordinates.reshape(-1, 2), axis=0) for edge in (np.min, np.max))
    pad = 0.04 * np.maximum(high - low, 1e-6)
    across, up = ([float(low[i] - pad[i]), float(high[i] + pad[i])] for i in range(2))
    return across, up


def annotate_class_count(figure: go.Figure, texts: Labelled, dark: bool) -> None:
    """Add a note in place of a legend where there are too many classes."""
    if len(texts.classes) > MAX_LEGEND:
        figure.add_annotation(
            text=f"{len(texts.classes)} classes: point at a text to read its class",
            x=0, y=1, xref="paper", yref="paper", xanchor="left", yanchor="bottom", showarrow=False,
            font={"color": palette(dark).muted},
        )  # fmt: skip


def _is_test(texts: Labelled) -> NDArray[np.bool_]:
    """Return which texts are in the test split."""
    is_test: NDArray[np.bool_] = texts.split == texts.splits.index("test")
    return is_test
