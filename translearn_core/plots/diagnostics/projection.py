"""2-D projection of texts as a scatter plot with lasso selection."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Literal

import numpy as np
import plotly.graph_objects as go
from numpy.typing import NDArray

from translearn_core.plots.style import point_styles
from translearn_core.plots.style.labels import labels
from translearn_core.plots.style.palette import SYMBOLS, class_colour, class_symbol, palette
from translearn_core.plots.style.theme import bare
from translearn_core.results import Projection
from translearn_core.results.diagnostics.few_labels.clustering import NO_VALUE, NONE

Colouring = Literal["label", "predicted", "error", "split", "domain"]

MAX_LEGEND = 20
"""Largest number of classes in the legend."""
MAX_RINGS = 1_000
"""Largest number of marked texts that get rings; more would hide the colours."""


def projection(
    projection: Projection,
    variant: int,
    colour: Colouring,
    dark: bool = False,
    *,
    marked: NDArray[np.int64] | None = None,
    turn: int = 0,
) -> go.Figure:
    """Draw one variant of `projection`, coloured by label, prediction, error, split or domain.

    The figure holds coordinates of the `shown` points and class names, no texts: the server finds the texts
    in a lasso from its geometry. Both axes have the same scale, without units.

    Parameters
    ----------
    projection : Projection
    variant : int
    colour : {"label", "predicted", "error", "split", "domain"}
    dark : bool
    marked : int array, optional
        Indices of points to mark: they get rings and the others fade until a lasso is drawn.
    turn : int
        Selection revision: a new value clears the lasso of an otherwise equal figure.
    """
    figure = bare(f"projection {variant} {projection.settings.get('layer', '')}", dark, height=400)
    shown = projection.shown
    points = np.ascontiguousarray(projection.coordinates[variant][shown], dtype=np.float32)
    marks = np.isin(shown, marked) if marked is not None and len(marked) else None
    drawn = DrawnPoints(points, marks)
    notes: list[str] = []
    names = projection.domains if colour == "domain" else projection.classes
    if projection.numbers and colour not in ("split", "domain"):
        _add_numbers(figure, drawn, projection, colour, dark)
    elif colour in ("label", "predicted", "domain") and len(names) > MAX_LEGEND:
        kind = "domains" if colour == "domain" else "classes"
        notes.append(f"{len(names)} {kind} without a legend: circle points to read them")
        _add_many_classes(figure, drawn, _classes(projection, colour), dark)
    else:
        parts = enumerate(_parts(projection, colour, dark))
        for rank, (name, chosen, style) in sorted(parts, key=lambda part: -part[1][1].sum()):
            _add_group(figure, name, drawn, chosen, style, rank)  # rare ones are drawn on top
    if colour in ("predicted", "error") and not (known := projection.predicted[shown] >= 0).all():
        _add_group(figure, "not predicted", drawn, ~known, {"color": palette(dark).muted, "opacity": 0.4})
    if marked is not None and 0 < len(marked) <= MAX_RINGS:
        _add_rings(figure, projection.coordinates[variant][marked], drawn.size, dark)
    if len(points) < projection.total:
        notes.append(f"{len(points):,} of {projection.total:,} points drawn")
    axis = point_styles.NO_SCALE | {"fixedrange": False}
    figure.update_xaxes(**axis, title_text="<br>".join(notes) or None)
    figure.update_yaxes(**axis, scaleanchor="x", scaleratio=1)
    figure.update_layout(
        dragmode="lasso",
        showlegend=bool(figure.data[0].name),
        legend={"y": 0, "yanchor": "top"},  # below: the points come first
        margin_t=8,
        newselection_line_color=palette(dark).ink,
        selectionrevision=turn,
    )
    return figure


@dataclass(frozen=True)
class DrawnPoints:
    """Points to draw, shape (n, 2), and a mask of the marked ones; None without marks."""

    points: NDArray[np.float32]
    marked: NDArray[np.bool_] | None

    @property
    def size(self) -> float:
        """Point size in pixels."""
        return point_styles.point_size(len(self.points), 3.5, 8)

    def part(self, chosen: NDArray[np.bool_]) -> dict[str, object]:
        """Return coordinates and selected points of the trace of the `chosen` points."""
        marks = {} if self.marked is None else {"selectedpoints": np.flatnonzero(self.marked[chosen])}
        return point_styles.xy(self.points[chosen]) | marks


def _parts(
    projection: Projection, colour: Colouring, dark: bool
) -> list[tuple[str, NDArray[np.bool_], Mapping[str, object]]]:
    colours, shown = palette(dark), projection.shown
    if colour in ("label", "predicted", "domain"):
        classes = _classes(projection, colour)
        names = projection.domains if colour == "domain" else projection.classes
        return [
            (name, classes == index, _class_style(index, raw, dark))
            for index, (name, raw) in enumerate(zip(labels(names, 24), names, strict=True))
        ]
    if colour == "error":
        wrong = (projection.label != projection.predicted)[shown]
        known = projection.predicted[shown] >= 0
        return [
            ("right", ~wrong, {"color": colours.train, "symbol": "circle", "opacity": 0.5}),
            ("wrong", wrong & known, {"color": colours.wrong, "symbol": "x", "size": 7}),
        ]
    styles: dict[str, Mapping[str, object]] = {
        "train": {"color": colours.train, "symbol": "circle", "opacity": 0.5},
        "validation": {"color": colours.validation, "symbol": "diamond"},
        "test": {"color": colours.test, "symbol": "square"},
    }
    names = labels(projection.splits, 24)
    return [
        (name, projection.split[shown] == index, styles.get(split, {"color": class_colour(index, dark)}))
        for index, (name, split) in enumerate(zip(names, projection.splits, strict=True))
    ]


def _class_style(index: int, name: str, dark: bool) -> Mapping[str, object]:
    """Return the style of a class's points; those of no class are grey."""
    if name in (NONE, NO_VALUE):
        return {"color": palette(dark).muted, "symbol": "circle", "opacity": 0.5}
    return {"color": class_colour(index, dark), "symbol": class_symbol(index)}


