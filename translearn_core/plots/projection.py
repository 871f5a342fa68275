"""Texts as points on a plane: light to send, no texts inside, ready for a lasso."""

from collections.abc import Mapping
from typing import Literal

import numpy as np
import plotly.graph_objects as go
from numpy.typing import NDArray

from translearn_core.plots import points as dots
from translearn_core.plots.palette import SYMBOLS, class_colour, class_symbol, palette
from translearn_core.plots.theme import bare
from translearn_core.plots.wording import labels
from translearn_core.results import Projection

Colouring = Literal["label", "predicted", "error", "split"]

MOST_NAMED = 20
"""Up to so many classes the legend names them."""


def projection(projection: Projection, variant: int, colour: Colouring, dark: bool = False) -> go.Figure:
    """Draw one variant of `projection`, coloured by label, prediction, error or split.

    The figure holds coordinates and nothing a person wrote except class names in the legend: which points a
    lasso caught is found on the server, from its geometry. Both axes have the same scale and mean nothing.
    """
    figure = bare(f"projection {variant} {projection.settings.get('layer', '')}", dark, height=560)
    points = np.ascontiguousarray(projection.coordinates[variant], dtype=np.float32)
    size = dots.size(len(points), 3.5, 8)
    notes: list[str] = []
    if colour in ("label", "predicted"):
        classes = projection.label if colour == "label" else projection.predicted
        if len(projection.classes) > MOST_NAMED:
            notes.append(f"{len(projection.classes)} classes without a legend: circle points to read them")
            _many(figure, points, classes, size, dark)
        else:
            names = labels(projection.classes, 24)
            for index, name in enumerate(names):
                style: Mapping[str, object] = {
                    "color": class_colour(index, dark),
                    "symbol": class_symbol(index),
                }
                _group(figure, name, points[classes == index], size, style)
    else:
        for name, chosen, style in _parts(projection, colour, dark):
            _group(figure, name, points[chosen], size, style)
    if len(points) < projection.total:
        notes.append(f"{len(points):,} of {projection.total:,} texts")
    axis = dots.NO_SCALE | {"fixedrange": False}
    figure.update_xaxes(**axis, title_text="<br>".join(notes) or None, title_font_size=12)
    figure.update_yaxes(**axis, scaleanchor="x", scaleratio=1)
    figure.update_layout(
        dragmode="lasso", showlegend=bool(figure.data[0].name), newselection_line_color=palette(dark).ink
    )
    return figure


def _parts(
    projection: Projection, colour: Colouring, dark: bool
) -> list[tuple[str, NDArray[np.bool_], Mapping[str, object]]]:
    colours = palette(dark)
    if colour == "error":
        wrong = projection.label != projection.predicted
        return [
            ("right", ~wrong, {"color": colours.train, "symbol": "circle", "opacity": 0.5}),
            ("wrong", wrong, {"color": colours.wrong, "symbol": "x", "size": 7}),
        ]
    looks: dict[str, Mapping[str, object]] = {
        "train": {"color": colours.train, "symbol": "circle", "opacity": 0.5},
        "validation": {"color": colours.validation, "symbol": "diamond"},
        "test": {"color": colours.test, "symbol": "square"},
    }
    names = labels(projection.splits, 24)
    return [
        (name, projection.split == index, looks.get(split, {"color": class_colour(index, dark)}))
        for index, (name, split) in enumerate(zip(names, projection.splits, strict=True))
    ]


def _group(
    figure: go.Figure, name: str, points: NDArray[np.float32], size: float, style: Mapping[str, object]
) -> None:
    figure.add_scattergl(
        **dots.xy(points),
        name=name,
        mode="markers",
        marker={"size": size, "opacity": 0.75, "line": {"width": 0}} | dict(style),
        hoverinfo="name",
    )


def _many(
    figure: go.Figure, points: NDArray[np.float32], classes: NDArray[np.int64], size: float, dark: bool
) -> None:
    colours = palette(dark).classes
    edges = np.arange(len(colours) + 1) / len(colours)
    scale = [[float(edge), c] for i, c in enumerate(colours) for edge in (edges[i], edges[i + 1])]
    rounds = classes // len(colours) % len(SYMBOLS)
    for index in np.unique(rounds):
        chosen = rounds == index
        figure.add_scattergl(
            **dots.xy(points[chosen]),
            mode="markers",
            marker={
                "size": size + 0.5,
                "symbol": SYMBOLS[index],
                "color": (classes[chosen] % len(colours)).astype(np.uint8),
                "colorscale": scale,
                "cmin": -0.5,
                "cmax": len(colours) - 0.5,
                "opacity": 0.75,
                "line": {"width": 0},
            },
            hoverinfo="skip",
        )
