"""Heatmap of parts by steps, input at the bottom, on a log colour scale.

Cells without a value are hatched; stages are on top.
"""

from collections.abc import Callable
from dataclasses import dataclass

import numpy as np
import plotly.graph_objects as go
from numpy.typing import NDArray

from translearn_core.plots.style.palette import Palette, hatch_pattern, mixed, palette
from translearn_core.plots.style.stage_bands import STAGE, name_stages, stage_at
from translearn_core.plots.style.theme import TEXT_SIZE, annotate_empty, bare
from translearn_core.results import Timeline

GAP = '<span style="font-size: 4px"> </span>'
"""Gap between the colour bar and its title, which would overlap it."""
TICKS = 5
"""Most ticks of the colour bar."""


@dataclass(frozen=True)
class HeatmapStyle:
    """Texts and colour range of a heatmap.

    `scale` is the title of the colour bar, `still` the name of hatched cells, `word` formats a value and
    `tick` a tick; `decades` is the range of the colours below the maximum.
    """

    name: str
    scale: str
    still: str
    word: Callable[[float], str]
    tick: Callable[[float], str]
    decades: float


def heatmap(
    schedule: Timeline, edges: NDArray[np.int64], values: NDArray[np.float64], style: HeatmapStyle, dark: bool
) -> go.Figure:
    """Draw `values`, shape (parts, columns), at least 0; column c starts at step `edges[c]`."""
    parts, colours = schedule.parts, palette(dark)
    row = 30 if len(parts) <= 10 else 22 if len(parts) <= 18 else 14
    staged = len(schedule.stages) > 1
    rows = [*parts, STAGE] if staged else list(parts)
    figure = bare(style.name, dark, height=row * len(rows) + (140 if staged else 122))
    if not values.size:
        return annotate_empty(figure, "No epoch is finished yet.", dark)
    values_text = [[style.word(float(v)) if v > 0 else style.still for v in line] for line in values]
    if staged:
        values_text.append([stage_at(schedule, int(step)) for step in edges[:-1]])
    spans = _spans(edges)
    hover = [
        [f"{steps}: <b>{word}</b>" for steps, word in zip(spans, row_text, strict=True)]
        for row_text in values_text
    ]
    _add_cells(figure, rows, edges, values, hover, style, colours)
    _add_hatching(figure, parts, edges, values == 0, style, colours)
    if staged:
        name_stages(figure, schedule, colours)
    figure.update_xaxes(
        title_text="step", range=[int(edges[0]), int(edges[-1])], nticks=6, tickformat=",d", ticks="outside"
    )
    figure.update_yaxes(
        type="category",
        categoryorder="array",
        categoryarray=rows,
        range=[-0.5, len(rows) - 0.5],
        tickvals=[*_labelled_parts(parts, row), *rows[len(parts) :]],
        showgrid=False,
        ticks="",
    )
    figure.update_layout(
        barmode="overlay",
        bargap=0.14,
        barcornerradius=0,
        margin={"t": 48 if staged else 30, "b": 92},
        legend={"yref": "container", "y": 1, "yanchor": "top"},
        uniformtext={"mode": "hide", "minsize": TEXT_SIZE},
    )
    return figure


def _add_cells(
    figure: go.Figure,
    rows: list[str],
    edges: NDArray[np.int64],
    values: NDArray[np.float64],
    hover: list[list[str]],
    style: HeatmapStyle,
    colours: Palette,
) -> None:
    """Add the coloured cells; an extra last row (the stages) has hover texts and no values."""
    positive = values[values > 0]
    high = float(np.log10(positive.max())) if positive.size else 0.0
    low = float(max(np.log10(positive.min()), high - style.decades)) if positive.size else -1.0
    low = min(low, high - 0.3)
    shade = np.full((len(rows), values.shape[1]), np.nan, dtype=np.float32)
    np.log10(values, out=shade[: len(values)], where=values > 0, casting="same_kind")
    ticks = _ticks(low, high)
    figure.add_heatmap(
        x=edges,
        y=rows,
        z=shade,
        zmin=low,
        zmax=high,
        text=hover,
        hovertemplate="%{y}, %{text}<extra></extra>",
        hoverongaps=True,
        ygap=3,
        colorscale=[
            [0.0, mixed(colours.trainable, colours.paper, 0.3)],
            [0.65, colours.trainable],
            [1.0, colours.tuned],
        ],
        showscale=bool(positive.size),
        colorbar={
            "orientation": "h",
            "lenmode": "pixels",
            "len": 220,
            "thickness": 10,
            "x": 0,
            "xanchor": "left",
            "y": 0,
            "yref": "container",
            "yanchor": "bottom",
            "xpad": 0,
            "ypad": 4,
            "outlinewidth": 0,
            "title": {
                "text": f"{style.scale}<br>{GAP}",
                "side": "top",
                "font": {"size": TEXT_SIZE, "color": colours.muted},
            },
            "tickvals": ticks,
            "ticktext": [style.tick(10**tick) for tick in ticks],
            "tickfont": {"color": colours.muted},
        },
    )


def _add_hatching(
    figure: go.Figure,
    parts: tuple[str, ...],
    edges: NDArray[np.int64],
    still: NDArray[np.bool_],
    style: HeatmapStyle,
    colours: Palette,
) -> None:
    spans = [
        (part, int(edges[start]), int(edges[stop] - edges[start]))
        for part, line in zip(parts, still, strict=True)
        for start, stop in np.flatnonzero(np.diff(np.pad(line, 1).astype(np.int8))).reshape(-1, 2)
    ]
    if not spans:
        return
    names, starts, lengths = zip(*spans, strict=True)
    figure.add_bar(
        x=list(lengths),
        y=list(names),
        base=list(starts),
        name=style.still,
        orientation="h",
        showlegend=True,
        marker=hatch_pattern(colours),
        hoverinfo="skip",
    )


def _spans(edges: NDArray[np.int64]) -> list[str]:
    """Return the steps of every column as text, counted from 1."""
    ends = zip(edges[:-1] + 1, edges[1:], strict=True)
    return [f"step {a:,}" if a == b else f"steps {a:,} to {b:,}" for a, b in ends]


def _labelled_parts(parts: tuple[str, ...], row: int) -> list[str]:
    """Return the parts with a tick label: all, or every other block where rows are thin."""
    if row > 14:
        return list(parts)
    return [parts[0], *parts[1:-2:2], parts[-1]]


def _ticks(low: float, high: float) -> list[float]:
    """Return at most `TICKS` exponents between `low` and `high`, or these two if there are fewer than two."""
    whole = list(range(int(np.ceil(low - 1e-9)), int(np.floor(high + 1e-9)) + 1))
    if len(whole) < 2:
        return [low, high]
    return [float(power) for power in whole[:: -(-len(whole) // TICKS)]]
