"""Texts that move between pictures, by class: test texts solid, those that were learned from faint."""

from typing import Any

import numpy as np
import plotly.graph_objects as go
from numpy.typing import NDArray

from translearn_core.plots.style import point_size as dots
from translearn_core.plots.style.labels import labels
from translearn_core.plots.style.palette import class_colour, class_symbol, faint, palette
from translearn_core.results import ProjectionAnimation, Snapshots

MOST_NAMED = 10
"""Up to so many classes the legend names them."""
LEARNED = 0.35
"""How solid texts are that the model learned from; the others are wholly so."""


Labelled = Snapshots | ProjectionAnimation
"""Texts with a class and a split each."""


def class_groups(texts: Labelled) -> dict[str, NDArray[np.int64]]:
    """Return which texts each trace holds, by what the legend says: a class each, or all of too many."""
    order = np.argsort(_unseen(texts), kind="stable")  # test texts last: they lie on top
    if len(texts.classes) > MOST_NAMED:
        return {"": order}
    names = labels(texts.classes, 24)
    # but one of them first: the legend looks like it
    return {name: np.roll(order[texts.label[order] == index], 1) for index, name in enumerate(names)}


def marker_style(texts: Labelled, name: str, chosen: NDArray[np.int64], dark: bool) -> dict[str, Any]:
    """Return how the texts of one trace look: colour and shape of their class, class and split on hover."""
    label, split, solid = texts.label[chosen], texts.split[chosen], _unseen(texts)[chosen]
    classes, splits = labels(texts.classes, 40), labels(texts.splits, 40)
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
            "size": dots.size(len(texts.label), 4, 9),
            "opacity": 1,
            "line": {"width": 0},
        },
        "showlegend": bool(name),
        "text": [f"{classes[k]}, {splits[s]}" for k, s in zip(label, split, strict=True)],
        "hovertemplate": "%{text}<extra></extra>",
    }


def axis_ranges(coordinates: NDArray[np.float32]) -> tuple[list[float], list[float]]:
    """Return the ends of two axes that hold all points of all pictures, shape (..., 2), with room around."""
    low, high = (edge(coordinates.reshape(-1, 2), axis=0) for edge in (np.min, np.max))
    pad = 0.04 * np.maximum(high - low, 1e-6)
    across, up = ([float(low[i] - pad[i]), float(high[i] + pad[i])] for i in range(2))
    return across, up


def say_unnamed(figure: go.Figure, texts: Labelled, dark: bool) -> None:
    """Say in place of a legend that there are too many classes for one."""
    if len(texts.classes) > MOST_NAMED:
        figure.add_annotation(
            text=f"{len(texts.classes)} classes: point at a text to read its class",
            x=0, y=1, xref="paper", yref="paper", xanchor="left", yanchor="bottom", showarrow=False,
            font={"size": 12, "color": palette(dark).muted},
        )  # fmt: skip


def _unseen(texts: Labelled) -> NDArray[np.bool_]:
    """Whether the model never learned from a text."""
    unseen: NDArray[np.bool_] = texts.split == texts.splits.index("test")
    return unseen