def _classes(projection: Projection, colour: Colouring) -> NDArray[np.int64]:
    codes = {"label": projection.label, "predicted": projection.predicted, "domain": projection.domain}
    return codes[colour][projection.shown]


def _add_group(
    figure: go.Figure,
    name: str,
    drawn: DrawnPoints,
    chosen: NDArray[np.bool_],
    style: Mapping[str, object],
    rank: int = 0,
) -> None:
    figure.add_scattergl(
        **drawn.part(chosen),
        name=name,
        legendrank=rank + 1,
        mode="markers",
        marker={"size": drawn.size, "opacity": 0.75, "line": {"width": 0}} | dict(style),
        hoverinfo="name",
    )


def _add_many_classes(figure: go.Figure, drawn: DrawnPoints, classes: NDArray[np.int64], dark: bool) -> None:
    colours = palette(dark).classes
    edges = np.arange(len(colours) + 1) / len(colours)
    scale = [[float(edge), c] for i, c in enumerate(colours) for edge in (edges[i], edges[i + 1])]
    rounds = classes // len(colours) % len(SYMBOLS)
    for index in np.unique(rounds[classes >= 0]):
        chosen = (rounds == index) & (classes >= 0)
        figure.add_scattergl(
            **drawn.part(chosen),
            mode="markers",
            marker={
                "size": drawn.size + 0.5,
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


def _add_numbers(
    figure: go.Figure, drawn: DrawnPoints, projection: Projection, colour: Colouring, dark: bool
) -> None:
    """Add the points coloured by true or predicted number, or by absolute error; outliers share an end."""
    label, predicted = projection.values[:, projection.shown]
    error = np.abs(predicted - label)
    numbers = {"label": label, "predicted": predicted}.get(colour, error)
    ends = np.nanquantile(error if colour == "error" else label, [0.02, 0.98])
    known = ~np.isnan(numbers)
    colours = palette(dark)
    scale = [colours.train, colours.wrong] if colour == "error" else [colours.pretrained, colours.tuned]
    figure.add_scattergl(
        **drawn.part(known),
        mode="markers",
        marker={
            "size": drawn.size,
            "color": numbers[known].astype(np.float32),
            "colorscale": [[0.0, scale[0]], [0.5, colours.muted], [1.0, scale[1]]],
            "cmin": float(ends[0]),
            "cmax": float(ends[1]),
            "showscale": True,
            "colorbar": {"orientation": "h", "y": 0, "yanchor": "top", "thickness": 10, "len": 0.6},
            "opacity": 0.85,
            "line": {"width": 0},
        },
        hovertemplate="%{marker.color:.4g}<extra></extra>",
    )


def _add_rings(figure: go.Figure, points: NDArray[np.float32], size: float, dark: bool) -> None:
    """Draw a ring around each of `points`; a lasso hides them."""
    hidden = {"marker": {"opacity": 0}}
    figure.add_scattergl(
        **point_styles.xy(points),
        name="marked",
        mode="markers",
        marker={
            "symbol": "circle-open",
            "size": size + float(np.clip(100 / np.sqrt(len(points)), 3, 6)),
            "color": palette(dark).ink,
            "opacity": 0.8,
            "line": {"width": 1},
        },
        selected=hidden,
        unselected=hidden,
        hoverinfo="skip",
    )
